"""Training runs: make them, keep them, measure their models."""
