"""The widget that takes a reader's photograph through each step of `prepare_image`."""

import io
import re

from PIL import Image
from playwright.sync_api import Browser, Page, expect

from book.demo import MODEL
from book.widgets.pipeline import DRESS, SNEAKER, cut_out, left_out, lying
from solutions.deploy import web
from solutions.deployment import classify, load_model, prepare_image

TROUSER = 1
PASTE = """async (address) => {
  const clipboardData = new DataTransfer();
  clipboardData.items.add(new File([await (await fetch(address)).blob()], "photo.jpg"));
  document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
}"""
ADDRESS = "chapters/6-deployment.html"


def png(image: Image.Image) -> dict[str, object]:
    content = io.BytesIO()
    image.save(content, "PNG")
    return {"name": "photo.png", "mimeType": "image/png", "buffer": content.getvalue()}


def test_a_photo_is_taken_through_the_steps_and_does_not_leave_the_page(page: Page, address: str) -> None:
    model = web.as_on_the_page(load_model(MODEL))
    asked: list[tuple[str, bool]] = []
    page.on(
        "request", lambda request: asked.append((request.method, request.url.startswith((address, "blob:", "data:"))))
    )
    page.goto(address + ADDRESS)
    widget = page.locator("[data-widget=pipeline]")
    widget.scroll_into_view_if_needed()
    words, steps = widget.locator(".widget-words"), widget.locator(".pipeline-steps > li")

    seen = left_out(lying(SNEAKER))
    expect(words).to_contain_text(f"With all steps the network says {classify(model, seen['With all steps'])[0][0]}")
    expect(steps).to_have_count(8)
    expect(steps.nth(0)).to_contain_text(f"it says {classify(model, seen['Not turned upright'])[0][0]}")
    expect(steps.nth(1)).to_contain_text("nothing changes")
    expect(steps.nth(3)).to_contain_text(f"it says {classify(model, seen['Dark not made bright'])[0][0]}")

    widget.get_by_role("button", name="A dress, cut out").focus()
    page.keyboard.press("Enter")
    expect(words).to_contain_text("says Dress")
    expect(steps.nth(0)).to_contain_text("nothing changes")
    black = prepare_image(cut_out(DRESS).convert("RGB"))
    expect(steps.nth(1)).to_contain_text(re.compile(f"(it says|still) {classify(model, black)[0][0]}"))

    page.evaluate(PASTE, f"{address}_static/demo/example-{TROUSER}.jpg")
    expect(words).to_contain_text("says Trouser")

    blank = Image.new("RGB", (60, 80), "beige")
    chooser = widget.get_by_label("Choose, drop or paste a photo")
    chooser.set_input_files([png(blank)])
    expect(words).to_contain_text("No answer: nothing stands out from the background")
    expect(steps).to_have_count(0)
    assert set(asked) == {("GET", True)}


def test_without_scripts_a_still_shows_what_steps_are_for(browser: Browser, address: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(address + ADDRESS)
        still = page.locator("[data-widget=pipeline]")
        expect(still.get_by_role("img")).to_have_count(1 + len(left_out(lying(SNEAKER))))
        expect(still).to_contain_text("With all steps the network answers Sneaker.")
