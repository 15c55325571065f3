"""Checks that students do not have: a page shows them their titles and results."""
