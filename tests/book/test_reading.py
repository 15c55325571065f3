"""The pages in a real browser, as a reader meets them."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

ROOT = Path(__file__).resolve().parents[2]
PAGES = [f"chapters/{path.stem}.html" for path in sorted((ROOT / "chapters").glob("*.md"))]
CHAPTER = "chapters/2-layers.html"

# The lowest contrast of words in the article, with an example.
LOWEST_CONTRAST = """() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const luminance = (text) => {
    const [r, g, b] = rgb(text).slice(0, 3).map((v) => linear(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    while (rgb(getComputedStyle(node).backgroundColor)[3] === 0) node = node.parentElement;
    return getComputedStyle(node).backgroundColor;
  };
  let worst = [99, ""];
  for (const node of document.querySelectorAll("article :is(p, li, h2, a, code, td, .highlight span)")) {
    if (!node.textContent.trim()) continue;
    const [a, b] = [luminance(getComputedStyle(node).color), luminance(ground(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < worst[0]) worst = [ratio, node.className + ": " + node.textContent.slice(0, 40)];
  }
  return worst;
}"""


class Visit:
    """A page that is being loaded, and everything about it that a reader should not meet."""

    def __init__(self, page: Page, address: str) -> None:
        self.complaints: list[str] = []
        self.address = address
        page.on("console", lambda message: self.note(message.type != "log", message.text))
        page.on("pageerror", lambda error: self.note(True, str(error)))
        page.on("requestfailed", lambda request: self.note(True, f"failed: {request.url}"))
        page.on("response", lambda answer: self.note(answer.status > 399, f"{answer.status}: {answer.url}"))
        page.on("request", lambda request: self.note(not self.is_local(request.url), f"outside: {request.url}"))

    def note(self, wrong: bool, complaint: str) -> None:
        if wrong:
            self.complaints.append(complaint)

    def is_local(self, url: str) -> bool:
        return url.startswith((self.address, "data:"))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", [*PAGES, "search.html?q=Linear"])
def test_a_page_loads_without_complaint_and_asks_no_other_host(
    browser: Browser, address: str, name: str, theme: str
) -> None:
    with browser.new_context(color_scheme=theme) as context:
        page = context.new_page()
        visit = Visit(page, address)
        page.goto(address + name, wait_until="networkidle")
        assert visit.complaints == []
        assert page.evaluate("document.documentElement.dataset.theme") == theme


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_words_stand_out_from_their_ground(browser: Browser, address: str, name: str, theme: str) -> None:
    """WCAG 2.2 AA asks for 4.5 to 1, in text and in code."""
    with browser.new_context(color_scheme=theme) as context:
        page = context.new_page()
        page.goto(address + name, wait_until="networkidle")
        ratio, example = page.evaluate(LOWEST_CONTRAST)
    assert ratio >= 4.5, example


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wider_than_a_small_screen(browser: Browser, address: str, name: str) -> None:
    with browser.new_context(viewport={"width": 360, "height": 740}) as context:
        page = context.new_page()
        page.goto(address + name, wait_until="networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_text_is_set_in_the_fonts_that_come_with_the_site(page: Page, address: str) -> None:
    page.goto(address + CHAPTER, wait_until="networkidle")
    loaded = page.evaluate("[...document.fonts].filter((font) => font.status === 'loaded').map((font) => font.family)")
    assert {"Source Serif", "Source Sans", "Source Code"} <= {family.strip('"') for family in loaded}


def test_lines_have_a_readable_measure(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(address + CHAPTER, wait_until="networkidle")
    characters = page.evaluate("""() => {
      const paragraph = [...document.querySelectorAll("article section > p")].find((p) => p.textContent.length > 300);
      const lines = paragraph.getBoundingClientRect().height / parseFloat(getComputedStyle(paragraph).lineHeight);
      return paragraph.textContent.length / Math.round(lines);
    }""")
    assert 55 <= characters <= 80


def test_mathematics_is_typeset(page: Page, address: str) -> None:
    page.goto(address + CHAPTER, wait_until="networkidle")
    expect(page.locator("mjx-container").first).to_be_attached()
    assert "\\sqrt" not in page.locator("article").inner_text()


def test_a_question_is_answered_from_the_keyboard(page: Page, address: str) -> None:
    """The reader chooses first; the choice then stands beside what was measured, and each option has a reason."""
    page.goto(address + CHAPTER, wait_until="networkidle")
    question = page.locator(".question.predict").first
    expect(question.locator(".question-outcome")).to_be_hidden()
    options = question.locator("button")
    options.first.focus()
    page.keyboard.press("Tab")
    expect(options.nth(1)).to_be_focused()
    page.keyboard.press("Enter")

    expect(question.locator(".question-outcome")).to_be_visible()
    expect(question.locator(".question-yours")).to_contain_text(options.nth(1).inner_text().split("\n")[-1])
    expect(options.nth(1)).to_have_attribute("aria-pressed", "true")
    expect(options.nth(1)).to_be_focused()
    expect(question.get_by_role("status")).to_contain_text("You chose B. The right answer is C.")
    assert question.locator(".question-reasons > li").count() == options.count()


def test_a_choice_cannot_be_changed_after_the_answer(page: Page, address: str) -> None:
    page.goto(address + CHAPTER, wait_until="networkidle")
    question = page.locator(".question.predict").first
    question.locator("button").nth(0).click()
    question.locator("button").nth(2).click(force=True)  # it says that it is disabled
    expect(question.get_by_role("status")).to_contain_text("You chose A.")


def test_without_scripts_the_answer_unfolds(browser: Browser, address: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(address + CHAPTER)
        question = page.locator(".question.predict").first
        expect(question.locator(".question-options > li").first).to_be_visible()
        expect(question.locator(".question-outcome")).to_be_hidden()
        question.locator("summary").focus()
        page.keyboard.press("Enter")
        expect(question.locator(".question-outcome")).to_be_visible()
        expect(question.locator(".question-reasons > li").first).to_be_visible()


@pytest.mark.parametrize(
    ("name", "chapter"), [("Linear", "Layers"), ("collapse", "Approximation"), ("Momentum", "Optim")]
)
def test_the_search_finds_an_exercise(page: Page, address: str, name: str, chapter: str) -> None:
    page.goto(f"{address}search.html?q={name}")
    expect(page.locator("#search-results li a", has_text=chapter).first).to_be_visible()


def test_a_figure_takes_the_colours_of_the_theme(browser: Browser, address: str) -> None:
    strokes = []
    for theme in ("light", "dark"):
        with browser.new_context(color_scheme=theme) as context:
            page = context.new_page()
            page.goto(address + CHAPTER, wait_until="networkidle")
            strokes.append(page.evaluate("getComputedStyle(document.querySelector('.figure svg text')).fill"))
    assert re.match(r"rgb\(\d+, \d+, \d+\)", strokes[0])
    assert strokes[0] != strokes[1]
