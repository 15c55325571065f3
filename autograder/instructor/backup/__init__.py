"""A course folder and its gradebook in one file, and back."""
