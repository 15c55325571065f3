"""What course folders and zips of the first edition ask for by its old address."""
