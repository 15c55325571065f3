"""The kernels of pages: forked from a process that has imported what they need, and in all else like others."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from jupyter_client import BlockingKernelClient, KernelManager

from book.forks import PLACE
from tests.conftest import ROOT

END_S = 20.0


@pytest.fixture(scope="module")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[bytes]]:
    """The process, whose place the environment names."""
    place = tmp_path_factory.mktemp("forks") / "socket"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PLACE, str(place))
        patch.setenv("JUPYTER_PATH", str(ROOT / "book"))
        process = subprocess.Popen([sys.executable, "-m", "book.forks", place], cwd=ROOT, stdin=subprocess.PIPE)
        wait_for(place.exists)
        yield process
        process.kill()
        process.communicate()


@pytest.fixture
def kernel(forks: subprocess.Popen[bytes], tmp_path: Path) -> Iterator[Kernel]:
    found = Kernel(tmp_path)
    yield found
    found.end()


class Kernel:
    """A kernel of the book's, started as Jupyter starts it."""

    def __init__(self, folder: Path) -> None:
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(cwd=str(folder))
        self.client: BlockingKernelClient = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def say(self, code: str) -> str:
        """Run a cell and return what it printed, or the name of its error."""
        said: list[str] = []

        def hear(message: dict[str, dict[str, str]]) -> None:
            said.append(message["content"].get("text") or message["content"].get("ename") or "")

        self.client.execute_interactive(code, timeout=60, output_hook=hear)
        return "".join(said).strip()

    def end(self) -> None:
        self.client.stop_channels()
        if self.manager.has_kernel:
            self.manager.shutdown_kernel(now=True)


def wait_for(what: object) -> None:
    last = time.monotonic() + END_S
    while not what():  # type: ignore[operator]
        assert time.monotonic() < last
        time.sleep(0.02)


def has_ended(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_it_has_imported_what_pages_import_and_nothing_of_the_course(kernel: Kernel) -> None:
    asked = "import sys; print([n in sys.modules for n in ('torch', 'torch._dynamo', 'solutions', 'autograder')])"
    assert kernel.say(asked) == "[True, True, False, False]"


def test_it_runs_in_the_folder_and_the_environment_that_it_was_started_in(kernel: Kernel, tmp_path: Path) -> None:
    assert kernel.say("import os; print(os.getcwd())") == str(tmp_path)
    assert kernel.say("print(os.environ['JUPYTER_PATH'])") == str(ROOT / "book")


def test_two_kernels_share_nothing(kernel: Kernel, tmp_path: Path) -> None:
    other = Kernel(tmp_path)
    try:
        kernel.say("import torch; torch.manual_seed(5); mine = 1")
        assert other.say("mine") == "NameError"
        assert other.say("import torch; print(torch.initial_seed())") != "5"
    finally:
        other.end()


def test_a_cell_that_takes_too_long_can_be_interrupted(kernel: Kernel) -> None:
    kernel.client.execute("import time; time.sleep(60)", stop_on_error=False)
    time.sleep(0.5)
    kernel.manager.interrupt_kernel()
    assert kernel.say("print('goes on')") == "goes on"


def test_a_figure_is_shown_below_its_cell(kernel: Kernel) -> None:
    shown: list[str] = []
    plot = "import matplotlib.pyplot as plt; plt.plot([1, 2]);"
    kernel.client.execute_interactive(
        plot, output_hook=lambda message: shown.extend(message["content"].get("data", []))
    )
    assert "image/png" in shown


def test_a_kernel_that_is_killed_is_gone_and_jupyter_knows(kernel: Kernel) -> None:
    pid = int(kernel.say("import os; print(os.getpid())"))
    psutil.Process(pid).kill()
    wait_for(lambda: not kernel.manager.is_alive())


def test_a_kernel_ends_with_the_process_that_jupyter_started(kernel: Kernel) -> None:
    pid = int(kernel.say("import os; print(os.getpid())"))
    kernel.manager.signal_kernel(9)
    wait_for(lambda: has_ended(pid))


def test_a_kernel_and_the_process_that_jupyter_started_may_end_at_once(
    forks: subprocess.Popen[bytes], kernel: Kernel, tmp_path: Path
) -> None:
    pid = int(kernel.say("import os; print(os.getpid())"))
    forks.send_signal(signal.SIGSTOP)  # so that it hears of both at once
    psutil.Process(pid).kill()
    wait_for(lambda: has_ended(pid))
    kernel.manager.signal_kernel(signal.SIGKILL)
    time.sleep(0.2)
    forks.send_signal(signal.SIGCONT)
    other = Kernel(tmp_path)
    assert other.say("print('is served')") == "is served"
    other.end()


def test_all_end_when_the_build_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_PATH", str(ROOT / "book"))
    monkeypatch.setenv(PLACE, str(tmp_path / "socket"))
    line = [sys.executable, "-m", "book.forks", tmp_path / "socket"]
    process = subprocess.Popen(line, cwd=ROOT, stdin=subprocess.PIPE)
    wait_for((tmp_path / "socket").exists)
    kernel = Kernel(tmp_path)
    pid = int(kernel.say("import os; print(os.getpid())"))
    process.communicate()  # closes its standard input
    wait_for(lambda: has_ended(pid) and not kernel.manager.is_alive())
    kernel.end()


def test_without_that_process_a_kernel_starts_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_PATH", str(ROOT / "book"))
    monkeypatch.delenv(PLACE, raising=False)
    kernel = Kernel(tmp_path)
    assert kernel.say("import sys; print('torch' in sys.modules)") == "False"
    kernel.end()
