"""Write the site's folder downloads/, and the branch that Colab and Binder open.

Usage: python -m book.publish RELEASE SITE BRANCH

Both come from the bundle that `autograder release` wrote, so they contain what students get and nothing else.
"""

import shutil
import sys
import zipfile
from pathlib import Path

from autograder.instructor.releasing.source import ARCHIVE
from book import ROOT

# Binder takes an older Python if it is not told; and it has no GPU, for which the usual PyTorch brings gigabytes.
RUNTIME = "python-3.11\n"
WITHOUT_CUDA = ROOT / ".ci" / "without-cuda.txt"


def write_downloads(bundle: Path, folder: Path) -> None:
    """Write each notebook, the bundle, and the archive with which a single notebook sets itself up."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(bundle, folder / bundle.name)
    files = files_of(bundle)
    with zipfile.ZipFile(folder / ARCHIVE, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            if name.endswith(".ipynb"):
                (folder / name).write_bytes(content)
            elif name.endswith(".whl"):
                archive.writestr(name, content)


def write_branch(bundle: Path, folder: Path) -> None:
    """Write the bundle's files, and those from which Binder builds an environment."""
    shutil.rmtree(folder, ignore_errors=True)
    files = files_of(bundle)
    files["runtime.txt"] = RUNTIME.encode()
    files["requirements.txt"] = WITHOUT_CUDA.read_bytes() + files["requirements.txt"]
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def files_of(bundle: Path) -> dict[str, bytes]:
    """Return the bundle's files by their path in its only folder."""
    with zipfile.ZipFile(bundle) as archive:
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


if __name__ == "__main__":
    release, site, branch = map(Path, sys.argv[1:])
    write_downloads(release / "course.zip", site / "downloads")
    write_branch(release / "course.zip", branch)
