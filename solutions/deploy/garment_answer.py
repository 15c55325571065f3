"""What the network answers to one photograph, and when that is called unsure. Needs no PyTorch: the Space has none."""

from dataclasses import dataclass

LIMITS = (
    "It knows ten kinds. Whatever you send, it names one of them: it has no word for a hat or a cat.",
    "Shirts are often taken for T-shirts, pullovers and coats: at 28 × 28 pixels without colour they look alike.",
    "It was trained on catalogue pictures: one garment, upright, on a plain background. On other photographs it is "
    "less often right, and its probabilities promise too much.",
)

ADVICE = "Try a plain background of another colour, the whole garment in the picture, and one garment alone."

UNSURE_BELOW = 0.7
"""An answer whose probability is smaller is called unsure.

The smallest tenth at which the other answers of the course's own model (``data/model``) are right 95 times in 100 on
the validation images, which a test computes; never chosen on test images. A model card measures what it does for its
model.
"""


@dataclass(frozen=True)
class GarmentAnswer:
    """The answer to one photograph.

    Attributes:
        ranked: label and probability, the most probable first; the probabilities add up to 1.
        remark: what to tell with the answer, such as that only the first frame was looked at.
        doubt: why the photograph should be taken again, and how (``doubt.doubt``).
    """

    ranked: list[tuple[str, float]]
    remark: str = ""
    doubt: str = ""

    @property
    def is_unsure(self) -> bool:
        return self.ranked[0][1] < UNSURE_BELOW or bool(self.doubt)

    @property
    def reason(self) -> str:
        """Why the answer is unsure."""
        return self.doubt or f"The best answer has less than {UNSURE_BELOW:.0%}."

    @property
    def in_words(self) -> str:
        """The verdict, what to try where it is unsure, and the remark."""
        (first, probability), (second, _) = self.ranked[:2]
        verdict = f"{first}, {probability:.0%}."
        if self.is_unsure:
            verdict = f"Not sure: {first} or {second}? {self.reason}"
            verdict += "" if self.doubt else f" {ADVICE}"
        return f"{verdict} This is {self.remark}." if self.remark else verdict

    @property
    def as_json(self) -> dict[str, object]:
        ranked = [{"label": label, "probability": probability} for label, probability in self.ranked]
        return {"answers": ranked, "unsure": self.is_unsure, "doubt": self.doubt, "remark": self.remark}


def facts(labels: tuple[str, ...], training: dict[str, object]) -> list[str]:
    """Return what whoever asks should know, of the model file's labels and what it tells about its training."""
    found = [*LIMITS, f"The ten kinds: {', '.join(labels)}."]
    if isinstance(accuracy := training.get("test_accuracy"), float):
        found.insert(0, f"On the test images of Fashion-MNIST it is right {accuracy:.1%} of the time.")
    return found
