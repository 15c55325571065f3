"""The pages of marking as HTML. What a student wrote is shown as text with its layout, and does nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from autograder.instructor.course.questions import WrittenQuestion
from autograder.instructor.gradebook.marks import number
from autograder.instructor.nbgrader.markdown_as_text import TextRenderer
from autograder.reports.html import CONTROLS, environment

HERE = Path(__file__).parent
STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)  # the page's own comes first, and what is typed is escaped
SCRIPT = (HERE / "script.js").read_text(encoding="utf-8")


class AnswerRenderer(TextRenderer):
    """Markdown within a page: its headings are none of the page's own, and have no anchors."""

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        return f"<p><strong>{text}</strong></p>\n"


def shown(markdown: str) -> Markup:
    """Return Markdown as HTML that does nothing but show it."""
    from nbconvert.filters.markdown_mistune import MarkdownWithMath

    return Markup(MarkdownWithMath(renderer=AnswerRenderer()).render(markdown))


@cache
def about(question: WrittenQuestion | None) -> Markup:
    """Return question, rubric and model answer; what a course has not is left out."""
    if question is None:
        return Markup("<p>The course has none.</p>")
    parts = (("Question", question.asks), ("Rubric", question.rubric), ("Model answer", question.model_answer))
    return Markup().join(Markup("<h2>{}</h2>{}").format(title, shown(text)) for title, text in parts)


def in_words(said: str | None) -> str:
    """Return what a line of the history says was or is, as people read it."""
    found = json.loads(said) if said else None
    if isinstance(found, dict) and "points" in found:
        text = found.get("comment") or found.get("reason")
        return f"{number(found['points'])} points" + (f": {text}" if text else "")
    if isinstance(found, list):
        return ", ".join("nobody" if one is None else str(one) for one in found)
    return "" if found is None else str(found)


def page(template: str, **values: Any) -> tuple[str, str]:
    """Return a page, and the policy that it is to be sent with: its own style and script, and nothing else."""
    templates = environment(HERE)
    templates.filters |= {"number": number, "in_words": in_words}
    text = templates.get_template(template).render(**values).translate(CONTROLS)
    style = STYLE.search(text)
    digest = base64.b64encode(hashlib.sha256((style[1] if style else "").encode()).digest()).decode()
    policy = {
        "default-src": "'none'",
        "style-src": f"'sha256-{digest}'",
        "script-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return text, "; ".join(f"{name} {sources}" for name, sources in policy.items())
