"""``autograder doctor``: what this machine lacks."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from autograder.commands.options import Json

app = typer.Typer()


@app.command(epilog="Example: autograder doctor")
def doctor(as_json: Json = False) -> None:
    """Try what grading needs, above all the sandbox by attacking it, and name what mends what fails."""
    from autograder.errors import plain
    from autograder.instructor.doctor import examine

    findings = []
    for finding in examine(Path.cwd()):
        findings.append(finding)
        if not as_json:  # each as soon as it is known: the sandbox takes a while
            print(plain(f"{'ok   ' if finding.ok else 'FAILS'} {finding.what}: {finding.says}"), flush=True)
            if finding.mend:
                print(plain(f"      mend it: {finding.mend}"), flush=True)
    if as_json:
        print(json.dumps([finding.record() for finding in findings], indent=1))
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 1)
