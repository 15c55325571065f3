"""The pictures that `make pictures` writes: for the README, and for sites that show a link to the book."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from book import card
from tests.commands import run
from tests.conftest import ROOT


@pytest.mark.deep
@pytest.mark.long("the book is built")
def test_they_are_photographed_in_both_colours_from_the_built_pages(site: Path, tmp_path: Path) -> None:
    done = run("book.pictures", site, tmp_path, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    brightness = {path.stem: np.asarray(Image.open(path).convert("L")) for path in tmp_path.rglob("*.png")}
    assert brightness["screenshot-dark"].mean() < 100 < 150 < brightness["screenshot-light"].mean()
    assert brightness["social-card"].shape[::-1] == card.SIZE
    assert all(shown.std() > 10 for shown in brightness.values())
