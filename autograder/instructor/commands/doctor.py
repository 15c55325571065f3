"""``autograder doctor``."""

import json

import typer

from autograder.cli import Json
from autograder.user_errors import plain

app = typer.Typer()


@app.command(epilog="Example: autograder doctor")
def doctor(as_json: Json = False) -> None:
    """Try the sandbox and the packages of grading.

    Attacks each wall of the sandbox, and names the command that mends what fails. The exit status is 1 if something
    fails.
    """
    from dataclasses import asdict

    from autograder.instructor.doctor import examine

    findings = []
    for finding in examine():
        findings.append(finding)
        if not as_json:  # each as soon as it is known: the sandbox takes a while
            print(plain(f"{'ok   ' if finding.ok else 'FAILS'} {finding.what}: {finding.says}"), flush=True)
            if finding.mend:
                print(plain(f"      mend it: {finding.mend}"), flush=True)
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], indent=1))
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 1)
