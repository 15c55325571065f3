"""What the built pages hold, and what they must not."""

import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from pybtex.database import parse_file
from typer.main import get_command

from autograder.checks import checks_of, rooms
from autograder.course import Course
from autograder.exercises import Exercise
from autograder.instructor.cli import app
from autograder.instructor.doctor.probes import WALLS
from book.chapters import chapters
from book.opening import time_of
from book.workload import workload
from tests.conftest import ROOT

COURSE = Course.installed()
ROOMS = rooms()
EXERCISES = [exercise for room in ROOMS for exercise in COURSE.exercises(room)]
REFERENCES = {key: entry.fields for key, entry in parse_file(str(ROOT / "references.bib")).entries.items()}
# Lines of PyTorch that the chapters explain with modules of their own, and words of Python's.
TAUGHT = {"super().__init__()", "with torch.no_grad():", "try:", "else:", "model.eval()"}


def text_of(markup: str) -> str:
    """The words of a page, without its tags."""
    return unescape(re.sub(r"<[^>]+>", "", markup))


def pages(site: Path) -> list[Path]:
    return sorted((site / "chapters").glob("*.html"))


def article(site: Path, room: str) -> str:
    """The article of a room's chapter, without navigation."""
    (page,) = (site / "chapters").glob(f"*-{room}.html")
    markup = page.read_text(encoding="utf-8")
    return markup[markup.index("<article") : markup.index("</article>")]


def card(site: Path, exercise: Exercise) -> str:
    chapter = article(site, exercise.room)
    start = chapter.index(f'id="exercise-{exercise.id}"')
    return chapter[start : chapter.index("</section>", start)]


def leaks(line: str, shown: str) -> bool:
    """Whether a line of a solution is shown: a short one as a line of its own, a long one anywhere."""
    return line in shown if len(line) > 20 else re.search(rf"^\s*{re.escape(line)}\s*$", shown, re.M) is not None


@pytest.mark.long("every line of the solutions in every file of the site")
def test_no_line_of_a_solution_is_anywhere_in_the_site(site: Path) -> None:
    lines = {line for exercise in EXERCISES for line in exercise.solution_lines} - TAUGHT
    for path in site.rglob("*"):
        if path.suffix in {".html", ".js", ".txt", ".md", ".ipynb", ".py", ".json"}:
            content = path.read_text(encoding="utf-8")
            leaked = [line for line in lines if leaks(line, content) or leaks(line, text_of(content))]
            assert not leaked, f"{path.relative_to(site)}: {leaked}"


def test_neither_sources_nor_downloads_are_published(site: Path) -> None:
    assert not (site / "_sources").exists()
    assert not (site / "_downloads").exists()


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_a_card_shows_the_stub(site: Path, exercise: Exercise) -> None:
    """To the letter; only its lines are broken in other places."""
    assert "".join(exercise.stub.split()) in "".join(text_of(card(site, exercise)).split())


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_a_card_names_each_check_and_its_points(site: Path, exercise: Exercise) -> None:
    shown = text_of(card(site, exercise)).replace("’", "'")
    checks = checks_of(exercise.room, exercise.name)
    assert f"{sum(check.points for check in checks)} points" in shown
    for check in checks:
        hidden = " counts, shown by title only" if check.hidden else ""
        assert f"{check.title}{hidden} {check.points} point" in shown


@pytest.mark.parametrize("room", ROOMS)
def test_cards_are_numbered_within_the_chapter(site: Path, room: str) -> None:
    (page,) = (site / "chapters").glob(f"*-{room}.html")
    number = page.name.partition("-")[0]
    expected = [f"{number}.{position}" for position in range(1, len(COURSE.exercises(room)) + 1)]
    assert re.findall(r"Exercise (\d\.\d) ·", article(site, room)) == expected


@pytest.mark.parametrize("room", ROOMS)
def test_a_chapter_has_every_part_of_the_rhythm_in_order(site: Path, room: str) -> None:
    chapter = article(site, room)
    parts = [
        "<svg",
        'class="cell tag_exercise',
        'id="in-pytorch"',
        'id="what-this-does-not-tell-you"',
        "written-card",
        'id="further-reading"',
        'class="citation"',
    ]
    places = [chapter.find(part) for part in parts]
    assert -1 not in places, dict(zip(parts, places, strict=True))
    assert places == sorted(places)
    assert chapter.count('class="recall question"') == 3


@pytest.mark.parametrize("room", ROOMS)
def test_a_chapter_shows_its_picture_before_it_asks_and_asks_five_times_at_most(site: Path, room: str) -> None:
    """The questions about earlier chapters are folded into one card, the sixth."""
    chapter = article(site, room)
    assert chapter.find("<svg") < chapter.find(' question"')
    assert 3 <= chapter.count('class="predict question"') <= 5


POSITIONS = re.compile(r"^:{3,}\{(?:predict|recall)\}.*?^:{3,}$", re.MULTILINE | re.DOTALL)


def test_the_right_option_stands_at_each_of_three_positions_about_equally_often() -> None:
    right: Counter[int] = Counter()
    for path in sorted((ROOT / "chapters").glob("*.md")):
        for question in POSITIONS.findall(path.read_text(encoding="utf-8")):
            marks = re.findall(r"^- \[(.)\]", question, re.MULTILINE)
            if len(marks) == 3:
                right[marks.index("x")] += 1
    assert right.total() > 40
    assert all(right[at] > 0.25 * right.total() for at in range(3)), right


def test_the_page_before_the_first_chapter_lets_an_exercise_go_wrong(site: Path) -> None:
    """What it shows is a check at work, and it is no exercise."""
    page = article(site, "start")
    shown = " ".join(text_of(page).split())
    mistake = next(mistake for mistake in COURSE.mistakes("layers") if mistake.id == "flatten-batch-too")
    places = [shown.find(said) for said in ("not written yet", mistake.says, "hint=2", mistake.hint)]
    assert -1 not in places
    assert places == sorted(places)
    assert "exercise-card" not in page
    assert 'class="predict question"' in page


@pytest.mark.parametrize("page", ["0-start", "grading", "scale"])
def test_a_page_that_tells_what_to_type_names_commands_that_there_are(page: str) -> None:
    text = (ROOT / "chapters" / f"{page}.md").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^|`)autograder (\w+)", text, re.MULTILINE))
    assert named
    assert named <= get_command(app).commands.keys()  # type: ignore[attr-defined]


@pytest.mark.parametrize("room", ROOMS)
def test_every_number_that_the_text_takes_from_a_cell_is_there(site: Path, room: str) -> None:
    numbers = re.findall(r'<span class="pasted-text">(.*?)</span>', article(site, room))
    assert len(numbers) > 20
    assert all(number.strip() for number in numbers)


@pytest.mark.accessible("Pages of the book", "1.1.1 Non-text Content")
def test_every_picture_has_a_text_alternative(site: Path) -> None:
    for path in pages(site):
        markup = path.read_text(encoding="utf-8")
        article = markup[markup.index("<article") : markup.index("</article>")]
        for image in re.findall(r"<img[^>]*>", article):
            assert re.search(r'alt="[^"]{20,}"', image), f"{path.name}: {image}"
        for figure in re.findall(r"<svg[^>]*>", article):
            # A formula's picture is hidden from screen readers, which read the MathML beside it.
            spelled = r'aria-label="[^"]{20,}"|aria-labelledby|aria-hidden="true"'
            assert re.search(spelled, figure), f"{path.name}: {figure}"


@pytest.mark.parametrize("room", ROOMS)
def test_the_explanation_of_each_known_mistake_has_a_place_in_the_chapter(site: Path, room: str) -> None:
    chapter = article(site, room)
    anchors = {mistake.read for mistake in COURSE.mistakes(room)}
    assert not [anchor for anchor in sorted(anchors) if f'id="{anchor}"' not in chapter]


class Links(HTMLParser):
    """The targets and ids of a page."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.ids: Counter[str] = Counter()
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if values.get("id"):
            self.ids[values["id"] or ""] += 1
        if tag == "a" and values.get("href"):
            self.targets.append(values["href"] or "")


@cache
def links_in(path: Path) -> Links:
    return Links(path.read_text(encoding="utf-8"))


def test_links_between_pages_and_to_downloads_lead_somewhere(published: Path) -> None:
    for path in pages(published):
        for target in links_in(path).targets:
            if re.match(r"https?:|mailto:", target):
                continue
            file, _, anchor = target.partition("#")
            there = (path.parent / file).resolve() if file else path
            assert there.is_file(), f"{path.name}: {target}"
            if anchor:
                assert anchor in links_in(there).ids, f"{path.name}: {target}"


UNENCRYPTED = {"http://neuralnetworksanddeeplearning.com/chap4.html"}  # as its author gives it


def test_links_to_other_sites_are_whole_and_encrypted(site: Path) -> None:
    targets = {target for path in pages(site) for target in links_in(path).targets if ":" in target.partition("#")[0]}
    assert targets >= UNENCRYPTED
    whole = re.compile(r"https://[\w-]+(\.[\w-]+)+(/\S*)?")
    assert [target for target in sorted(targets - UNENCRYPTED) if not whole.fullmatch(target)] == []


def test_ids_are_unique_in_a_page(site: Path) -> None:
    for path in pages(site):
        assert [name for name, times in links_in(path).ids.items() if times > 1] == [], path.name


# A work with an ISSN is found by its journal, volume and pages, or at its address. ACM's handles, 10.5555/…, look like
# DOIs and are registered nowhere: doi.org knows none of them.
IDENTIFIERS: dict[str, Callable[[str], bool]] = {
    "doi": lambda text: re.fullmatch(r"10\.(?!5555/)\d{4,9}/\S+", text) is not None,
    "eprint": lambda text: re.fullmatch(r"\d\d(0[1-9]|1[0-2])\.\d{4,5}|[a-z-]+/\d{7}", text) is not None,
    "isbn": lambda text: is_isbn(text.replace("-", "")),
    "issn": lambda text: re.fullmatch(r"\d{4}-\d{3}[\dX]", text) is not None and sums_to_eleven(text.replace("-", "")),
}


def is_isbn(digits: str) -> bool:
    if re.fullmatch(r"97[89]\d{10}", digits):
        return sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(digits)) % 10 == 0
    return re.fullmatch(r"\d{9}[\dX]", digits) is not None and sums_to_eleven(digits)


def sums_to_eleven(digits: str) -> bool:
    """The check digit of ISSN and ISBN-10: weights from the length down to 1, X for ten, a multiple of eleven."""
    values = [10 if digit == "X" else int(digit) for digit in digits]
    return sum(weight * value for weight, value in zip(range(len(values), 0, -1), values, strict=True)) % 11 == 0


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("doi", "10.1147/rd.33.0210", "10.5555/2627435.2670313"),
        ("eprint", "1502.05767", "1513.05767"),
        ("isbn", "9780262048644", "9780262048645"),
        ("isbn", "0-471-59897-6", "0-471-59897-X"),
        ("issn", "1532-4435", "1532-4453"),
        ("issn", "2434-561X", "2434-5610"),
    ],
)
def test_an_identifier_with_a_slip_in_it_is_told_from_a_right_one(kind: str, right: str, wrong: str) -> None:
    assert IDENTIFIERS[kind](right)
    assert not IDENTIFIERS[kind](wrong)


@pytest.mark.parametrize("key", REFERENCES)
def test_every_reference_can_be_found_by_an_identifier(key: str) -> None:
    fields = REFERENCES[key]
    given = {kind: fields[kind] for kind in IDENTIFIERS if kind in fields}
    assert given
    assert not [text for kind, text in given.items() if not IDENTIFIERS[kind](text)]
    assert set(given) != {"issn"} or re.match("https://", fields["url"])
    assert "eprint" not in given or fields["archiveprefix"] == "arXiv"


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_the_place_where_an_exercise_is_set_has_the_anchor_that_progress_leads_to(
    site: Path, exercise: Exercise
) -> None:
    assert f'id="exercise-{exercise.id}"' in article(site, exercise.room)


@pytest.mark.parametrize("room", ROOMS)
def test_instructors_find_every_known_mistake_and_that_it_is_named(site: Path, room: str) -> None:
    page = (site / "chapters" / "known-mistakes.html").read_text(encoding="utf-8")
    mistakes = COURSE.mistakes(room)
    assert f"{len(mistakes)} mistakes; each of them is caught and named." in page
    assert [mistake.id for mistake in mistakes if f">{mistake.id}<" not in page] == []


def instructors_page(site: Path, name: str) -> str:
    page = (site / "chapters" / f"{name}.html").read_text(encoding="utf-8")
    return text_of(page[page.index("<article") : page.index("</article>")]).replace("’", "'")


def test_instructors_find_every_wall(site: Path) -> None:
    page = instructors_page(site, "grading")
    assert [wall.name for wall in WALLS if f"{wall.holds} ({wall.name})" not in page] == []


def test_instructors_find_a_mark_explained(site: Path) -> None:
    page = instructors_page(site, "scale")
    assert "This is the recorded verdict." in page
    assert next(mistake.says for mistake in COURSE.mistakes("layers") if mistake.id == "linear-bias-left-out") in (
        " ".join(page.split())
    )


def test_instructors_find_outcomes_timetables_and_what_a_class_costs(site: Path) -> None:
    page = " ".join(instructors_page(site, "teaching").split())
    assert page.index("To decide in ten minutes") < page.index("What students can do afterwards")
    for chapter in chapters():
        assert f"{time_of(chapter)}; {chapter.points} points" in page
    for size in (120, 300):
        assert f"{size} students" in page
        assert f"{workload(size).all_answers_h:.0f} hours" in page
    assert "day 1, session 1" in page


def test_what_the_grader_protects_and_how_it_is_operated_are_told_on_one_page_each(site: Path) -> None:
    protects, operates = (instructors_page(site, name) for name in ("grading", "scale"))
    for said in ("dask", "PostgreSQL", "--into", "Ctrl-C"):
        assert said in operates
        assert said not in protects
