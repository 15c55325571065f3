"""The Space: the page of ``python -m solutions serve``, with the network in NumPy."""

from pathlib import Path

from PIL import Image

from solutions.deploy import page
from solutions.deploy.answers import Answer
from solutions.deploy.network import Network
from solutions.deploy.preparation import prepare_image

network = Network.load(Path(__file__).with_name("model.safetensors"))


def answer(image: Image.Image) -> Answer:
    x = prepare_image(image)
    return Answer(network.classify(x), x[0])


if __name__ == "__main__":
    blocks = page.build(answer, network.labels, network.training)
    page.launch(blocks)
    blocks.block_thread()
