"""Known mistakes, one file for each room."""
