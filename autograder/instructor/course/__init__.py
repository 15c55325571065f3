"""An instructor's course folder: its layout, who is in the class, when work is due."""
