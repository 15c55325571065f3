"""What readers, students and instructors see first, in two browsers, widths and themes: kept to be looked at."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from autograder.course import Course
from autograder.student import report_on
from tests.book.test_attempts import CARD
from tests.book.test_firefox import FIREFOX
from tests.commands import autograder
from tests.conftest import SCREENSHOTS, copy_course

SCRIPT = Path(__file__).with_name("pictures.mjs")
BROWSERS = {"chrome": "/usr/bin/chromium", "firefox": FIREFOX}
NAMES = ["landing", "chapter", "card", "wrong-answer", "check", "feedback"]
WIDTHS = [360, 1440]


@pytest.fixture(scope="module")
def looks(
    address: str, graded: Path, course: Course, tmp_path_factory: pytest.TempPathFactory
) -> list[dict[str, object]]:
    """What is looked at, and where it begins."""
    folder = tmp_path_factory.mktemp("looks")
    copy_course(graded, folder / "course")
    assert autograder("feedback", "2-layers", "--student", "barbara", cwd=folder / "course").returncode == 0
    (feedback,) = (folder / "course" / "feedback" / "barbara").rglob("*.html")
    mistake = next(one for one in course.mistakes("layers") if one.exercise == "Flatten")
    report = report_on("Flatten", SimpleNamespace(**vars(course.mistaken_names("layers", mistake))))
    table = folder / "check.html"
    head = '<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    scheme = "<style>:root { color-scheme: light dark } body { font-family: sans-serif }</style>"
    table.write_text(f"{head}{scheme}{report._repr_html_()}", encoding="utf-8")
    chapter = f"{address}chapters/2-layers.html"
    return [
        {"name": "landing", "url": f"{address}chapters/index.html"},
        {"name": "chapter", "url": chapter},
        {"name": "card", "url": chapter, "at": "#exercise-layers-Flatten"},
        {
            "name": "wrong-answer",
            "url": chapter,
            "open": [f"{CARD} summary", f"{CARD} .attempt summary"],
            "at": CARD,
        },
        {"name": "check", "url": table.as_uri()},
        {"name": "feedback", "url": feedback.as_uri()},
    ]


@pytest.mark.deep
@pytest.mark.long("forty-eight pages in two browsers")
@pytest.mark.parametrize("browser_name", BROWSERS)
def test_what_people_see_first_is_kept_and_is_dark_for_who_prefers_that(
    browser_name: str, looks: list[dict[str, object]]
) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    assert [look["name"] for look in looks] == NAMES
    line = ["node", SCRIPT, browser_name, BROWSERS[browser_name], SCREENSHOTS, json.dumps(looks)]
    done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=500)
    assert done.returncode == 0, done.stderr
    for name in NAMES:
        for width in WIDTHS:
            light, dark = (
                np.asarray(Image.open(SCREENSHOTS / f"{name}-{browser_name}-{width}-{colours}.png").convert("L"))
                for colours in ("light", "dark")
            )
            assert light.shape[1] == dark.shape[1] == width
            assert len(np.unique(light)) > 20 and len(np.unique(dark)) > 20, f"{name} is blank"
            assert np.median(light) > 200 and np.median(dark) < 80, name
