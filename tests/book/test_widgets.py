"""The widgets: their arithmetic under Node, and in a browser what they do by mouse and keyboard."""

import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent / "widgets"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.test.js")), ids=lambda path: path.name.partition(".")[0])
def test_what_a_widget_computes_is_right(path: Path) -> None:
    done = subprocess.run(["node", "--test", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
