"""Out to students: from a chapter to notebooks, and the zip with all they need."""
