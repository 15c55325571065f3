"""The fast path: recipes, augmentation, layers and steps without autograd, and the learner that trains by them."""
