"""The widget in which a training run is watched."""

import numpy as np
from playwright.sync_api import Browser, Page, expect

from book.widgets.training import found, recording

ADDRESS = "chapters/5-training.html"


def test_a_run_is_gone_through_by_mouse_and_keyboard(page: Page, address: str) -> None:
    run = recording()
    page.goto(address + ADDRESS)
    widget = page.locator("[data-widget=training]")
    widget.scroll_into_view_if_needed()
    words = widget.locator(".widget-words")
    expect(words).to_contain_text(f"After epoch {run['recipe']['epochs']},")
    epoch = widget.get_by_role("slider", name="Epoch")

    epoch.focus()
    page.keyboard.press("Home")
    expect(words).to_contain_text("Before training")
    page.keyboard.press("ArrowRight")
    expect(words).to_contain_text(
        f"After epoch 1, {run['valid']['accuracy'][1]:.1%}".replace("%", "\N{NO-BREAK SPACE}%")
    )
    page.keyboard.press("End")
    expect(words).to_contain_text(f"After epoch {run['recipe']['epochs']},")

    matrix = run["confusion"][-1]
    shirt, pullover, bag = (run["labels"].index(name) for name in ("Shirt", "Pullover", "Bag"))
    widget.locator(f"td[data-row='{shirt}'][data-column='{pullover}']").hover()
    expect(words).to_contain_text(
        f"{matrix[shirt][pullover]} of {sum(matrix[shirt])} shirts were taken for a pullover."
    )
    widget.locator(f"td[data-row='{bag}'][data-column='{bag}']").click()
    page.keyboard.press("ArrowUp")
    expect(words).to_contain_text("sneakers")
    cell = widget.locator("td:focus")
    expect(cell).to_have_attribute(
        "aria-label", f"{matrix[bag - 1][bag]} of {sum(matrix[bag - 1])} sneakers was taken for a bag."
    )

    pixels = "(canvas) => canvas.getContext('2d').getImageData(0, 0, 28, 28).data.join()"
    added = widget.locator("canvas").first.evaluate(pixels)
    widget.get_by_label("as they are").check()
    assert widget.locator("canvas").first.evaluate(pixels) != added

    widget.get_by_role("button", name="Play").click()
    expect(words).not_to_contain_text(f"After epoch {run['recipe']['epochs']},")
    widget.get_by_role("button", name="Pause").press("Enter")
    expect(widget.get_by_role("button", name="Play")).to_be_focused()


def test_without_scripts_a_still_says_what_is_found_first_and_last(browser: Browser, address: str) -> None:
    run = recording()
    last = found(run, run["recipe"]["epochs"])
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(address + ADDRESS)
        still = page.locator("[data-widget=training]")
        expect(still.locator("svg .training-late")).to_have_count(len(last))
        expect(still).to_contain_text(f"worst {run['labels'][int(np.argmin(last))]}")
        expect(still.get_by_role("img", name="outlines and parts of garments")).to_be_visible()
