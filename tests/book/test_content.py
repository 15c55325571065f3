"""Content of the built pages: what they must contain, and what they must not."""

import re
from collections.abc import Callable
from pathlib import Path
from statistics import mean

import pytest
from pybtex.database import parse_file

from autograder.checks import checks_of, rooms
from autograder.exercises import Exercise
from autograder.instructor.doctor.probes import WALLS
from autograder.instructor.releasing.choice_questions import parse_question
from autograder.instructor.releasing.glue import WIDTH
from book.chapters import MEETINGS, chapters, facts, formatted
from book.opening import outcomes_of, time_of
from tests.book.built_pages import COURSE, EACH_EXERCISE, EXERCISES, card, chapter, page, pages, read, words
from tests.conftest import ROOT

pytestmark = pytest.mark.timeout(1800)  # the first test waits for the fixture of all, the whole book
EACH_ROOM = pytest.mark.parametrize("room", rooms())
REFERENCES = {key: entry.fields for key, entry in parse_file(str(ROOT / "references.bib")).entries.items()}
# Lines of PyTorch that the chapters explain with modules of their own, and words of Python's.
TAUGHT = {"super().__init__()", "with torch.no_grad():", "try:", "else:", "model.eval()"}
READ = {".html", ".js", ".txt", ".md", ".ipynb", ".py", ".json"}


def leaked(lines: set[str], shown: str) -> list[str]:
    """Return the lines of a solution that are shown: a short line on its own, a long line anywhere."""
    alone = {line.strip() for line in shown.split("\n")}
    return [line for line in lines if line in (shown if len(line) > 20 else alone)]


@pytest.mark.deep
@pytest.mark.long("every line of the solutions in every file of the site")
def test_no_line_of_a_solution_is_anywhere_in_the_site(site: Path) -> None:
    lines = {line for exercise in EXERCISES for line in exercise.solution_lines} - TAUGHT
    for path in (path for path in site.rglob("*") if path.suffix in READ):
        texts = [path.read_text(encoding="utf-8")]
        if path.suffix == ".html":
            texts.append(read(path).soup.get_text())
        assert [line for text in texts for line in leaked(lines, text)] == [], path.relative_to(site)


def test_neither_sources_nor_downloads_are_published(site: Path) -> None:
    assert not (site / "_sources").exists()
    assert not (site / "_downloads").exists()


# ---- exercises


@EACH_EXERCISE
def test_a_card_shows_the_stub_and_each_check_with_its_points(site: Path, exercise: Exercise) -> None:
    shown = card(site, exercise.room, exercise.name)
    stub = shown.select_one(".exercise-stub pre")
    assert stub
    assert stub.get_text().strip() == exercise.stub.strip()
    checks = checks_of(exercise.room, exercise.name)
    assert f"{sum(check.points for check in checks)} points" in words(shown)
    for check in checks:
        hidden = " hidden" if check.hidden else ""
        assert f"{check.title}{hidden} {check.points} point" in words(shown)


@EACH_ROOM
def test_cards_are_numbered_within_the_chapter(site: Path, room: str) -> None:
    built = chapter(site, room)
    chapter_number = built.path.name.partition("-")[0]
    kickers = " ".join(map(words, built.article.select(".exercise-card > .card-kicker")))
    expected = [f"{chapter_number}.{position}" for position in range(1, len(COURSE.exercises(room)) + 1)]
    assert re.findall(r"Exercise (\d\.\d) ·", kickers) == expected


# ---- a chapter


@EACH_ROOM
def test_a_chapter_has_every_part_of_the_rhythm_in_order(site: Path, room: str) -> None:
    article = chapter(site, room).article
    parts = ["svg", ".exercise-card", "#in-pytorch", "#what-this-does-not-tell-you", ".written-card"]
    parts += ["#further-reading", ".citation"]
    elements = [article.select_one(part) for part in parts]
    order = list(article.find_all(True))
    places = [next((at for at, tag in enumerate(order) if tag is element), -1) for element in elements]
    assert -1 not in places, dict(zip(parts, places, strict=True))
    assert places == sorted(places)
    assert len(article.select(".recall.question")) == 3
    assert 3 <= len(article.select(".predict.question")) <= 5
    assert order.index(elements[0]) < order.index(article.select_one(".question"))


# Right options by position and by length: a reader who knows only those should do no better than by guessing.
BY_LOOKS: dict[str, Callable[[list[int]], list[int]]] = {
    "A": lambda lengths: [0],
    "B": lambda lengths: [1],
    "C": lambda lengths: [2],
    "the shortest": lambda lengths: [at for at, length in enumerate(lengths) if length == min(lengths)],
    "the longest": lambda lengths: [at for at, length in enumerate(lengths) if length == max(lengths)],
}


def questions_in(path: Path, kinds: str = "predict|recall") -> list[tuple[int, list[int]]]:
    """Return of each question which option is right, and how long each option is as it is read."""
    asked = re.findall(rf"^(:{{3,}})\{{(?:{kinds})\}}[^\n]*\n(.*?)^\1$", path.read_text(encoding="utf-8"), re.M | re.S)
    asked_options = [parse_question(text).options for _, text in asked]
    return [
        ([option.right for option in options].index(True), [len(read_aloud(option.text)) for option in options])
        for options in asked_options
    ]


def read_aloud(option: str) -> str:
    return re.sub(r"[`$\\]", "", re.sub(r"\{glue:text\}`[^`]*`", "88", option))


def won_by_looks(questions: list[tuple[int, list[int]]]) -> dict[str, float]:
    """Return the share of right answers of readers who always take one position, or the shortest or longest option."""
    return {
        name: mean((right in take(lengths)) / len(take(lengths)) for right, lengths in questions)
        for name, take in BY_LOOKS.items()
    }


CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(?::tags:[^\n]*\n|---\n.*?^---\n)?(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("path", sorted((ROOT / "chapters").glob("*.md")), ids=lambda path: path.stem)
def test_code_fits_its_box(path: Path) -> None:
    lines = [line for code in CELL.findall(path.read_text(encoding="utf-8")) for line in code.splitlines()]
    assert [line for line in lines if len(line) > WIDTH] == []


@EACH_ROOM
def test_looks_win_no_more_than_half_of_a_chapters_questions(room: str) -> None:
    (path,) = (ROOT / "chapters").glob(f"?-{room}.md")
    assert {name: won for name, won in won_by_looks(questions_in(path)).items() if won > 0.5} == {}


def test_looks_win_no_more_than_two_fifths_of_the_books_questions() -> None:
    questions = [question for path in sorted((ROOT / "chapters").glob("*.md")) for question in questions_in(path)]
    assert len(questions) > 40
    assert {name: won for name, won in won_by_looks(questions).items() if won > 0.4} == {}


def test_no_two_chapters_have_the_right_answers_of_their_recall_questions_in_the_same_order() -> None:
    paths = [path for room in rooms() for path in (ROOT / "chapters").glob(f"?-{room}.md")]
    orders = ["".join("ABC"[right] for right, _ in questions_in(path, "recall")) for path in paths]
    assert len(set(orders)) == len(rooms()), orders


def test_the_page_before_the_first_chapter_lets_an_exercise_go_wrong(site: Path) -> None:
    start = page(site, "0-start")
    mistake = next(mistake for mistake in COURSE.mistakes("layers") if mistake.id == "flatten-batch-too")
    assert re.search(".*".join(map(re.escape, ("not written yet", mistake.says, "hint=2", mistake.hint))), start.words)
    assert not start.article.select(".exercise-card")
    assert start.article.select(".predict.question")


@EACH_ROOM
def test_no_number_from_a_cell_is_missing_in_the_text(site: Path, room: str) -> None:
    numbers = [number.get_text() for number in chapter(site, room).article.select(".pasted-text")]
    assert len(numbers) > 20
    assert all(number.strip() for number in numbers)


def test_every_picture_has_a_text_alternative(site: Path) -> None:
    for built in pages(site):
        name = built.path.name
        assert [image for image in built.article.select("img") if len(str(image.get("alt", ""))) < 20] == [], name
        for figure in built.article.select("svg"):
            # A formula's picture is hidden from screen readers, which read the MathML beside it.
            has_label = len(str(figure.get("aria-label", ""))) >= 20
            assert has_label or figure.get("aria-labelledby") or figure.get("aria-hidden") == "true", name


# ---- links and references


def test_links_between_pages_and_to_downloads_lead_somewhere(site: Path, downloads: Path) -> None:
    for built in pages(site):
        for target in built.targets:
            if re.match(r"https?:|mailto:", target):
                continue
            file, _, anchor = target.partition("#")
            path = (built.path.parent / file).resolve() if file else built.path
            published = downloads / "site" / path.relative_to(site.resolve())
            # The deep run prints the PDF.
            is_there = path.is_file() or published.is_file() or path.name == "book.pdf"
            assert is_there, f"{built.path.name}: {target}"
            assert not anchor or anchor in read(path).ids, f"{built.path.name}: {target}"


UNENCRYPTED = {"http://neuralnetworksanddeeplearning.com/chap4.html"}  # as its author gives it


def test_links_to_other_sites_are_whole_and_encrypted(site: Path) -> None:
    targets = {target for built in pages(site) for target in built.targets if ":" in target.partition("#")[0]}
    assert targets >= UNENCRYPTED
    whole = re.compile(r"https://[\w-]+(\.[\w-]+)+(/\S*)?")
    assert [target for target in sorted(targets - UNENCRYPTED) if not whole.fullmatch(target)] == []


def test_ids_are_unique_in_a_page(site: Path) -> None:
    for built in pages(site):
        assert [name for name, times in built.ids.items() if times > 1] == [], built.path.name


# A work with an ISSN is found by its journal, volume and pages, or at its address. ACM's handles, 10.5555/…, look like
# DOIs, but doi.org does not know them.
IDENTIFIERS = {
    "doi": r"10\.(?!5555/)\d{4,9}/\S+",
    "eprint": r"\d\d(0[1-9]|1[0-2])\.\d{4,5}|[a-z-]+/\d{7}",
    "isbn": r"(97[89])?[\d-]{9,14}[\dX]",
    "issn": r"\d{4}-\d{3}[\dX]",
}


@pytest.mark.parametrize("key", REFERENCES)
def test_every_reference_can_be_found_by_an_identifier(key: str) -> None:
    fields = REFERENCES[key]
    given = {kind: fields[kind] for kind in IDENTIFIERS if kind in fields}
    assert given
    assert [text for kind, text in given.items() if not re.fullmatch(IDENTIFIERS[kind], text)] == []
    assert set(given) != {"issn"} or re.match("https://", fields["url"])
    assert "eprint" not in given or fields["archiveprefix"] == "arXiv"


# ---- pages for instructors


@EACH_ROOM
def test_instructors_find_every_known_mistake_and_that_it_is_named(site: Path, room: str) -> None:
    mistakes, catalogue = COURSE.mistakes(room), page(site, "known-mistakes")
    assert f"{len(mistakes)} mistakes; each of them is caught and named." in catalogue.words
    ids = {code.get_text() for code in catalogue.article.select("table.known-mistakes code")}
    assert {mistake.id for mistake in mistakes} <= ids


def test_instructors_find_every_wall(site: Path) -> None:
    assert [wall.name for wall in WALLS if f"{wall.holds} ({wall.name})" not in page(site, "grading").words] == []


def test_instructors_find_a_mark_explained(site: Path) -> None:
    operates = page(site, "scale").words
    mistake = next(mistake for mistake in COURSE.mistakes("layers") if mistake.id == "linear-bias-left-out")
    assert "This is the recorded verdict." in operates
    assert mistake.says in operates


def test_instructors_find_outcomes_and_times_of_each_chapter_and_what_a_class_costs(site: Path) -> None:
    teaching = page(site, "teaching").words
    assert teaching.index("To decide in ten minutes") < teaching.index("What students can do afterwards")
    for taught in chapters():
        assert f"{time_of(taught)}; {taught.points} points" in teaching
    assert "120 students" in teaching and "300 students" in teaching


def test_the_term_has_every_chapter_in_order_and_no_week_takes_two_and_a_half_hours_at_home() -> None:
    text = (COURSE.chapters / "teaching.md").read_text(encoding="utf-8").partition("(term)=")[2]
    rows = re.findall(r"^\| \d+ \|.*$", text.partition("(intensive)=")[0], re.MULTILINE)
    weeks = [re.findall(r"\(([\w-]+)\.md\)", row.split("|")[3]) for row in rows]
    assert len(weeks) == MEETINGS
    stems = [stem for week in weeks for stem in week if stem[0].isdigit()]
    assert stems == sorted(stems)
    for taught in chapters():
        assert taught.minutes < 150 * stems.count(taught.assignment)


def test_a_chapter_without_an_outcome_is_named() -> None:
    with pytest.raises(LookupError, match=r"2-layers, .*left out"):
        outcomes_of("1-approximation: Something.")


def test_a_fact_is_formatted_as_the_page_asks_and_an_unknown_fact_or_format_is_refused() -> None:
    assert formatted("points:.1f") == f"{facts()['points']}.0"
    with pytest.raises(LookupError, match=r"unknown fact .ours.; the facts are exercises, "):
        formatted("ours:d")
    with pytest.raises(ValueError, match="format code 'd'"):
        formatted("term hours:d")
