"""Oral checks of five minutes: each student predicts the result of a small edit in their own passing code."""
