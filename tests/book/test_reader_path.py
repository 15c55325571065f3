"""The reader's path: the landing page, the heads of chapters, remembered progress, the glossary, the search."""

import re
from functools import cache
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from autograder.checks import checks_of
from autograder.instructor.releasing.markdown import Context, to_markdown
from autograder.sections import Contents
from book import card, network
from book.chapters import UNREAD, BookChapter, chapters, hours
from tests.book.built_pages import page as built
from tests.book.built_pages import words
from tests.book.conftest import ADDRESSES, CHAPTER
from tests.conftest import ROOT

CHAPTERS = chapters()
PAGES = sorted((ROOT / "chapters").glob("*.md"))
TERM = re.compile(r"\{term\}`[^`]+`")
NO_STORAGE = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('', 'SecurityError'); } })"


# ---- what a chapter says of itself


@pytest.mark.parametrize(
    ("minutes", "words"), [(15, "¼ hour"), (60, "1 hour"), (75, "1¼ hours"), (90, "1½ hours"), (165, "2¾ hours")]
)
def test_a_time_is_said_in_hours_and_quarters(minutes: int, words: str) -> None:
    assert hours(minutes) == words


@pytest.mark.parametrize(
    ("stated", "missing"),
    [
        (r":minutes: \d+\n(?=\nfrom \S+ import bends\n)", "the cell of the exercise bends states no :minutes:"),
        (r', "minutes": \d+', 'its written answer states no "minutes"'),
    ],
)
def test_work_without_minutes_is_refused_by_name(tmp_path: Path, stated: str, missing: str) -> None:
    chapter = CHAPTERS[0]
    copy = tmp_path / chapter.path.name
    copy.write_text(re.sub(stated, "", chapter.text), encoding="utf-8")
    with pytest.raises(ValueError, match=f"^1-approximation.md: {re.escape(missing)}$"):
        _ = BookChapter(copy, chapter.room).work_minutes


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.room)
def test_a_chapter_opens_with_its_question_its_time_and_its_points(site: Path, chapter: BookChapter) -> None:
    (opening,) = built(site, chapter.path.stem).article.select(".opening")
    head = words(opening)
    points = sum(check.points for check in checks_of(chapter.room)) + 5
    assert chapter.question in head
    assert f"{chapter.reading_minutes} minutes of reading" in head
    assert f"{hours(chapter.work_minutes)} of work · {points} points" in head
    assert "You need" in head


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.room)
def test_a_chapter_opens_with_the_landing_pages_network_and_what_it_adds_in_colour(
    site: Path, chapter: BookChapter
) -> None:
    (seen,) = built(site, "index").article.select(".demo-seen img")
    (drawn,) = built(site, chapter.path.stem).article.select(".opening svg")
    assert drawn.select("image")[0]["href"] == seen["src"]
    colours = {path.get("stroke") or path["fill"] for path in drawn.select("path")}
    (added,) = {part.colour for part in network.parts(network.FIRST) if part.room == chapter.room}
    assert colours - {"var(--figure-quiet)", "var(--figure-line)"} == {f"var(--figure-{added})"}


# ---- the way through the chapters


def test_the_landing_page_has_a_step_for_each_chapter(site: Path) -> None:
    steps = built(site, "index").article.select(".path-step")
    for chapter, step in zip(CHAPTERS, map(words, steps), strict=True):
        assert chapter.question in step
        exercises = ", ".join(exercise.name for exercise in chapter.exercises)
        assert f"Adds {network.ADDS[chapter.room]}. You write {exercises}." in step


# ---- how the book is recognised


def test_the_card_for_other_sites_has_the_size_they_expect(site: Path) -> None:
    with Image.open(site / "_static" / card.CARD) as picture:
        assert picture.size == card.SIZE


def test_every_page_tells_other_sites_what_it_is(site: Path) -> None:
    described = set()
    for path in PAGES:
        soup = built(site, path.stem).soup
        tags = {str(tag.get("name") or tag.get("property")): str(tag.get("content")) for tag in soup.select("meta")}
        address = f"{ADDRESSES['BOOK_URL']}chapters/{path.stem}.html"
        assert tags["og:url"] == address
        assert [link["href"] for link in soup.select("link[rel=canonical]")] == [address]
        assert tags["og:image"] == f"{ADDRESSES['BOOK_URL']}_static/{card.CARD}"
        assert tags["og:title"]
        assert 40 < len(tags["description"]) <= card.DESCRIPTION_CHARACTERS + 2
        described.add(tags["description"])
    assert len(described) == len(PAGES)


# ---- the glossary


def test_each_term_of_the_glossary_is_used_and_each_use_in_a_notebook_leads_to_its_term(site: Path) -> None:
    terms = {str(term["id"]) for term in built(site, "glossary").article.select("dl.glossary dt[id]")}
    context = Context(Contents("2-layers", "https://example.org/chapters/2-layers.html", {}))
    used = {
        to_markdown(role, context).rpartition("#")[2].removesuffix(")")
        for path in PAGES
        for role in TERM.findall(path.read_text(encoding="utf-8"))
    }
    assert terms == used


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


@cache
def prose(path: Path) -> str:
    """Return a chapter with blanks in the place of its opening, of what is no prose, and of what few read."""
    return blanked(NOT_PROSE, blanked(UNREAD, blanked(BEFORE, path.read_text(encoding="utf-8"))))


@pytest.mark.parametrize(
    "explained", list(EXPLAINED.finditer((ROOT / "chapters" / "glossary.md").read_text())), ids=lambda m: m["term"]
)
def test_the_first_use_of_a_term_in_the_book_is_its_explanation_or_shows_it(explained: re.Match[str]) -> None:
    """A linked term shows its definition at once; a chapter's opening can use words of what is to come."""
    term = explained["term"]
    if term in HOMONYMS:
        return
    words = r"\s+".join(map(re.escape, term.split()))
    linked = re.compile(rf"\{{term\}}`(?:[^`<]*<)?{words}>?`", re.IGNORECASE)
    for path in [path for path in PAGES if path.stem[0].isdigit()]:
        text, read = path.read_text(encoding="utf-8"), prose(path)
        explanation = text.find(f"({explained['label']})=") if path.stem == explained["page"] else len(text)
        first = re.search(rf"\b{words}(?:s|es)?\b", read, re.IGNORECASE)
        link = linked.search(read)
        if first or link:
            at = min(match.start() for match in (first, link) if match)
            assert at >= explanation or (link and link.start() <= at < link.end()), text[at - 60 : at + 60]
            return


@pytest.mark.parametrize(("mark", "says"), [("a.term", ""), ("a.claim", "It held in")])
def test_a_definition_and_what_was_tried_appear_for_keyboard_and_pointer(chapter: Page, mark: str, says: str) -> None:
    link = chapter.locator(mark).first
    shown = chapter.locator(f"#{link.get_attribute('aria-describedby')}")
    expect(shown).to_be_hidden()
    link.hover()
    expect(shown).to_be_visible()
    shown.hover()
    chapter.wait_for_timeout(400)
    expect(shown).to_be_visible()
    chapter.mouse.move(5, 5)
    expect(shown).to_be_hidden()
    link.focus()
    expect(shown).to_be_visible()
    expect(shown).to_contain_text(says)
    chapter.keyboard.press("Escape")
    expect(shown).to_be_hidden()
    expect(link).to_be_focused()


def test_a_definition_fits_on_a_small_screen(chapter: Page) -> None:
    chapter.set_viewport_size({"width": 360, "height": 740})
    for term in chapter.locator("a.term").all()[:6]:
        term.focus()
        box = chapter.locator(f"#{term.get_attribute('aria-describedby')}").bounding_box()
        assert box and 0 <= box["x"] <= 360 - box["width"]


# ---- the search


@pytest.mark.parametrize(
    ("query", "anchor"), [("relu_interpolant", "#exercise-approximation-relu_interpolant"), ("logits", "#term-logits")]
)
def test_the_first_thing_found_is_the_place_itself(page: Page, address: str, query: str, anchor: str) -> None:
    page.goto(f"{address}search.html?q={query}")
    first = page.locator("#search-results li a").first
    expect(first).to_have_attribute("href", re.compile(f"{anchor}$"))


def test_results_come_as_one_types_and_lead_to_their_place_by_keyboard(chapter: Page) -> None:
    chapter.keyboard.press("Control+k")
    dialog = chapter.locator("dialog#pst-search-dialog")
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    chapter.keyboard.type("momentum")
    expect(dialog.get_by_role("listitem").first).to_contain_text(re.compile("momentum", re.IGNORECASE))
    expect(dialog.get_by_role("listitem").first).to_have_css("background-image", "none")
    chapter.keyboard.press("ArrowDown")
    chapter.keyboard.press("Enter")
    expect(chapter).to_have_url(re.compile(r"#.*momentum", re.IGNORECASE))


def test_the_search_page_keeps_up_with_what_is_typed_and_its_address_as_well(page: Page, address: str) -> None:
    page.goto(f"{address}search.html?q=dropout")
    results = page.locator("#search-results li")
    expect(results.first).to_contain_text(re.compile("dropout", re.IGNORECASE))
    page.locator(".bd-search-container input").fill("calibration")
    expect(results.first).to_contain_text(re.compile("calibrat", re.IGNORECASE))
    expect(page).to_have_url(re.compile("q=calibration"))


@pytest.mark.parametrize(("typed", "meant"), [("droput", "dropout"), ("learnig rate", "learning rate")])
def test_a_word_that_the_book_lacks_leads_to_the_nearest(page: Page, address: str, typed: str, meant: str) -> None:
    page.goto(f"{address}search.html?q={typed}")
    page.get_by_role("button", name=meant, exact=True).click()
    expect(page.locator("#search-results li").first).to_be_visible()
    expect(page.locator(".bd-search-container input")).to_have_value(meant)


@pytest.mark.parametrize("query", ["learning rate", "dropout", "Linear"])
def test_results_quote_no_answers_or_buttons_and_chapters_come_first(page: Page, address: str, query: str) -> None:
    page.goto(f"{address}search.html?q={query}", wait_until="networkidle")
    links = page.locator("#search-results li a")
    expect(page.locator("#search-results .context").first).to_be_visible()
    quoted = " ".join(page.locator("#search-results .context").all_inner_texts())
    for text in ("Show the code", "Choose first, then unfold", "Try a wrong answer", "Contents", ", no."):
        assert text not in quoted
    pages = [link.get_attribute("href") or "" for link in links.all()]
    of_chapters = [bool(re.search(r"chapters/\d-", href)) for href in pages]
    last = max(at for at, is_chapter in enumerate(of_chapters) if is_chapter)
    teachers = ("teaching", "running", "grading", "known-mistakes")
    assert not [href for href in pages[: last // 2] if any(name in href for name in teachers)]


def test_a_name_with_an_underscore_is_marked_where_it_is_quoted(new_page: Page, address: str) -> None:
    complaints: list[str] = []
    new_page.on("pageerror", lambda error: complaints.append(str(error)))
    new_page.goto(f"{address}search.html?q=zero_grad", wait_until="networkidle")
    quoted = new_page.locator("#search-results .context")
    assert all(words.strip() for words in quoted.all_inner_texts())
    expect(quoted.locator("mark").first).to_have_text("zero_grad")
    assert complaints == []


# ---- what the browser remembers


def test_a_choice_and_a_tick_are_there_when_the_reader_comes_back(chapter: Page) -> None:
    question = chapter.locator(".question.predict").first
    question.locator("button").nth(1).click()
    chapter.get_by_label("done: exercise Linear").check()

    chapter.reload()
    expect(question.locator("button").nth(1)).to_have_attribute("aria-pressed", "true")
    expect(question.locator(".question-outcome")).to_be_visible()
    expect(question.get_by_role("status")).to_be_empty()
    expect(chapter.get_by_label("done: exercise Linear")).to_be_checked()
    expect(chapter.get_by_label("done: exercise Flatten")).not_to_be_checked()


def test_progress_is_marked_beside_the_chapter_and_forgotten_on_demand(chapter: Page, address: str) -> None:
    entry = chapter.locator(".bd-sidebar-primary li", has_text="2 · Layers")
    expect(entry.locator(".progress-mark")).to_have_count(0)
    chapter.get_by_label("done: exercise Linear").check()
    expect(entry).to_contain_text(re.compile(r"\d+ % done"))

    chapter.goto(address + "chapters/index.html")
    expect(chapter.locator(".path-step", has_text="2 · Layers")).to_contain_text(re.compile(r"\d+ % done"))
    expect(chapter.locator(".path-step", has_text="3 · Dropout").locator(".progress-mark")).to_have_count(0)

    chapter.once("dialog", lambda dialog: dialog.accept())
    chapter.get_by_role("button", name="Forget my progress").click()
    expect(chapter.locator(".progress-mark")).to_have_count(0)
    expect(chapter.get_by_role("button", name="Forget my progress")).to_be_hidden()
    assert chapter.evaluate("localStorage.getItem('course-progress')") is None


def test_the_landing_page_offers_to_go_on_where_the_reader_stopped(page: Page, address: str) -> None:
    page.goto(address + "chapters/index.html")
    expect(page.locator(".continue")).to_have_count(0)
    page.goto(address + CHAPTER + "#symmetry")
    page.wait_for_function("localStorage.getItem('course-progress')?.includes('why-at-random')")
    page.goto(address + "chapters/index.html")
    link = page.locator(".continue a")
    expect(link).to_have_text("2 · Layers: Why at random?")
    link.click()
    expect(page).to_have_url(re.compile(r"2-layers\.html#"))


def test_a_browser_that_refuses_to_remember_shows_the_page_all_the_same(new_page: Page, address: str) -> None:
    new_page.add_init_script(NO_STORAGE)
    new_page.goto(address + CHAPTER)
    question = new_page.locator(".question.predict").first
    question.locator("button").first.click()
    expect(question.locator(".question-outcome")).to_be_visible()
    new_page.get_by_label("done: exercise Linear").check()
    expect(new_page.get_by_label("done: exercise Linear")).to_be_checked()
