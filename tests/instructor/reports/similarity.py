"""How well similar submissions are told apart: python -m tests.instructor.reports.similarity

Honest are all right answers in other styles, the right ones of the sample class, and the reference. The copies are of
some of them, disguised in the ways that students know.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from autograder.checks import rooms
from autograder.course import Course
from autograder.instructor.authoring.right_answers import right_answer, right_answers
from autograder.instructor.reports.public_code import public_code
from autograder.instructor.reports.similar import MIN_EVIDENCE, MIN_SHARE, SimilarPair, similar_pairs
from tests.conftest import SAMPLE_CLASS
from tests.instructor.reports.disguises import Disguise, annotated, disguised, renamed, reordered, with_dead_lines

# Of which answer, and how.
COPIES: Mapping[str, Sequence[Disguise]] = {
    "approximation-table-everything": [renamed, reordered, annotated, with_dead_lines],
    "deployment-torch_only-reordered": [renamed, reordered],
    "dropout-numpy_style-annotated": [renamed, annotated],
    "layers-addmm-renamed": [renamed],
    "layers-straight-reordered": [renamed, reordered],
    "layers-stored_sizes-annotated": [renamed, reordered, annotated],
    "layers-vectors-dead_lines": [renamed, with_dead_lines],
    "optimizer-einsum-dead_lines": [renamed, reordered, with_dead_lines],
    "training-loops-everything": [renamed, reordered, annotated, with_dead_lines],
}
ADDMM = right_answer(Course.installed(), "layers", "addmm")
DISGUISED = disguised(ADDMM, renamed)


@dataclass(frozen=True)
class Measured:
    """What a chapter's comparison gives, whatever the evidence.

    Attributes:
        honest: names of the honest solutions.
        copies: the original's name by the copy's.
        pairs: all that share anything.
    """

    honest: tuple[str, ...]
    copies: Mapping[str, str]
    pairs: tuple[SimilarPair, ...]

    def shown(self) -> list[SimilarPair]:
        return [pair for pair in self.pairs if pair.evidence >= MIN_EVIDENCE and pair.share >= MIN_SHARE]

    def honest_pairs(self) -> list[SimilarPair]:
        return [pair for pair in self.pairs if set(pair.students) <= set(self.honest)]

    def found(self) -> list[str]:
        """Return the copies that are shown beside their originals."""
        shown = {frozenset(pair.students) for pair in self.shown()}
        return [copy for copy, original in self.copies.items() if {copy, original} in shown]


@cache
def measured(room: str) -> Measured:
    """Compare all honest solutions of a chapter, and the copies of some of them, as one class."""
    course = Course.installed()
    honest = {answer.name: answer.source for answer in right_answers(course, room)}
    honest["the reference"] = course.source(room)
    if SAMPLE_CLASS.name == room:
        honest |= {
            path.stem: text for path in SAMPLE_CLASS.glob("*.py") if "Right" in (text := path.read_text("utf-8"))
        }
    copies = {
        name: disguised(honest[name.split("-")[1]], *how) for name, how in COPIES.items() if name.startswith(f"{room}-")
    }
    originals = {copy: copy.split("-")[1] for copy in copies}
    answers = {name: {room: source} for name, source in sorted((honest | copies).items())}
    pairs = similar_pairs(answers, public_code(course, room), min_evidence=0, min_share=0)
    return Measured(tuple(honest), originals, tuple(pairs))


def main() -> None:
    """Print what is found and what is not, and how far the honest stay from being shown."""
    everything = {room: measured(room) for room in rooms()}
    print(f"shown from evidence {MIN_EVIDENCE:.0f} and share {MIN_SHARE:.0%} on")
    print(f"{'chapter':<14}{'honest':>7}{'pairs':>7}{'shown':>7}   nearest to being shown{'':<8}{'copies found':>14}")
    for room, one in everything.items():
        count = len(one.honest)
        near = max(one.honest_pairs(), key=lambda pair: min(pair.evidence / MIN_EVIDENCE, pair.share / MIN_SHARE))
        wrong = sum(set(pair.students) <= set(one.honest) for pair in one.shown())
        says = f"evidence {near.evidence:5.1f}, share {near.share:4.0%}"
        print(
            f"{room:<14}{count:>7}{count * (count - 1) // 2:>7}{wrong:>7}   {says:<30}"
            f"{len(one.found()):>8} of {len(one.copies)}"
        )
    honest = sum(len(one.honest) for one in everything.values())
    found, copies = (
        sum(map(len, part)) for part in zip(*((o.found(), o.copies) for o in everything.values()), strict=True)
    )
    print(f"{honest} honest solutions; {found} of {copies} copies found")


if __name__ == "__main__":
    main()
