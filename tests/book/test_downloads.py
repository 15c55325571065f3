"""Downloads: notebooks, the bundle, the branch that Colab and Binder open, and the book as a PDF."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from autograder.course import chapters_of
from book.downloads import BRANCH
from book.pdf import ON_SITE_ALONE, article, headings_of, listed, stems_of
from tests.book.built_pages import COURSE, EXERCISES, page, pages, words
from tests.book.conftest import ADDRESSES
from tests.conftest import ROOT, files_in

EACH_CHAPTER = pytest.mark.parametrize("chapter", [chapter.assignment for chapter in chapters_of(COURSE)])


def links(site: Path, chapter: str, paragraphs: str) -> list[str]:
    return [str(link["href"]) for link in page(site, chapter).article.select(f"p.{paragraphs} a")]


@EACH_CHAPTER
def test_a_chapter_and_each_exercise_offer_its_notebook_to_take_and_to_open_online(site: Path, chapter: str) -> None:
    file, colab, binder, bundle = links(site, chapter, "chapter-downloads")
    assert (file, bundle) == (f"../downloads/{chapter}.ipynb", "../downloads/course.zip")
    assert colab.startswith("https://colab.research.google.com/github/")
    assert binder.startswith("https://mybinder.org/v2/gh/")
    assert words(page(site, chapter).article).index("Open in Colab") < 400  # at the chapter's head
    files = links(site, chapter, "card-downloads")
    assert files == [file] * len(COURSE.exercises(chapter.partition("-")[2]))


@EACH_CHAPTER
def test_a_chapters_figures_are_files_of_light_colours_for_those_who_teach_it(site: Path, chapter: str) -> None:
    drawn = dict(files_in((site / "downloads" / f"figures-{chapter}.zip").read_bytes()))
    article = page(site, chapter).article
    captions = [caption.get_text().split()[1] for caption in article.select("figcaption strong")]
    assert len(drawn) == len(article.select("figure.captioned svg"))
    assert sorted({re.sub(r"figure-|[a-z]?\.svg", "", name) for name in drawn}) == sorted(captions)
    assert [name for name, svg in drawn.items() if b"var(" in svg or b"xmlns=" not in svg] == []


def test_every_link_to_colab_and_binder_opens_a_file_of_the_branch(site: Path, downloads: Path) -> None:
    repository = ADDRESSES["REPOSITORY_URL"].removeprefix("https://github.com/")
    opened = set()
    for link in (target for built in pages(site) for target in built.targets):
        if re.match(r"https://(colab\.research|mybinder)", link):
            place = re.search(rf"/{repository}/(?:blob/)?{BRANCH}(?:/|\?labpath=)(\S+)$", link)
            assert place, link
            opened.add(place[1])
    assert opened == {f"{chapter.assignment}.ipynb" for chapter in chapters_of(COURSE)}
    assert [name for name in opened if not (downloads / "notebooks" / name).is_file()] == []


def test_the_branch_holds_what_binder_builds_an_environment_from(downloads: Path) -> None:
    branch = downloads / "notebooks"
    needed = (branch / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in needed if line.startswith("./") and not (branch / line).is_file()] == []
    wheel = next(line for line in needed if line.endswith(".whl"))
    metadata = dict(files_in((branch / wheel).read_bytes()))
    (about,) = [text.decode() for name, text in metadata.items() if name.endswith("/METADATA")]
    runs_on = SpecifierSet(re.search(r"^Requires-Python: (.+)$", about, re.MULTILINE)[1])  # type: ignore[index]
    assert (branch / "runtime.txt").read_text(encoding="utf-8").strip().removeprefix("python-") in runs_on


def test_no_line_of_a_solution_is_in_what_is_published(downloads: Path) -> None:
    lines = {line for exercise in EXERCISES for line in exercise.solution_lines if len(line) > 40}
    assert len(lines) > 100
    contents: dict[bytes, str] = {}  # by content: the wheel is in four places
    for path in (path for path in downloads.rglob("*") if path.is_file()):
        contents[path.read_bytes()] = path.name
        if path.suffix in {".zip", ".whl"}:
            contents |= {content: f"{path.name}/{name}" for name, content in files_in(path.read_bytes())}
    for content, name in contents.items():
        text = content.decode("utf-8", "replace").replace('\\"', '"').replace("\\n", "\n")
        assert [line for line in lines if line in text] == [], name


def test_what_a_notebook_fetches_holds_no_notebook_that_could_replace_the_readers(downloads: Path) -> None:
    archive = (downloads / "site" / "downloads" / "setup.zip").read_bytes()
    names = [name for name, _ in files_in(archive) if ".whl/" not in name]
    assert [name for name in names if not name.endswith(".whl")] == []


# The book as a PDF.


@pytest.fixture(scope="module")
def pdf(pdf_file: Path) -> PdfReader:
    return PdfReader(pdf_file)


@pytest.mark.deep
@pytest.mark.long("the whole book is printed")
def test_bookmarks_and_contents_of_the_pdf_name_each_page_and_where_it_begins(site: Path, pdf: PdfReader) -> None:
    pages = [(site / "chapters" / f"{stem}.html").read_text(encoding="utf-8") for stem in stems_of(site)]
    titles = [headings_of([article(page, "page", "")])[0].title for page in pages]
    assert len(titles) == len(list((ROOT / "chapters").glob("*.md"))) - len(ON_SITE_ALONE)
    outermost = [bookmark for bookmark in pdf.outline if not isinstance(bookmark, list)]
    begins = {str(mark.title): int(pdf.get_destination_page_number(mark) or 0) + 1 for mark in outermost}
    assert list(begins) == ["Contents", *titles]
    assert list(begins.values()) == sorted(set(begins.values()))
    shown = " ".join(pdf.pages[at].extract_text() for at in range(1, begins[titles[0]] - 1))
    for title in titles:
        assert re.search(rf"{re.escape(title)}\s*{begins[title]}\b", shown), title
    elsewhere = [title for stem, title in listed(pages[0]).items() if stem in ON_SITE_ALONE]
    assert f"On the site alone: {', '.join(elsewhere)}." in " ".join(shown.split())
    assert len(pdf.pages) < 170


@pytest.mark.deep
@pytest.mark.long("all pages of the PDF are read")
def test_the_pdf_says_title_and_language_and_its_tags_are_those_of_the_pages(pdf_file: Path, pdf: PdfReader) -> None:
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert (root["/Lang"], pdf.metadata.title) == ("en", "Build an image classifier from scratch")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    elements = list(tagged(root["/StructTreeRoot"]))
    kinds = {element.get("/S") for element in elements}
    assert {"/H1", "/H2", "/H3", "/P", "/L", "/LI", "/Table", "/TH", "/TD", "/Code", "/Link", "/Figure"} <= kinds
    assert [element for element in elements if element.get("/S") == "/Figure" and not element.get("/Alt")] == []
    assert pdf_file.stat().st_size < 15e6


def tagged(root: DictionaryObject) -> Iterator[DictionaryObject]:
    waiting = [root]
    while waiting:
        element = waiting.pop()
        yield element
        children = element.get("/K", [])
        children = [child.get_object() for child in (children if isinstance(children, list) else [children])]
        waiting += [child for child in children if isinstance(child, DictionaryObject)]


@pytest.mark.deep
@pytest.mark.long("the whole book is printed")
def test_links_within_the_pdf_lead_somewhere_and_others_to_the_web(pdf: PdfReader) -> None:
    places = set(pdf.named_destinations)
    annotations = [annotation.get_object() for page in pdf.pages for annotation in page.get("/Annots", [])]
    inner = [str(annotation["/Dest"]) for annotation in annotations if "/Dest" in annotation]
    assert len(inner) > 100
    assert {place for place in inner if place not in places} == set()
    outer = [str(annotation["/A"]["/URI"]) for annotation in annotations if "/A" in annotation]
    assert [address for address in outer if not re.match("https?://", address)] == []
