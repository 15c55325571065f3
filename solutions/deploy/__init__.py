"""Deployment of a model file: the page, the Space, the model card."""
