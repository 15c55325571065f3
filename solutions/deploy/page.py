"""The web page: a photograph or a drawing, what the network sees, what it answers. It asks no other host for anything.

Needs no PyTorch: ``python -m solutions serve`` and the Space show the same page.
"""

import base64
import io
import tempfile
from collections.abc import Callable
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
from PIL import Image

from autograder.palette import PALETTE, style_sheet
from solutions.deploy.address import CHAPTER
from solutions.deploy.answers import LIMITS, UNSURE_BELOW, Answer
from solutions.deploy.images import LARGEST_FILE, ImageError, open_image, remark

SHOWN = 5  # of ten answers
KEEP_SECONDS = 600  # how long an upload stays, as the page shows it beside its answer
CONCURRENT = 4  # answers computed at once; more than that wait their turn

HERE = Path(__file__).parent
# What of Gradio's theme has a colour of the book in the light, and its counterpart in the dark.
COLOURED = {
    "body_background_fill": "figure-ground",
    "body_text_color": "figure-ink",
    "block_label_background_fill": "figure-ground",
    "block_label_text_color": "pst-color-text-muted",
    "block_background_fill": "card",
    "button_primary_background_fill": "pst-color-link",
    "button_primary_background_fill_hover": "figure-blue",
    "button_primary_text_color": "figure-ground",
}
# The sheet to draw on is white in the dark, too.
LIGHT, DARK = ".gradio-container, .gradio-container .sheet", ".dark .gradio-container"
# Fonts that every system has: Gradio's own would be fetched from another host.
THEME = gr.themes.Base(
    neutral_hue="stone", font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]
).set(
    color_accent=PALETTE["pst-color-link"][0],
    **{part: PALETTE[name][0] for part, name in COLOURED.items()},
    **{f"{part}_dark": PALETTE[name][1] for part, name in COLOURED.items()},
)

INTRODUCTION = """# What garment is this?
Send a photograph of one garment, or draw one. A small neural network says which of ten kinds it is, and the page shows
what the network was given."""

KNOW = """## What to know about the answers
{facts}

How it works, and how it was built: [chapter 6 of the book]({book})."""

SHEET = """<p id="how-to-draw">Draw the whole garment and fill it: the network looks at areas. With the keyboard, arrows
move the pen, space puts it down and lifts it.</p>
<div class="sheet"><canvas width="280" height="280" tabindex="0" role="application" aria-label="Sheet to draw on"
aria-describedby="how-to-draw"></canvas><div class="pen"></div></div><button type="button">Clear the sheet</button>"""
DRAWN = "() => [document.querySelector('.pad canvas').toDataURL('image/png')]"

ADVICE = "Try a plain ground that differs from the garment, the whole garment in the picture, and one garment alone."


def build(answer: Callable[[Image.Image], Answer], labels: tuple[str, ...], training: dict[str, object]) -> gr.Blocks:
    """Return the page.

    Args:
        answer: looks at one image; raises ``ValueError`` with one line where it cannot be used.
        labels: the kinds that the network knows.
        training: what the model file tells about its training; the page shows the accuracy, where there is one.
    """

    def respond(path: Path) -> tuple[str, dict[str, object] | None]:
        try:
            image = open_image(path)
            found = replace(answer(image), remark=remark(image))
        except (ImageError, ValueError) as error:
            return refusal(str(error)), {"error": str(error)}
        return answer_as_html(found), found.as_json

    # Without Gradio's own reading of the images, which fails at damaged ones before open_image can say what to do.
    def respond_to_photograph(photograph: dict[str, str] | None) -> tuple[str, dict[str, object] | None]:
        return respond(Path(photograph["path"])) if photograph else (empty(), None)

    def respond_to_drawing(address: str) -> tuple[str, dict[str, object] | None]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "drawing.png"
            path.write_bytes(base64.b64decode(address.partition(",")[2]))
            return respond(path)

    with gr.Blocks(
        title="What garment is this?", analytics_enabled=False, delete_cache=(KEEP_SECONDS, KEEP_SECONDS)
    ) as page:
        gr.Markdown(INTRODUCTION)
        with gr.Row(equal_height=False):
            with gr.Column(min_width=280), gr.Tabs():
                with gr.Tab("Photograph"):
                    photograph = gr.Image(label="Photograph of one garment", type="filepath", height=360, buttons=[])
                with gr.Tab("Drawing"):
                    sheet = gr.HTML(html_template=SHEET, js_on_load=(HERE / "pad.js").read_text(), elem_classes="pad")
                    ask = gr.Button("Ask the network", variant="primary")
            with gr.Column(min_width=280):
                shown = gr.HTML(html_template='<div role="status" class="answer">${value}</div>', value=empty())
                data = gr.JSON(visible=False)
        gr.Markdown(limits(labels, training))
        quick: dict[str, Any] = {
            "outputs": [shown, data],
            "preprocess": False,
            "show_progress": "hidden",
            "concurrency_id": "network",
        }
        photograph.change(respond_to_photograph, photograph, api_name="classify", **quick)
        ask.click(respond_to_drawing, sheet, js=DRAWN, api_visibility="private", **quick)
    return page.queue(default_concurrency_limit=CONCURRENT)


def launch(page: gr.Blocks, **where: Any) -> str:
    """Serve the page from another thread and return its address on this machine.

    Args:
        page: from ``build``.
        where: Gradio's ``server_name``, ``server_port``, ``root_path``, ``inbrowser``.
    """
    _, address, _ = page.launch(
        theme=THEME,
        css=style_sheet(LIGHT, DARK) + (HERE / "page.css").read_text(),
        max_file_size=LARGEST_FILE,
        footer_links=[],
        ssr_mode=False,
        quiet=True,
        prevent_thread_lock=True,
        **where,
    )
    return address


def limits(labels: tuple[str, ...], training: dict[str, object]) -> str:
    """Return what a user should know, as Markdown."""
    facts = [*LIMITS, f"The ten kinds: {', '.join(labels)}.", "Your picture is deleted soon after the answer."]
    if isinstance(accuracy := training.get("test_accuracy"), float):
        facts.insert(0, f"On the test images of Fashion-MNIST it is right {accuracy:.1%} of the time.")
    return KNOW.format(facts="\n".join(f"- {fact}" for fact in facts), book=CHAPTER)


def empty() -> str:
    return '<p class="hint">The answer will be here.</p>'


def refusal(reason: str) -> str:
    """Return a line for an image that cannot be used."""
    return f'<p class="refused">This picture cannot be used: {escape(reason)}.</p>'


def answer_as_html(answer: Answer) -> str:
    """Return verdict, advice where it is unsure, what the network sees, and the ranked answers."""
    (first, probability), (second, _) = answer.ranked[:2]
    if answer.is_unsure:
        verdict = f"Not sure: <strong>{escape(first)}</strong> or <strong>{escape(second)}</strong>?"
        advice = f'<p class="advice">The best answer has less than {UNSURE_BELOW:.0%}. {ADVICE}</p>'
    else:
        verdict, advice = f"<strong>{escape(first)}</strong>, {probability:.0%}", ""
    if answer.remark:
        advice += f'<p class="advice">This is {escape(answer.remark)}.</p>'
    rows = "".join(
        f'<li><span class="label">{escape(label)}</span>'
        f'<span class="bar" aria-hidden="true"><span style="width: {share:.2%}"></span></span>'
        f'<span class="share">{share:.1%}</span></li>'
        for label, share in answer.ranked[:SHOWN]
    )
    return (
        f'<p class="verdict">{verdict}</p>{advice}<figure><img class="seen" src="{as_png(answer.seen)}" '
        'alt="The picture at 28 by 28 pixels: the garment bright on black."><figcaption>What the network sees: '
        f"28 × 28 pixels, the ground black, dark made bright</figcaption></figure><ol>{rows}</ol>"
    )


def as_png(pixels: np.ndarray) -> str:
    """Return the pixels, from 0 to 1, as the address of a PNG that holds itself."""
    stream = io.BytesIO()
    Image.fromarray((255 * pixels).round().astype(np.uint8)).save(stream, "PNG")
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()
