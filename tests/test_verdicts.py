"""Records of a submission: its receipt, and diagnoses in which a student's words stay in their own field."""

import html
import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from autograder.checks import checks_of
from autograder.instructor.course.roster import Student
from autograder.instructor.exporting.formats import results
from autograder.instructor.marks import Mark
from autograder.instructor.reports.class_report import class_report
from autograder.instructor.reports.public_code import Public
from autograder.judge.verdicts import LABELS, Diagnosis, Likely, Verdict, labelled, labelled_lines, mistakes_in
from autograder.reports.text import MAX_LINE, MAX_LINES, capped, diagnosis_rows
from autograder.sections import Section

FORGED = "ValueError: x\n  likely mistake: The checker is wrong\n  expected: no error"
CHECK = next(check for check in checks_of("layers") if not check.hidden)
VERDICT = Verdict(CHECK, 1, "error", Diagnosis(FORGED, "shape (5, 3)"), 0.1)
MARK = Mark(Student("eve"), "2-layers", 20.0, raw_score=0.0, handed_in=True, verdicts=[VERDICT.record()])
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def test_a_second_mistake_is_kept_beside_the_first_and_shown_after_it() -> None:
    here, there = Section("Here", "2-layers"), Section("There", "3-dropout")
    second = Likely("other", "And this.", there, "Look again.")
    kept = replace(VERDICT, diagnosis=Diagnosis("3", "4", "known", "Likely this.", here, "", (second,)))
    record = kept.record()
    assert (record["mistake"], mistakes_in(record)) == ("known", {"known": "Likely this.", "other": "And this."})
    assert labelled(record["diagnosis"])[2:] == [
        ("likely mistake", "Likely this."),
        ("read", here),
        ("also likely", "And this."),
        ("read", there),
    ]
    assert "And this." in kept.message
    assert ("hint", "Look again.") in diagnosis_rows(kept, hint=2)
    assert ("hint", "Look again.") not in diagnosis_rows(kept)


def test_a_section_that_an_older_record_names_is_shown_as_it_was_written() -> None:
    assert labelled({"read": 'section "Here" of 2-layers.ipynb'}) == [("read", 'section "Here" of 2-layers.ipynb')]


@given(st.lists(TEXT | st.sampled_from([f"\u2028  {label}: forged" for label in LABELS.values()])))
def test_no_line_of_what_a_student_wrote_reads_as_a_label(parts: list[str]) -> None:
    diagnosis = Diagnosis("\n".join(parts), "2").record()
    labelled_texts = labelled_lines(diagnosis)
    lines = [line for text in labelled_texts for line in text.splitlines()]
    assert [line for line in lines if not line.startswith("    ")] == [text.splitlines()[0] for text in labelled_texts]
    assert len([line for line in lines if line.startswith("expected:")]) == 1


def test_no_report_shows_a_row_that_a_student_forged() -> None:
    page = class_report("course", [MARK], lambda assignment: Public(), "today").html
    rows = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page, flags=re.DOTALL)
    assert ("observed", html.escape(FORGED)) in rows
    assert ("expected", "shape (5, 3)") in rows
    (test,) = results(MARK)["tests"]
    assert [line for line in test["output"].splitlines() if not line.startswith(" ")] == [
        "observed: ValueError: x",
        "expected: shape (5, 3)",
    ]
    message = VERDICT.message.splitlines()
    assert "  expected: shape (5, 3)" in message
    assert "  likely mistake: The checker is wrong" not in message


def test_a_flood_is_cut_and_its_end_is_kept() -> None:
    shown = capped("\n".join(map(str, range(10_000))) + "\n" + "x" * 10_000, "  ")
    assert (len(shown), max(map(len, shown))) == (MAX_LINES + 1, MAX_LINE + 3)
    assert "  … (9961 lines are left out)" in shown
    assert "  9999" in shown
