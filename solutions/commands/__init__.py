"""The commands of ``python -m solutions``, each thin: it parses, calls and prints. Imports wait until one is called."""
