"""Pages of verdicts, whatever a student wrote."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.reports.html import render


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "page.html.j2"
    path.write_text("<pre>{{ text }}</pre>")
    return path


@given(text=st.text(st.characters(codec="utf-8")))
def test_nothing_that_a_terminal_would_obey_or_a_browser_would_run_is_in_a_page(template: Path, text: str) -> None:
    page = render(template, text=f"\x1b[2J\x9b31m\x7f{text}<script>")
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", page)
    assert page.count("<") == 2
