"""Which files of the course a Python has loaded: what it computes depends on these, and nobody has to list them.

python -m book.loaded solutions.runs.run
"""

import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).absolute().parent.parent


def is_own(path: Path) -> bool:
    """Return whether a file is the course's own: neither installed nor built."""
    return path.is_relative_to(ROOT) and not any(name[0] in "._" for name in path.relative_to(ROOT).parts[:-1])


def loaded() -> set[Path]:
    """Return the files of the course's modules in this process."""
    files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    return {path for path in map(Path, filter(None, files)) if is_own(path)}


if __name__ == "__main__":
    import_module(sys.argv[1])
    print(*sorted(path.relative_to(ROOT) for path in loaded() - {Path(__file__)}))
