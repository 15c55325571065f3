"""What is made again where a file has changed, because Python says that it was made with it."""

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

from book import labels
from book.loaded import is_own, loaded
from solutions.accelerate import recipes
from solutions.commands import terminal
from tests.conftest import ROOT


def test_the_files_of_the_course_are_told_from_what_is_installed_or_built() -> None:
    assert is_own(ROOT / "solutions" / "__init__.py")
    for path in (Path(sys.executable), ROOT / "_build" / "a.py", ROOT / "book/__pycache__/a.pyc", Path("/a.py")):
        assert not is_own(path), path


def test_a_module_is_told_with_all_that_it_imports_and_with_nothing_else() -> None:
    assert Path(inspect.getfile(recipes)) in loaded()
    line = [sys.executable, "-m", "book.loaded", labels.__name__]  # a Python of its own: what is loaded is what it asks
    told = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert told == ["book/__init__.py", "book/labels.py"]


@pytest.mark.parametrize(("module", "trains"), [(recipes, True), (terminal, False)], ids=["recipes", "terminal"])
def test_the_model_is_trained_anew_for_what_training_imports_and_not_for_what_shows_it(
    module: object, trains: bool, tmp_path: Path
) -> None:
    model = tmp_path / "model.safetensors"
    model.touch()
    edited = Path(inspect.getfile(module)).relative_to(ROOT)  # type: ignore[arg-type]
    line = ["make", "--dry-run", f"--what-if={edited}", "--assume-old=.venv/installed", f"MODEL={model}", str(model)]
    said = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert ("solutions train" in said) == trains
