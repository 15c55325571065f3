"""The benchmark of training: every way learns, and every way has its row.

`torch.compile` takes longest to start, and is left to the benchmark itself. What brings processes or threads of its own
(a DataLoader's worker, NumPy, JAX) is run as the benchmark runs it, apart from the tests' process.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from bench import training
from bench.ways import WAYS, Task, flop
from bench.ways.__main__ import measure
from solutions import data
from tests.conftest import ROOT

pytestmark = pytest.mark.deep
CHANCE = 0.1
APART = ("notebook", "sklearn", "jax", "products")


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> Task:
    """The sample, as the benchmark hands it to a way."""
    torch.manual_seed(0)
    root = training.unpacked(data.load(data.SAMPLE_FOLDER), tmp_path_factory.mktemp("sample"))
    return Task(str(root), batch_size=32, lr=0.005, dropout=0.2, device="cpu")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any], Path]:
    """A small run from a terminal: what it printed, its JSON, and the figure's path."""
    path = tmp_path_factory.mktemp("bench") / "found.json"
    line = [sys.executable, "-m", "bench.training", "--sample", "--rounds", "1", "--threads", "1", "--json", path]
    done = subprocess.run([*line, "--only", *APART], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads(path.read_text(encoding="utf-8")), path.with_suffix(".svg")


@pytest.mark.parametrize(
    "way", ["notebook-no-worker", "torch-dataloader", "torch-resident", "reference", "accelerated", "compiled"]
)
def test_an_epoch_teaches_the_classifier(way: str, task: Task) -> None:
    train, validate = WAYS[way].prepare()(task)
    train()
    assert validate() > 3 * CHANCE


def test_every_way_has_a_row_in_the_table_and_in_the_json(run: tuple[str, dict[str, Any], Path]) -> None:
    printed, found, _ = run
    assert {row["way"] for row in found["rows"]} == set(APART)
    for row in found["rows"]:
        assert row["title"] in printed
        if row["way"] == "jax" and importlib.util.find_spec("jax") is None:
            assert row["note"] == "jax is not installed"
        else:
            assert all(row[name] > 0 for name in ("train_s", "epoch_s", "cpu_s", "peak_bytes", "ratio", "share"))
            assert row["way"] == "products" or row["accuracy"] > 3 * CHANCE


def test_ratios_are_those_to_the_notebook_and_shares_those_of_the_products(
    run: tuple[str, dict[str, Any], Path],
) -> None:
    rows = {row["way"]: row for row in run[1]["rows"]}
    notebook, products = rows["notebook"], rows["products"]
    assert notebook["ratio"] == products["share"] == 1
    assert products["ratio"] == pytest.approx(notebook["epoch_s"] / products["epoch_s"])
    whole_batches = 5_000 // 32 * 32
    assert notebook["share"] == pytest.approx(products["train_s"] / notebook["train_s"] * 5_000 / whole_batches)


def test_the_figure_stands_beside_the_json(run: tuple[str, dict[str, Any], Path]) -> None:
    assert "the original notebook" in run[2].read_text(encoding="utf-8")


def test_a_library_that_is_not_installed_is_named(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jax", None)
    assert measure("jax", task) == {"note": "jax is not installed"}


def test_a_way_that_fails_says_where_to_read_why(task: Task, tmp_path: Path) -> None:
    log = tmp_path / "log"
    impossible = Task(task.root, batch_size=0, lr=0.005, dropout=0.2, device="cpu")
    assert training.run("products", impossible, 1, log) == {"note": f"failed, see {log}"}
    assert "ZeroDivisionError" in log.read_text(encoding="utf-8")


def test_the_operations_of_an_epoch_are_those_that_pytorch_counts(task: Task) -> None:
    train, _ = WAYS["torch-resident"].prepare()(task)
    with FlopCounterMode(display=False) as counted:
        train()
    assert counted.get_total_flops() == flop(5_000)
    assert flop(32) == 28_958_720
