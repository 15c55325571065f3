"""From a model file to what people use: the page, the Space, the card, the other formats."""
