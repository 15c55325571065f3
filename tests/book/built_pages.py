"""A built page, parsed once: its article, its words, its links and places."""

from collections import Counter
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from autograder.checks import rooms
from autograder.course import Course

COURSE = Course.installed()
EXERCISES = [exercise for room in rooms() for exercise in COURSE.exercises(room)]
EACH_EXERCISE = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)


@dataclass(frozen=True)
class BookPage:
    path: Path

    @cached_property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.path.read_text(encoding="utf-8"), "html.parser")

    @cached_property
    def article(self) -> Tag:
        """The page's text, without navigation."""
        assert self.soup.article
        return self.soup.article

    @cached_property
    def words(self) -> str:
        """Words of the article, with straight quotes and one space between them."""
        return words(self.article)

    @cached_property
    def targets(self) -> list[str]:
        return [str(link["href"]) for link in self.soup.select("a[href]")]

    @cached_property
    def ids(self) -> Counter[str]:
        return Counter(str(tag["id"]) for tag in self.soup.select("[id]"))


@cache
def read(path: Path) -> BookPage:
    return BookPage(path)


def words(part: Tag) -> str:
    return " ".join(part.get_text().replace("’", "'").split())


def page(site: Path, stem: str) -> BookPage:
    return read(site / "chapters" / f"{stem}.html")


def pages(site: Path) -> list[BookPage]:
    return [read(path) for path in sorted((site / "chapters").glob("*.html"))]


def chapter(site: Path, room: str) -> BookPage:
    (path,) = (site / "chapters").glob(f"*-{room}.html")
    return read(path)


def card(site: Path, room: str, exercise: str) -> Tag:
    tag = chapter(site, room).article.find(id=f"exercise-{room}-{exercise}")
    assert isinstance(tag, Tag)
    return tag
