"""The written answer holds scripts, and so does what is attached to it.

Would gain: the student, a say in what a page, a terminal or a spreadsheet shows and runs.
"""

from pathlib import Path

from nbformat import NotebookNode

from tests.attacks.corpus import write
from tests.instructor.grading.broken import SCRIPT, cell


def change(path: Path, notebook: NotebookNode) -> None:
    written = cell(notebook, "layers-written")
    written.source = (
        f"{SCRIPT} <img src=x onerror=alert(1)> [link](javascript:alert(2)) <iframe src='javascript:alert(3)'></iframe>"
        "\n\n```html\n</code></pre><script>alert(4)</script>\n```\n\n$\\href{javascript:alert(5)}{x}$\n\n![a](attachment:a.svg)"
    )
    written["attachments"] = {"a.svg": {"image/svg+xml": "PHN2Zz48c2NyaXB0PmFsZXJ0KDYpPC9zY3JpcHQ+PC9zdmc+"}}
    write(path, notebook)
