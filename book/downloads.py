"""Downloads: links under a chapter's title and on each exercise's card, and the scheme `downloads:`.

This build does not make the files: `make site` puts them into the site's folder, and a test of that site follows
every link. In a page, `[the book](downloads:book.pdf)` links to one.
"""

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.transforms import SphinxTransform

from autograder.course import Course
from book.exercise_cards import exercise_card

FOLDER = "../downloads"  # from a page
BRANCH = "notebooks"  # of the repository, with what `make site` writes to _build/notebooks


class DownloadLinks(SphinxTransform):
    """Link each chapter that has exercises, and each of its cards, to the notebook in which they are answered."""

    default_priority = 410  # after the cards are made

    def apply(self, **kwargs: object) -> None:
        cards = list(self.document.findall(exercise_card))
        title = self.document.next_node(nodes.title)
        if not cards or title is None:
            return
        notebook = f"{Path(self.env.docname).name}.ipynb"
        file = f'<a href="{FOLDER}/{notebook}" download>{{}}</a>'
        hosts = {name: f'<a href="{where}">Open in {name}</a>' for name, where in online(notebook).items()}
        bundle = f'<a href="{FOLDER}/course.zip">All notebooks</a>'
        links = " · ".join([file.format("Notebook"), *hosts.values(), bundle])
        section = title.parent
        offered = nodes.raw("", f'<p class="chapter-downloads">{links}</p>', format="html")
        section.insert(section.index(title) + 1, offered)
        link = f'<p class="card-downloads">{file.format("Open in the notebook")}</p>'
        for card in cards:
            card += nodes.raw("", link, format="html")


def online(notebook: str) -> dict[str, str]:
    """Return the addresses at which a notebook runs in a browser, by host; empty without a repository."""
    repository = Course.installed().repository_url.removeprefix("https://github.com/")
    if not repository:
        return {}
    return {
        "Colab": f"https://colab.research.google.com/github/{repository}/blob/{BRANCH}/{notebook}",
        "Binder": f"https://mybinder.org/v2/gh/{repository}/{BRANCH}?labpath={notebook}",
    }


def configure(app: Sphinx, config: Config) -> None:
    config["myst_url_schemes"] = {**dict.fromkeys(config["myst_url_schemes"]), "downloads": f"{FOLDER}/{{{{path}}}}"}


def setup(app: Sphinx) -> None:
    app.connect("config-inited", configure)
    app.add_transform(DownloadLinks)
