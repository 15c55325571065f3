"""What each kernel of a build runs before its first cell: it notes the files of the course that the cells load or open,
links what a check says to the pages of this book, and goes to a folder where no page finds what another wrote.

Whenever a cell has ended it writes them, each with a digest of its content, to the file that `NOTED_IN` names.
"""


def note_files() -> None:
    import json
    import os
    import sys
    from pathlib import Path

    from IPython import get_ipython

    from book.loaded import digest, is_own, loaded

    note = Path(os.environ["NOTED_IN"])
    digests = json.loads(note.read_text(encoding="utf-8")) if note.exists() else {}
    opened: set[Path] = set()

    def listen(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str):
            opened.add(Path(arguments[0]).absolute())

    def write(result: object) -> None:
        used = loaded()
        while opened:  # each is looked at once: thousands are opened by what a cell imports
            used.add(opened.pop())
        for path in used:
            if str(path) not in digests and is_own(path) and path.is_file():
                digests[str(path)] = digest(path)
        note.write_text(json.dumps(digests), encoding="utf-8")

    sys.addaudithook(listen)
    get_ipython().events.register("post_run_cell", write)


def link_within_the_book() -> None:
    """Let what a check says in a page lead to another page of the same site, wherever that will lie."""
    import os

    os.environ["BOOK_URL"] = "../"


def go_to_own_folder() -> None:
    """Write where the page's cache lies: which of two pages runs first is up to chance."""
    import os
    from pathlib import Path

    os.chdir(Path(os.environ["NOTED_IN"]).parent)


note_files()
link_within_the_book()
go_to_own_folder()
del note_files, link_within_the_book, go_to_own_folder
