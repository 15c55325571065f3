"""Print the built book as one PDF: cover, contents with page numbers, the pages of the site, bookmarks.

Usage: python -m book.pdf SITE PDF

The pages become one document, so that a link from chapter to chapter leads within the file. Chromium prints it twice:
the first print tells on which page each heading falls, and the second has those numbers in its contents.
"""

import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape, unescape
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright, Route, sync_playwright
from pypdf import PdfReader

from autograder.course import Course

HOST = "http://book.invalid/"  # answered from the site's folder, and by no network
DOCUMENT = "chapters/book.html"
STYLE = Path(__file__).with_suffix(".css")
# Commands, lists to search in, and what is said of the site itself: of no use on paper.
ON_SITE_ALONE = ("accessibility", "running", "known-mistakes", "scale")
LINK_TO_SITE = re.compile(rf' href="(?:\.\./chapters/)?(?=(?:{"|".join(ON_SITE_ALONE)})\.html)([^"]+)"')
HEADING = re.compile(
    r'<h(?P<level>[12])\b[^>]*>(?P<title>.*?)<a class="headerlink"[^>]* href="#(?P<id>[^"]+)"', re.DOTALL
)
# A wrong answer is tried on the site; one in a chapter shows how that is.
ONE_ATTEMPT = """() => document.querySelectorAll("article").forEach((chapter) => {
  for (const one of [...chapter.querySelectorAll(".attempts")].slice(1)) one.remove();
  for (const one of [...chapter.querySelectorAll(".attempt")].slice(1)) one.remove();
})"""
QUESTION = re.compile(
    r'(?P<question><div class="question-title[^>]*>\s*<p[^>]*>(?P<title>.*?)</p>.*?)'
    r'(?P<answer><details[^>]*"question-answer.*?</details>)',
    re.DOTALL,
)


@dataclass(frozen=True)
class Heading:
    level: int
    title: str
    id: str


def listed(landing: str) -> dict[str, str]:
    """Return the titles of the pages that the landing page lists, by name and in the book's order."""
    return dict(re.findall(r'class="toctree-l1\b[^>]*><a[^>]* href="([\w-]+)\.html">\s*([^<]+?)\s*</a>', landing))


def stems_of(site: Path) -> list[str]:
    """Return the names of the pages that are printed, in the order of the book's table of contents."""
    landing = (site / "chapters" / "index.html").read_text(encoding="utf-8")
    return ["index", *(stem for stem in listed(landing) if stem not in ON_SITE_ALONE)]


def article(markup: str, stem: str, book_url: str) -> str:
    """Return the article of a page as a part of one document.

    Each id gets the page's name, each link to a page becomes one within the document. Code that a page folds is left to
    the notebooks; everything else is unfolded, and the answers of questions come last. A link to another file of the
    site leads to where the book is published, or nowhere.
    """
    (html,) = re.findall(r"<article\b[^>]*>(.*?)</article>", markup, re.DOTALL)
    html = LINK_TO_SITE.sub(rf' href="{book_url}chapters/\1"' if book_url else "", html)
    for pattern, replacement in (
        (r'(?<=\s)(id|for|aria-labelledby|aria-describedby)="([^"]+)"', rf'\1="{stem}--\2"'),
        (r"url\(#([^)]+)\)", rf"url(#{stem}--\1)"),
        (r'href="#([^"]+)"', rf'href="#{stem}--\1"'),
        (r'href="(?:\.\./chapters/)?([\w-]+)\.html#([^"]+)"', r'href="#\1--\2"'),
        (r'href="([\w-]+)\.html"', r'href="#\1"'),
        (r'href="\.\./(?!_)', f'href="{book_url}') if book_url else (r' href="\.\./(?!_)[^"]*"', ""),
        (r'(?s)<details class="[^"]*\b(?:hide|stub)\b[^"]*">.*?</details>', ""),
        (r"<details\b", "<details open"),
        # Chromium would tag the element as a figure without an alternative; the picture within it has one.
        (r"<(/?)fig(?:ure|caption)\b", r"<\1div"),
    ):
        html = re.sub(pattern, replacement, html)
    html = answers_last(html)
    return f'<article class="bd-article" id="{stem}" style="page: p{stem}">{html}</article>'


def answers_last(html: str) -> str:
    """Move the answers of an article's questions to its end: on paper nothing can be folded away."""
    answers = []

    def pointer(match: re.Match[str]) -> str:
        answers.append(f"<h3>{match['title']}</h3>{match['answer']}")
        return f"{match['question']}<p>The answer is at the end of the chapter.</p>"

    html = QUESTION.sub(pointer, html)
    return f'{html}<h2>Answers</h2><div class="answers">{"".join(answers)}</div>' if answers else html


def headings_of(articles: Iterable[str]) -> list[Heading]:
    """Return the headings that the contents list, in order."""
    matches = (match for markup in articles for match in HEADING.finditer(markup))
    return [Heading(int(match["level"]), re.sub(r"<[^>]+>", "", match["title"]), match["id"]) for match in matches]


def contents(headings: Sequence[Heading], pages: Mapping[str, int], left_out: Sequence[str]) -> str:
    """Return the table of contents; a heading on an unknown page gets a number of three digits."""
    rows = [
        f'<li class="level-{heading.level}"><a href="#{heading.id}"><span>{heading.title}</span>'
        f"<span>{pages.get(heading.id, 100)}</span></a></li>"
        for heading in headings
    ]
    elsewhere = f"<p>On the site alone: {', '.join(left_out)}.</p>"
    return f'<nav class="book-contents"><h1>Contents</h1><ol>{"".join(rows)}</ol>{elsewhere}</nav>'


def document(landing: str, articles: Sequence[str], pages: Mapping[str, int], book_url: str) -> str:
    """Return the whole book as one page of HTML: the articles, with the styles and the picture of the landing page.

    ``pages`` are the page numbers of the headings, by id; ``book_url`` is empty if the book is not published.
    """
    headings = headings_of(articles)
    title = headings[0].title
    styles = re.findall(r'<link\b[^>]*rel="stylesheet"[^>]*>', landing)
    titles = {heading.id.partition("--")[0]: unescape(heading.title) for heading in headings if heading.level == 1}
    running = [
        f"@page p{stem} {{ @top-center {{ content: {json.dumps(text, ensure_ascii=False)}; }} }}"
        for stem, text in titles.items()
    ]
    address = f'<p><a href="{escape(book_url)}">{escape(book_url)}</a></p>' if book_url else ""
    drawn = re.search(r'<svg[^>]*class="network".*?</svg>', landing, re.DOTALL)
    picture = drawn[0] if drawn else ""
    licence = "Text and figures: CC BY 4.0. Code: Apache License 2.0."
    return "\n".join(
        [
            f'<!DOCTYPE html><html lang="en" data-theme="light" data-mode="light"><head><title>{title}</title>',
            '<meta charset="utf-8">',
            *styles,
            f"<style>{STYLE.read_text(encoding='utf-8')}\n{chr(10).join(running)}</style></head><body>",
            f'<section class="book-cover"><p class="title">{title}</p>{picture}{address}<p>{licence}</p></section>',
            contents(headings, pages, [title for stem, title in listed(landing).items() if stem in ON_SITE_ALONE]),
            *articles,
            "</body></html>",
        ]
    )


def chromium(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])


def answer(site: Path, route: Route) -> None:
    """Answer a browser's request to the host from the site's folder."""
    path = site / route.request.url.removeprefix(HOST).partition("?")[0]
    if path.suffix == ".css":
        route.fulfill(path=path, body=waiting(path.read_text(encoding="utf-8")))
    else:
        route.fulfill(path=path)


def waiting(style_sheet: str) -> str:
    """Return a style sheet that hides text until its typeface has loaded: here no reader has to wait for it."""
    return style_sheet.replace("font-display: optional", "font-display: block")


def print_document(page: Page, site: Path, html: str, target: Path, *, tagged: bool) -> None:
    """Print a document with the styles and images of the site; tags take a third longer."""
    page.route(f"{HOST}**", partial(answer, site))
    page.route(HOST + DOCUMENT, lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(HOST + DOCUMENT, wait_until="load")
    page.evaluate(ONE_ATTEMPT)
    page.evaluate("document.fonts.ready.then(() => null)")
    page.pdf(path=target, prefer_css_page_size=True, print_background=True, outline=tagged, tagged=tagged)
    page.unroute_all()


def pages_of(pdf: Path) -> dict[str, int]:
    """Return the page, counted from 1, of each place in a PDF that a link can lead to."""
    reader = PdfReader(pdf)
    numbers = {name: reader.get_destination_page_number(place) for name, place in reader.named_destinations.items()}
    return {name.lstrip("/"): number + 1 for name, number in numbers.items() if number is not None}


def write_pdf(site: Path, target: Path) -> None:
    book_url = Course.installed().book_url
    pages = {stem: (site / "chapters" / f"{stem}.html").read_text(encoding="utf-8") for stem in stems_of(site)}
    articles = [article(markup, stem, book_url) for stem, markup in pages.items()]
    target.parent.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, chromium(playwright) as browser, tempfile.TemporaryDirectory() as folder:
        page = browser.new_page()
        draft = Path(folder) / "draft.pdf"
        print_document(page, site, document(pages["index"], articles, {}, book_url), draft, tagged=False)
        print_document(page, site, document(pages["index"], articles, pages_of(draft), book_url), target, tagged=True)


if __name__ == "__main__":
    write_pdf(Path(sys.argv[1]), Path(sys.argv[2]))
