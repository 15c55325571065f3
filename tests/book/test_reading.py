"""The pages in a real browser, as a reader meets them."""

import gzip
import re
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from pypdf import PdfReader

from tests.book.built_pages import page as page_of
from tests.book.built_pages import read
from tests.book.conftest import CHAPTER
from tests.book.visits import PAGES, PRINTED, SEARCH, SHIFTED, STARTS, Visit, visit
from tests.conftest import ROOT, serve

WITH_DEMO = {"index", "serving", "you-built-it"}
DAILY = {"2-layers", "running"}  # looked at with every commit; all in a deep run


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(
            (name, colours),
            id=f"{Path(name).stem}-{colours}",
            marks=() if Path(name).stem in DAILY and colours == list(STARTS)[at % 2] else pytest.mark.deep,
        )
        for at, name in enumerate([*PAGES, SEARCH])
        for colours in STARTS
    ],
)
def visited(request: pytest.FixtureRequest, browser: Browser, address: str) -> Visit:
    """A page that is visited once, and of which each test judges one thing that was seen."""
    return visit(browser, address, *request.param, thorough=request.config.getoption("deep"))


@pytest.mark.parametrize("noted", ["complaints", "violations", "wider", "meeting", "tiny", "cut"])
def test_a_page_has_no(visited: Visit, noted: str) -> None:
    assert getattr(visited, noted) == []


def test_a_page_asks_no_other_host_and_for_the_demo_where_it_has_one(visited: Visit) -> None:
    assert [url for url in visited.requested if not url.startswith((visited.address, "data:"))] == []
    assert any("/demo/" in url for url in visited.requested) == (Path(visited.name).stem in WITH_DEMO)


def test_a_page_takes_the_theme_that_the_reader_prefers(visited: Visit) -> None:
    assert visited.theme == visited.colours


def test_nothing_moves_under_the_readers_eyes(visited: Visit) -> None:
    assert visited.shifted < 0.05


# ---- what a page costs


BUDGET = 450_000  # bytes as they are sent, without the demo
REQUESTS = 30
COMPRESSED_ALREADY = {".woff2", ".png", ".jpg", ".jpeg"}


@cache
def sent(path: Path) -> int:
    """Return the bytes of a file as a web server sends them."""
    content = path.read_bytes()
    return len(content if path.suffix in COMPRESSED_ALREADY else gzip.compress(content, mtime=0))


def asked(visited: Visit) -> list[str]:
    """Return the requests of a page without those of its demo and for pages that a search quotes."""
    own, *parts = visited.requested
    return [own, *(url for url in parts if url.startswith("http") and not re.search(r"/demo/|\.html$", url))]


def test_a_page_without_its_demo_weighs_under_450_kilobytes_and_takes_few_requests(visited: Visit, site: Path) -> None:
    weight = Counter[str]()  # by the kind of file
    for path in {urlsplit(url).path for url in asked(visited)}:
        weight[Path(path).suffix] += sent(site / path.removeprefix("/"))
    assert weight[".woff2"] > 0
    assert weight.total() < BUDGET, weight
    assert len(set(asked(visited))) == len(asked(visited)) <= REQUESTS


# ---- a chapter on paper: nothing is folded away and nothing is cut


def squeezed(text: str) -> str:
    """Leave out spaces, as paper breaks lines anywhere, and turn raised digits into plain ones."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def texts(visited: Visit, site: Path, selector: str) -> list[str]:
    """Return the text of each match of a selector in the page's article."""
    return [match.get_text() for match in read(site / visited.name).article.select(selector)]


def is_on(printed: str, line: str) -> bool:
    """Return whether a line was printed, whole or in two parts: a figure's words can come between them."""
    return any(line[:place] in printed and line[place:] in printed for place in range(len(line), 0, -1))


@pytest.mark.parametrize(
    "visited",
    [
        pytest.param((page, "light"), id=page, marks=[pytest.mark.deep] * (Path(page).stem not in DAILY))
        for page in PRINTED
    ],
    indirect=True,
)
def test_every_line_of_code_and_every_answer_is_printed(visited: Visit, site: Path) -> None:
    printed = squeezed("".join(page.extract_text() for page in PdfReader(visited.picture("print.pdf")).pages))
    lines = [line for code in texts(visited, site, ".highlight > pre") for line in code.splitlines() if line]
    reasons = texts(visited, site, "p.reason-letter")
    assert len(lines) > 100 and len(reasons) > 10
    assert [line for line in lines if not is_on(printed, squeezed(line))] == []
    assert [reason for reason in reasons if squeezed(reason) not in printed] == []


# ---- the look of a page


def test_on_a_wide_screen_what_explains_a_line_stands_beside_it(page: Page, address: str) -> None:
    """Definitions and references; on other screens there is nothing at the side."""
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{address}chapters/5-training.html")
    reference = page.locator(".side-note", has_text="A stochastic approximation method")
    text_ends = page.locator("article section > p").first.evaluate("(one) => one.getBoundingClientRect().right")
    expect(reference).to_be_visible()
    assert reference.evaluate("(one) => one.getBoundingClientRect().left") > text_ends
    expect(reference).to_contain_text("Robbins and Monro 1951")
    expect(reference).to_have_attribute("aria-hidden", "true")  # it repeats what describes the link
    page.set_viewport_size({"width": 1439, "height": 900})
    expect(page.locator(".side-note:visible")).to_have_count(0)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(media="print")
    expect(page.locator(".side-note:visible")).to_have_count(0)


def test_a_definition_stands_beside_its_first_use_in_the_book_alone(site: Path) -> None:
    order = ["0-start", *(path.stem for path in sorted((ROOT / "chapters").glob("[1-6]-*.md")))]
    noted = [note.get_text() for stem in order for note in page_of(site, stem).article.select(".side-note b")]
    terms = [name.lower().removesuffix("s") for name in noted if not re.search(r"\d{4}$", name)]
    assert len(terms) > 30
    assert [name for name, times in Counter(terms).items() if times > 1] == []


CAPTIONS = """(captions) => captions.map((caption) => {
  const figure = caption.parentElement;
  let next = figure;
  do {
    while (!next.nextElementSibling) next = next.parentElement;
    next = next.nextElementSibling;
  } while (next.matches(".figure-code") || !next.checkVisibility());
  const last = [...figure.querySelectorAll(".figure")].pop();
  const [picture, words] = [last, caption].map((one) => one.getBoundingClientRect());
  return [words.top - picture.bottom, next.getBoundingClientRect().top - words.bottom];
})"""


def test_a_caption_is_numbered_and_nearer_to_its_figure_than_to_the_text(chapter: Page) -> None:
    captions = chapter.locator("figure.captioned figcaption")
    names = [re.match(r"Figure \d\.\d", text) for text in captions.all_inner_texts()]
    assert [name and name[0] for name in names] == [f"Figure 2.{at}" for at in range(1, len(names) + 1)]
    for width in (360, 1440):
        chapter.set_viewport_size({"width": width, "height": 900})
        assert [pair for pair in captions.evaluate_all(CAPTIONS) if not 0 <= pair[0] < 24 < pair[1]] == [], width


def test_figures_that_stand_side_by_side_wrap_on_a_telephone(chapter: Page) -> None:
    lines, pairs = {}, chapter.locator(".cell_output:has(> .figure ~ .figure)")
    for width in (360, 1440):
        chapter.set_viewport_size({"width": width, "height": 900})
        several = pairs.locator("> .figure")
        lines[width] = len({round(box["y"]) for figure in several.all() if (box := figure.bounding_box())})
        assert several.evaluate_all("(figures) => figures.every((one) => one.scrollWidth <= one.clientWidth)")
    assert (lines[1440], lines[360]) == (pairs.count(), several.count())


def test_lines_have_a_readable_measure(chapter: Page) -> None:
    chapter.set_viewport_size({"width": 1440, "height": 900})
    chapter.evaluate("document.fonts.ready.then(() => null)")
    characters = chapter.evaluate("""() => {
      const paragraph = [...document.querySelectorAll("article section > p")].find((p) => p.textContent.length > 300);
      const lines = paragraph.getBoundingClientRect().height / parseFloat(getComputedStyle(paragraph).lineHeight);
      return paragraph.textContent.length / Math.round(lines);
    }""")
    assert 55 <= characters <= 80


def test_a_formula_is_drawn_on_the_line_of_its_sentence_and_spelled_for_a_screen_reader(chapter: Page) -> None:
    """Parts that hang below the line, such as a brace or an index, hang below it in a sentence, too."""
    formula = chapter.locator(".math").first
    expect(formula.locator("svg")).to_be_visible()
    expect(formula.get_by_role("math")).to_be_attached()
    assert "\\" not in chapter.locator(".bd-article .math").all_inner_texts()
    offsets = chapter.evaluate("""() => [...document.querySelectorAll("section > p > span.math")].map((formula) => {
      const mark = document.createElement("span");
      mark.style = "display: inline-block; height: 0; width: 0";
      const unbroken = document.createElement("span");  // else the mark can begin the next line
      unbroken.style = "white-space: nowrap";
      formula.replaceWith(unbroken);
      unbroken.append(formula, mark);
      const picture = formula.querySelector("svg");
      const hangs = parseFloat(getComputedStyle(picture).verticalAlign);
      const offset = picture.getBoundingClientRect().bottom + hangs - mark.getBoundingClientRect().bottom;
      unbroken.replaceWith(formula);
      return offset;
    })""")
    assert len(offsets) > 10
    assert max(map(abs, offsets)) < 1


def test_a_question_is_answered_from_the_keyboard_and_only_once(chapter: Page) -> None:
    """The reader chooses first, and is then told what was measured, and why the choice is wrong and the other right."""
    question = chapter.locator(".question.predict").first
    expect(question.locator(".question-outcome")).to_be_hidden()
    options = question.locator(".question-choice")
    options.first.focus()
    chapter.keyboard.press("Tab")
    chapter.keyboard.press("Tab")
    expect(options.nth(2)).to_be_focused()
    chapter.keyboard.press("Enter")

    expect(question.locator(".question-outcome")).to_be_visible()
    expect(options.nth(2)).to_have_attribute("aria-pressed", "true")
    expect(options.nth(2)).to_be_focused()
    expect(question.get_by_role("status")).to_contain_text("You chose C. The right answer is B.")
    expect(question.locator(".question-reasons > li").filter(visible=True)).to_have_count(2)
    options.nth(1).click(force=True)  # it says that it is disabled
    expect(question.get_by_role("status")).to_contain_text("You chose C.")


def test_what_answers_a_prediction_waits_for_a_choice_a_wish_or_a_link(page: Page, address: str) -> None:
    page.goto(f"{address}chapters/3-dropout.html")
    for number, button in enumerate((".question-choice", ".question-skip")):
        question = page.locator(".question.predict").nth(number)
        answering = question.locator("xpath=following-sibling::*[1]")
        assert answering.evaluate("(block) => block.inert")
        question.locator(button).first.click()
        assert not answering.evaluate("(block) => block.inert")
        expect(question.locator(".question-skip")).to_be_hidden()
    linked = page.locator(".veiled [id]").first.get_attribute("id")
    page.evaluate("(id) => { location.hash = id }", linked)
    expect(page.locator(f".veiled [id='{linked}']")).to_have_count(0)


def test_a_guess_is_drawn_kept_and_compared_with_the_curve_of_the_figure(page: Page, address: str) -> None:
    page.goto(f"{address}chapters/3-dropout.html")
    question = page.locator("[data-guess]").first
    chart, last = question.locator(".guess-chart"), question.get_by_role("slider").last
    expect(last).to_have_attribute("aria-valuenow", "1")
    last.press("ArrowDown")
    expect(last).to_have_attribute("aria-valuenow", "0.98")
    chart.click(position={"x": 150, "y": 60})
    drawn = chart.locator(".guess-line").get_attribute("d")
    page.reload()
    expect(chart.locator(".guess-line")).to_have_attribute("d", re.compile(rf"^{drawn[:8]}" if drawn else "nothing"))
    question.get_by_role("button", name="Compare").click()
    expect(question.get_by_role("status").first).to_contain_text(
        re.compile(r"your line is off by 0\.\d+; it is furthest off at epoch")
    )
    expect(chart.locator(".guess-answer")).to_have_attribute("d", re.compile("^M"))
    expect(question.locator(".question-skip")).to_be_hidden()


@pytest.mark.parametrize("stem", ["1-approximation", "3-dropout", "4-optimizer", "6-deployment"])
def test_each_guess_finds_its_curve_in_the_figure(page: Page, address: str, stem: str) -> None:
    page.goto(f"{address}chapters/{stem}.html")
    asked = page.locator("[data-guess]").count()
    assert asked > 0
    expect(page.locator(".guess-chart")).to_have_count(asked)


def test_without_scripts_the_answer_unfolds(without_scripts: Page, address: str) -> None:
    without_scripts.goto(address + CHAPTER)
    question = without_scripts.locator(".question.predict").first
    expect(question.locator(".question-options > li").first).to_be_visible()
    expect(question.locator(".question-outcome")).to_be_hidden()
    question.locator("summary").focus()
    without_scripts.keyboard.press("Enter")
    expect(question.locator(".question-outcome")).to_be_visible()
    expect(question.locator(".question-reasons > li").first).to_be_visible()
    expect(without_scripts.locator(".veiled")).to_have_count(0)


def test_a_figure_takes_the_colours_of_the_theme(page: Page, address: str) -> None:
    strokes = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.goto(address + CHAPTER)
        strokes.append(page.evaluate("getComputedStyle(document.querySelector('.figure svg text')).fill"))
    assert re.match(r"rgb\(\d+, \d+, \d+\)", strokes[0])
    assert strokes[0] != strokes[1]


# ---- the book's typefaces, on a line so slow that they come after the page


@pytest.mark.parametrize("name", ["index", "2-layers"])
def test_a_page_stands_still_when_its_typefaces_come_late(browser: Browser, site: Path, name: str) -> None:
    delayed: list[Route] = []
    with serve(site) as address, browser.new_page(viewport={"width": 360, "height": 740}) as page:
        page.route("**/*.woff2", lambda route: delayed.append(route))
        page.goto(f"{address}chapters/{name}.html", wait_until="domcontentloaded")
        page.wait_for_timeout(300)  # longer than a browser waits before it shows the text
        assert delayed
        for typeface in delayed:
            typeface.continue_()
        page.unroute_all()
        page.evaluate("document.fonts.ready.then(() => null)")
        assert page.evaluate(SHIFTED) < 0.05


def test_a_first_screen_is_set_in_the_books_own_faces(browser: Browser, site: Path) -> None:
    """The question, the text, titles and code: each face is asked for before a style sheet names it."""
    with serve(site) as address, browser.new_page() as page:
        page.goto(f"{address}chapters/2-layers.html", wait_until="networkidle")
        faces = page.evaluate(
            "[...document.fonts].filter((one) => one.status === 'loaded').map((one) => `${one.family} ${one.style}`)"
        )
    assert {face.replace('"', "") for face in faces} >= {
        "Source Serif normal", "Source Serif italic", "Source Sans normal", "Source Code normal",
    }  # fmt: skip
