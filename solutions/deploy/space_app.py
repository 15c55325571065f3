"""The Space: a photograph or a drawing in; its ranked answers and what the network sees out. Needs no PyTorch."""

from html import escape
from pathlib import Path

import gradio as gr
import numpy as np
from starlette.middleware import Middleware

from solutions.deploy.address import CHAPTER
from solutions.deploy.answers import Answer, facts
from solutions.deploy.doubt import doubt
from solutions.deploy.images import LARGEST_FILE, ImageError, open_image, remark
from solutions.deploy.network import Network
from solutions.deploy.preparation import prepare_image
from solutions.deploy.space_guard import Guard

HERE = Path(__file__).parent
TITLE = "What garment is this?"
KEEP_SECONDS = 600  # how long an upload stays, as the page shows it beside its answer

network = Network.load(HERE / "model.safetensors")


class Refusal(gr.Error):
    """Stays until it is closed, as it says what to do; shown as HTML, and its words may come from a file."""

    def __init__(self, reason: str) -> None:
        super().__init__(escape(reason, quote=False), duration=None, title="No answer", print_exception=False)


def classify(path: str | None) -> tuple[dict[str, float], str, np.ndarray]:
    """Answer one image: probabilities by label, the answer in words, and the network's 28×28 pixels enlarged."""
    if path is None:
        raise Refusal("There is no picture yet.")
    try:
        image = open_image(Path(path))
        x = prepare_image(image)
    except (ImageError, ValueError) as error:
        raise Refusal(f"This picture cannot be used: {error}.") from error
    answer = Answer(network.classify(x), remark(image), doubt(image))
    return dict(answer.ranked), answer.in_words, x[0].repeat(7, axis=0).repeat(7, axis=1)


def interface(picture: gr.Image | gr.ImageEditor, api_name: str, examples: list[str] | None = None) -> gr.Interface:
    return gr.Interface(
        classify,
        picture,
        [
            gr.Label(label="Answers", num_top_classes=5),
            gr.Textbox(label="In words"),
            gr.Image(label="What the network sees: 28 × 28 pixels, dark made bright", format="png", buttons=[]),
        ],
        examples=examples,
        cache_examples=False,
        flagging_mode="never",
        analytics_enabled=False,
        api_name=api_name,
    )


with gr.Blocks(title=TITLE, analytics_enabled=False, delete_cache=(KEEP_SECONDS, KEEP_SECONDS)) as demo:
    gr.Markdown(f"# {TITLE}\nA small neural network says which of ten kinds it is.")
    with gr.Tab("Photograph"):
        photograph = gr.Image(label="Photograph of one garment", type="filepath")
        interface(photograph, "classify", sorted(map(str, HERE.glob("example-*.jpg"))))
    with gr.Tab("Drawing"):
        sheet = gr.Sketchpad(label="Draw the whole garment and fill it", brush=gr.Brush(24, ["black"]))
        interface(sheet, "classify_drawing")
    told = [*facts(network.labels, network.training), "Your picture is deleted soon after the answer."]
    links = [f"[How it was built]({CHAPTER})"] if CHAPTER else []
    gr.Markdown("\n".join(f"- {fact}" for fact in [*told, *links]))
# Unopened: Gradio's own reading fails at damaged files before open_image can say what to do, and knows more formats.
vars(photograph)["preprocess"] = lambda file: file and file.path
vars(sheet)["preprocess"] = lambda drawing: drawing and drawing.composite and drawing.composite.path


if __name__ == "__main__":
    demo.launch(max_file_size=LARGEST_FILE, ssr_mode=False, app_kwargs={"middleware": [Middleware(Guard)]})
