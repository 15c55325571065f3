"""Thin commands of ``python -m solutions``: parse, call, print. Imports wait until a command is called."""
