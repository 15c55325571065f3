"""Jupyter Book's command, seconds sooner: `python -m book.build .` is `jupyter-book build .`."""

import gc
import importlib.metadata
import runpy
import sys
from functools import cache
from pathlib import Path

from autograder.deferred import defer_grammar

if __name__ == "__main__":
    defer_grammar()
    gc.set_threshold(100_000)  # a build makes many small objects and keeps most of them
    # For each reference pybtex looks through all that is installed; nothing is installed while a book is built.
    importlib.metadata.entry_points = cache(importlib.metadata.entry_points)  # type: ignore[assignment]
    sys.argv.insert(1, "build")
    runpy.run_path(str(Path(sys.executable).with_name("jupyter-book")), run_name="__main__")
