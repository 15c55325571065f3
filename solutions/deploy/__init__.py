"""The classifier where people use it; each front end answers as `solutions.deployment` does."""
