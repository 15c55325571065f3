"""A chapter and what surrounds it, by keyboard alone."""

from itertools import pairwise
from typing import Any

from playwright.sync_api import Page, expect

MOST_STOPS = 200

# Everything that a mouse could use, in the order of the page; the links at headings are in its contents, too.
NUMBER = """() => {
  const links = "a[href]:not(.headerlink)";
  const all = document.querySelectorAll(`${links}, button, input, select, textarea, summary, [tabindex='0']`);
  return [...all].filter((one) => !one.closest("[inert]"))
    .filter((one) => one.checkVisibility({ visibilityProperty: true }) && one.getClientRects().length)
    .map((one, number) => { one.dataset.stop = number; return one.outerHTML.slice(0, 120); });
}"""
STOP = """() => {
  const one = document.activeElement;
  if (one === document.body) return null;
  const style = getComputedStyle(one);
  const { top, bottom, left, right } = one.getBoundingClientRect();
  return {
    html: one.outerHTML.slice(0, 120),
    number: one.dataset.stop ? Number(one.dataset.stop) : null,
    marked: (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none",
    onScreen: bottom > 0 && top < innerHeight && right > 0 && left < innerWidth,
  };
}"""


def test_the_tab_key_leads_through_everything_in_its_order_and_one_always_sees_where_one_is(chapter: Page) -> None:
    chapter.set_viewport_size({"width": 1440, "height": 900})
    chapter.add_style_tag(content="* { transition: none !important; scroll-behavior: auto !important; }")
    usable, stops = chapter.evaluate(NUMBER), list[dict[str, Any]]()
    for _ in range(MOST_STOPS):
        chapter.keyboard.press("Tab")
        if (stop := chapter.evaluate(STOP)) is None:
            break
        stops.append(stop)
    assert 50 < len(stops) < MOST_STOPS, "it leads out again"
    reached = [stop["number"] for stop in stops if stop["number"] is not None]
    assert [html for number, html in enumerate(usable) if number not in reached] == []
    assert [pair for pair in pairwise(reached) if pair[0] >= pair[1]] == []
    assert [stop["html"] for stop in stops if not (stop["marked"] and stop["onScreen"])] == []


# The code that can be seen: is it one of the Tab key's stops, and does it scroll?
CODE = """() => [...document.querySelectorAll("article pre")].filter((one) => one.checkVisibility() && one.clientWidth)
  .map((one) => [one.tabIndex === 0, one.scrollWidth > one.clientWidth])"""


def test_the_tab_key_stops_at_code_while_it_scrolls_and_not_at_other_code(chapter: Page) -> None:
    """In each width, and in code that a reader unfolds."""
    chapter.locator("article details > summary").evaluate_all("(all) => all.forEach((one) => one.click())")
    scrolling = []
    for width in (1440, 360, 768):
        chapter.set_viewport_size({"width": width, "height": 900})
        chapter.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        code = chapter.evaluate(CODE)
        assert [stops for stops, _ in code] == [scrolls for _, scrolls in code]
        scrolling.append(sum(scrolls for _, scrolls in code))
    assert len(code) > scrolling[1] > scrolling[0]


def test_what_is_folded_is_not_looked_at_for_the_tab_key(chapter: Page) -> None:
    """A look lays it out: with all that is folded, half a second of a telephone's time when a chapter is opened."""
    assert chapter.locator("details:not([open]) pre").count() > 10
    assert chapter.locator("details:not([open]) pre[tabindex]").count() == 0


def test_the_first_stop_skips_to_the_text(chapter: Page) -> None:
    chapter.keyboard.press("Tab")
    expect(chapter.get_by_role("link", name="Skip to main content")).to_be_focused()
    chapter.keyboard.press("Enter")
    chapter.keyboard.press("Tab")
    assert chapter.evaluate("document.getElementById('main-content').contains(document.activeElement)")


def test_the_theme_is_switched_from_the_keyboard_and_stays(chapter: Page) -> None:
    button = chapter.get_by_role("button", name="Color mode")
    modes = []
    for _ in range(3):
        button.press("Enter")
        modes.append(chapter.evaluate("document.documentElement.dataset.mode"))
    assert sorted(modes) == ["auto", "dark", "light"]
    button.press("Enter")
    assert chapter.evaluate("localStorage.mode") == modes[0]
    chapter.reload()
    assert chapter.evaluate("document.documentElement.dataset.mode") == modes[0]


def test_the_search_opens_takes_a_word_and_is_left_by_escape(chapter: Page) -> None:
    dialog = chapter.locator("dialog#pst-search-dialog")
    chapter.keyboard.press("Control+k")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    chapter.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    chapter.keyboard.press("Control+k")
    chapter.keyboard.type("Momentum")
    chapter.keyboard.press("Enter")
    expect(chapter.locator("#search-results li a", has_text="Optim").first).to_be_visible()


def test_the_contents_open_on_a_small_screen_and_are_left_by_escape(chapter: Page) -> None:
    chapter.set_viewport_size({"width": 360, "height": 740})
    contents = chapter.get_by_role("navigation", name="Main")
    expect(contents).to_be_hidden()
    button = chapter.locator(".primary-toggle")
    button.focus()
    chapter.keyboard.press("Enter")
    expect(contents).to_be_visible()
    chapter.keyboard.press("Escape")
    expect(contents).to_be_hidden()
    expect(button).to_be_focused()
