"""``autograder release``: what students get."""

from __future__ import annotations

import sys
import time

import typer

from autograder.commands.options import Assignment, Force, Quiet

app = typer.Typer()


@app.command(epilog="Example: autograder release 2-layers")
def release(assignment: Assignment = None, force: Force = False, quiet: Quiet = False) -> None:
    """Make the notebooks for students, and one zip with all that they need.

    Takes minutes the first time: each chapter is run with the reference solutions, and once more untouched. Later only
    what has changed since is run with them. A line tells each step.
    """
    import os
    from concurrent.futures import ThreadPoolExecutor

    from nbformat import NotebookNode

    from autograder.course import Chapter, chapters_of, chapters_to_read
    from autograder.instructor.course.about import about, course_of
    from autograder.instructor.course.folder import CourseFolder, CourseFolderError
    from autograder.instructor.course.questions import own_questions
    from autograder.instructor.gradebook.dates import due_dates_of, own_due_dates_of
    from autograder.instructor.gradebook.term import enter_term, students_of
    from autograder.instructor.gradebook.writer import CourseGradebook
    from autograder.instructor.releasing.bundle import recordings_of, write_bundle
    from autograder.instructor.releasing.release import points_of, run_reference
    from autograder.instructor.releasing.release import release as release_chapter
    from autograder.instructor.releasing.source import glued_values, source_notebook
    from autograder.notebooks.graft import read_notebook

    folder = CourseFolder.here()
    config = folder.nbgrader_config()
    course, said = course_of(folder, config), about(config)
    chapters = [chapter for chapter in chapters_of(course) if assignment in (None, chapter.assignment)]
    if not chapters:
        known = ", ".join(chapter.assignment for chapter in chapters_of(course))
        raise CourseFolderError(f"there is no assignment {assignment!r}: there are {known}")
    # Before the work, not after it: what cannot be read stops it.
    students, due, own = students_of(folder), due_dates_of(folder, course), own_questions(folder, course)
    own_due = own_due_dates_of(folder, course)
    begun = time.monotonic()

    def step(what: str) -> None:
        if not quiet:
            print(f"{time.monotonic() - begun:4.0f} s  {what}", file=sys.stderr, flush=True)

    def run(chapter: Chapter) -> NotebookNode:
        return run_reference(chapter, course, lambda what: step(f"{chapter.assignment}: {what}"))

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        # Each runs in a kernel of its own; what is written is written one after the other.
        running = [pool.submit(run, chapter) for chapter in chapters]
        recording = pool.submit(recordings_of, course)
        read_only = {chapter: pool.submit(run, chapter) for chapter in chapters_to_read(course)}
        try:
            for chapter, executed in zip(chapters, running, strict=True):
                question, name = own.get(chapter.assignment), chapter.assignment
                done = executed.result()
                release_chapter(
                    *(chapter, done, course, folder),
                    question=question,
                    due=due.get(name) if said.due_in_notebook else None,
                    force=force,
                    on_step=lambda what, name=name: step(f"{name}: {what}"),  # type: ignore[misc]
                )
            step("making the zip for students")
            recordings = recording.result()
            to_read = {
                chapter.path.stem: source_notebook(chapter, course, glued_values(executed.result()))
                for chapter, executed in read_only.items()
            }
        finally:
            pool.shutdown(cancel_futures=True)
    notebooks = [folder.released(name) for name in folder.assignments()]
    write_bundle(folder.bundle, notebooks, course, recordings, said.hand_in, due, to_read)
    with CourseGradebook(folder) as gradebook:
        enter_term(gradebook, students, due, own_due)
    if not quiet:
        for chapter in chapters:
            asked = ", with your own written question" if chapter.assignment in own else ""
            path = folder.released(chapter.assignment)
            by_checks, by_hand = points_of(read_notebook(path))
            print(f"{chapter.assignment}: {path.relative_to(folder.root)}{asked}")
            print(
                f"{chapter.assignment}: {by_checks + by_hand} points ({by_checks} by checks, {by_hand} by hand): "
                "give the assignment these points in your learning system"
            )
        print(f"for students: {folder.bundle.relative_to(folder.root)}")
