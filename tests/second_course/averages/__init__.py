"""A course of two exercises without PyTorch: the reference of its chapters."""
