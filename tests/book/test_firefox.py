"""The book in Firefox: pages, widgets, the drawing, the keyboard. Another engine finds what Chromium forgives."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from book.widgets import names
from tests.book.visits import PAGES
from tests.conftest import SCREENSHOTS, made_once

pytestmark = pytest.mark.deep
FIREFOX = "/usr/bin/firefox-esr"
SCRIPT = Path(__file__).with_name("firefox.mjs")
EACH_PAGE = pytest.mark.parametrize("name", PAGES, ids=lambda name: Path(name).stem)


@pytest.fixture(scope="session")
def seen(address: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Observations of each page in one visit of Firefox, by the page's name."""

    def make(folder: Path) -> None:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        command = ["node", SCRIPT, FIREFOX, address, SCREENSHOTS, *PAGES]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
        assert done.returncode == 0, done.stderr
        (folder / "seen.json").write_text(done.stdout, encoding="utf-8")

    return json.loads((made_once("firefox", tmp_path_factory, make) / "seen.json").read_text(encoding="utf-8"))


@EACH_PAGE
def test_a_page_is_not_wider_than_the_window(seen: dict[str, Any], name: str) -> None:
    assert {width: over for width, over in seen[name]["overflow"].items() if over > 0} == {}


@EACH_PAGE
def test_nothing_lies_over_a_side_note_and_nobody_complains(seen: dict[str, Any], name: str) -> None:
    assert (seen[name]["meeting"], seen[name]["complaints"]) == ([], [])


def test_every_widget_starts(seen: dict[str, Any]) -> None:
    started = {widget for page in seen.values() for widget in page["widgets"]}
    assert started == set(names())


def test_a_drawing_is_answered(seen: dict[str, Any]) -> None:
    assert "%" in seen["chapters/index.html"]["drawing"]


def test_the_tab_key_reaches_everything_that_can_be_used_in_a_chapter(seen: dict[str, Any]) -> None:
    assert seen["chapters/2-layers.html"]["unreached"] == []
