"""Versions of the course, each in a folder and an environment of its own, so that a bench can let them take turns."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bench import BUILD, ROOT

ENVIRONMENT = Path(".venv")
NODE_MODULES = Path("book", "node_modules")


@dataclass(frozen=True)
class Version:
    """A copy of the course that builds and runs.

    Attributes:
        name: how it is called in tables.
        folder: with Makefile and environment.
    """

    name: str
    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / ENVIRONMENT / "bin" / "python"

    @property
    def autograder(self) -> Path:
        return self.folder / ENVIRONMENT / "bin" / "autograder"


def this_version(folder: Path) -> Version:
    """Copy into a new folder what git keeps of the course, or would, and link this environment."""
    for path in filter(None, _git("ls-files", "--cached", "--others", "--exclude-standard", "-z").split("\0")):
        if (ROOT / path).exists():  # and has not been deleted since
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, folder / path)
    (folder / ENVIRONMENT).symlink_to(sys.prefix)
    (folder / NODE_MODULES).symlink_to(ROOT / NODE_MODULES)
    return Version("now", folder)


def earlier_version(revision: str) -> Version:
    """Clone the course as it was at a revision and install it, or take what was installed at an earlier call.

    Raises:
        CalledProcessError: there is no such revision, or it does not install here.
    """
    commit = _git("rev-parse", "--verify", f"{revision}^{{commit}}").strip()
    folder = BUILD / "versions" / commit
    if not folder.exists():
        subprocess.run(["git", "clone", "--quiet", "--shared", "--no-checkout", ROOT, folder], check=True)
        subprocess.run(["git", "checkout", "--quiet", commit], cwd=folder, check=True)
    installed = (ENVIRONMENT / "installed", NODE_MODULES / "installed")
    subprocess.run(["make", *map(str, installed)], cwd=folder, check=True)
    return Version(revision, folder)


def _git(*line: str) -> str:
    return subprocess.run(["git", *line], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout
