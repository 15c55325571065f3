"""The reader's path: what the landing page and a chapter's head say, what is remembered, the glossary, the search."""

import re
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from autograder.checks import checks_of
from autograder.course import Chapter, Course, chapters_of
from autograder.exercises import Exercise
from autograder.instructor.releasing.markdown import Context, to_markdown
from autograder.sections import Contents
from book import card, network
from book.chapters import UNREAD, BookChapter, chapters, hours
from book.figures import coarser, words_on_a_small_screen
from tests.book.conftest import ADDRESSES
from tests.conftest import ROOT

SCRIPTS = Path(__file__).resolve().parent / "scripts"
COURSE = Course.installed()
CHAPTERS = chapters()
PAGES = sorted((ROOT / "chapters").glob("*.md"))
TERM = re.compile(r"\{term\}`[^`]+`")
CHAPTER = "chapters/2-layers.html"
EXERCISES = [exercise for chapter in CHAPTERS for exercise in chapter.exercises]
NO_STORAGE = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('', 'SecurityError'); } })"


def by_name(chapter: BookChapter) -> str:
    return chapter.room


# ---- what a chapter says of itself


@pytest.mark.parametrize("path", sorted(SCRIPTS.glob("*.test.js")), ids=lambda path: path.name.partition(".")[0])
def test_what_a_script_computes_is_right(path: Path) -> None:
    done = subprocess.run(["node", "--test", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]


def test_the_chapters_of_the_book_are_those_of_the_release() -> None:
    assert [(chapter.path, chapter.room) for chapter in CHAPTERS] == [
        (chapter.path, chapter.room) for chapter in chapters_of(COURSE)
    ]
    assert all(isinstance(chapter, Chapter) for chapter in CHAPTERS)


def test_every_chapter_with_exercises_has_an_opening() -> None:
    assert {chapter.room for chapter in CHAPTERS} == set(network.ADDS)
    assert [chapter.path.name[0] for chapter in CHAPTERS] == [str(number + 1) for number in range(len(CHAPTERS))]


@pytest.fixture
def made(tmp_path: Path) -> Any:
    """A chapter about layers with as many words, questions and written questions as one asks for."""

    def make(words: int = 0, questions: int = 0, written: int = 0) -> BookChapter:
        path = tmp_path / "2-layers.md"
        code = "```{code-cell} python3\n" + "x = 1\n" * 500 + "```\n"
        asked = ":::{predict} Is it?\n:::\n" * questions + '+++ {"tags": ["written"], "points": 5}\n' * written
        path.write_text(f"---\nkernelspec: {{}}\n---\n{'word ' * words}\n{code}{asked}", encoding="utf-8")
        return BookChapter(path, "layers")

    return make


def test_reading_time_grows_with_words_and_questions_and_not_with_the_length_of_cells(made: Any) -> None:
    assert made().reading_minutes == 0
    assert made(words=1200).reading_minutes == 10
    assert made(words=1200, questions=10).reading_minutes == 20


def test_work_takes_longer_with_a_written_question(made: Any) -> None:
    assert made(written=1).work_minutes > made().work_minutes > 0


@pytest.mark.parametrize(
    ("minutes", "words"), [(15, "¼ hour"), (60, "1 hour"), (75, "1¼ hours"), (90, "1½ hours"), (165, "2¾ hours")]
)
def test_a_time_is_said_in_hours_and_quarters(minutes: int, words: str) -> None:
    assert hours(minutes) == words


@pytest.mark.parametrize("chapter", CHAPTERS, ids=by_name)
def test_a_chapter_opens_with_its_question_its_time_and_its_points(site: Path, chapter: BookChapter) -> None:
    page = (site / "chapters" / f"{chapter.path.stem}.html").read_text(encoding="utf-8")
    head = unescape(page[page.index("<article") : page.index("<h2", page.index("<article"))])
    points = sum(check.points for check in checks_of(chapter.room)) + 5
    assert chapter.question in head
    assert f"{chapter.reading_minutes} minutes of reading" in head
    assert f"{hours(chapter.work_minutes)} of work · {points} points" in head
    assert "You need" in head


# ---- the way through the chapters


@pytest.mark.parametrize("chapter", CHAPTERS, ids=by_name)
def test_the_landing_page_has_a_step_for_each_chapter(site: Path, chapter: BookChapter) -> None:
    page = unescape((site / "chapters" / "index.html").read_text(encoding="utf-8"))
    assert chapter.question in page
    assert f"Adds {network.ADDS[chapter.room]}." in page
    for exercise in chapter.exercises:
        assert re.search(rf"You write [^.]*>{exercise.name}<", page)


def test_the_network_grows_with_each_chapter_and_each_draws_something_new() -> None:
    quiet = [network.grown(room).count(network.theme("quiet")) for room in network.ADDS]
    assert quiet == sorted(set(quiet))
    for room, drawing in ((room, network.grown(room)) for room in network.ADDS):
        colours = {shape.colour for shape in [*network.shapes(), *network.answer_boxes()] if shape.room == room}
        assert all(network.theme(colour) in drawing for colour in colours), room


# ---- how the book is recognised


def test_the_landing_pages_network_cuts_no_word_off(site: Path) -> None:
    landing = (site / "chapters" / "index.html").read_text(encoding="utf-8")
    (drawn,) = re.findall(r'<svg class="network".*?</svg>', landing, re.DOTALL)
    (height,) = re.findall(r'viewBox="0 0 \d+ (\d+)"', drawn)
    baselines = [float(y) for y in re.findall(r'<text[^>]* y="([\d.]+)"', drawn)]
    assert max(baselines) + 4 < float(height)  # below it hang a "p" and a comma


def test_the_card_for_other_sites_has_the_size_they_expect_and_shows_the_logo(site: Path) -> None:
    with Image.open(site / "_static" / card.CARD) as picture:
        assert picture.size == card.SIZE
        colours = {picture.getpixel((x, y)) for x in range(0, picture.width, 4) for y in range(0, picture.height, 4)}
    for name in ("blue", "orange", "ink"):
        code = card.COLOURS[name]
        assert tuple(int(code[at : at + 2], 16) for at in (1, 3, 5)) in colours


def test_what_cannot_be_painted_is_refused() -> None:
    with pytest.raises(ValueError, match="circle"):
        card.painted('<svg xmlns="http://www.w3.org/2000/svg"><circle r="3" fill="#000000"/></svg>')


def test_every_page_tells_other_sites_what_it_is(site: Path) -> None:
    described = set()
    for path in PAGES:
        page = (site / "chapters" / f"{path.stem}.html").read_text(encoding="utf-8")
        tags = dict(re.findall(r'<meta (?:name|property)="([\w:]+)" content="([^"]*)">', page))
        address = f"{ADDRESSES['BOOK_URL']}chapters/{path.stem}.html"
        assert tags["og:url"] == address
        assert f'<link rel="canonical" href="{address}"' in page
        assert tags["og:image"] == f"{ADDRESSES['BOOK_URL']}_static/{card.CARD}"
        assert tags["og:title"]
        assert 40 < len(unescape(tags["description"])) <= card.DESCRIPTION_CHARACTERS + 2
        described.add(tags["description"])
    assert len(described) == len(PAGES)


# ---- the glossary


def test_each_term_of_the_glossary_is_used_and_each_use_in_a_notebook_leads_to_its_term(site: Path) -> None:
    page = (site / "chapters" / "glossary.html").read_text(encoding="utf-8")
    there = set(re.findall(r'<dt id="(term-[\w-]+)"', page))
    context = Context(Contents("2-layers", "https://example.org/chapters/2-layers.html", {}))
    used = {
        to_markdown(role, context).rpartition("#")[2].removesuffix(")")
        for path in PAGES
        for role in TERM.findall(path.read_text(encoding="utf-8"))
    }
    assert there == used


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_term_is_linked_once_in_a_page(path: Path) -> None:
    terms = [
        role.removeprefix("{term}`").rpartition("<")[2].rstrip("`>")
        for role in TERM.findall(path.read_text(encoding="utf-8"))
    ]
    assert len(terms) == len(set(terms))


EXPLAINED = re.compile(
    r"^(?P<term>[A-Za-z][^\n]*)\n(?:  .*\n|\n)*?  \[\]\((?P<page>[\w-]+)\.md#(?P<label>[\w-]+)\)", re.MULTILINE
)
NOT_PROSE = re.compile(
    r"(?P<kept>\{term\}`[^`]*`)|\{[\w:]+\}`[^`]*`|`[^`{}]+`|\]\([^)]*\)|^\([\w-]+\)=|^#.*$", re.MULTILINE
)
BEFORE = re.compile(
    r"\A.*?(?=^:::\{opening\}|^In half an hour)|^:::\{opening\}.*?^:::$|^:{3,}\{recall\}", re.MULTILINE | re.DOTALL
)
# A half-precision network and a person's patience are not the course's words.
HOMONYMS = {"precision", "patience", "recall"}


def blanked(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda match: match[0] if match.lastgroup == "kept" else " " * len(match[0]), text)


@pytest.mark.parametrize(
    "explained", list(EXPLAINED.finditer((ROOT / "chapters" / "glossary.md").read_text())), ids=lambda m: m["term"]
)
def test_the_first_use_of_a_term_in_the_book_is_its_explanation_or_shows_it(explained: re.Match[str]) -> None:
    """A linked term shows its definition where it stands; below a chapter's title words may say what is to come."""
    term = explained["term"]
    if term in HOMONYMS:
        return
    said = r"\s+".join(map(re.escape, term.split()))
    linked = re.compile(rf"\{{term\}}`(?:[^`<]*<)?{said}>?`", re.IGNORECASE)
    for path in [path for path in PAGES if path.stem[0].isdigit()]:
        text = path.read_text(encoding="utf-8")
        explanation = text.find(f"({explained['label']})=") if path.stem == explained["page"] else len(text)
        read = blanked(NOT_PROSE, blanked(UNREAD, blanked(BEFORE, text)))
        first = re.search(rf"\b{said}(?:s|es)?\b", read, re.IGNORECASE)
        link = linked.search(read)
        if first or link:
            at = min(match.start() for match in (first, link) if match)
            assert at >= explanation or (link and link.start() <= at < link.end()), text[at - 60 : at + 60]
            return


def test_a_definition_appears_for_the_keyboard_and_goes_with_escape(page: Page, address: str) -> None:
    page.goto(address + CHAPTER, wait_until="networkidle")
    term = page.locator("a.term").first
    definition = page.locator(f"#{term.get_attribute('aria-describedby')}")
    expect(definition).to_be_hidden()
    term.focus()
    expect(definition).to_be_visible()
    page.keyboard.press("Escape")
    expect(definition).to_be_hidden()
    expect(term).to_be_focused()


def test_a_definition_stays_while_the_pointer_is_on_it_and_goes_after(page: Page, address: str) -> None:
    page.goto(address + CHAPTER, wait_until="networkidle")
    term = page.locator("a.term").first
    definition = page.locator(f"#{term.get_attribute('aria-describedby')}")
    term.hover()
    expect(definition).to_be_visible()
    definition.hover()
    page.wait_for_timeout(400)
    expect(definition).to_be_visible()
    page.mouse.move(5, 5)
    expect(definition).to_be_hidden()


def test_a_definition_fits_on_a_small_screen(browser: Browser, address: str) -> None:
    with browser.new_context(viewport={"width": 360, "height": 740}) as context:
        page = context.new_page()
        page.goto(address + CHAPTER, wait_until="networkidle")
        for term in page.locator("a.term").all()[:6]:
            term.focus()
            box = page.locator(f"#{term.get_attribute('aria-describedby')}").bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 360


# ---- figures that fit


@pytest.mark.parametrize(("size", "words"), [(10, 12.0), (8.5, None)])
def test_a_figures_words_grow_on_a_small_screen_where_they_have_room(size: float, words: float | None) -> None:
    svg = f'<svg viewBox="0 0 448 200 "><text style="font: {size}px sans-serif">epoch</text></svg>'
    assert words_on_a_small_screen(svg) == words


def test_a_figure_without_words_is_shown_whole_on_a_small_screen() -> None:
    assert words_on_a_small_screen('<svg viewBox="0 0 448 200 "></svg>')


def test_a_figure_gives_its_places_to_a_tenth_of_a_pixel_and_keeps_its_words() -> None:
    assert coarser('<path d="M 61.858452 -2.5L1 .129"/><text x="3.14159">0.00123</text>') == (
        '<path d="M 61.9 -2.5L1 0.1"/><text x="3.1">0.00123</text>'
    )


def test_a_figure_that_does_not_say_how_wide_it_is_is_refused() -> None:
    with pytest.raises(ValueError, match="viewBox"):
        words_on_a_small_screen('<svg width="448"></svg>')


# ---- the search


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_the_search_index_leads_from_an_exercise_to_its_card(site: Path, exercise: Exercise) -> None:
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    objects = index[index.index('"objects"') : index.index('"objnames"')]
    assert re.search(rf'"exercise-{exercise.id}", "{exercise.name}"', objects)


@pytest.mark.parametrize(
    ("query", "anchor"), [("relu_interpolant", "#exercise-approximation-relu_interpolant"), ("logits", "#term-logits")]
)
def test_the_first_thing_found_is_the_place_itself(page: Page, address: str, query: str, anchor: str) -> None:
    page.goto(f"{address}search.html?q={query}")
    first = page.locator("#search-results li a").first
    expect(first).to_have_attribute("href", re.compile(f"{anchor}$"))


def test_results_come_as_one_types_and_lead_to_their_place_by_keyboard(page: Page, address: str) -> None:
    page.goto(address + CHAPTER)
    page.keyboard.press("Control+k")
    dialog = page.locator("dialog#pst-search-dialog")
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("momentum")
    expect(dialog.get_by_role("listitem").first).to_contain_text(re.compile("momentum", re.IGNORECASE))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"#.*momentum", re.IGNORECASE))


def test_the_search_page_keeps_up_with_what_is_typed_and_its_address_as_well(page: Page, address: str) -> None:
    page.goto(f"{address}search.html?q=dropout")
    results = page.locator("#search-results li")
    expect(results.first).to_contain_text(re.compile("dropout", re.IGNORECASE))
    page.locator(".bd-search-container input").fill("calibration")
    expect(results.first).to_contain_text(re.compile("calibrat", re.IGNORECASE))
    expect(page).to_have_url(re.compile("q=calibration"))


@pytest.mark.parametrize(("typed", "meant"), [("droput", "dropout"), ("learnig rate", "learning rate")])
def test_a_word_that_the_book_has_not_leads_to_the_nearest_that_it_has(
    page: Page, address: str, typed: str, meant: str
) -> None:
    page.goto(f"{address}search.html?q={typed}")
    page.get_by_role("button", name=meant, exact=True).click()
    expect(page.locator("#search-results li").first).to_be_visible()
    expect(page.locator(".bd-search-container input")).to_have_value(meant)


@pytest.mark.parametrize("query", ["learning rate", "dropout", "Linear"])
def test_what_is_found_is_quoted_without_answers_or_buttons_and_chapters_come_first(
    page: Page, address: str, query: str
) -> None:
    page.goto(f"{address}search.html?q={query}", wait_until="networkidle")
    links = page.locator("#search-results li a")
    expect(page.locator("#search-results .context").first).to_be_visible()
    said = " ".join(page.locator("#search-results .context").all_inner_texts())
    for other in ("Show the code", "Choose first, then unfold", "Try a wrong answer", "Contents", ", no."):
        assert other not in said
    pages = [link.get_attribute("href") or "" for link in links.all()]
    of_chapters = [bool(re.search(r"chapters/\d-", href)) for href in pages]
    last = max(at for at, is_chapter in enumerate(of_chapters) if is_chapter)
    teachers = ("teaching", "running", "grading", "known-mistakes")
    assert not [href for href in pages[: last // 2] if any(name in href for name in teachers)]


def test_a_name_with_an_underscore_is_marked_where_it_is_quoted(page: Page, address: str) -> None:
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{address}search.html?q=zero_grad", wait_until="networkidle")
    quoted = page.locator("#search-results .context")
    assert all(words.strip() for words in quoted.all_inner_texts())
    expect(quoted.locator("mark").first).to_have_text("zero_grad")
    assert complaints == []


def test_no_picture_lies_on_what_is_found(page: Page, address: str) -> None:
    page.goto(address + CHAPTER)
    page.keyboard.press("Control+k")
    page.keyboard.type("he_std")
    expect(page.locator("dialog#pst-search-dialog li").first).to_have_css("background-image", "none")


@pytest.mark.parametrize("width", [1440, 768, 500, 320])
def test_a_quotation_is_as_high_as_its_place_was_before_and_shows_the_word(
    page: Page, address: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{address}search.html?q=gradient", wait_until="networkidle")
    quoted = page.locator("#search-results .context")
    expect(quoted.filter(has_not_text=re.compile(r"\w"))).to_have_count(0)
    places, marks = quoted.evaluate_all("""(all) => [all, all.map((one) => one.querySelector("mark") ?? one)].map(
      (list) => list.map((one) => one.getBoundingClientRect()))""")
    height = quoted.last.evaluate("(one) => { one.replaceChildren(); return one.offsetHeight; }")
    assert {round(place["height"]) for place in places} == {height}
    assert all(mark["bottom"] <= place["bottom"] + 1 for mark, place in zip(marks, places, strict=True))


# ---- what the browser remembers


def test_a_choice_and_a_tick_are_there_when_the_reader_comes_back(page: Page, address: str) -> None:
    page.goto(address + CHAPTER, wait_until="networkidle")
    question = page.locator(".question.predict").first
    question.locator("button").nth(1).click()
    page.get_by_label("done: exercise Linear").check()

    page.reload(wait_until="networkidle")
    expect(question.locator("button").nth(1)).to_have_attribute("aria-pressed", "true")
    expect(question.locator(".question-outcome")).to_be_visible()
    expect(question.get_by_role("status")).to_be_empty()
    expect(page.get_by_label("done: exercise Linear")).to_be_checked()
    expect(page.get_by_label("done: exercise Flatten")).not_to_be_checked()


def test_progress_is_marked_beside_the_chapter_and_forgotten_on_demand(page: Page, address: str) -> None:
    page.goto(address + CHAPTER, wait_until="networkidle")
    entry = page.locator(".bd-sidebar-primary li", has_text="2 · Layers")
    expect(entry.locator(".progress-mark")).to_have_count(0)
    page.get_by_label("done: exercise Linear").check()
    expect(entry).to_contain_text(re.compile(r"\d+ % done"))

    page.goto(address + "chapters/index.html", wait_until="networkidle")
    expect(page.locator(".path-step", has_text="2 · Layers")).to_contain_text(re.compile(r"\d+ % done"))
    expect(page.locator(".path-step", has_text="3 · Dropout").locator(".progress-mark")).to_have_count(0)

    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Forget my progress").click()
    expect(page.locator(".progress-mark")).to_have_count(0)
    expect(page.get_by_role("button", name="Forget my progress")).to_be_hidden()
    assert page.evaluate("localStorage.getItem('course-progress')") is None


def test_the_landing_page_offers_to_go_on_where_the_reader_stopped(page: Page, address: str) -> None:
    page.goto(address + "chapters/index.html", wait_until="networkidle")
    expect(page.locator(".continue")).to_have_count(0)
    page.goto(address + CHAPTER + "#symmetry", wait_until="networkidle")
    page.wait_for_function("localStorage.getItem('course-progress')?.includes('why-at-random')")
    page.goto(address + "chapters/index.html", wait_until="networkidle")
    link = page.locator(".continue a")
    expect(link).to_have_text("2 · Layers: Why at random?")
    link.click()
    expect(page).to_have_url(re.compile(r"2-layers\.html#"))


def test_a_browser_that_refuses_to_remember_shows_the_page_all_the_same(page: Page, address: str) -> None:
    page.add_init_script(NO_STORAGE)
    page.goto(address + CHAPTER, wait_until="networkidle")
    question = page.locator(".question.predict").first
    question.locator("button").first.click()
    expect(question.locator(".question-outcome")).to_be_visible()
    page.get_by_label("done: exercise Linear").check()
    expect(page.get_by_label("done: exercise Linear")).to_be_checked()
