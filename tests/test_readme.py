"""What the first pages promise is what a user gets."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from autograder.student import report_on
from sample_class import term
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


class Flatten(nn.Module):
    """What the README's student wrote."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.view(len(x), -1)


def test_the_readme_shows_what_a_wrong_answer_really_looks_like() -> None:
    report = report_on("Flatten", SimpleNamespace(Flatten=Flatten))
    shown = README.split(">>> check(Flatten)\n")[1].split("\n\n")[0]
    assert [line.strip() for line in shown.splitlines()] == [line.strip() for line in repr(report).splitlines()]


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_every_file_and_folder_that_is_named_exists(text: str) -> None:
    named = re.findall(r"(?<![\w/.])((?:chapters|solutions|autograder|tests|book|sample_class|data)/[\w/.-]*)", text)
    named += re.findall(r"\]\((?!http)([\w/.-]+)\)", text)
    assert named
    real = [name.replace("N-ROOM", "2-layers").replace("ROOM", "layers") for name in named]
    assert [name for name in real if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", ["README.md", "chapters/running.md"])
def test_who_meets_the_first_command_was_told_where_it_is(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    first = re.search(r"^(?:    )?(?:autograder|python -m solutions) ", text, re.MULTILINE)
    assert first
    assert "source .venv/bin/activate" in text[: first.start()]


def test_teachers_are_led_to_their_pages_and_to_the_grader_alone() -> None:
    for name in ("teaching", "running", "grading", "scale"):
        assert f"](chapters/{name}.md)" in README
    assert "`make grader`" in README


def test_the_term_has_as_many_students_as_the_readme_says() -> None:
    said = re.search(r"`make term` plays .* with a class\s+of\s+(\d+)", README)
    assert said
    assert term.parser().get_default("students") == int(said[1])


def test_every_make_target_that_is_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"(?:`|^    )make ([a-z-]+)", README + CONTRIBUTING, re.MULTILINE):
        assert f"\n{target}:" in makefile, target


def test_contributing_shows_a_mistake_and_a_check_that_are_really_there() -> None:
    for path, pieces in {
        "solutions/mistakes/layers.py": ['id="flatten-batch-too"', '"return x.flatten()"'],
        "autograder/checks/layers.py": ['title="A tensor that is not contiguous is flattened too"'],
    }.items():
        source = (ROOT / path).read_text(encoding="utf-8")
        for piece in pieces:
            assert piece in source
            assert piece in CONTRIBUTING
