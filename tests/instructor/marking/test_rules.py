"""Rules of marking together: views of an answer, saved marks, and the gradebook afterwards."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import event

from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.marking import saving
from autograder.instructor.marking.access import admit, owner_of
from autograder.instructor.marking.queries import next_of
from autograder.instructor.marking.saving import NotTheirs, Stale, WrongMark, parse_points
from autograder.instructor.marking.team import read_team
from tests.instructor.conftest import follow, mark_by_hand
from tests.instructor.marking.conftest import (
    ASSIGNMENT,
    NAMES,
    QUESTION,
    Desk,
    OpenDesk,
    desk_in,
    enter_roster,
    in_gradebook,
    text_of,
    write_table,
)


def test_tokens_are_made_once_kept_as_digests_and_end_with_the_table(open_desk: OpenDesk, folder: Path) -> None:
    desk = open_desk("bob", "eve")
    gradebook, course = desk.state.gradebook, CourseFolder(folder)
    tokens = admit(gradebook, desk.state.team)
    assert tokens.keys() == {"instructor", "bob", "eve"}
    assert not any(token.encode() in (folder / "gradebook.db").read_bytes() for token in tokens.values())
    assert owner_of(gradebook, tokens["bob"]) == "bob"
    assert owner_of(gradebook, "guessed") is owner_of(gradebook, "") is None
    write_table(folder, "eve", "ann")
    assert admit(gradebook, read_team(course, [ASSIGNMENT])).keys() == {"ann"}
    assert owner_of(gradebook, tokens["bob"]) is None
    new = admit(gradebook, read_team(course, [ASSIGNMENT]), ["eve"])
    assert owner_of(gradebook, tokens["eve"]) is None
    assert owner_of(gradebook, new["eve"]) == "eve"


def test_a_rubric_that_is_refined_while_answers_are_marked_is_shown(desk: Desk) -> None:
    rubric = "| criterion | points | what earns it |\n|---|---|---|\n| All | 5 | refined |"
    path = desk.state.folder.questions / f"{ASSIGNMENT}.md"
    path.write_text(f"# Layers\n\nWhy?\n\n## Model answer\n\nSo.\n\n## Rubric\n\n{rubric}\n", encoding="utf-8")
    shown = desk.state.question(ASSIGNMENT)
    assert shown is not None and shown.rubric == rubric


def test_points_comment_and_history_are_where_nbgrader_and_the_instructor_look(desk: Desk) -> None:
    answer = desk.views("bob")["ada"]
    desk.save("bob", answer, "3,5", "Which variance?\r\nSay it.  ")
    desk.save("bob", desk.view("bob", answer.id), 4)
    assert in_gradebook(desk.folder)["ada"] == (4.0, None, False)
    last, first, *_ = desk.history(answer.id)
    assert (last.who, last.what, last.student) == ("bob", "marked", "ada")
    assert json.loads(first.after) == json.loads(last.before) == {"points": 3.5, "comment": "Which variance?\nSay it."}
    assert json.loads(last.after) == {"points": 4.0, "comment": ""}


@pytest.mark.parametrize("points", ["", "-1", "5.5", "nan", "inf", "many", "1e400"])
def test_impossible_points_are_refused(points: str) -> None:
    with pytest.raises(WrongMark, match="a number from 0 to 5"):
        parse_points(points, 5)


def test_a_comment_that_is_too_long_is_refused(desk: Desk) -> None:
    with pytest.raises(WrongMark, match="at most 10,000 characters, and this one 10,001"):
        desk.save("bob", desk.views("bob")["ada"], "1", "x" * 10_001)
    assert in_gradebook(desk.folder)["ada"][:2] == (None, None)


def test_a_save_that_breaks_off_leaves_nothing_in_part(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mark, its line of the history and nbgrader's rows are one transaction: a killed server leaves all or none."""

    def break_off(*given: object) -> None:
        raise KeyboardInterrupt

    answer, updates = desk.views("bob")["ada"], iter([saving.update_student, break_off])
    monkeypatch.setattr(saving, "update_student", lambda *given: next(updates)(*given))  # the last step of a save
    with pytest.raises(KeyboardInterrupt):
        desk.save("bob", answer, 3, "half")
    assert desk.view("bob", answer.id).mark is None
    assert desk.history(answer.id) == []
    assert in_gradebook(desk.folder)["ada"][:2] == (None, None)


def test_of_many_saves_at_once_from_the_same_page_one_is_kept(desk: Desk, folder: Path) -> None:
    """Over two gradebooks, as two servers have them, so that no order within one helps."""
    with desk_in(folder) as second_desk:
        desks = [desk, second_desk] * 3
        for answer in list(desk.views("bob").values())[:3]:

            def saved(at: int) -> bool:
                try:
                    desks[at].save("bob", answer, at % 5, f"by number {at}")  # noqa: B023
                except Stale:
                    return False
                return True

            with ThreadPoolExecutor(len(desks)) as pool:
                done = list(pool.map(saved, range(len(desks))))
            assert done.count(True) == 1
            kept = done.index(True)
            assert desk.view("bob", answer.id).mark == (kept % 5, f"by number {kept}")
            lines = [json.loads(line.after) for line in desk.history(answer.id)]
            assert {line["comment"] for line in lines} == {f"by number {at}" for at in range(len(desks))}


def test_a_marker_reads_the_instructors_decision_and_does_not_change_it(desk: Desk) -> None:
    answer = desk.views("bob")["ada"]
    desk.save("bob", answer, 2, "mine")
    old = desk.view("bob", answer.id)
    instructors = desk.view("instructor", answer.id)
    assert (instructors.marked, instructors.comment) == (("bob", 2.0, "mine"), "mine")  # whose comment stays so
    desk.save("instructor", instructors, 4, "Right, in other words.")
    for page in (old, desk.view("bob", answer.id)):
        with pytest.raises(Stale, match="the instructor has decided"):
            desk.save("bob", page, 1)
    assert desk.view("bob", answer.id).decided == (4.0, "Right, in other words.")
    assert in_gradebook(desk.folder)["ada"] == (4.0, "Right, in other words.", False)


def test_an_answer_that_changed_waits_for_a_second_look_and_code_that_changed_does_not(desk: Desk) -> None:
    desk.mark_all("bob", 3, "kept")
    desk.grade_again(ada="Another answer.", grace=text_of("grace"))
    assert desk.states("bob") == {"look again": 1, "marked": 7}
    marks = in_gradebook(desk.folder)
    assert marks["ada"] == (3.0, "kept", True) and marks["grace"] == (3.0, "kept", False)
    entry = next_of(desk.entries("bob"))
    answer = desk.view("bob", entry.id)
    assert answer.has_changed and answer.text == "Another answer."
    desk.save("bob", answer, 3, "kept")
    assert in_gradebook(desk.folder)["ada"] == (3.0, "kept", False)
    assert desk.states("bob") == {"marked": 8}


def test_a_mark_from_the_formgrader_counts_and_is_never_overwritten_unseen(desk: Desk) -> None:
    page = desk.views("bob")["ada"]
    mark_by_hand(desk.folder, "ada", 1.0, "In the formgrader.")
    with pytest.raises(Stale, match="the instructor has decided"):
        desk.save("bob", page, 5)
    follow(desk.folder)
    assert desk.states("instructor")["decided"] == 1
    line = next(line for line in desk.history() if line.who == "formgrader")
    assert (line.what, json.loads(line.after)) == ("marked", {"points": 1.0, "comment": "In the formgrader."})
    assert in_gradebook(desk.folder)["ada"] == (1.0, "In the formgrader.", False)


def test_a_comment_alone_from_the_formgrader_reaches_the_student_and_leaves_the_answer_to_its_marker(
    desk: Desk,
) -> None:
    mark_by_hand(desk.folder, "ada", None, "Say what you assume.")
    follow(desk.folder)
    assert in_gradebook(desk.folder)["ada"] == (None, "Say what you assume.", True)
    assert desk.states("bob") == {"to mark": 8} and desk.states("instructor") == {"waits": 8}
    page = desk.views("bob")["ada"]
    assert (page.mark, page.decided, page.comment) == (None, None, "Say what you assume.")
    desk.save("bob", page, 3, page.comment)
    assert in_gradebook(desk.folder)["ada"] == (3.0, "Say what you assume.", False)
    assert desk.states("bob") == {"to mark": 7, "marked": 1}
    assert desk.views("instructor")["ada"].mark is None


@pytest.mark.parametrize(("comment", "left"), [("", (None, None, True)), ("Say it.", (None, "Say it.", True))])
def test_an_answer_whose_points_the_formgrader_took_back_waits_to_be_marked(
    comment: str, left: tuple[object, ...], desk: Desk
) -> None:
    desk.mark_all("bob", 3, comment)
    mark_by_hand(desk.folder, "ada", None, comment)
    follow(desk.folder)
    assert in_gradebook(desk.folder)["ada"] == left
    assert desk.states("bob") == {"to mark": 1, "marked": 7}
    assert (desk.history()[0].who, desk.history()[0].what) == (
        "formgrader",
        "marked" if comment else "took a mark back",
    )


def test_an_answer_of_an_excused_student_and_a_dropped_question_wait_for_nobody(
    open_desk: OpenDesk, folder: Path
) -> None:
    head = "assignment,decision,question,student,points,extension"
    write_table(folder, f"{ASSIGNMENT},excused,,ada,,", name="decisions.csv", head=head)
    desk = open_desk("bob")
    assert sorted(desk.views("bob")) == [name for name in NAMES if name != "ada"]
    page = desk.views("bob")["grace"]
    write_table(folder, f"{ASSIGNMENT},dropped,{QUESTION.cell},,,", name="decisions.csv", head=head)
    follow(folder)
    assert desk.entries("bob") == []
    with pytest.raises(NotTheirs, match="this answer need not be marked any more"):
        desk.save("bob", page, 3)


def test_late_hand_ins_and_new_markers_move_nobodys_marked_work(open_desk: OpenDesk, folder: Path) -> None:
    desk = open_desk("bob", "eve")
    assert desk.mark_all("bob", 2) == 4
    marked = {entry.id for entry in desk.entries("bob")}
    begun = desk.views("eve")
    late = ["zuse", "turing", "curry", "church"]
    enter_roster(folder, [*NAMES, *late])
    desk = open_desk("bob", "eve", "ann")
    desk.grade_again(**{name: f"Late, by {name}." for name in late})
    assert marked <= {entry.id for entry in desk.entries("bob")}
    progress = {marker.name: (marker.given, marker.done, marker.mean) for marker in desk.overview().markers}
    assert progress["bob"][1:] == (4, 2.0)
    assert sum(given for given, _, _ in progress.values()) == 12
    for answer in begun.values():  # whoever has one open marks it, in whosever list it is by now
        desk.save("eve", answer, 3)
    assert {answer.id for answer in begun.values()} <= {entry.id for entry in desk.entries("eve")}
    with pytest.raises(NotTheirs, match="this answer is not yours"):
        desk.save("bob", next(iter(begun.values())), 1)


def test_the_number_of_queries_does_not_grow_with_the_class(open_desk: OpenDesk, folder: Path) -> None:
    desk = open_desk("bob", "eve")
    with desk.state.gradebook.open() as rows:
        engine = rows.gradebook.engine
    statements: list[object] = []
    event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given))

    def counts() -> list[int]:
        answer, queries = desk.entries("bob")[0].id, []
        for ask in (lambda: desk.entries("instructor"), lambda: desk.view("bob", answer), desk.overview, desk.history):
            statements.clear()
            ask()
            queries.append(len(statements))
        return queries

    few = counts()
    more = [f"student{at}" for at in range(12)]
    enter_roster(folder, [*NAMES, *more])
    desk.grade_again(**{name: f"Answer of {name}." for name in more})
    assert len(desk.entries("instructor")) == 20
    assert counts() == few and max(few) <= 5
