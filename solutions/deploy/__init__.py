"""From a model file to what people use: the web app, the Space, the card, the other formats."""
