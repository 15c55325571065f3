"""``autograder release``: what students get."""

from __future__ import annotations

import typer

from autograder.commands.options import Assignment, Force, Quiet

app = typer.Typer()


@app.command(epilog="Example: autograder release 2-layers")
def release(assignment: Assignment = None, force: Force = False, quiet: Quiet = False) -> None:
    """Make the notebooks for students, and one zip with all that they need."""
    import os
    from concurrent.futures import ThreadPoolExecutor

    from autograder.console import progress
    from autograder.course import chapters_of
    from autograder.instructor.course.about import about, course_of
    from autograder.instructor.course.folder import CourseFolder, CourseFolderError
    from autograder.instructor.course.questions import own_questions
    from autograder.instructor.gradebook.term import due_dates_of, enter_term, students_of
    from autograder.instructor.gradebook.writer import CourseGradebook
    from autograder.instructor.releasing.bundle import write_bundle
    from autograder.instructor.releasing.release import release as release_chapter
    from autograder.instructor.releasing.release import run_reference

    folder = CourseFolder.here()
    config = folder.nbgrader_config()
    course, said = course_of(folder, config), about(config)
    chapters = [chapter for chapter in chapters_of(course) if assignment in (None, chapter.assignment)]
    if not chapters:
        known = ", ".join(chapter.assignment for chapter in chapters_of(course))
        raise CourseFolderError(f"there is no assignment {assignment!r}: there are {known}")
    # Before the work, not after it: what cannot be read stops it.
    students, due, own = students_of(folder), due_dates_of(folder, course), own_questions(folder, course)
    with progress("Releasing", len(chapters) + 1, quiet) as step, ThreadPoolExecutor(os.cpu_count()) as pool:
        # Each runs in a kernel of its own; what is written is written one after the other.
        running = [pool.submit(run_reference, chapter, course) for chapter in chapters]
        try:
            for chapter, executed in zip(chapters, running, strict=True):
                question = own.get(chapter.assignment)
                release_chapter(chapter, executed.result(), course, folder, question=question, force=force)
                step(chapter.assignment)
        finally:
            pool.shutdown(cancel_futures=True)
        notebooks = [folder.released(name) for name in folder.assignments()]
        write_bundle(folder.bundle, notebooks, course, said.hand_in, due)
        step("the bundle")
    with CourseGradebook(folder) as gradebook:
        enter_term(gradebook, students, due)
    if not quiet:
        for chapter in chapters:
            asked = ", with your own written question" if chapter.assignment in own else ""
            print(f"{chapter.assignment}: {folder.released(chapter.assignment).relative_to(folder.root)}{asked}")
        print(f"for students: {folder.bundle.relative_to(folder.root)}")
