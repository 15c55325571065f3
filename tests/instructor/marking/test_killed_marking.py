"""People who save marks, killed in the middle of it: each acknowledged mark is there, and none in part."""

import contextlib
import json
import multiprocessing
import sqlite3
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from tests.instructor.marking.conftest import desk_in, in_gradebook, write_table

ROUNDS = 3
MARKERS = ("bob", "eve")
FORKED = multiprocessing.get_context("forkserver")


def save_marks(folder: Path, name: str, begin: int, says: Connection) -> None:
    """Save one mark after the other until killed, and say of each that it begins, and that it is saved."""
    with desk_in(folder) as desk:
        answers = [entry.id for entry in desk.entries(name)]
        for number in count(begin):
            answer, points = answers[number % len(answers)], number % 500 / 100
            says.send((answer, points, False))
            desk.save(name, desk.view(name, answer), points, f"comment {points:g}")
            says.send((answer, points, True))


class Typist:
    """Somebody who saves marks in a process of their own."""

    def __init__(self, folder: Path, name: str, begin: int) -> None:
        self.hears, says = FORKED.Pipe(duplex=False)
        self.process = FORKED.Process(target=save_marks, args=(folder, name, begin, says), daemon=True)
        self.process.start()
        says.close()
        self.acknowledged: dict[str, float] = {}
        self.under_way: dict[str, float] = {}

    def listen(self, most: float = float("inf")) -> None:
        """Take in so many acknowledged marks, or all until the process has gone."""
        with contextlib.suppress(EOFError):
            while most > 0:
                answer, points, is_saved = self.hears.recv()
                self.under_way = {} if is_saved else {answer: points}
                self.acknowledged |= {answer: points} if is_saved else {}
                most -= is_saved


def marks_in(folder: Path) -> dict[str, float]:
    """Return the points of each answer, which have to be the same in nbgrader's row, in ours and in the history."""
    with contextlib.closing(sqlite3.connect(folder / "gradebook.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        students = dict(database.execute("SELECT student, id FROM marking_answer"))
        marks = {
            answer: (points, comment)
            for answer, points, comment in database.execute("SELECT answer, points, comment FROM marking_mark")
        }
        lines = database.execute("SELECT answer, after FROM marking_history WHERE what = 'marked' ORDER BY id")
        last = {answer: json.loads(after) for answer, after in lines}
    nbgraders = {students[student]: mark[:2] for student, mark in in_gradebook(folder).items() if mark[0] is not None}
    assert marks == nbgraders == {answer: (after["points"], after["comment"]) for answer, after in last.items()}
    return {answer: points for answer, (points, _) in marks.items()}


@pytest.mark.deep
@pytest.mark.long("two people save, and are killed again and again")
def test_killed_in_the_middle_of_saving_nothing_acknowledged_is_lost(folder: Path) -> None:
    write_table(folder, *MARKERS)
    before: dict[str, float] = {}
    for turn in range(ROUNDS):
        typists = [Typist(folder, name, 97 * turn + 11 * at) for at, name in enumerate(MARKERS)]
        for typist in typists:
            typist.listen(3 + turn)
        for typist in typists:
            typist.process.kill()
            typist.listen()
            before |= typist.acknowledged
        under_way = [typist.under_way for typist in typists]
        saved = marks_in(folder)
        for answer, points in saved.items():
            assert points in [before.get(answer), *(mark[answer] for mark in under_way if answer in mark)]
        assert before.keys() <= saved.keys()
        before = saved
