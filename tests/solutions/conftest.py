"""Fixtures for the tests of the reference: one thread, the real data, a trained run, the command line."""

import io
import subprocess
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
import torch

from solutions import data
from solutions.__main__ import main
from solutions.data.idx import unpack
from solutions.runs.folders import MODEL
from tests.commands import succeeded
from tests.conftest import made_once


@pytest.fixture(autouse=True)
def _one_thread_and_a_fixed_seed() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)


@pytest.fixture(scope="session")
def sample() -> data.Dataset:
    return data.load(data.SAMPLE_FOLDER)


@pytest.fixture(scope="session")
def full() -> data.Dataset:
    """The full set; `make test` installs it."""
    if not data.DEBIAN_FOLDER.is_dir():
        pytest.fail(f"{data.DEBIAN_FOLDER} is missing: run make test, or apt-get install dataset-fashion-mnist")
    return data.load(data.DEBIAN_FOLDER)


@pytest.fixture
def folder(tmp_path: Path, sample: data.Dataset) -> Path:
    """A copy of the sample, unpacked, that a test may damage."""
    for name in data.FILES:
        (tmp_path / name).write_bytes(unpack(sample.source / f"{name}.gz"))
    return tmp_path


def error_of(result: subprocess.CompletedProcess[str], status: int = 2) -> str:
    """Return the one line on standard error."""
    assert (result.returncode, result.stderr.count("\n")) == (status, 1), result
    assert result.stderr.startswith("error: ")
    return result.stderr


def cli(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run ``python -m solutions`` in this process: a new one would spend two seconds on imports."""
    with redirect_stdout(io.StringIO()) as said, redirect_stderr(io.StringIO()) as complained:
        status = main([str(argument) for argument in arguments])
    return subprocess.CompletedProcess(arguments, status, said.getvalue(), complained.getvalue())


@pytest.fixture(scope="session")
def training(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a short run on the sample, and what the command printed."""

    def make(folder: Path) -> None:
        options = ("--device", "cpu", "--set", "epochs=6", "--set", "lr=0.05")
        line = ("train", "--data", data.SAMPLE_FOLDER, *options, "--name", folder / "runs" / "short")
        (folder / "said").write_text(succeeded(cli(*line)).stdout, encoding="utf-8")

    folder = made_once("trained", tmp_path_factory, make)
    return folder / "runs" / "short", (folder / "said").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def trained(training: tuple[Path, str]) -> Path:
    return training[0]


@pytest.fixture(scope="session")
def model_file(trained: Path) -> Path:
    return trained / MODEL
