"""A container as Gradescope makes them, as far as one machine can: see ``container.sh``. It needs root, as in CI."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

from tests.commands import in_process, succeeded
from tests.instructor.conftest import ASSIGNMENT


def make_bundle(course: Path, bundle: Path) -> Path:
    """Release the assignment of a course folder for Gradescope, into a zip."""
    line = ("release", ASSIGNMENT, "--format", "gradescope", "-o", bundle)
    succeeded(in_process(*line, cwd=course))
    return bundle


def run_container(folder: Path, bundle: Path) -> None:
    """Build the image of a bundle in a root of its own, and run in it what lies in a folder.

    Args:
        folder: with ``submissions/NAME/``, which are graded into ``results/NAME/``; with ``inside/``, which root alone
            finds there as ``/autograder/inside``; with ``scripts/NAME.py``, whose output goes to ``scripts/NAME.out``.
        bundle: the zip for Gradescope.
    """
    assert os.geteuid() == 0, "a root of its own needs root, as in CI"
    with zipfile.ZipFile(bundle) as archive:
        for info in archive.infolist():
            Path(archive.extract(info, folder / "source")).chmod(info.external_attr >> 16)
    base = Path(sys.base_prefix)
    python = base / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    where = [python, "-c", "import site; print(site.getsitepackages()[0])"]
    site = subprocess.run(where, capture_output=True, text=True, check=True).stdout.strip()
    line = ["unshare", "--mount", "--pid", "--fork", "--propagation", "private"]
    line += ["sh", str(Path(__file__).parent / "container.sh"), str(folder), str(python), str(base), site]
    done = subprocess.run(
        [*line, sysconfig.get_path("purelib")],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HOME": "/root"},
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
