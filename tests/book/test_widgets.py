"""The widgets: their arithmetic under Node, and their use in a browser by mouse and keyboard."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from playwright.sync_api import Error, Locator, Page, expect

from book.demo import MODEL
from book.widgets import valley
from book.widgets.preparation import DRESS, SNEAKER, cut_out, left_out, lying
from book.widgets.training import recording
from solutions.approximation import relu_interpolant
from solutions.checks.approximation import network_of
from solutions.deploy import web
from solutions.deployment import classify, load_model, prepare_image
from tests.book.built_pages import chapter

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
WIDGETS = ROOT / "book" / "widgets"
PAGE_OF = {
    name: path.stem
    for path in sorted((ROOT / "chapters").glob("*.md"))
    for name in re.findall(r"^:::\{widget\} (\w+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
}
FITS = """(figure) => figure.scrollWidth <= figure.clientWidth
  && figure.getBoundingClientRect().right <= document.documentElement.clientWidth"""
SMALLEST_TARGET = """(figure) => Math.min(
  ...[...figure.querySelectorAll("button, input[type=range], label:has(input), .widget-handle")]
    .map((one) => one.getBoundingClientRect()).flatMap(({ width, height }) => [width, height]))"""

PASTE = """async (address) => {
  const clipboardData = new DataTransfer();
  clipboardData.items.add(new File([await (await fetch(address)).blob()], "photo.jpg"));
  document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
}"""

Open = Callable[[str], Locator]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*/*.test.js")), ids=lambda path: path.name.partition(".")[0])
def test_what_a_script_computes_is_right(path: Path) -> None:
    done = subprocess.run(["node", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]


def computed(name: str, expression: str) -> Any:
    """Return the value of an expression on a widget's module under Node."""
    script = f'import * as it from "{(WIDGETS / name).as_uri()}.js"; console.log(JSON.stringify({expression}))'
    command = ["node", "--input-type=module", "--eval", script]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def test_hinges_add_up_to_what_the_network_of_the_chapter_says() -> None:
    knots = torch.tensor([-3.0, -1.1, 0.2, 2.0, 3.0], dtype=torch.float64)
    values = torch.tensor([0.5, -1.0, 2.0, 1.9, -0.3], dtype=torch.float64)
    places = torch.linspace(-3, 3, 25, dtype=torch.float64)
    network = f"it.interpolant({knots.tolist()}, {values.tolist()})"
    sums = computed("hinges", f"{places.tolist()}.map((x) => it.sum({network}, x))")
    expected = network_of(relu_interpolant(knots, values))(places.unsqueeze(1)).squeeze(1)
    torch.testing.assert_close(torch.tensor(sums, dtype=torch.float64), expected)


def test_a_path_in_the_valley_ends_as_the_chapter_and_the_still_say(site: Path) -> None:
    words = chapter(site, "optimizer").words
    said = re.search(r"momentum arrives after (\d+) steps and gradient descent after (\d+)", words)
    assert said
    paths = [[0.02, momentum, f"{end} steps"] for momentum, end in zip((0.9, 0.0), said.groups(), strict=True)]
    paths += [[lr, momentum, valley.outcome(lr, momentum)] for lr in valley.RATES for momentum in valley.MOMENTA]
    ends = computed("valley", f"{json.dumps(paths)}.map(([lr, momentum]) => it.outcome(it.walk(lr, momentum)))")
    assert ends == [end for _, _, end in paths]


SAID_WITHOUT_SCRIPTS = dict.fromkeys(("hinges", "activations", "masks", "valley"), r"\d") | {
    "preparation": r"With all steps the network answers Sneaker\.",
    "training": r"worst Shirt",
}


@pytest.mark.parametrize("name", PAGE_OF)
def test_without_scripts_a_still_says_what_the_widget_shows(without_scripts: Page, address: str, name: str) -> None:
    without_scripts.goto(f"{address}chapters/{PAGE_OF[name]}.html")
    widget = without_scripts.locator(f"[data-widget={name}]")
    expect(widget.locator(".widget-stage").locator("svg[aria-label], table, img[alt]").first).to_be_visible()
    expect(widget.locator(".widget-stage")).to_contain_text(re.compile(SAID_WITHOUT_SCRIPTS[name]))
    assert widget.evaluate(FITS)


@pytest.mark.parametrize(("name", "file"), {"activations": "activations.bin", "preparation": "*-lying.jpg"}.items())
def test_a_widget_whose_files_do_not_come_leaves_its_still(new_page: Page, address: str, name: str, file: str) -> None:
    new_page.route(f"**/{file}", lambda route: route.abort())
    new_page.goto(f"{address}chapters/{PAGE_OF[name]}.html")
    widget = new_page.locator(f"[data-widget={name}]")
    with new_page.expect_event("pageerror"):
        widget.scroll_into_view_if_needed()
    expect(widget.locator(".widget-stage")).to_contain_text(re.compile(SAID_WITHOUT_SCRIPTS[name]))
    expect(widget.locator("button")).to_have_count(0)


@pytest.fixture
def open_widget(page: Page, address: str) -> Any:
    """Open a widget on a small screen, for a reader without motion: then a run is at its end at once."""
    complaints: list[str] = []

    def complain(error: Error) -> None:
        complaints.append(str(error))

    page.on("pageerror", complain)

    def start(name: str) -> Locator:
        page.set_viewport_size({"width": 360, "height": 740})
        page.emulate_media(reduced_motion="reduce")
        page.goto(f"{address}chapters/{PAGE_OF[name]}.html")
        widget = page.locator(f"[data-widget={name}]")
        widget.scroll_into_view_if_needed()
        expect(widget).to_have_attribute("data-ready", "")
        page.evaluate("document.fonts.ready.then(() => null)")  # from here on nothing in the page moves
        assert widget.evaluate(FITS)
        assert widget.evaluate(SMALLEST_TARGET) >= 24
        return widget

    yield start
    page.remove_listener("pageerror", complain)
    assert complaints == []


def drag(page: Page, what: Locator, right: float, down: float) -> None:
    what.scroll_into_view_if_needed()
    box = what.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right / 2, y + down / 2)
    page.mouse.move(x + right, y + down)
    page.mouse.up()


def test_hinges_are_bent_by_mouse_and_by_keyboard_and_fit_follows_the_curve(open_widget: Open) -> None:
    widget = open_widget("hinges")
    words, last = widget.locator(".widget-words"), widget.get_by_role("slider", name="Hinge 4")
    expect(words).to_contain_text("misses the sine by 2.00 at most")
    expect(words).to_contain_text("Hinge 4 starts at 1.57 and changes the slope by 0.00")
    drag(widget.page, last, 0, 30)
    expect(words).to_contain_text("Hinge 4 starts at 1.57 and changes the slope by −1.")
    last.press("ArrowRight")
    expect(words).to_contain_text("Hinge 4 starts at 1.62")
    expect(last).to_have_attribute("aria-valuetext", re.compile("starts at 1.62, changes the slope by −1"))
    widget.get_by_role("slider", name="Hinge 2").press("ArrowUp")
    expect(words).to_contain_text("Hinge 2 starts at −1.57 and changes the slope by 1.32")

    fit, add = widget.get_by_role("button", name="Fit"), widget.get_by_role("button", name="Add hinge")
    fit.press("Enter")
    expect(words).to_contain_text("misses the sine by 0.21 at most")
    expect(widget.get_by_role("status")).to_contain_text("misses the sine by 0.21 at most")
    for _ in range(4):
        add.press("Enter")
    expect(add).to_have_attribute("aria-disabled", "true")
    fit.click()
    expect(words).to_contain_text("8 hinges. The sum misses the sine by 0.07 at most")
    widget.get_by_label("jump").check()
    fit.click()
    expect(words).to_contain_text("misses the jump by 0.67 at most")


def test_the_ten_layers_hold_the_numbers_that_the_chapter_measured(open_widget: Open) -> None:
    widget = open_widget("activations")
    words, std = widget.locator(".widget-words"), widget.get_by_role("slider", name="Standard deviation")
    expect(words).to_contain_text("Standard deviation 1.000 in each layer")
    chapter = widget.page.locator("article").inner_text()
    for key, measured in (("End", r"the tenth layer returns values of about (.+?), with"),
                          ("Home", r", with 0\.01 of (.+?)\. The lines")):  # fmt: skip
        std.press(key)
        (tenth,) = re.findall(measured, chapter)
        expect(words).to_contain_text(f"in layer 10 it is {tenth}")
    std.press("ArrowRight")
    expect(std).to_have_attribute("aria-valuetext", "0.010")
    widget.get_by_role("button", name="He’s rule").click()
    expect(words).to_contain_text("0.051 in the first layer, 0.088 in the others")
    expect(words).to_contain_text("in layer 10 it is 0.48.")
    widget.get_by_role("button", name="Glorot’s rule").press("Enter")
    expect(words).to_contain_text("in layer 10 it is 0.018.")


def test_the_mean_over_many_masks_is_what_evaluation_gives_only_where_it_is_scaled(open_widget: Open) -> None:
    widget = open_widget("masks")
    words, run = widget.locator(".widget-words"), widget.get_by_role("button", name="Run")
    run.press("Enter")
    expect(words).to_contain_text(
        re.compile(r"1,000 calls with p = 0\.50\. Mean of all units (0\.99|1\.0[01]), expected 1\.00")
    )
    expect(words).to_contain_text(re.compile(r"outputs (0\.99|1\.0[01]), expected p/\(1 − p\) = 1\.00"))
    widget.get_by_label("left as it is").check()
    expect(words).to_contain_text(re.compile(r"Mean of all units 0\.(49|50|51), expected 0\.50, in evaluation 1"))
    widget.get_by_role("slider", name="p, to drop").press("Home")
    expect(words).to_contain_text("30 calls with p = 0.00. Mean of all units 1.00")

    widget.page.emulate_media(reduced_motion="no-preference")
    run.click()
    pause = widget.get_by_role("button", name="Pause")
    expect(words).to_contain_text(re.compile(r"^(?!30 )[\d,]+ calls"))
    pause.press("Enter")
    expect(run).to_be_visible()


def test_a_walk_in_the_valley_ends_by_its_learning_rate_and_momentum(open_widget: Open) -> None:
    widget = open_widget("valley")
    words, run = widget.locator(".widget-words"), widget.get_by_role("button", name="Run")
    rate, momentum = (widget.get_by_role("slider", name=name) for name in ("Learning rate", "Momentum"))
    expect(words).to_contain_text("You stand at (8.00, 1.50)")
    widget.get_by_role("button", name="Step").click()
    expect(words).to_contain_text("After step 1 you are at (7.44, −1.1")
    run.click()
    expect(words).to_contain_text("after 72 steps. The limit is 2/25 = 0.080")
    expect(run).to_have_attribute("aria-disabled", "true")
    gone = widget.locator(".gone")
    expect(gone).to_be_hidden()
    for presses, end in ((9, "0.079: below a height of 0.001 after 203 steps"), (2, "0.081 diverges")):
        for _ in range(presses):
            rate.press("ArrowRight")
        run.press("Enter")
        expect(words).to_contain_text(end)
    expect(gone).to_be_visible()
    rate.fill("0.1")
    momentum.fill("0.5")
    run.press("Enter")
    expect(words).to_contain_text("after 18 steps. The limit is 2 · 1.50/25 = 0.120")

    start = widget.get_by_role("slider", name="Starting point")
    drag(widget.page, start, -60, 0)
    expect(words).to_contain_text(re.compile(r"You stand at \([1-5]\.\d\d, 1\.50\)"))
    start.press("ArrowDown")
    expect(words).to_contain_text(re.compile(r"You stand at \([1-5]\.\d\d, 1\.40\)"))


# ---- the two largest, as they come


def test_a_photo_goes_through_the_steps_and_does_not_leave_the_page(
    new_page: Page, address: str, tmp_path: Path
) -> None:
    model = web.as_on_the_page(load_model(MODEL))
    asked: list[tuple[str, bool]] = []
    new_page.on(
        "request", lambda request: asked.append((request.method, request.url.startswith((address, "blob:", "data:"))))
    )
    new_page.goto(f"{address}chapters/{PAGE_OF['preparation']}.html")
    widget = new_page.locator("[data-widget=preparation]")
    widget.scroll_into_view_if_needed()
    words, steps = widget.locator(".widget-words"), widget.locator(".preparation-steps > li")

    seen = left_out(lying(SNEAKER))
    expect(words).to_contain_text(f"With all steps the network says {classify(model, seen['With all steps'])[0][0]}")
    expect(steps).to_have_count(8)
    expect(steps.nth(0)).to_contain_text(f"it says {classify(model, seen['Not turned upright'])[0][0]}")
    expect(steps.nth(1)).to_contain_text("nothing changes")
    expect(steps.nth(3)).to_contain_text(f"it says {classify(model, seen['Dark not made bright'])[0][0]}")

    widget.get_by_role("button", name="A dress, cut out").focus()
    new_page.keyboard.press("Enter")
    expect(words).to_contain_text("says Dress")
    expect(steps.nth(0)).to_contain_text("nothing changes")
    black = prepare_image(cut_out(DRESS).convert("RGB"))
    expect(steps.nth(1)).to_contain_text(re.compile(f"(it says|still) {classify(model, black)[0][0]}"))

    new_page.evaluate(PASTE, f"{address}_static/demo/trouser-12.jpg")
    expect(words).to_contain_text("says Trouser")

    Image.new("RGB", (60, 80), "beige").save(tmp_path / "blank.png")
    widget.get_by_label("Choose, drop or paste a photo").set_input_files(tmp_path / "blank.png")
    expect(words).to_contain_text("No answer: nothing stands out from the background")
    expect(steps).to_have_count(0)
    assert set(asked) == {("GET", True)}


def test_a_run_is_gone_through_by_mouse_and_keyboard(page: Page, address: str) -> None:
    run = recording()
    page.goto(f"{address}chapters/{PAGE_OF['training']}.html")
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
