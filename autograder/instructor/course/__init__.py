"""An instructor's course folder: its layout, the class, the due dates."""
