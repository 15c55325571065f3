"""The answer to one photograph, and reasons to call it unsure."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from solutions.garment import find_garment, part_sizes

LIMITS = (
    "It knows ten kinds. Whatever you send, it names one of them: it has no word for a hat or a cat.",
    "Shirts are often taken for T-shirts, pullovers and coats: at 28 × 28 pixels without colour they look alike.",
    "It was trained on catalogue pictures: one garment, upright, on a plain background. On other photographs it is "
    "less often right, and its probabilities promise too much.",
)

UNSURE_BELOW = 0.7
"""Answers with a smaller probability are called unsure.

The smallest tenth at which the other answers of the course's own model (``data/model``) are right 95 times in 100 on
the validation images, as a test computes; never chosen on test images. Each model card measures its effect.
"""


@dataclass(frozen=True)
class GarmentAnswer:
    """The answer to one photograph."""

    ranked: list[tuple[str, float]]  # label and probability, the most probable first; the probabilities add up to 1
    remark: str = ""  # a note on the image, such as that only its first frame was used
    doubt: str = ""  # a reason to take the photograph again, and how (``doubt``)

    @property
    def is_unsure(self) -> bool:
        return self.ranked[0][1] < UNSURE_BELOW or bool(self.doubt)

    @property
    def reason(self) -> str:
        """The reason why the answer is unsure."""
        return self.doubt or f"The best answer has less than {UNSURE_BELOW:.0%}."

    @property
    def as_json(self) -> dict[str, object]:
        ranked = [{"label": label, "probability": probability} for label, probability in self.ranked]
        return {"answers": ranked, "unsure": self.is_unsure, "doubt": self.doubt, "remark": self.remark}


def percent(share: float) -> str:
    """Return a probability for reading, as the page does: never 100 %, and a dash below half a per cent."""
    if share < 0.005:
        return "\N{EN DASH}"
    return f"{'over 99' if share >= 0.995 else f'{max(1, 100 * share):.0f}'}\N{NO-BREAK SPACE}%"


def facts(labels: tuple[str, ...], training: dict[str, object]) -> list[str]:
    """Return facts for users of a model, from its labels and its training summary."""
    known = [*LIMITS, f"The ten kinds: {', '.join(labels)}."]
    if isinstance(accuracy := training.get("test_accuracy"), float):
        known.insert(0, f"On the test images of Fashion-MNIST it is right {accuracy:.1%} of the time.")
    return known


# --- doubt

EDGE = 5
"""Percent of a picture's edge; a garment along more of it means that the background was not found.

Chosen, like ``SECOND``, on synthetic photographs of test garments on many kinds of background; ``bench.photos`` prints
how many answers to real ones are right with and without the rules. A garment cut off by the picture looks the same.
"""

SECOND = 50
"""Percent of the largest part; another part of that size is a second thing, such as a shoe."""

RUNS_OFF = (
    "What was taken for the garment runs off the picture, so the background was not found, or someone wears it. "
    "Take the photograph again: the garment alone, with space around it, on a plain background of another colour."
)
TWO_THINGS = (
    "There seem to be two things in the picture. Take the photograph again: one garment alone, of a pair one shoe, "
    "on a plain background of another colour."
)


def doubt(image: Image.Image) -> str:
    """Return a reason to take an upright photograph again, and how; empty where its garment is alone within it.

    Images with transparency or 16 bits are never doubted.
    """
    if image.mode.startswith("I"):
        return ""
    image = image.convert("RGBA")
    if max(image.size) > 1024:
        image = image.reduce(max(image.size) // 512)
    if np.asarray(image.getchannel("A")).min() < 128:  # of the picture that prepare_image and the page look at
        return ""
    on_white = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    garment = find_garment(on_white)
    if not ends_within(garment):
        return RUNS_OFF
    return "" if is_one_thing(garment) else TWO_THINGS


def ends_within(garment: np.ndarray) -> bool:
    """Return whether a garment's mask, bool, shape (height, width), touches little of the picture's edge."""
    edge = np.concatenate([garment[0], garment[-1], garment[1:-1, 0], garment[1:-1, -1]])
    return bool(100 * edge.sum() <= EDGE * len(edge))


def is_one_thing(garment: np.ndarray) -> bool:
    """Return whether all other parts of a garment's mask (height, width) are below half the size of the largest."""
    largest, second = [*part_sizes(garment), 0, 0][:2]
    return largest == 0 or 100 * second < SECOND * largest
