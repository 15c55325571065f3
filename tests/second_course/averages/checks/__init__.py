"""What the exercises must do, one file for each room."""
