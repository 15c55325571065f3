"""The Space, of Gradio's own components: a photograph in, ranked answers out. Needs no PyTorch."""

from html import escape
from pathlib import Path

import gradio as gr

from solutions.deploy.address import CHAPTER
from solutions.deploy.garment_answer import GarmentAnswer, doubt, facts
from solutions.deploy.images import ImageError, open_image, remark
from solutions.deploy.numpy_network import Network
from solutions.deploy.preparation import prepare_image

HERE = Path(__file__).parent
network = Network.load(HERE / "model.safetensors")


def classify(photograph: str | None) -> tuple[dict[str, float], str]:
    if photograph is None:
        raise gr.Error("There is no picture yet.")
    try:
        image = open_image(Path(photograph))
        x = prepare_image(image)
    except (ImageError, ValueError) as error:
        reason = escape(str(error), quote=False)  # shown as HTML, and its words may come from the file
        raise gr.Error(f"This picture cannot be used: {reason}.") from error
    answer = GarmentAnswer(network.classify(x), remark(image), doubt(image))
    return dict(answer.ranked), answer.in_words


notes = [*facts(network.labels, network.training), *([f"[How it was built]({CHAPTER})"] if CHAPTER else [])]
demo = gr.Interface(
    classify,
    gr.Image(type="filepath", image_mode=None, label="Photograph of one garment"),
    [gr.Label(num_top_classes=5, label="Answers"), gr.Textbox(label="In words")],
    examples=sorted(map(str, HERE.glob("example-*.jpg"))),
    cache_examples=False,
    delete_cache=(600, 600),  # seconds: what somebody uploads is not kept
    flagging_mode="never",
    title="What garment is this?",
    description="A small neural network says which of ten kinds it is.",
    article="\n".join(f"- {line}" for line in notes),
)

if __name__ == "__main__":
    demo.launch()
