"""The instructor's half: from a course folder to marks. Modules outside this folder never import it."""
