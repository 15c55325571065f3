"""Code as a page shows it: without calls that only put numbers into the text, and without cells of nothing else."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from autograder.instructor.releasing.glue import without_glue


class HideGlue(SphinxPostTransform):
    """Remove the calls of ``glue`` from the code that is shown, and cells in which nothing remains to be shown."""

    default_priority = 15  # after myst-nb has chosen what is shown of an output, before figures are drawn

    def run(self, **kwargs: object) -> None:
        cells = (node for node in self.document.findall(nodes.container) if node.get("nb_element") == "cell_code")
        for cell in list(cells):
            for code in list(cell.findall(nodes.literal_block)):
                if "cell_input" not in code.parent["classes"]:
                    continue
                text = without_glue(code.astext())
                if text != code.astext():
                    code.children, code.rawsource = [nodes.Text(text)], text
                is_folded = bool(cell.get("hide_mode"))
                if (not text or is_folded) and not _shows_something(cell):
                    cell.parent.remove(cell)


def _shows_something(cell: nodes.Element) -> bool:
    """Return whether a cell has an output that a reader sees."""
    outputs = [part for part in cell.children if isinstance(part, nodes.Element) and "cell_output" in part["classes"]]
    return any(not isinstance(node, nodes.container) for part in outputs for node in part.findall() if node is not part)


def setup(app: Sphinx) -> None:
    app.add_post_transform(HideGlue)
