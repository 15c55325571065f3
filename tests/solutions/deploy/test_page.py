"""The page of ``export-web`` in a real browser: it answers as Python does, and can be used by everyone."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from solutions.data import Dataset
from solutions.deploy import web
from solutions.deploy.garment_answer import UNSURE_BELOW, facts, percent
from solutions.deploy.images import open_image
from solutions.deployment import classify, load_model, prepare_image
from solutions.dropout import Classifier
from solutions.runs.measurement import measure
from solutions.runs.model_file import read_model
from solutions.runs.training_summary import training_in
from tests.axe import OF_COLOURS, TAGS, on_a_telephone, violations
from tests.conftest import serve
from tests.solutions.deploy.browser_photos import cut_out, garment_on, stored
from tests.solutions.deploy.test_images import ANSWERED, REFUSED

expect.set_options(timeout=30_000)  # a busy machine is no fault of the page
ROUNDING = 1e-4  # of a probability: what float32 sums in another order may differ by


@pytest.fixture(scope="session")
def model(model_file: Path) -> Classifier:
    """The model with the page's rounded weights."""
    return web.as_on_the_page(load_model(model_file))


@pytest.fixture(scope="session")
def host(model_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A host, with the page in a folder of a folder."""
    folder = tmp_path_factory.mktemp("host")
    web.claim_page(folder / "somewhere" / "page", force=False)
    web.write_page(model_file, folder / "somewhere" / "page")
    return folder


@pytest.fixture(scope="session")
def address(host: Path) -> Iterator[str]:
    with serve(host) as address:
        yield address


@pytest.fixture(scope="module")
def _heard(browser: Browser, address: str) -> Iterator[tuple[Page, list[str]]]:
    """A page, and complaints about all that is opened in it, such as a picture that leaves the browser."""
    complaints: list[str] = []
    at_home = (address, "data:", "blob:")
    with browser.new_context() as window:
        page = window.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("response", lambda answer: answer.status < 400 or complaints.append(answer.url))
        page.on("request", lambda request: request.url.startswith(at_home) or complaints.append(request.url))
        page.on("request", lambda request: request.method == "GET" or complaints.append(request.method))
        yield page, complaints


@pytest.fixture
def demo(_heard: tuple[Page, list[str]], address: str) -> Iterator[Page]:
    """The page, opened anew; nothing in it may complain, be missing, or ask another host."""
    page, complaints = _heard
    complaints.clear()
    page.mouse.move(0, 0)
    page.goto(f"{address}somewhere/page/")
    expect(page.get_by_role("application", name="A drawing")).to_be_visible()
    yield page
    assert complaints == []


# --- the same answers


ANSWERS_TO_FILES = """async (names) => {
  const { load, prepareImage } = await import(new URL("classifier.js", location));
  const { readPhoto } = await import(new URL("photo.js", location));
  const model = await load(new URL("weights.safetensors", location));
  const found = [];
  for (const name of names) {
    const file = await fetch("/" + encodeURIComponent(name));
    const pixels = prepareImage(await readPhoto(await file.blob()));
    const bytes = String.fromCharCode(...new Uint8Array(pixels.buffer));
    found.push({ pixels: btoa(bytes), answers: model.classify(pixels) });
  }
  return found;
}"""


@pytest.mark.deep
def test_every_kind_of_photo_is_answered_as_in_python(
    demo: Page, model: Classifier, sample: Dataset, host: Path
) -> None:
    """The page rounds less than Pillow does. Two decoders of a JPEG may differ by a level or two of 255, and at the
    outline, where one decides, by more.
    """
    large = garment_on((205, 222, 240), sample.test_images[950], (3000, 4000), 1)
    # A canvas holds colours times alpha, in bytes: what is half transparent comes back a level or two apart.
    more = {"large JPEG": stored(large, "JPEG"), "half transparent": stored(cut_out(sample.test_images[900], 150))}
    photos = {name: content for name, (content, _) in ANSWERED.items()} | more
    del photos["a WEBP turned by EXIF"]  # which Chromium shows as it lies
    for name, content in photos.items():
        (host / name).write_bytes(content)
    rows = demo.evaluate(ANSWERS_TO_FILES, list(photos))
    for (name, content), shown in zip(photos.items(), rows, strict=True):
        apart = 1 / 255 if content.startswith((b"\x89PNG", b"GIF", b"BM")) and name not in more else 0.05
        x = prepare_image(open_image(host / name))
        pixels = np.frombuffer(base64.b64decode(shown["pixels"]), np.float32)
        difference = np.abs(pixels - x.numpy().ravel()).max()
        assert difference <= apart, f"{name}: {difference}"
        answers = {answer["label"]: answer["probability"] for answer in shown["answers"]}
        expected = classify(model, x)
        assert next(iter(answers)) == expected[0][0], name
        assert answers == pytest.approx(dict(expected), abs=ROUNDING + apart), name


# --- for everyone


# Points of a line on the sheet.
SHIRT = [(0.38, 0.12), (0.62, 0.12), (0.88, 0.28), (0.8, 0.45), (0.68, 0.38), (0.68, 0.88), (0.32, 0.88), (0.32, 0.38)]
SHIRT += [(0.2, 0.45), (0.12, 0.28), (0.38, 0.12)]
FIRST = ".demo-answers .is-first"
HEARD = ".demo-heard"  # what a screen reader is told
MIDDLE_SEEN = """(() => {
  const context = new OffscreenCanvas(28, 28).getContext("2d");
  context.drawImage(document.querySelector(".demo-seen canvas"), 0, 0);
  return context.getImageData(14, 14, 1, 1).data[0];
})()"""


def draw(page: Page, points: list[tuple[float, float]]) -> None:
    """Draw a line through points of the sheet, counted from 0 to 1."""
    box = page.locator(".demo-paper").bounding_box()
    assert box is not None
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place)
    page.mouse.up()


def choose(page: Page, file: Path, content: bytes) -> None:
    file.write_bytes(content)
    page.locator(".demo-choose input").set_input_files(file)


def said_of(model: Classifier, image: Image.Image) -> str:
    """Return the beginning of the page's words on an image."""
    label, probability = classify(model, image)[0]
    return f"{label} {percent(probability)} sure" if probability >= UNSURE_BELOW else "Perhaps "


@pytest.fixture(scope="session")
def by_confidence(model: Classifier, sample: Dataset) -> list[int]:
    """The test images, the least sure answer first."""
    return measure(model, sample.test_images, sample.test_labels).probabilities.amax(dim=1).argsort().tolist()


def test_a_drawing_is_filled_answered_and_cleared(demo: Page) -> None:
    draw(demo, SHIRT)
    expect(demo.get_by_role("application", name="Your drawing")).to_be_visible()
    expect(demo.locator(FIRST)).to_have_count(1)
    assert demo.evaluate(MIDDLE_SEEN) > 180
    demo.get_by_label("Fill outlines").uncheck()
    demo.evaluate(f"async () => {{ while ({MIDDLE_SEEN} !== 0) await new Promise(requestAnimationFrame); }}")
    demo.get_by_role("button", name="Clear").click()
    expect(demo.locator(HEARD)).to_contain_text("Draw a garment, choose a photo")
    expect(demo.locator(FIRST)).to_have_count(0)


def test_a_garment_can_be_drawn_with_the_keyboard(demo: Page) -> None:
    demo.locator("body").focus()
    demo.keyboard.press("Tab")
    expect(demo.get_by_role("application", name="A drawing")).to_be_focused()
    expect(demo.locator(".demo-pen")).to_be_visible()
    for key in ("Space", *["ArrowDown"] * 8, *["ArrowRight"] * 4, *["ArrowUp"] * 8, *["ArrowLeft"] * 4, "Space"):
        demo.keyboard.press(key)
    expect(demo.get_by_role("application", name="Your drawing")).to_be_visible()
    expect(demo.locator(FIRST)).to_have_count(1)
    demo.wait_for_function(f"{MIDDLE_SEEN} > 180")  # each frame while one draws


def test_the_network_is_lit_while_one_draws_and_a_unit_shows_what_it_looks_for(demo: Page) -> None:
    draw(demo, [(0.2, 0.2), (0.3, 0.2)])
    expect(demo.locator(FIRST)).to_have_count(1)
    lit = "[...document.querySelectorAll('.demo-level-1 rect')].map((unit) => unit.getAttribute('fill-opacity')).join()"
    before = demo.evaluate(lit)
    box = demo.locator(".demo-paper").bounding_box()
    assert box
    demo.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.2 * box["height"])
    demo.mouse.down()
    demo.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.8 * box["height"], steps=4)
    demo.wait_for_function(f"(before) => {lit} !== before", arg=before)
    demo.mouse.up()

    words, units = demo.locator(".demo-unit-words"), demo.locator(".demo-units")
    demo.locator(".demo-level-1 rect").nth(8).hover(force=True)
    expect(words).to_contain_text("Unit 9 of 256")
    demo.mouse.move(0, 0)
    expect(words).to_be_empty()
    units.focus()
    demo.keyboard.press("ArrowDown")
    expect(words).to_contain_text("Unit 9 of 256")
    for _ in range(12):
        demo.keyboard.press("ArrowRight")
    expect(words).to_contain_text("blue pixels speak for it")


def test_on_a_photograph_the_pen_erases_what_is_no_garment(demo: Page, sample: Dataset, tmp_path: Path) -> None:
    choose(demo, tmp_path / "mine.png", stored(garment_on((255, 255, 255), sample.test_images[0], (300, 300), 0)))
    expect(demo.get_by_role("application", name="Photo: mine.png")).to_be_visible()
    expect(demo.locator(HEARD)).not_to_contain_text("Draw a garment")
    seen = "document.querySelector('.demo-seen canvas').toDataURL()"
    before = demo.evaluate(seen)
    draw(demo, [(0.05, 0.5), (0.95, 0.5)])
    demo.wait_for_function(f"(before) => {seen} !== before", arg=before)
    demo.get_by_role("button", name="Undo").click()
    demo.wait_for_function(f"(before) => {seen} === before", arg=before)


def test_ones_own_network_answers_until_it_is_sent_back_and_a_picture_is_saved(
    demo: Page, model_file: Path, tmp_path: Path
) -> None:
    demo.get_by_role("button", name="Example: Jeans").click()
    expect(demo.get_by_role("application", name="Photo: Jeans")).to_be_visible()
    own = demo.locator(".demo-own")
    expect(own).to_be_hidden()
    choose(demo, tmp_path / "mine.safetensors", model_file.read_bytes())
    accuracy = json.loads(read_model(model_file)[1]["training"])["test_accuracy"]
    expect(own).to_contain_text(f"Your network · {accuracy:.1%}".replace("%", "\N{NO-BREAK SPACE}%"))
    again = demo.context.new_page()
    again.goto(demo.url)
    expect(again.locator(".demo-own")).to_be_visible()
    again.close()
    with demo.expect_download() as saved:
        demo.get_by_role("button", name="Save as a picture").click()
    with Image.open(saved.value.path()) as picture:
        assert picture.size == (1200, 630)
    own.get_by_role("button").click()
    expect(own).to_be_hidden()
    choose(demo, tmp_path / "broken.safetensors", model_file.read_bytes()[:1000])
    expect(demo.locator(HEARD)).to_contain_text("No answer That is not")


def test_an_example_is_answered_from_the_keyboard(demo: Page, model: Classifier, host: Path) -> None:
    example = demo.get_by_role("button", name="Example: Jeans")
    for _ in range(20):
        demo.keyboard.press("Tab")
        if example.evaluate("(button) => button === document.activeElement"):
            break
    demo.keyboard.press("Enter")
    expected = said_of(model, open_image(host / "somewhere" / "page" / "trouser-12.jpg"))
    expect(demo.locator(HEARD)).to_contain_text(expected.split(" ")[0])
    expect(demo.get_by_role("application", name="Photo: Jeans")).to_be_visible()
    expect(demo.get_by_role("list", name="Answers").get_by_role("listitem")).to_have_count(10)


DROP = """([bytes, root]) => {
  const data = new DataTransfer();
  data.items.add(new File([Uint8Array.from(atob(bytes), (byte) => byte.charCodeAt(0))], "mine.png"));
  root.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
}"""


def test_a_dropped_photo_is_answered(demo: Page, model: Classifier, sample: Dataset, by_confidence: list[int]) -> None:
    photo = garment_on((214, 178, 140), sample.test_images[by_confidence[-1]], (300, 400), 3)
    root = demo.locator(".garment-demo").element_handle()
    demo.evaluate(DROP, [base64.b64encode(stored(photo)).decode(), root])
    expect(demo.locator(HEARD)).to_contain_text(said_of(model, photo))
    expect(demo.get_by_role("application", name="Photo: mine.png")).to_be_visible()


def test_an_unsure_answer_is_labelled_and_comes_with_advice(
    demo: Page, model: Classifier, sample: Dataset, by_confidence: list[int], tmp_path: Path
) -> None:
    photos = (garment_on((214, 178, 140), sample.test_images[index], (300, 400), 0) for index in by_confidence)
    doubtful = next(photo for photo in photos if said_of(model, photo).startswith("Perhaps"))
    choose(demo, tmp_path / "doubtful.png", stored(doubtful))
    expect(demo.locator(HEARD)).to_contain_text("Perhaps")
    expect(demo.locator(HEARD)).to_contain_text("with the pen you can erase what is no garment")


UNREADABLE = ("a web page", "SVG", "HEIC")
UNUSABLE = (*UNREADABLE, "over 20 MB", "a header below Pillow's limit", "blank", "a truncated JPEG")


def test_unusable_files_are_refused_as_predict_refuses_them_and_the_page_goes_on(
    demo: Page, model: Classifier, sample: Dataset, by_confidence: list[int], tmp_path: Path
) -> None:
    shown, status = demo.locator(".demo-paper"), demo.locator(HEARD)
    photo = garment_on((255, 255, 255), sample.test_images[by_confidence[-3]], (300, 400), 5)
    for what in UNUSABLE:
        content, reason = REFUSED[what]
        demo.get_by_role("button", name="Example: A dotted dress").click()
        expect(shown).to_have_accessible_name("Photo: A dotted dress")
        choose(demo, tmp_path / what, content)
        expect(status).to_contain_text(re.compile(f"No answer .*{reason}", re.IGNORECASE))
        if what in UNREADABLE:
            expect(shown).to_have_accessible_name("Nothing yet")
    choose(demo, tmp_path / "next.png", stored(photo))
    expect(status).to_contain_text(said_of(model, photo))


def test_an_injected_script_cannot_reach_another_host(page: Page, address: str) -> None:
    page.goto(f"{address}somewhere/page/")
    with serve(Path(__file__).parent) as elsewhere:
        reached = "(url) => fetch(url, { mode: 'no-cors' }).then(() => true, () => false)"
        assert page.evaluate(reached, address)
        assert not page.evaluate(reached, elsewhere)


def test_the_page_states_its_accuracy_and_names_the_chapter(demo: Page, model_file: Path) -> None:
    _, about = read_model(model_file)
    for fact in facts(Classifier.labels, training_in(about)):
        expect(demo.get_by_text(fact)).to_be_visible()
    accuracy = json.loads(about["training"])["test_accuracy"]
    expect(demo.get_by_text(f"it is right {accuracy:.1%} of the time")).to_be_visible()
    expect(demo.get_by_text("chapter 6 of the book")).to_be_visible()


def test_it_links_to_the_chapter_where_the_book_is_published(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "<a" not in web.chapter_link()
    monkeypatch.setattr(web, "CHAPTER", "https://book.example/chapters/6-deployment.html")
    assert web.chapter_link() == '<a href="https://book.example/chapters/6-deployment.html">chapter 6 of the book</a>'


def test_axe_finds_no_violations_and_the_page_fits_a_telephone(browser: Browser, address: str) -> None:
    with on_a_telephone(browser, "light") as context:
        page = context.new_page()
        page.goto(f"{address}somewhere/page/", wait_until="networkidle")
        for is_answered in (False, True):
            if is_answered:
                page.get_by_role("button", name="Example: A dotted dress").click()
                expect(page.locator(FIRST)).to_have_count(1)
            for theme, asked in {"light": TAGS, "dark": OF_COLOURS}.items():
                page.emulate_media(color_scheme=theme)
                assert violations(page, asked) == [], theme
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        bar = page.locator(f"{FIRST} .demo-bar")
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme, forced_colors="active")  # where a ground of one's own is taken away
            ground, filled = bar.evaluate(
                "(bar) => [getComputedStyle(bar).backgroundColor, getComputedStyle(bar.firstElementChild).fill]"
            )
            assert ground != filled


def test_without_scripts_the_page_says_that_it_needs_them(without_scripts: Page, address: str) -> None:
    without_scripts.goto(f"{address}somewhere/page/")
    expect(without_scripts.get_by_text("That takes a script")).to_be_visible()
    expect(without_scripts.get_by_role("img", name="A drawing of a garment: Dress")).to_be_visible()
