"""Markdown that a student may have written, as HTML that does nothing but show it."""

from __future__ import annotations

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath


class TextRenderer(IPythonRenderer):  # type: ignore[misc]
    """Renders Markdown that a student may have written: markup and scripts in it are text, pictures are their names."""

    def __init__(self) -> None:
        super().__init__(escape=True, allow_harmful_protocols=False)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return str(self.text(text))


def markdown_as_text(source: str) -> str:
    """Return Markdown as HTML that does nothing but show it."""
    return str(MarkdownWithMath(renderer=TextRenderer()).render(source))
