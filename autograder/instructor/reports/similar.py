"""Submissions that share more than chance: a reason to look, and no verdict.

The method is that of MOSS: Schleimer, Wilkerson and Aiken, "Winnowing: local algorithms for document fingerprinting",
SIGMOD 2003. Runs of K tokens are hashed, and of each WINDOW neighbouring hashes the least is kept: a shared run of
K + WINDOW - 1 tokens is always found. Two things differ, since exercises are short and the right answer is often one
line:

- Public runs of K tokens do not count: those of the stub, the book's code, the reference and its known mistakes. A
  student who has understood the chapter writes these.
- The others count by their rarity in the class: log(n / df) / log(n / 2), which is 1 for a run that only two of n
  students have, and 0 for one that all have.

The evidence between two students is the number of tokens in their shared runs, each weighted so, over all exercises of
an assignment. Written answers are compared in the same way, by their words.

Equal hand-ins, all answers the same but for white space, are found with any content: names, comments and a written
answer are seldom all the same by chance. Untouched work is left out.
"""

import math
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from autograder.instructor.reports.code_tokens import CodeToken, Place, code_tokens

K = 12
WINDOW = 4
MIN_EVIDENCE = 60.0
MIN_SHARE = 0.4
MIN_WORDS = 30.0  # of written answers; two who read the same page seldom share more than a sentence of it
MAX_OWNERS = 100  # a run of more students is no sign of copying, and its pairs would take long

CODE, WRITTEN = "code", "written answers"

Span = tuple[Place, Place]
Tokenise = Callable[[str], list[list[CodeToken]]]


@dataclass(frozen=True)
class Passage:
    """A run of K tokens in one of a student's answers: its fingerprint and the tokens' numbers in the whole work."""

    fingerprint: int
    first: int


@dataclass(frozen=True)
class TokenizedWork:
    """One student's answers to an assignment, ready to be compared."""

    tokens: Sequence[tuple[str, CodeToken]]  # each with the name of its answer
    passages: Sequence[Passage]  # the runs that are not public, winnowed
    counted: int  # the number of tokens in some run that is not public


@dataclass(frozen=True)
class SimilarPair:
    """Two students whose answers share passages that others do not have."""

    students: tuple[str, str]
    evidence: float  # weighted number of shared tokens
    share: float  # the part of the smaller work's own tokens that is shared, from 0 to 1
    spans: tuple[Mapping[str, Sequence[Span]], Mapping[str, Sequence[Span]]]  # shared, for each of the two by answer
    what: str = CODE  # that is shared, or ``written answers``

    def record(self) -> dict[str, Any]:
        return {
            "students": list(self.students),
            "what": self.what,
            "evidence": round(self.evidence, 1),
            "share": round(self.share, 3),
        }


def fingerprints(source: str, tokenise: Tokenise = code_tokens) -> set[int]:
    """Return the fingerprints of every run of K tokens of a program, or of another text."""
    return {fingerprint for piece in tokenise(source) for fingerprint in _hashes([token.text for token in piece])}


def similar_pairs(
    answers: Mapping[str, Mapping[str, str]],
    public: Iterable[str],
    min_evidence: float = MIN_EVIDENCE,
    min_share: float = MIN_SHARE,
    tokenise: Tokenise = code_tokens,
) -> list[SimilarPair]:
    """Return the pairs that share enough to be looked at, those with most evidence first.

    Args:
        answers: source by student and answer.
        public: sources that everybody has read.
        min_evidence, min_share: of a pair, as in ``SimilarPair``.
        tokenise: returns the tokens of an answer.
    """
    known = {fingerprint for source in public for fingerprint in fingerprints(source, tokenise)}
    works = {student: work_of(texts, known, tokenise) for student, texts in answers.items()}
    repeated = _repeated(works.values())
    pairs = (
        compare(students, works, weights)
        for students, weights in _candidates(works)
        # An upper bound, as if no runs overlapped, rules out most pairs.
        if K * sum(weight * repeated[fingerprint] for fingerprint, weight in weights.items()) >= min_evidence
    )
    similar = [pair for pair in pairs if pair.evidence >= min_evidence and pair.share >= min_share]
    return sorted(similar, key=lambda pair: (-pair.evidence, pair.students))


def work_of(answers: Mapping[str, str], public: Collection[int], tokenise: Tokenise = code_tokens) -> TokenizedWork:
    """Return one student's answers ready to be compared."""
    tokens: list[tuple[str, CodeToken]] = []
    passages: list[Passage] = []
    counted: set[int] = set()
    for answer, source in answers.items():
        for piece in tokenise(source):
            own = [
                Passage(fingerprint, len(tokens) + at)
                for at, fingerprint in enumerate(_hashes([token.text for token in piece]))
                if fingerprint not in public
            ]
            counted.update(at for passage in own for at in range(passage.first, passage.first + K))
            passages += winnowed(own)
            tokens += [(answer, token) for token in piece]
    return TokenizedWork(tokens, passages, len(counted))


def winnowed(passages: Sequence[Passage]) -> list[Passage]:
    """Return the least passage of each window, the last of equals, each once."""
    if not passages:
        return []
    kept = {}
    for at in range(max(1, len(passages) - WINDOW + 1)):
        least = min(passages[at : at + WINDOW], key=lambda passage: (passage.fingerprint, -passage.first))
        kept[least.first] = least
    return list(kept.values())


def _hashes(texts: Sequence[str]) -> list[int]:
    # Not hash(): it differs from run to run, and so would the winnowed passages.
    return [zlib.crc32("\0".join(texts[at : at + K]).encode()) for at in range(len(texts) - K + 1)]


def _repeated(works: Iterable[TokenizedWork]) -> dict[int, int]:
    """Return the largest count of each fingerprint in one work."""
    most: dict[int, int] = {}
    for work in works:
        for fingerprint, count in Counter(passage.fingerprint for passage in work.passages).items():
            most[fingerprint] = max(count, most.get(fingerprint, 0))
    return most


def _candidates(works: Mapping[str, TokenizedWork]) -> Iterable[tuple[tuple[str, str], Mapping[int, float]]]:
    """Return each two students who share a passage, with the weights of their shared passages."""
    owners: dict[int, set[str]] = defaultdict(set)
    for student, work in works.items():
        for passage in work.passages:
            owners[passage.fingerprint].add(student)
    shared: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    for fingerprint, students in owners.items():
        weight = rarity(len(students), len(works))
        if 2 <= len(students) <= MAX_OWNERS and weight > 0:
            for first, second in combinations(sorted(students), 2):
                shared[first, second][fingerprint] = weight
    return shared.items()


def rarity(owners: int, students: int) -> float:
    """Return the weight of a passage that some of the students have, from 0 to 1."""
    if owners <= 2:
        return 1.0
    return math.log(students / owners) / math.log(students / 2)


def compare(students: tuple[str, str], works: Mapping[str, TokenizedWork], weights: Mapping[int, float]) -> SimilarPair:
    """Return two students as a pair; the weights are of the passages that both have, by fingerprint."""
    sides = [_covered(works[student], weights) for student in students]
    smaller = min(works[student].counted for student in students)
    return SimilarPair(
        students,
        evidence=min(sum(side.values()) for side in sides),
        share=min(1.0, min(len(side) for side in sides) / smaller),
        spans=(_spans(works[students[0]], sides[0]), _spans(works[students[1]], sides[1])),
    )


def _covered(work: TokenizedWork, weights: Mapping[int, float]) -> dict[int, float]:
    """Return the weight of each token in a shared passage, by its number."""
    covered: dict[int, float] = {}
    for passage in work.passages:
        weight = weights.get(passage.fingerprint, 0.0)
        for at in range(passage.first, passage.first + K) if weight else ():
            covered[at] = max(weight, covered.get(at, 0.0))
    return covered


def _spans(work: TokenizedWork, covered: Collection[int]) -> dict[str, list[Span]]:
    """Return the places of tokens, neighbours as one, by answer."""
    spans: dict[str, list[Span]] = defaultdict(list)
    before = None
    for at in sorted(covered):
        answer, token = work.tokens[at]
        if before == at - 1 and spans[answer] and work.tokens[before][0] == answer:
            spans[answer][-1] = (spans[answer][-1][0], token.end)
        else:
            spans[answer].append((token.start, token.end))
        before = at
    return dict(spans)


def equal_groups(answers: Mapping[str, Mapping[str, str]], released: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Return the groups of students with equal hand-ins, written answers included, the largest group first."""
    untouched = _squeezed(released)
    students: dict[tuple[tuple[str, str], ...], list[str]] = defaultdict(list)
    for student, texts in answers.items():
        squeezed = _squeezed(texts)
        if any(text and untouched.get(name) != text for name, text in squeezed.items()):
            students[tuple(sorted(squeezed.items()))].append(student)
    groups = [tuple(group) for group in students.values() if len(group) > 1]
    return sorted(groups, key=lambda group: (-len(group), group))


def _squeezed(answers: Mapping[str, str]) -> dict[str, str]:
    return {name: "".join(text.split()) for name, text in answers.items()}
