"""What only an instructor has: from a course folder to marks. No module outside of this folder imports it."""
