"""A server killed while marks are saved: each acknowledged mark is there, and none in part."""

import contextlib
import json
import random
import sqlite3
import threading
from pathlib import Path

import httpx
import pytest

from tests.instructor.marking.conftest import ADDRESS, MarkServer, Serve, in_gradebook, write_table

ROUNDS = 3
MARKERS = ("bob", "eve")


class Typist(threading.Thread):
    """Somebody who saves one mark after the other until the server is gone."""

    def __init__(self, marking: MarkServer, name: str, begin: int) -> None:
        super().__init__()
        self.visitor, self.begin = marking.visitor(name), begin
        self.acknowledged: dict[str, float] = {}
        self.under_way: dict[str, float] = {}
        self.saved = 0

    def run(self) -> None:
        with contextlib.suppress(httpx.TransportError):
            links = self.visitor.get(ADDRESS).page.select('th a[href^="/answers/"]')
            ids = [str(link["href"]).rpartition("/")[2] for link in links]
            for number in range(10_000):
                answer = ids[number % len(ids)]
                points = (self.begin + number) % 500 / 100
                self.under_way = {answer: points}
                assert self.visitor.save(answer, f"{points:g}", f"comment {points:g}").status == 200
                self.acknowledged[answer] = points
                self.saved += 1


def marks_in(folder: Path) -> dict[str, float]:
    """Return the points of each answer, which have to be the same in nbgrader's row, in ours and in the history."""
    with contextlib.closing(sqlite3.connect(folder / "gradebook.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        students = dict(database.execute("SELECT student, id FROM marking_answer"))
        marks = {
            answer: (points, comment)
            for answer, points, comment in database.execute("SELECT answer, points, comment FROM marking_mark")
        }
        lines = database.execute("SELECT answer, after FROM marking_history WHERE what = 'first mark' ORDER BY id")
        last = {answer: json.loads(after) for answer, after in lines}
    nbgraders = {students[student]: mark[:2] for student, mark in in_gradebook(folder).items() if mark[0] is not None}
    assert marks == nbgraders == {answer: (after["points"], after["comment"]) for answer, after in last.items()}
    return {answer: points for answer, (points, _) in marks.items()}


@pytest.mark.long("two people save, and their server is killed again and again")
def test_killed_in_the_middle_of_saving_nothing_acknowledged_is_lost(folder: Path, serve: Serve) -> None:
    write_table(folder, *MARKERS)
    marking = serve()
    before: dict[str, float] = {}
    for turn in range(ROUNDS):
        typists = [Typist(marking, name, random.Random(f"{turn}{name}").randrange(500)) for name in MARKERS]
        for typist in typists:
            typist.start()
        while min(typist.saved for typist in typists) < 3 + turn:
            assert all(typist.is_alive() for typist in typists)
        marking.kill()
        saved = marks_in(folder)
        for typist in typists:
            typist.join()
            before |= typist.acknowledged
        for answer, points in saved.items():
            under_way = [typist.under_way[answer] for typist in typists if answer in typist.under_way]
            assert points in [before.get(answer), *under_way]
        before = saved
        marking.start()
        assert all(typist.visitor.get(ADDRESS).path == ADDRESS for typist in typists)  # nobody has to log in again
