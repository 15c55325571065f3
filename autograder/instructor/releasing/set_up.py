"""The first code cell of a student's notebook. The function stands there word for word; here it is typed and tested."""

from __future__ import annotations

import inspect

ARCHIVE = "setup.zip"
TITLE = "# @title Set up: run this first"


def set_up(archive: str) -> None:
    """Where the course is not installed, as in Colab, install it and the data with it; elsewhere do nothing."""
    import subprocess
    import sys
    import urllib.request
    import zipfile
    from importlib.util import find_spec
    from pathlib import Path

    if find_spec("autograder"):
        return
    print("Setting up: about a minute, and some more where large libraries have to be installed.")
    wheels = list(Path().glob("autograder-*.whl"))
    if not wheels:
        here = next((name for name in ("course.zip", "setup.zip") if Path(name).exists()), "")
        try:
            fetched = here or urllib.request.urlretrieve(archive)[0]
        except (OSError, ValueError):
            text = "The checks are not here and cannot be fetched: put course.zip beside this notebook, run this again."
            raise FileNotFoundError(text) from None
        with zipfile.ZipFile(fetched) as opened:
            name = next(name for name in opened.namelist() if name.endswith(".whl"))
            wheels = [Path(Path(name).name)]
            wheels[0].write_bytes(opened.read(name))
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", wheels[-1]], check=True)


def set_up_cell(downloads: str) -> str:
    """Return the cell's text; the address of the archive's folder ends with a slash, or is empty if there is none."""
    return f'{TITLE}\n{inspect.getsource(set_up)}\n\nset_up("{downloads and downloads + ARCHIVE}")'
