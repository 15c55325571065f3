"""Training runs: how they are made, what they leave behind, what it tells."""
