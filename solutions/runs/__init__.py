"""Training runs: make them, keep them, report on them."""
