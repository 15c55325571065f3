"""What the first pages promise is what a user gets."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
import torch
from torch import nn
from typer.main import get_command

from autograder.instructor.cli import app
from autograder.student import report_on
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


def test_every_make_target_that_is_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"(?:`|^    )make ([a-z-]+)", README + CONTRIBUTING, re.MULTILINE):
        assert f"\n{target}:" in makefile, target


PAGES = ["README.md", "CONTRIBUTING.md", "autograder/instructor/course/new_folder/README.md"]
PAGES += [f"chapters/{path.name}" for path in (ROOT / "chapters").glob("*.md")]


@pytest.mark.parametrize("page", sorted(PAGES))
def test_every_command_that_a_page_shows_exists_with_its_options(page: str) -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    text = (ROOT / page).read_text(encoding="utf-8")
    for command, rest in re.findall(r"(?:`|^ *)autograder ([a-z]+)\b([^`#|\n]*)", text, re.MULTILINE):
        assert command in commands, command
        known = {option for parameter in commands[command].params for option in parameter.opts}
        assert set(re.findall(r"(?<= )--?[a-z][a-z-]*", rest)) <= known, f"{command}{rest}"
