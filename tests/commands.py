"""Our commands, run as a user runs them."""

import atexit
import contextlib
import io
import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).parent.parent

# Of a command's three seconds two go into these. Nothing of ours is among them: each command imports that itself.
_warm = multiprocessing.get_context("forkserver") if hasattr(os, "fork") else None  # Windows has none
if _warm:
    _warm.set_forkserver_preload(["pytest", "torch", "nbgrader.apps", "nbclient", "nbconvert", "matplotlib.pyplot"])


def run(*line: str | Path, cwd: Path, **options: object) -> subprocess.CompletedProcess[str]:
    """Run one of our commands as a user would and return what it said.

    A deep run starts a Python for each; other runs fork one that has imported what is not ours.
    """
    from tests.suite import is_deep  # here, as pytest has to be the first to import a plugin

    words = list(map(str, line))
    if is_deep() or options or not _warm:
        command = [sys.executable, "-m", *words]
        return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]
    with tempfile.TemporaryDirectory() as folder:
        streams = Path(folder) / "stdout", Path(folder) / "stderr"
        process = _warm.Process(target=_become, args=(words, cwd, dict(os.environ), *streams))
        process.start()
        process.join()
        return subprocess.CompletedProcess(words, process.exitcode or 0, *(path.read_text("utf-8") for path in streams))


def begin(*line: str | Path, cwd: Path, said: tuple[Path, Path]) -> multiprocessing.process.BaseProcess:
    """Begin a module that runs until it is ended; ``said`` are files for what it prints and for its errors."""
    assert _warm
    process = _warm.Process(target=_become, args=(list(map(str, line)), cwd, dict(os.environ), *said), daemon=True)
    process.start()
    return process


def python(code: str, *arguments: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
    """Run code in a Python of its own and return what it printed."""
    line = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]


def succeeded(done: subprocess.CompletedProcess[str]) -> subprocess.CompletedProcess[str]:
    """Return what has run, and has to have ended well."""
    assert done.returncode == 0, done.stderr
    return done


def in_a_terminal(stream: str, *line: str | Path, cwd: Path) -> str:
    """Run one of our commands whose ``stdout`` or ``stderr`` is a terminal and return what it showed there."""
    import pty  # Windows has neither
    import termios

    reader, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (40, 160))
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, stream: terminal}
    environment = os.environ | {"TERM": "xterm-256color"}
    with subprocess.Popen([sys.executable, "-m", *line], cwd=cwd, env=environment, **streams) as process:  # type: ignore[call-overload]
        os.close(terminal)
        shown = b""
        with contextlib.suppress(OSError):  # which is how a terminal says that nobody writes any more
            while part := os.read(reader, 1 << 16):
                shown += part
    os.close(reader)
    assert process.returncode == 0
    return shown.decode()


def autograder(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return run("autograder.instructor.command_line", *arguments, cwd=cwd)


def in_process(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run an instructor's command in this process, which spares it all imports, and return what it said.

    A process of its own is for what this cannot show: output past ``sys.stdout``, a signal, an event loop.
    """
    from autograder.instructor import command_line  # here, as this module serves the students' tests on Windows, too

    said, told = io.StringIO(), io.StringIO()
    with (
        mock.patch.object(sys, "argv", ["autograder", *map(str, arguments)]),
        contextlib.chdir(cwd),
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(told),
    ):
        try:
            command_line.main()
            status = 0
        except SystemExit as ended:
            status = int(ended.code or 0)
    return subprocess.CompletedProcess(arguments, status, said.getvalue(), told.getvalue())


def _become(words: list[str], cwd: Path, environment: dict[str, str], stdout: Path, stderr: Path) -> None:
    """Be ``python -m MODULE ARGUMENT...`` in a folder and an environment."""
    for descriptor, path in ((1, stdout), (2, stderr)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), descriptor)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(cwd)
    sys.path[:] = [str(cwd), *(path for path in sys.path if Path(path) != ROOT)]
    sys.argv = words
    try:
        runpy.run_module(words[0], run_name="__main__", alter_sys=True)
    finally:
        atexit._run_exitfuncs()  # a forked process ends without them
