"""Collect downloads into ``submitted/STUDENT/ASSIGNMENT/``: read, find the owners, plan, and only then write."""
