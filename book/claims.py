"""Claims in the book: a quiet mark after a sentence, and the page that lists them all.

``{claim}`small-start-is-dead` `` sets the mark, which shows what was tried and how it ended, and links to the claim's
entry. ``{claims} layers`` lists the claims of a room.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective, SphinxRole

from autograder.course import Course
from book import add_element, add_tooltips

if TYPE_CHECKING:
    from solutions.claims import BoundedInterval, Claim

PAGE = "chapters/claims"


class claim_mark(nodes.Inline, nodes.TextElement):
    """A sign that links to a claim's entry, and knows where in the page its summary is."""


@dataclass(frozen=True)
class ClaimEntry:
    """A claim as the book shows it."""

    number: int  # its place among all claims of the book, from 1
    says: str
    tried: str
    held: str  # in how many combinations the claim held, and the quantity with its intervals
    opposite: str
    opposite_held: str
    because: str  # how the reason that the page gives was tested; empty where it gives none
    source: tuple[str, int]  # the file of its experiment in the repository, and the line


@cache
def entries() -> dict[str, ClaimEntry]:
    """Judge all claims by their measurements, and return their entries by id, numbered in the book's order.

    Raises:
        LookupError: a claim was never measured; the message says which, and what to run.
    """
    # Imported here: a build that reads no page need not load what trains networks.
    from solutions.claims.ledger import all_claims, judge, read

    ledger = read()
    judged_claims = {}
    for number, claim in enumerate(all_claims(), start=1):
        if claim.id not in ledger:
            raise LookupError(f"the claim {claim.id} was never measured: run make claims")
        judged, opposite = (judge(claim, ledger[claim.id], opposed) for opposed in (False, True))
        held = f"It held in {judged.held} of {len(judged.inside)} combinations: {_range(judged.inside)}."
        if judged.outside:
            beyond = sum(combination.holds for combination in judged.outside)
            held += f" Outside of its bounds it held in {beyond} of {len(judged.outside)}: {_range(judged.outside)}."
        contrary = f"It held in {opposite.held} of {len(opposite.inside)}: {_range(opposite.inside)}."
        source = f"solutions/claims/{claim.room}.py", inspect.getsourcelines(claim.measure)[1]
        because = f"The reason was tested: {claim.because}" if claim.because else ""
        judged_claims[claim.id] = ClaimEntry(
            number, claim.says, _tried(claim), held, claim.opposite, contrary, because, source
        )
    return judged_claims


def _tried(claim: Claim) -> str:
    varied = {name: values for name, values in claim.varied.items() if name != "seed"}
    things = "; ".join(f"{name.replace('_', ' ')} {', '.join(map(str, values))}" for name, values in varied.items())
    return f"Tried with {len(claim.varied['seed'])} seeds each: {things}."


def _range(combinations: list[BoundedInterval]) -> str:
    intervals = [combination.interval for combination in combinations]
    low, high = min(interval.low for interval in intervals), max(interval.high for interval in intervals)
    return f"{combinations[0].quantity}: {_number(low)} to {_number(high)}"


def _number(value: float) -> str:
    plain = value == 0 or 1e-3 <= abs(value) < 1e5
    form = ".1e" if not plain else ".3g" if abs(value) < 1000 else ",.0f"
    return f"{value:{form}}".replace("-", "−")


class ClaimRole(SphinxRole):
    """The mark after a sentence."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        known = entries()
        if self.text not in known:
            raise LookupError(f"{self.env.docname}: unknown claim {self.text}")
        entry = known[self.text]
        summary = f"Claim {entry.number}: {entry.says} {entry.tried} {entry.held} {entry.because}".rstrip()
        mark = claim_mark("", "✓", claim=self.text, number=entry.number, summary=summary)
        return [nodes.superscript("", "", mark)], []


class Summaries(SphinxPostTransform):
    """Set the link of each mark, and write the summaries at the end of the page."""

    default_priority = 16
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        marks = list(self.document.findall(claim_mark))
        page = self.app.builder.get_relative_uri(self.env.docname, PAGE) if marks else ""
        for mark in marks:
            mark["attributes"] = {
                "href": f"{page}#claim-{mark['claim']}",
                "aria-describedby": f"summary-{mark['claim']}",
                "aria-label": f"✓ claim {mark['number']}",
            }
        add_tooltips(self.document, {f"summary-{mark['claim']}": mark["summary"] for mark in marks})


class ClaimsDirective(SphinxDirective):
    """All claims of a room, each with its experiment and how often it and its opposite held."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        room = self.arguments[0]
        repository = Course.installed().repository_url
        rows = []
        for name, entry in entries().items():
            path, line = entry.source
            if not path.endswith(f"/{room}.py"):
                continue
            address = f"{escape(repository)}/blob/main/{path}#L{line}"
            link = f'<p><a href="{address}">Its experiment</a></p>' if repository else ""
            rows.append(
                f'<li class="claim-entry" id="claim-{name}" value="{entry.number}">'
                f"<p><strong>{escape(entry.says)}</strong></p><p>{escape(entry.held)}</p><p>{escape(entry.tried)}</p>"
                f"<p>The opposite: <em>{escape(entry.opposite)}</em> {escape(entry.opposite_held)}</p>"
                f"<p>{escape(entry.because)}</p>{link}</li>"
            )
        file = f"<p>The experiments are in <code>solutions/claims/{room}.py</code>.</p>"
        return [nodes.raw("", f'{file}<ol class="claims">{"".join(rows)}</ol>', format="html")]


def setup(app: Sphinx) -> None:
    add_element(app, claim_mark, "a", "claim")
    app.add_role("claim", ClaimRole())
    app.add_directive("claims", ClaimsDirective)
    app.add_post_transform(Summaries)
