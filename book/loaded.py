"""Which files of the course a Python has loaded: what it computes depends on these, and nobody has to list them.
And a digest of one, to know later whether it is still the same.

python -m book.loaded solutions.runs.run
"""

import hashlib
import sys
from functools import cache
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).absolute().parent.parent


def is_own(path: Path) -> bool:
    """Return whether a file is the course's own: neither installed nor built."""
    return path.is_relative_to(ROOT) and not any(name[0] in "._" for name in path.relative_to(ROOT).parts[:-1])


@cache
def _own(file: str) -> Path | None:
    """Return the file of a module if it is the course's own; asked after each cell of thousands of modules."""
    path = Path(file)
    return path if is_own(path) else None


def loaded() -> set[Path]:
    """Return the files of the course's modules in this process."""
    files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    return set(filter(None, map(_own, filter(None, files))))


def digest(path: Path) -> str:
    """Return a digest of what a program learns from a file: all of it, but of a page of the book its headings.

    A check looks them up to say where to read; what a page's text tells otherwise, no cell asks (`book/facts.py`).
    """
    content = path.read_bytes()
    if path.parent == ROOT / "chapters" and path.suffix == ".md":
        from autograder.sections import titles_in  # who opens a page has loaded it

        content = repr(titles_in(content.decode())).encode()
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    import_module(sys.argv[1])
    print(*sorted(path.relative_to(ROOT) for path in loaded() - {Path(__file__)}))
