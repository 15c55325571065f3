"""The pictures that `make pictures` writes: for the README, and for sites that show a link to the book."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from book import card, pictures


@pytest.mark.deep
@pytest.mark.long("the book is built")
def test_they_are_photographed_in_both_colours_from_the_built_pages(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "static").mkdir()
    monkeypatch.setattr(pictures, "BOOK", tmp_path)
    pictures.write_pictures(site)
    brightness = {path.stem: np.asarray(Image.open(path).convert("L")) for path in tmp_path.rglob("*.png")}
    assert brightness["screenshot-dark"].mean() < 100 < 150 < brightness["screenshot-light"].mean()
    assert brightness["social-card"].shape[::-1] == card.SIZE
    assert all(shown.std() > 10 for shown in brightness.values())
