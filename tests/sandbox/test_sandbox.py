"""The sandbox, attacked from the inside. Most tests put one hostile or broken cell in front of right work.

Two catalogues try it, too: the probes of ``autograder doctor`` each wall, ``tests/attacks`` a class with hostile work.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import rich

from autograder import wire
from autograder.checks import checks_of, rooms
from autograder.judge.comparison import same_answer
from autograder.notebooks.answers import planned
from autograder.sandbox import Cell, NoSandbox, PlannedCheck, Program, RunResult, Sandbox, child
from tests.commands import ROOT, python
from tests.sandbox.conftest import CHECKS, COURSE, LIMITS, PLAN, PROGRAMS, RIGHT, flattening, kinds, run, says


@pytest.fixture(scope="module")
def right(sandbox: Sandbox) -> RunResult:
    return run(sandbox, "")


# Things that must stay out of reach

REFUSED = r"Error: .*\[Errno"
OF_THE_COURSE = ("solutions/layers.py", "solutions/mistakes/layers.md", "chapters/2-layers.md", "tests/conftest.py")
OF_THE_MACHINE = (Path("/etc/passwd"), Path("/etc/shadow"), Path.home() / ".bashrc")
# A cell's attempts, and the pattern of its output.
PROBES = {
    **{
        f"to read {file}": (f"print(open({str(file)!r}).read())", REFUSED)
        for file in (*(ROOT / name for name in OF_THE_COURSE), *OF_THE_MACHINE)
    },
    **{
        f"to write into {folder}": (f"open({str(folder)!r} + '/planted', 'w')", REFUSED)
        for folder in ("/", "/usr", sys.prefix, ROOT / "autograder")
    },
    # Its file is missing there: an editable install still knows its place, and says so.
    "to import the reference": ("import solutions.layers", r"(?m)^(ModuleNotFound|FileNotFound)Error: .*solutions"),
    "to see other processes": (
        "import glob, os; print(glob.glob('/proc/*'), os.getpid() < 10, os.getppid() < 10)",
        r"^\[\] True True$",
    ),
    "to leave a time at a device": ("import os; open('/dev/null', 'w').write('x'); os.utime('/dev/null')", "Errno 30"),
    "to leave the time of a reading": (
        "import os, torch; at = os.stat(torch.__file__).st_atime_ns; open(torch.__file__).read()\n"
        "print(os.stat(torch.__file__).st_atime_ns == at)",
        "^True$",
    ),
    # Legitimate work has to run: DataLoader's workers take sockets, threads, pipes and shared memory; a dataclass with
    # quoted annotations looks for its module.
    "to start threads and processes": (PROGRAMS["works_in_parallel"], r"^3\n28\.0$"),
    "to define a dataclass": (
        "import dataclasses\n@dataclasses.dataclass\nclass Sizes:\n    n: 'int' = 3\nprint(Sizes())",
        r"^Sizes\(n=3\)$",
    ),
    "to use magics, await and display": (
        PROGRAMS["in_a_live_notebook"],
        r"\(skipped, it needs a live notebook: matplotlib inline\)\n(?s:.*)'shown'\n42$",
    ),
    "to find its mistake in its own lines": (
        "def f():\n    return 1 / 0\n\nf()",
        r"^(?!(?s:.*)cells\.py)(?s:.*)return 1 / 0(?s:.*)\nZeroDivisionError: division by zero$",
    ),
    # The checks to come and their seeds are unknown while the cells run.
    "to look for the plan": (
        f"SEEDS = {[str(check.seed) for check in PLAN]!r}\n" + PROGRAMS["looks_for_the_plan"],
        "^0$",
    ),
    "to flood": ("for _ in range(10**5): print('x' * 100)", r"^(?s:.{1,25000})\(the rest was cut\)$"),
    "to close its output, the last one": (
        "import os, sys; print('said'); sys.stdout.detach(); os.close(1); print('more')",
        "^said",
    ),
}


@pytest.fixture(scope="module")
def probed(sandbox: Sandbox) -> RunResult:
    """All probes in one submission: none but the last leaves anything behind."""
    return sandbox.run(Program(tuple(Cell(name, source) for name, (source, _) in PROBES.items()), PLAN))


@pytest.mark.parametrize("probe", PROBES)
def test_hostile_cells_meet_a_wall_and_legitimate_work_does_not(probed: RunResult, probe: str) -> None:
    cell = probed.cells[probe]
    assert re.search(PROBES[probe][1], cell.stdout.strip() or cell.error)


def looks_for(*needles: str) -> str:
    """Return a cell that looks for texts. It stores each byte plus one, and so does not find its own copy."""
    shifted = [bytes(byte + 1 for byte in needle.encode()) for needle in needles]
    return f"NEEDLES = {shifted!r}\n" + PROGRAMS["reads_its_heap"]


def test_nothing_of_a_submission_is_in_the_memory_of_the_next(sandbox: Sandbox) -> None:
    needle = "class ClassmatesOwnLinear: keeps what only a classmate wrote"
    answer = f"{needle}\n".replace("class ", "# class ") * 200
    for _ in range(3):
        run(sandbox, answer)
    assert says(sandbox, looks_for(needle)) == "nothing True"


PARTS = 6
LINES = [line for room in rooms() for exercise in COURSE.exercises(room) for line in exercise.solution_lines]
SECRETS = {
    "hidden checks": [check.title for room in rooms() for check in checks_of(room) if check.hidden],
    "the reference": [line for line in LINES if len(line) > 48],
}


@pytest.mark.parametrize("secret", SECRETS)
def test_nothing_that_only_the_grader_knows_is_in_the_memory_of_a_submission(sandbox: Sandbox, secret: str) -> None:
    """The program is the hostile cell alone: the right work after it in other tests is the reference."""
    assert len(SECRETS[secret]) > 30
    # In parts: on a busy machine one cell lacks the time to look for all of them.
    parts = [Cell(f"part {at}", looks_for(*SECRETS[secret][at::PARTS])) for at in range(PARTS)]
    control = Cell("control", looks_for(next(check.title for check in CHECKS if not check.hidden)))
    result = sandbox.run(Program((*parts, control), PLAN[:1]))
    assert [result.cells[part.id].stdout.strip() for part in parts] == ["nothing True"] * PARTS
    assert result.cells["control"].stdout.strip() == "found True", "the probe finds what is there"


def test_hidden_checks_come_after_the_visible_ones_whose_later_answers_count_no_more(sandbox: Sandbox) -> None:
    """Code that sees a hidden check could put its text into the answer to a visible one."""
    visible = [check.name for check in CHECKS if not check.hidden]
    hostile = Cell("hostile", f"VISIBLE = {visible[0]!r}\n" + PROGRAMS["tells_late"])
    answers = sandbox.run(Program((RIGHT, hostile), PLAN)).answers
    assert "seen" not in str(answers)
    assert {answers["Flatten", name].kind for name in visible} == {"observed"}, "a bit for each check by its outcome"


def test_another_sandbox_starts_on_a_slow_machine_runs_as_another_user_and_covers_an_installed_reference(
    sandbox: Sandbox,
) -> None:
    hidden = Path(rich.__file__).parent
    look = f"import os; print(os.getuid(), os.listdir({str(hidden)!r}))"
    with Sandbox(replace(LIMITS, total_s=0.0001)) as second:
        second.hidden = [hidden]
        assert kinds(run(second, "")) == {"timeout"}  # it started, although a student's time is too short for that
        second.limits = LIMITS
        user, _, shown = says(second, look).partition(" ")
    assert shown == "[]"
    assert (says(sandbox, look).split()[0] != user) == (os.geteuid() == 0)


def test_a_submission_does_not_find_the_files_of_the_one_before(sandbox: Sandbox) -> None:
    run(sandbox, "open('/tmp/note', 'w').write('the answer'); open('/dev/shm/note', 'w').write('the answer')")
    assert says(sandbox, "import os; print(os.path.exists('/tmp/note'), os.listdir('/dev/shm'))") == "False []"


# Claims of a submission about itself


# Cells that run one after the other, each in front of the checks.
PATCHES = {
    "functions": [
        "import torch; torch.Tensor.detach = lambda self: torch.zeros(1)",
        "import torch; torch.randn = lambda *a, **k: torch.zeros(1)",
        "import autograder.observe; autograder.observe.plain.__code__ = (lambda value: True).__code__",
        "import autograder.observe; autograder.observe.plain = lambda value: True",
        "import autograder.observe; autograder.observe.type = lambda value: bool",
        "import autograder.sandbox.child; autograder.sandbox.child.observe = None",
        "from autograder.checks import checks_of\n"
        "for check in checks_of('layers'): object.__setattr__(check, 'observe', lambda names, rng: {'output': True})",
        "import sys; sys.modules['autograder.wire'] = None",
        "import signal; signal.signal(signal.SIGALRM, signal.SIG_IGN); signal.pthread_sigmask(0, {14})",
        "import gc; gc.callbacks.append(lambda *a: spoil())",
        "import builtins; builtins.all = builtins.any = builtins.sum = lambda *a, **k: True",
    ],
    "a trace": ["import sys; sys.settrace(lambda *a: sys.exit(3))"],
    "a mode of torch": [
        "import torch\n"
        "class Mode(torch.overrides.TorchFunctionMode):\n"
        "    def __torch_function__(self, *a, **k): return True\n"
        "Mode().__enter__()",
    ],
}


@pytest.mark.parametrize("kind", PATCHES)
def test_patches_are_taken_back_before_a_check_looks(sandbox: Sandbox, right: RunResult, kind: str) -> None:
    cells = (Cell(patch, patch) for patch in PATCHES[kind])
    result = sandbox.run(Program((RIGHT, *cells), PLAN))
    *before, _ = result.cells.values()  # the last patch may end its own cell
    assert {cell.error for cell in before} == {""}
    assert [check for check, answer in result.answers.items() if not same_answer(answer, right.answers[check])] == []


def test_a_ready_made_part_that_pytorch_would_compile_is_seen_as_it_is_called(sandbox: Sandbox) -> None:
    cell = Cell("compiled", "import torch\nfrom torch import nn\nFlatten = lambda: torch.jit.script(nn.Flatten())")
    answers = sandbox.run(Program((cell,), PLAN)).answers.values()
    assert {(answer.kind, answer.delegated) for answer in answers} == {("observed", "nn.Flatten")}


# Code that must be ended


def test_a_cell_that_does_not_end_is_stopped_and_the_rest_still_runs(sandbox: Sandbox) -> None:
    result = run(sandbox, "import time; time.sleep(3600)")
    assert "OutOfTime" in result.cells["hostile"].error
    assert kinds(result) == {"observed"}


@pytest.fixture
def patient(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The sandbox with much time by the clock, and with little on the processor and little memory."""
    limits = replace(LIMITS, cell_s=60, cell_processor_s=1, check_processor_s=1, total_s=90, memory_bytes=300 << 20)
    monkeypatch.setattr(sandbox, "limits", limits)
    return sandbox


def test_a_loop_ends_by_its_time_on_the_processor_and_a_pause_does_not(patient: Sandbox) -> None:
    started = time.monotonic()
    assert "OutOfTime" in run(patient, "while True: pass").cells["hostile"].error
    assert time.monotonic() - started < patient.limits.cell_s
    assert says(patient, "import time; time.sleep(1.2); print('awake')") == "awake"


def test_a_check_that_does_not_end_is_stopped_and_other_exercises_are_still_checked(patient: Sandbox) -> None:
    name = checks_of("layers", "Sequential")[0].name
    plan = (*PLAN, PlannedCheck("layers", "Sequential", name, 1))
    answers = patient.run(Program((flattening("while True: pass"),), plan)).answers
    assert {answers["Flatten", check.name].kind for check in CHECKS} == {"timeout"}
    assert answers["Sequential", name].kind == "observed"


def test_a_stop_that_comes_after_the_end_does_no_harm_to_the_next(sandbox: Sandbox) -> None:
    run(sandbox, "")
    assert sandbox._control is not None
    sandbox._control.sendall(wire.STOP)
    assert kinds(run(sandbox, "")) == {"observed"}


# A check's action on one of the inputs, the check's outcome, and the memory that the cells hold beside it.
ENDS = {
    "exits": ("os._exit(1)", "crash", 0),
    **{
        f"sends itself signal {number}": (f"os.kill(os.getpid(), {number})", "crash", 0)
        for number in (signal.SIGKILL, signal.SIGRTMAX)
    },
    # The pages of all processes, shared ones counted for each, are more than they may have.
    "stops itself": ("os.kill(os.getpid(), signal.SIGSTOP)", "timeout", 400 << 20),
}


@pytest.mark.parametrize("way", ENDS)
def test_a_check_that_ends_its_process_costs_only_that_check(sandbox: Sandbox, way: str) -> None:
    ends, kind, held = ENDS[way]
    prelude = Cell("prelude", f"import os, signal\nheld = b'1' * {held}")
    flatten = flattening(f"x.is_contiguous() or {ends}; return x.flatten(start_dim=1)")
    answers = sandbox.run(Program((prelude, flatten), PLAN)).answers
    assert [answers["Flatten", check.name].kind for check in CHECKS] == ["observed", kind]


@pytest.mark.parametrize(("numbers", "kind"), [(5 << 30, "memory"), (6 << 20, "invalid")])
def test_a_check_that_takes_or_answers_too_much_is_an_outcome(sandbox: Sandbox, numbers: int, kind: str) -> None:
    answers = sandbox.run(Program((flattening(f"return torch.zeros({numbers})"),), PLAN)).answers
    assert answers["Flatten", "rows"].kind == kind


def test_a_check_is_waited_for_where_a_system_has_no_descriptors_of_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on macOS, where students check their own work."""
    monkeypatch.delattr(os, "pidfd_open")
    monkeypatch.delattr(os, "waitid")
    pid = os.fork()
    if pid == 0:
        os._exit(3)
    assert os.waitstatus_to_exitcode(child.wait_or_kill(pid, seconds=9)) == 3


# Attacks that must be survived


@pytest.fixture(scope="module")
def trusted() -> Iterator[Sandbox]:
    with Sandbox(LIMITS, isolated=False) as running:
        yield running


@pytest.mark.deep
def test_a_server_that_was_started_ahead_is_used_and_after_its_end_another_one(trusted: Sandbox) -> None:
    trusted.start()
    process = trusted._process
    assert kinds(run(trusted, "")) == {"observed"}
    assert process is not None
    assert trusted._process is process
    process.kill()
    process.wait()
    assert kinds(run(trusted, "")) == {"observed"}


@pytest.mark.deep
def test_the_server_imports_slow_modules_only_for_programs_that_need_them(trusted: Sandbox) -> None:
    look = Cell("look", "import sys; print('torch._dynamo' in sys.modules)")
    training = planned(checks_of("training")[0], seed=1)
    programs = [Program((look,), PLAN), Program((look,), (training,))]
    imported = [trusted.run(program).cells["look"].stdout.strip() for program in programs]
    assert imported == ["False", "True"]


@pytest.mark.parametrize("status", [3, 255])
def test_every_exit_status_is_a_crash_that_says_it(sandbox: Sandbox, status: int) -> None:
    (answer, *_) = run(sandbox, f"import os; os._exit({status})").answers.values()
    assert (answer.kind, answer.detail) == ("crash", f"the cell hostile ended the whole process (exit status {status})")


def test_how_long_a_check_took_is_no_longer_than_the_grader_waited(sandbox: Sandbox) -> None:
    forging = "__import__('time').__dict__.update(perf_counter=lambda: 1.7e308); return x.flatten(start_dim=1)"
    answers = sandbox.run(Program((flattening(forging),), PLAN)).answers.values()
    assert {answer.kind for answer in answers} == {"observed"}
    assert sum(answer.duration_s for answer in answers) < LIMITS.total_s


def test_a_submission_that_takes_too_much_memory_ends_with_that_outcome_and_the_next_is_fine(patient: Sandbox) -> None:
    hoard = (
        "import os, time\nfor _ in range(3): os.fork()\nheld = bytearray(os.urandom(1)) * (100 << 20)\ntime.sleep(60)"
    )
    assert kinds(run(patient, hoard)) == {"memory"}
    assert kinds(run(patient, "")) == {"observed"}


def test_memory_that_forks_share_counts_once(sandbox: Sandbox) -> None:
    share = (
        "import os, time\nhoard = bytearray(os.urandom(1)) * (300 << 20)\nfor _ in range(3): os.fork()\ntime.sleep(1)"
    )
    assert "memory" not in kinds(run(sandbox, share))


# Machines without a sandbox


def test_walls_that_cannot_be_built_are_reported_before_anything_is_graded() -> None:
    no_disk = Sandbox(replace(LIMITS, disk_bytes=-1))
    with pytest.raises(NoSandbox, match="the walls cannot be built"), no_disk as sandbox:
        sandbox.run(Program((), ()))


def test_a_checkout_that_the_sandbox_does_not_show_is_one_line_with_the_way_out(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "autograder", tmp_path / "autograder")
    code = (
        "from autograder.sandbox import NoSandbox, Program, Sandbox\n"
        "try:\n    Sandbox().run(Program((), ()))\nexcept NoSandbox as error:\n    print(error)\n"
    )
    place = {"PYTHONPATH": str(tmp_path)}  # which no sandbox is told of
    done = python(code, env=os.environ | place, cwd=tmp_path)
    assert done.stderr == ""
    assert f"install that checkout, pip install -e {tmp_path}" in done.stdout


@pytest.mark.deep
def test_a_server_that_dies_at_its_first_program_is_reported_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = Sandbox(LIMITS)

    def dies(*_: object) -> tuple[None, str]:
        assert sandbox._process is not None
        sandbox._process.kill()
        return None, "crash"

    monkeypatch.setattr(sandbox, "_exchange", dies)
    with pytest.raises(NoSandbox, match="did not start: it said nothing"):
        sandbox.run(Program((), ()))


@pytest.mark.deep
def test_a_server_that_was_started_ahead_and_ended_is_reported_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with Sandbox(LIMITS, isolated=False) as sandbox:
        sandbox.start()
        with pytest.raises(NoSandbox, match="did not start: it said nothing"):
            sandbox.run(Program((), ()))


@pytest.mark.deep
@pytest.mark.parametrize("always", [False, True])
def test_a_server_that_hangs_is_replaced_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, always: bool) -> None:
    hung = tmp_path / "hung"
    goes_on = "" if always else f'mkdir {hung} 2> /dev/null || exec {shutil.which("bwrap")} "$@"\n'
    (tmp_path / "bwrap").write_text(f"#!/bin/sh\n{goes_on}exec sleep 600\n")
    (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr("autograder.sandbox.START_S", (0.5, 0.5 if always else 60.0))
    with Sandbox(LIMITS) as sandbox:
        if always:
            with pytest.raises(NoSandbox, match="did not start: it said nothing"):
                run(sandbox, "")
        else:
            assert kinds(run(sandbox, "")) == {"observed"}


def as_nobody(code: str, path: str = "") -> subprocess.CompletedProcess[str]:
    """Run code as a user who is not root, and first gets to see the interpreter and the clone, where only root passes.

    Where we are not root, nobody is we.
    """
    line = [shutil.which("bwrap") or "", "--dev-bind", "/", "/", "--tmpfs", "/root", "--chmod", "0755", "/root"]
    for shown in (Path(sys.base_prefix), ROOT):
        for parent in [folder for folder in reversed(shown.parents) if folder.is_relative_to("/root")][1:]:
            line += ["--perms", "0755", "--dir", str(parent)]
        line += ["--ro-bind", str(shown), str(shown)]
    line += [shutil.which("setpriv") or "", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"]
    line = [*(line if os.geteuid() == 0 else ()), sys.executable, "-c", code]
    return subprocess.run(line, capture_output=True, text=True, check=False, cwd=ROOT, env={"PATH": path})


def test_a_limit_that_expires_while_set_or_lifted_ends_its_block_alone() -> None:
    done = python(PROGRAMS["rings_at_an_end"], cwd=ROOT)
    assert (done.stdout, done.stderr) == ("went on\n", "")


@pytest.mark.parametrize("wall", ["bubblewrap", pytest.param("landlock", marks=pytest.mark.deep)])
@pytest.mark.long("a sandbox starts")
def test_an_interpreter_called_by_a_path_with_a_link_in_it_has_its_sandbox(wall: str, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(sys.prefix)
    assert started_by(link / "bin" / Path(sys.executable).name, wall) == f"{wall} {Path(sys.executable).resolve()}"


@pytest.mark.parametrize("wall", ["bubblewrap", "landlock"])
@pytest.mark.deep
@pytest.mark.long("a sandbox starts in a copy of the environment")
def test_an_environment_that_names_its_python_by_a_link_has_its_sandbox(wall: str, tmp_path: Path) -> None:
    """As uv makes it."""
    base, environment = tmp_path / "base", tmp_path / "environment"
    base.symlink_to(sys.base_prefix)
    subprocess.run(["cp", "-al", sys.prefix, environment], check=True)
    python, settings = environment / "bin" / "python3", environment / "pyvenv.cfg"
    for old in (python, settings):
        old.unlink()  # and not overwritten: it is the file of this environment
    python.symlink_to(base / "bin" / "python3")
    settings.write_text(f"home = {base / 'bin'}\n")
    assert started_by(python, wall) == f"{wall} {Path(sys.executable).resolve()}"


def started_by(interpreter: Path, wall: str) -> str:
    """Return the wall of a sandbox that this interpreter starts, and the file that runs in it."""
    look = "import os, sys, wave; print(os.path.realpath(sys.executable))"
    line = [str(interpreter), "-c", f"LOOK = {look!r}\n" + PROGRAMS["starts_a_sandbox"]]
    path = os.environ["PATH"] if wall == "bubblewrap" else ""
    done = subprocess.run(line, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False)
    return done.stdout.strip() or done.stderr


@pytest.mark.deep
@pytest.mark.long("a sandbox starts as another user")
def test_ones_own_work_runs_beside_the_many_other_processes_of_a_desktop() -> None:
    done = as_nobody(PROGRAMS["runs_beside_others"], os.environ["PATH"])
    assert done.stdout == "{'observed'}\n", done.stderr


@pytest.mark.deep
@pytest.mark.long("a sandbox starts in a sandbox")
@pytest.mark.parametrize("wall", ["bubblewrap", "landlock"])
def test_the_walls_stand_without_root_too(wall: str) -> None:
    if os.geteuid() != 0:
        return  # then every other test here has just shown it
    probe = f"LOOK = {PROGRAMS['looks_about']!r}.replace('ROOT', {str(ROOT)!r})\n" + PROGRAMS["starts_a_sandbox"]
    done = as_nobody(probe, os.environ["PATH"] if wall == "bubblewrap" else "")
    assert done.stdout.strip() == f"{wall} 65534 [] False False False", done.stderr
