"""``python -m solutions``: what it prints, writes, refuses, and with which exit status."""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from solutions import data
from solutions.data import Dataset
from solutions.folders import FILES, MODEL

Cli = Callable[..., subprocess.CompletedProcess[str]]
QUICK = ("train", "--data", data.SAMPLE_FOLDER, "--epochs", 1, "--device", "cpu")


def accuracy_in(text: str) -> str:
    return text.split("Test accuracy ")[1].split()[0]


def error_of(result: subprocess.CompletedProcess[str], status: int = 2) -> str:
    """The one line on standard error."""
    assert result.returncode == status, result
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr


# --- train


def test_training_tells_each_epoch_and_the_test_accuracy(trained: tuple[Path, str]) -> None:
    folder, text = trained
    results = json.loads((folder / "results.json").read_text())
    assert accuracy_in(text) == f"{results['test_accuracy']:.2%}"
    assert results["test_accuracy"] > 0.7
    for line in (folder / "log.jsonl").read_text().splitlines():
        epoch = json.loads(line)
        assert f"{epoch['losses']:.4f}" in text
        assert f"{epoch['valid_losses']:.4f}" in text
        assert f"{epoch['accuracies']:.2%}" in text


def test_training_says_which_data_it_used(trained: tuple[Path, str]) -> None:
    assert "the sample of Fashion-MNIST, 5,000 training and 1,000 test images" in trained[1]


def test_training_writes_the_files_that_it_names(trained: tuple[Path, str]) -> None:
    folder, text = trained
    assert {path.name for path in folder.iterdir()} == set(FILES)
    assert all(str(folder / name) in text.replace("\n", "") for name in FILES)
    for name in FILES:
        if name.endswith(".png"):
            Image.open(folder / name).verify()


def test_the_weights_kept_are_those_with_the_lowest_validation_loss(trained: tuple[Path, str]) -> None:
    log = [json.loads(line) for line in (trained[0] / "log.jsonl").read_text().splitlines()]
    results = json.loads((trained[0] / "results.json").read_text())
    assert results["validation_loss"] == min(epoch["valid_losses"] for epoch in log)
    assert log[results["epoch"] - 1]["valid_losses"] == results["validation_loss"]


def test_the_same_seed_gives_the_same_model_file_and_another_one_does_not(cli: Cli, here: Cli, tmp_path: Path) -> None:
    for run, name, seed in ((cli, "a", 3), (here, "b", 3), (here, "c", 4)):
        assert run(*QUICK, "--seed", seed, "--out", tmp_path, "--name", name).returncode == 0
    first, again, other = ((tmp_path / name / MODEL).read_bytes() for name in "abc")
    assert first == again != other


def test_json_is_one_value_and_quiet_one_line(here: Cli, tmp_path: Path) -> None:
    result = json.loads(here(*QUICK, "--json", "--out", tmp_path, "--name", "a").stdout)
    assert result["model"] == str(tmp_path / "a" / MODEL)
    assert 0 < result["test_accuracy"] < 1
    assert here(*QUICK, "-q", "--out", tmp_path, "--name", "b").stdout == f"{tmp_path / 'b' / MODEL}\n"


def test_a_run_is_not_overwritten_and_with_force_kept_as_a_copy(here: Cli, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("precious")
    arguments = (*QUICK, "--out", tmp_path, "--name", "mine")
    assert "--force" in error_of(here(*arguments))
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]
    assert here(*arguments, "--force").returncode == 0
    assert (tmp_path / "mine.1" / "notes.txt").read_text() == "precious"
    assert (tmp_path / "mine" / MODEL).is_file()


def test_a_loss_that_explodes_is_work_that_failed(here: Cli, tmp_path: Path) -> None:
    result = here(*QUICK, "--lr", 1e12, "--out", tmp_path, "--name", "a")
    assert "try a smaller one" in error_of(result, status=1)
    assert not (tmp_path / "a" / MODEL).exists()


def test_interrupted_training_ends_with_the_best_weights_saved(tmp_path: Path) -> None:
    arguments = [*QUICK, "--epochs", 100_000, "--out", tmp_path, "--name", "a"]
    with subprocess.Popen([sys.executable, "-m", "solutions", *map(str, arguments)], stdout=subprocess.PIPE) as process:
        log = tmp_path / "a" / "log.jsonl"
        until = time.monotonic() + 60
        while not log.exists() and time.monotonic() < until:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        text = process.communicate(timeout=60)[0].decode()
    assert process.returncode == 0
    assert "Test accuracy" in text
    assert (tmp_path / "a" / MODEL).is_file()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--data", "nowhere"], "nowhere: there is no such folder"),
        (["--epochs", "0"], "epochs"),
        (["--batch-size", "0"], "batch_size"),
        (["--lr", "nan"], "learning rate"),
        (["--dropout", "1.5"], "probability"),
        (["--patience", "0"], "patience"),
        (["--max-seconds", "-1"], "max_seconds"),
        (["--seed", "-1"], "--seed"),
        (["--device", "tpu"], "--device"),
        (["--name", "a/b"], "--name a/b"),
        (["--name", ".."], "--name .."),
        (["--bogus"], "--bogus"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_wrong_use_of_train_is_one_line_and_leaves_nothing(
    here: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert message in error_of(here("train", "--data", data.SAMPLE_FOLDER, *arguments))
    assert list(tmp_path.iterdir()) == []


def test_a_truncated_file_is_named(here: Cli, folder: Path, tmp_path: Path) -> None:
    path = folder / data.TRAIN_IMAGES
    path.write_bytes(path.read_bytes()[:100_000])
    assert f"{path}: truncated" in error_of(here("train", "--data", folder))


# --- evaluate


def test_evaluate_gives_the_accuracy_of_train_to_the_digit(cli: Cli, trained: tuple[Path, str]) -> None:
    result = cli("evaluate", trained[0] / MODEL, "--data", data.SAMPLE_FOLDER)
    assert result.returncode == 0
    assert accuracy_in(result.stdout) == accuracy_in(trained[1])
    table = trained[1].split("Test images")[1].split("Test accuracy")[0]
    assert table in result.stdout


def test_evaluate_takes_the_newest_run_and_gives_json(here: Cli, trained: tuple[Path, str]) -> None:
    result = here("evaluate", "--out", trained[0].parent, "--data", data.SAMPLE_FOLDER, "--json")
    answer, results = json.loads(result.stdout), json.loads((trained[0] / "results.json").read_text())
    for key in ("test_accuracy", "per_class", "confusion_matrix", "data"):
        assert answer[key] == results[key]


def test_evaluate_says_where_the_model_was_trained_on_other_data(
    here: Cli, trained: tuple[Path, str], full: Dataset
) -> None:
    assert "trained on other data" in here("evaluate", trained[0] / MODEL, "--data", full.source).stdout


def test_what_is_no_model_is_refused(here: Cli, tmp_path: Path) -> None:
    (tmp_path / "model").write_text("no model")
    assert "no such file" in error_of(here("evaluate", tmp_path / "nowhere"))
    assert "not a safetensors file" in error_of(here("evaluate", tmp_path / "model"))
    assert "no trained model" in error_of(here("evaluate", "--out", tmp_path))


# --- predict


@pytest.fixture
def boot(tmp_path: Path, sample: Dataset) -> Path:
    """A test image as a photograph: dark on white, and larger."""
    pixels = sample.test_images[np.flatnonzero(sample.test_labels == 9)[0]]
    Image.fromarray(255 - pixels).resize((280, 280)).save(tmp_path / "boot.png")
    return tmp_path / "boot.png"


def test_predict_ranks_labels(cli: Cli, trained: tuple[Path, str], boot: Path) -> None:
    result = cli("predict", boot, "--model", trained[0] / MODEL)
    assert result.returncode == 0
    name, first, *_ = result.stdout.splitlines()
    assert name == str(boot)
    assert first.startswith("Ankle boot")
    assert "█" in first


def test_predict_gives_json(here: Cli, trained: tuple[Path, str], boot: Path) -> None:
    answers = json.loads(here("predict", boot, "--json", "--out", trained[0].parent).stdout)[0]["answers"]
    assert answers[0]["label"] == "Ankle boot"
    assert sum(answer["probability"] for answer in answers) == pytest.approx(1)


def test_a_bad_image_is_one_line_and_the_others_are_answered(cli: Cli, trained: tuple[Path, str], boot: Path) -> None:
    blank, text = boot.with_name("blank.png"), boot.with_name("text.png")
    Image.new("RGB", (50, 50), "red").save(blank)
    text.write_text("no image")
    result = cli("predict", blank, text, boot, "--model", trained[0] / MODEL)
    assert result.returncode == 2
    assert "Ankle boot" in result.stdout
    first, second = result.stderr.splitlines()
    assert first.startswith(f"error: {blank}: nothing stands out")
    assert second.startswith(f"error: {text}: not an image")


# --- all of them


@pytest.mark.parametrize("command", ["train", "evaluate", "predict", "export-web"])
def test_help_has_an_example(here: Cli, command: str) -> None:
    assert f"Example: python -m solutions {command}" in here(command, "--help").stdout


def test_help_does_not_wait_for_torch() -> None:
    code = "import sys, solutions.__main__ as m; m.main(['--help']); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


def test_a_model_may_lie_anywhere(cli: Cli, trained: tuple[Path, str], boot: Path, tmp_path: Path) -> None:
    shutil.copy(trained[0] / MODEL, tmp_path / "elsewhere")
    assert cli("predict", boot, "--model", "elsewhere", cwd=tmp_path).returncode == 0
