"""The rules of marking together, over the page's own addresses, and what the gradebook holds afterwards."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import event

from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.gradebook.writer import CourseGradebook
from autograder.instructor.marking.access import admit
from autograder.instructor.marking.client import MarkingClient, Refused
from autograder.instructor.marking.team import read_team
from tests.instructor.conftest import open_gradebook
from tests.instructor.marking.conftest import (
    ADDRESS,
    ASSIGNMENT,
    NAMES,
    QUESTION,
    Here,
    configure,
    enter_roster,
    in_gradebook,
    served_here,
    text_of,
    write_table,
)


@pytest.fixture
def serve(folder: Path) -> Iterator[Callable[..., Here]]:
    """Serve the folder, with these lines in its table of markers and these settings."""
    with ExitStack() as served:

        def start(*markers: str, **settings: float) -> Here:
            write_table(folder, *markers)
            configure(folder, **settings)
            return served.enter_context(served_here(folder))

        yield start


def states(client: MarkingClient) -> Counter[str]:
    return Counter(one["state"] for one in client.entries(ADDRESS))


def seen(here: Here) -> dict[str, object]:
    """Return what the instructor's overview says of the question."""
    questions = here.client("instructor").ask("/overview")["questions"]
    (one,) = (one for one in questions if one["seen"]["question"] == list(QUESTION))
    found: dict[str, object] = one["seen"]
    return found


def student_of(text: str) -> str:
    return next(name for name in NAMES if text_of(name) == text)


def give(points: float, comment: str = "") -> Callable[[object], tuple[float, str]]:
    return lambda answer: (points, comment)


# Who gets in


def status(address: str, *, headers: dict[str, str] | None = None, fields: dict[str, str] | None = None) -> int:
    request = urllib.request.Request(address, urlencode(fields).encode() if fields else None, headers or {})
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:
            return int(reply.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_without_a_token_there_is_nothing_but_the_form_to_log_in(serve: Callable[..., Here]) -> None:
    here = serve("bob")
    (one, *_) = here.client("bob").entries(ADDRESS)
    stranger = MarkingClient(here.address, "guessed")
    for path in ("/", ADDRESS, f"/answers/{one['id']}", "/overview", "/history"):
        with pytest.raises(Refused) as refused:
            stranger.ask(path)
        assert refused.value.status == 401
    with pytest.raises(Refused, match="opens nothing"):
        stranger.ask("/login", token="guessed")


def test_a_form_of_another_site_saves_nothing(serve: Callable[..., Here]) -> None:
    here = serve("bob")
    (one, *_) = here.client("bob").entries(ADDRESS)
    by_cookie = {"Cookie": f"autograder-mark={here.tokens['bob']}"}
    address = f"{here.address}answers/{one['id']}"
    assert status(address, headers=by_cookie) == 200
    base = here.client("bob").answer(one["id"])["base"]
    assert status(address, headers=by_cookie, fields={"points": "1", "base": base}) == 403
    assert here.client("bob").answer(one["id"])["mark"] is None


def test_a_marker_sees_their_own_answers_and_no_page_of_the_instructors(serve: Callable[..., Here]) -> None:
    here = serve("bob,A", "eve,B")
    bob, eve = here.client("bob"), here.client("eve")
    mine, theirs = ({one["id"] for one in client.entries(ADDRESS)} for client in (bob, eve))
    assert len(mine) == len(theirs) == 4 and not mine & theirs
    assert {student_of(bob.answer(one)["text"]) for one in mine} == set(NAMES[::2])  # section A
    for path in (f"/answers/{min(theirs)}", "/overview", "/history"):
        with pytest.raises(Refused) as refused:
            bob.ask(path)
        assert refused.value.status == 403
    answer = eve.answer(min(theirs))
    with pytest.raises(Refused, match="not yours"):
        bob.save(answer, 1)
    with pytest.raises(Refused, match="the instructor alone"):
        eve.ask(f"/answers/{answer['id']}/calibration", reason="why")


def test_tokens_are_made_once_kept_as_digests_and_end_with_the_table(serve: Callable[..., Here], folder: Path) -> None:
    here = serve("bob", "eve")
    assert here.tokens.keys() == {"instructor", "bob", "eve"}
    assert not any(token.encode() in (folder / "gradebook.db").read_bytes() for token in here.tokens.values())
    course = CourseFolder(folder)
    write_table(folder, "eve", "ann")
    with CourseGradebook(course) as gradebook:
        assert admit(gradebook, read_team(course, [ASSIGNMENT])).keys() == {"ann"}
        with pytest.raises(Refused, match="log in first"):
            here.client("bob").questions()
        new = admit(gradebook, read_team(course, [ASSIGNMENT]), ["eve"])
        with pytest.raises(Refused, match="log in first"):
            here.client("eve").questions()
        assert MarkingClient(here.address, new["eve"]).questions()
        with pytest.raises(CourseFolderError, match="no marker 'zoe'"):
            admit(gradebook, read_team(course, [ASSIGNMENT]), ["zoe"])


# What is saved


def test_points_comment_and_history_are_where_nbgrader_and_the_instructor_look(serve: Callable[..., Here]) -> None:
    here = serve("bob")
    bob = here.client("bob")
    (one, *_) = bob.entries(ADDRESS)
    answer = bob.answer(one["id"])
    bob.save(answer, 3.5, "Which variance?\r\nSay it.  ")
    bob.save(bob.answer(one["id"]), 4, "")
    assert in_gradebook(here.folder)[student_of(answer["text"])] == (4.0, None, False)
    history = here.client("instructor").ask(f"/history?answer={one['id']}")["lines"]
    last, first, *_ = history
    assert (last["who"], last["what"], last["student"]) == ("bob", "first mark", student_of(answer["text"]))
    was = {"points": 3.5, "comment": "Which variance?\nSay it."}
    assert json.loads(first["after"]) == json.loads(last["before"]) == was
    assert json.loads(last["after"]) == {"points": 4.0, "comment": ""}


@pytest.mark.parametrize("points", ["", "-1", "5.5", "nan", "inf", "many", "1e400"])
def test_points_that_cannot_be_had_are_refused_in_words(points: str, serve: Callable[..., Here]) -> None:
    here = serve("bob")
    bob = here.client("bob")
    (one, *_) = bob.entries(ADDRESS)
    with pytest.raises(Refused, match="a number from 0 to 5") as refused:
        bob.ask(f"/answers/{one['id']}", points=points, base=bob.answer(one["id"])["base"], comment="typed")
    assert refused.value.status == 422
    assert not any(one[0] for one in in_gradebook(here.folder).values())


def test_a_save_on_what_has_changed_is_refused_and_what_was_typed_is_in_the_history(serve: Callable[..., Here]) -> None:
    here = serve("bob")
    bob, instructor = here.client("bob"), here.client("instructor")
    (one, *_) = bob.entries(ADDRESS)
    old = bob.answer(one["id"])
    bob.save(old, 2, "mine")
    with pytest.raises(Refused, match="somebody has changed the mark") as refused:
        bob.save(old, 5, "typed in another window")
    assert refused.value.reply["theirs"] == [2.0, "mine"]
    assert "typed in another window" in instructor.ask("/history")["lines"][0]["after"]
    bob.save(old, 2, "mine")  # as after a reply that never came: it is there already
    assert len([1 for line in instructor.ask("/history")["lines"] if line["what"] == "first mark"]) == 1
    bob.save({**old, "base": refused.value.reply["base"]}, 5, "typed in another window")
    assert bob.answer(one["id"])["mark"] == [5.0, "typed in another window"]


def test_of_many_saves_at_once_on_what_one_page_showed_one_is_kept(serve: Callable[..., Here], folder: Path) -> None:
    """Over two servers on one gradebook, so that no order of a single one helps."""
    here = serve("bob")
    with served_here(folder) as other:
        clients = [MarkingClient(one.address, here.tokens["bob"]) for one in (here, other)] * 3
        for entry in here.client("bob").entries(ADDRESS)[:3]:
            answer = here.client("bob").answer(entry["id"])

            def saved(at: int, answer: dict[str, object] = answer) -> bool:
                try:
                    return bool(clients[at].save(answer, at % 5, f"by number {at}")["saved"])
                except Refused as refused:
                    assert refused.status == 409
                    return False

            with ThreadPoolExecutor(len(clients)) as pool:
                done = list(pool.map(saved, range(len(clients))))
            assert done.count(True) == 1
            kept = done.index(True)
            assert here.client("bob").answer(entry["id"])["mark"] == [kept % 5, f"by number {kept}"]
            lines = here.client("instructor").ask(f"/history?answer={entry['id']}")["lines"]
            typed = {json.loads(line["after"])["comment"] for line in lines if line["what"] != "handed out"}
            assert typed == {f"by number {at}" for at in range(len(clients))}


def test_what_the_instructor_decided_a_marker_reads_and_does_not_change(serve: Callable[..., Here]) -> None:
    here = serve("bob")
    bob, instructor = here.client("bob"), here.client("instructor")
    (one, *_) = bob.entries(ADDRESS)
    answer = bob.answer(one["id"])
    bob.save(answer, 2, "mine")
    old = bob.answer(one["id"])
    instructor.save(instructor.answer(one["id"]), 4, "Right, in other words.")
    for base in (old, bob.answer(one["id"])):
        with pytest.raises(Refused, match="the instructor has decided"):
            bob.save(base, 1)
    assert bob.answer(one["id"])["decided"] == [4.0, "Right, in other words."]
    assert "Save, next answer" not in bob.page(f"/answers/{one['id']}")
    assert in_gradebook(here.folder)[student_of(answer["text"])] == (4.0, "Right, in other words.", False)


def test_a_comment_is_written_once_and_used_by_everybody(serve: Callable[..., Here]) -> None:
    here = serve("bob", "eve")
    bob, eve = here.client("bob"), here.client("eve")
    bob.save(bob.answer(bob.entries(ADDRESS)[0]["id"]), 2, "Say what you assume.", keep=True)
    bob.save(bob.answer(bob.entries(ADDRESS)[1]["id"]), 2, "Say what you assume.", keep=True)
    answer = eve.answer(eve.entries(ADDRESS)[0]["id"])
    ((kept, text, by),) = answer["kept"]
    assert (text, by) == ("Say what you assume.", "bob")
    assert eve.ask(f"/answers/{answer['id']}", then=f"use:{kept}", points="1", base=answer["base"])
    assert eve.answer(answer["id"])["mark"] is None  # added to what is typed, and saved by whoever typed it
    with pytest.raises(Refused, match="bob wrote this"):
        eve.ask(f"/comments/{kept}/forget", back=answer["id"])
    bob.ask(f"/comments/{kept}/forget", back="")
    assert eve.answer(answer["id"])["kept"] == []


# Two marks of one answer


def test_two_mark_a_sample_without_seeing_each_other_and_the_first_counts(serve: Callable[..., Here]) -> None:
    here = serve("bob", "eve", double_percent=50)
    bob, eve = here.client("bob"), here.client("eve")
    assert bob.mark_all(give(2, "from bob")) == eve.mark_all(give(3, "from eve")) == 4 + 2
    found = seen(here)
    assert found["agreement"] == {"answers": 4, "difference": 0.0, "distance": 1.0, "equal": 0.0, "kappa": -1.0}
    assert found["done"] == found["answers"] == 8 and found["to_decide"] == []
    for client, other in ((bob, "from eve"), (eve, "from bob")):
        for one in client.entries(ADDRESS):
            assert other not in json.dumps(client.answer(one["id"]))
            if one["role"] == "first":
                points, comment, _ = in_gradebook(here.folder)[student_of(client.answer(one["id"])["text"])]
                assert [points, comment] == client.answer(one["id"])["mark"]


def test_where_two_differ_by_more_than_the_amount_the_instructor_decides(serve: Callable[..., Here]) -> None:
    here = serve("bob", "eve", double_percent=100, decide_over=1.5)
    here.client("bob").mark_all(lambda answer: (1, "from bob"))
    here.client("eve").mark_all(lambda answer: (2.5 if sum(map(ord, answer["text"])) % 2 else 3, ""))
    instructor = here.client("instructor")
    to_decide = seen(here)["to_decide"]
    texts = {one["id"]: instructor.answer(one["id"])["text"] for one in instructor.entries(ADDRESS)}
    gave = {id: {mark[2] for mark in instructor.answer(id)["others"]} for id in texts}
    expected = {id for id, points in gave.items() if points == {1.0, 3.0}}
    assert isinstance(to_decide, list) and set(to_decide) == expected and expected
    answer = instructor.answer(to_decide[0])
    assert {(role, marker) for role, marker, *_ in answer["others"]} in (
        {("first", "bob"), ("second", "eve")},
        {("first", "eve"), ("second", "bob")},
    )
    instructor.save(answer, 2, "In between.")
    assert set(seen(here)["to_decide"]) == expected - {answer["id"]}  # type: ignore[call-overload]
    assert in_gradebook(here.folder)[student_of(answer["text"])][:2] == (2.0, "In between.")
    assert seen(here)["agreement"]["answers"] == 8  # type: ignore[index]  # of what the markers gave


def test_who_calibrates_marks_those_first_and_then_reads_points_and_reason(serve: Callable[..., Here]) -> None:
    here = serve("bob", "eve")
    bob, instructor = here.client("bob"), here.client("instructor")
    one = instructor.entries(ADDRESS)[3]["id"]
    with pytest.raises(Refused, match="mark the answer here first"):
        instructor.ask(f"/answers/{one}/calibration", reason="why")
    instructor.save(instructor.answer(one), 3, "For the student.")
    instructor.ask(f"/answers/{one}/calibration", reason="A claim without its reason gets 3.")
    here.marked.look_again()
    given = [one["given"] for one in seen(here)["markers"]]  # type: ignore[attr-defined]
    assert sum(given) == len(NAMES) - 1  # the instructor has marked it already
    for client, points in ((bob, 4.5), (here.client("eve"), 3)):
        assert client.ask(f"{ADDRESS}/next")["next"] == f"/answers/{one}"
        answer = client.answer(one)
        assert (answer["role"], answer["calibration"], answer["mark"]) == ("trial", None, None)
        assert "For the student." not in json.dumps(answer)
        assert client.save(answer, points)["next"] == f"/answers/{one}"  # where the reason stands now
        assert client.answer(one)["calibration"] == [3.0, "A claim without its reason gets 3."]
        with pytest.raises(Refused, match="those that you gave before stay"):
            client.save(client.answer(one), 3, "as if I had known")
        assert "Save, next answer" not in client.page(f"/answers/{one}")
        assert client.ask(f"{ADDRESS}/next")["next"] not in (f"/answers/{one}", ADDRESS)
    assert in_gradebook(here.folder)[student_of(instructor.answer(one)["text"])][0] == 3.0
    found = seen(here)
    assert found["calibrating"] == [[one, 3.0, {"bob": 4.5, "eve": 3.0}]]
    markers = {one["name"]: one["calibration"] for one in found["markers"]}  # type: ignore[attr-defined]
    assert markers == {"bob": 1.5, "eve": 0.0}
    instructor.ask(f"/answers/{one}/calibration", then="end")
    assert seen(here)["calibrating"] == []


# What happens meanwhile


def test_an_answer_that_changed_waits_for_a_second_look_and_code_that_changed_does_not(
    serve: Callable[..., Here],
) -> None:
    here = serve("bob", double_percent=0)
    bob = here.client("bob")
    bob.mark_all(give(3, "kept"))
    here.grade_again(ada="Another answer.", grace=text_of("grace"))
    assert states(bob) == {"look again": 1, "marked": 7}
    found = in_gradebook(here.folder)
    assert found["ada"] == (3.0, "kept", True) and found["grace"] == (3.0, "kept", False)
    answer = bob.answer(bob.ask(f"{ADDRESS}/next")["next"].removeprefix("/answers/"))
    assert answer["has_changed"] and answer["text"] == "Another answer."
    bob.save(answer, 3, "kept")
    assert in_gradebook(here.folder)["ada"] == (3.0, "kept", False)
    assert states(bob) == {"marked": 8}


def test_while_the_grader_is_at_work_a_mark_is_not_said_to_need_no_second_look(
    serve: Callable[..., Here], folder: Path
) -> None:
    """The grader writes scores before the notebook: the text that is there may be the one of before."""
    here = serve("bob")
    here.client("bob").mark_all(give(3))
    here.grade_again(ada="Another answer.")
    with CourseFolder(folder).only_one_grader():
        here.grade_again(ada=text_of("ada"))
        assert in_gradebook(folder)["ada"][2]
    here.marked.look_again()
    assert not in_gradebook(folder)["ada"][2]


def test_an_answer_that_changes_under_an_open_page_is_not_marked_unread(serve: Callable[..., Here]) -> None:
    here = serve("bob")
    bob = here.client("bob")
    open_pages = {(answer := bob.answer(one["id"]))["text"]: answer for one in bob.entries(ADDRESS)}
    here.grade_again(ada="Another answer.")
    with pytest.raises(Refused, match="the student's answer has changed") as refused:
        bob.save(open_pages[text_of("ada")], 3)
    assert refused.value.reply["text"] == "Another answer."
    assert in_gradebook(here.folder)["ada"][0] is None


def test_what_is_marked_in_the_formgrader_counts_and_is_never_overwritten_unseen(serve: Callable[..., Here]) -> None:
    here = serve("bob")
    bob = here.client("bob")
    open_pages = {(answer := bob.answer(one["id"]))["text"]: answer for one in bob.entries(ADDRESS)}
    where = (QUESTION.cell, ASSIGNMENT, ASSIGNMENT, "ada")
    with open_gradebook(here.folder) as gradebook:
        grade, comment = gradebook.find_grade(*where), gradebook.find_comment(*where)
        grade.manual_score, grade.needs_manual_grade, comment.manual_comment = 1.0, False, "In the formgrader."
        gradebook.db.commit()
    with pytest.raises(Refused, match="somebody has changed"):
        bob.save(open_pages[text_of("ada")], 5)
    here.marked.look_again()
    assert states(here.client("instructor"))["decided"] == 1
    line = here.client("instructor").ask("/history")["lines"][0]
    assert (line["who"], line["what"], json.loads(line["after"])) == (
        "formgrader",
        "marked",
        [1.0, "In the formgrader."],
    )
    assert in_gradebook(here.folder)["ada"] == (1.0, "In the formgrader.", False)


def test_an_answer_left_as_released_an_excused_student_and_a_dropped_question_wait_for_nobody(
    serve: Callable[..., Here], folder: Path
) -> None:
    head = "assignment,decision,question,student,points,extension"
    write_table(folder, f"{ASSIGNMENT},excused,,ada,,", name="decisions.csv", head=head)
    here = serve("bob")
    texts = [here.client("bob").answer(one["id"])["text"] for one in here.client("bob").entries(ADDRESS)]
    assert sorted(map(student_of, texts)) == [name for name in NAMES if name != "ada"]
    write_table(folder, f"{ASSIGNMENT},dropped,{QUESTION.cell},,,", name="decisions.csv", head=head)
    here.marked.look_again()
    assert here.client("bob").entries(ADDRESS) == []


def test_late_hand_ins_and_new_markers_move_nobodys_marked_work(serve: Callable[..., Here], folder: Path) -> None:
    here = serve("bob", "eve", double_percent=25)
    here.client("bob").mark_all(give(2))
    marked = {one["id"] for one in here.client("bob").entries(ADDRESS)}
    enter_roster(folder, [*NAMES, "zuse", "turing", "curry", "church"])
    write_table(folder, "bob", "eve", "ann")
    late = {name: f"Late, by {name}." for name in ("zuse", "turing", "curry", "church")}
    here.grade_again(**late)
    assert marked <= {one["id"] for one in here.client("bob").entries(ADDRESS)}
    given = {one["name"]: one["given"] for one in seen(here)["markers"]}  # type: ignore[attr-defined]
    assert sum(given.values()) == 12 + 3  # a quarter twice
    assert max(given.values()) - min(given.values()) <= 2


def test_a_students_text_is_shown_and_never_runs(serve: Callable[..., Here]) -> None:
    here = serve("bob")
    attack = "**bold** [link](javascript:alert(1)) ![x](http://evil.example/a.png)\n\n"
    attack += "<script>alert(1)</script> <img src=x onerror=alert(1)> <style>*{}</style>"
    here.grade_again(ada=attack)
    bob = here.client("bob")
    (hostile,) = (one["id"] for one in bob.entries(ADDRESS) if bob.answer(one["id"])["text"] == attack)
    request = urllib.request.Request(
        f"{here.address}answers/{hostile}", headers={"Authorization": f"Bearer {here.tokens['bob']}"}
    )
    with urllib.request.urlopen(request, timeout=30) as reply:
        page, policy = reply.read().decode(), reply.headers["Content-Security-Policy"]
    assert "<strong>bold</strong>" in page and "&lt;script&gt;alert(1)" in page
    assert (
        "<img" not in page
        and 'href="javascript' not in page
        and page.count("<script") == 1
        and page.count("<style") == 1
    )
    assert "unsafe" not in policy and "script-src 'self'" in policy and "default-src 'none'" in policy


# How much is asked of the database


def queries(here: Here, ask: Callable[[], object]) -> int:
    counted: list[str] = []
    with here.marked.gradebook.open() as rows:
        engine = rows.engine

    def count(connection: object, cursor: object, statement: str, *rest: object) -> None:
        counted.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    try:
        ask()
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return len(counted)


def test_the_number_of_queries_does_not_grow_with_the_class(serve: Callable[..., Here], folder: Path) -> None:
    here = serve("bob", "eve", double_percent=50)

    def counts() -> list[int]:
        bob, instructor = here.client("bob"), here.client("instructor")
        one = bob.entries(ADDRESS)[0]["id"]
        pages: list[tuple[MarkingClient, str]] = [(bob, ADDRESS), (bob, f"{ADDRESS}/next"), (bob, f"/answers/{one}")]
        pages += [(instructor, page) for page in (ADDRESS, "/overview", "/history")]
        return [queries(here, lambda client=client, page=page: client.ask(page)) for client, page in pages]  # type: ignore[misc]

    few = counts()
    more = [f"student{at}" for at in range(40)]
    enter_roster(folder, [*NAMES, *more])
    here.grade_again(**{name: f"Answer of {name}." for name in more})
    assert len(here.client("instructor").entries(ADDRESS)) == 48
    assert counts() == few
    assert max(few) <= 20
