"""``python -m solutions``: what it prints, writes, refuses, and with which exit status."""

import json
import os
import shutil
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from torch import nn

from solutions import data
from solutions.commands import deployment, training
from solutions.data import Dataset
from solutions.deploy.garment_answer import GarmentAnswer
from solutions.dropout import Classifier
from solutions.errors import WorkFailed, WrongUse
from solutions.runs.folders import CONFIG, COURSE_MODEL, FILES, LOG, MODEL, RESULTS
from solutions.runs.model_file import write_model
from tests.commands import ROOT, run, succeeded
from tests.solutions.conftest import cli, error_of

QUICK = ("train", "--data", data.SAMPLE_FOLDER, "--device", "cpu", "--set", "epochs=1")


def accuracy_in(text: str) -> str:
    return text.split("Test accuracy ")[1].split()[0]


def log_of(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / LOG).read_text().splitlines()]


def interrupted(folder: Path, *options: str, times: int = 1) -> subprocess.CompletedProcess[str]:
    """Train with Ctrl-C after the first epoch, and again as soon as that was heard."""

    def press() -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until and not ((folder / LOG).is_file() and log_of(folder)):
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)
        if times == 2:
            while signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
                time.sleep(0.01)
            os.kill(os.getpid(), signal.SIGINT)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(press)
        return cli(*QUICK, *options, "--name", folder)


# --- train


def test_training_reports_data_epochs_speed_and_test_accuracy(training: tuple[Path, str]) -> None:
    folder, text = training
    assert "the sample of Fashion-MNIST, 5,000 training and 1,000 test images" in text
    results = json.loads((folder / "results.json").read_text())
    assert accuracy_in(text) == f"{results['test_accuracy']:.2%}"
    assert results["test_accuracy"] > 0.7
    log = log_of(folder)
    for epoch in log:
        for number in (f"{epoch['losses']:.4f}", f"{epoch['valid_losses']:.4f}", f"{epoch['accuracies']:.2%}"):
            assert number in text
        assert epoch["images_per_second"] == 4500 / epoch["seconds"]
    assert f"Speed: {4500 * len(log) / sum(epoch['seconds'] for epoch in log):,.0f} images/s" in text


def test_training_names_the_files_it_writes(training: tuple[Path, str]) -> None:
    folder, text = training
    assert {path.name for path in folder.iterdir()} == set(FILES)
    assert all(str(folder / name) in text.replace("\n", "") for name in FILES)


def test_the_weights_kept_are_those_with_the_lowest_validation_loss(trained: Path) -> None:
    log, results = log_of(trained), json.loads((trained / "results.json").read_text())
    assert results["validation_loss"] == min(epoch["valid_losses"] for epoch in log)
    assert log[results["epoch"] - 1]["valid_losses"] == results["validation_loss"]


@pytest.mark.deep
@pytest.mark.long("three networks are trained")
def test_the_same_seed_gives_the_same_model_file_and_another_one_does_not(tmp_path: Path) -> None:
    line = [str(word) for word in (*QUICK, "--seed", 3, "--name", tmp_path / "a")]
    succeeded(run("solutions", *line, cwd=tmp_path))  # in a process of its own
    for name, seed in (("b", 3), ("c", 4)):
        succeeded(cli(*QUICK, "--seed", seed, "--name", tmp_path / name))
    first, again, another = ((tmp_path / name / MODEL).read_bytes() for name in "abc")
    assert first == again != another


def test_json_is_one_value(tmp_path: Path) -> None:
    result = json.loads(cli(*QUICK, "--json", "--name", tmp_path / "a").stdout)
    assert result["model"] == str(tmp_path / "a" / MODEL)
    assert 0 < result["test_accuracy"] < 1


def test_an_earlier_run_of_the_name_is_kept_finished_or_killed_and_no_other_folder_touched(tmp_path: Path) -> None:
    folder, train = tmp_path / "mine", (*QUICK, "--name", tmp_path / "mine")
    folder.mkdir()
    (folder / "notes.txt").write_text("precious")
    assert "is no run" in error_of(cli(*train))
    (folder / CONFIG).touch()  # as a killed run leaves it, without a model
    for number in (1, 2):
        assert f"is now {folder}.{number}." in cli(*train).stdout.replace("\n", "")
        assert {path.name for path in folder.iterdir()} == set(FILES)
    assert (tmp_path / "mine.1" / "notes.txt").read_text() == "precious"
    assert (tmp_path / "mine.2" / MODEL).is_file()


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("lr=1e12", "no longer a number in epoch 1 with sgd, lr=1e+12 and batch_size=32; try"),
        (f"batch_size={10**10}", "the memory of cpu does not suffice for 5,000 images"),  # of no machine
    ],
    ids=["a loss that explodes", "too little memory"],
)
def test_training_that_cannot_go_on_is_work_that_failed(tmp_path: Path, setting: str, message: str) -> None:
    result = cli(*QUICK, "--set", setting, "--name", tmp_path / "a")
    assert message in error_of(result, status=1)
    assert not (tmp_path / "a" / MODEL).exists()


def test_interrupted_training_ends_with_the_best_weights_saved(tmp_path: Path) -> None:
    done = succeeded(interrupted(tmp_path / "a", "--set", "epochs=100000"))
    assert "Test accuracy" in done.stdout
    assert (tmp_path / "a" / MODEL).is_file()


@pytest.mark.deep
@pytest.mark.long("a network is trained until it is stopped")
def test_training_interrupted_twice_keeps_nothing(tmp_path: Path) -> None:
    slow = ("--recipe", "best", "--set", "batch_size=4")  # so that the epoch lasts until the second one
    done = interrupted(tmp_path / "a", *slow, "--set", "epochs=100", times=2)
    assert error_of(done, status=1) == f"error: {tmp_path / 'a'}: interrupted; nothing was kept\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ((CONFIG, LOG), "interrupted; nothing was kept"),
        ((CONFIG, LOG, MODEL), "interrupted, but the run is finished; its model is {folder}/model.safetensors"),
    ],
    ids=["while it trains", "at the very end"],
)
def test_an_interrupt_says_what_was_kept_and_frees_the_name_of_a_run_without_a_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: tuple[str, ...], says: str
) -> None:
    folder = tmp_path / "a"

    def interrupted(*_: object, **__: object) -> None:
        for file in written:
            (folder / file).touch()
        raise KeyboardInterrupt

    monkeypatch.setattr("solutions.runs.run.train", interrupted)
    with pytest.raises(WorkFailed) as error:
        training.train(name=str(folder), data=data.SAMPLE_FOLDER)
    assert str(error.value) == f"{folder}: {says.format(folder=folder)}"
    assert folder.exists() == (MODEL in written)


@pytest.mark.deep
@pytest.mark.long("a teacher is trained")
def test_the_epochs_of_a_teacher_are_told(tmp_path: Path) -> None:
    teacher = ("--recipe", "distilled", "--set", "teacher=1", "--set", "shift=0")
    assert "    1  of the teacher" in succeeded(cli(*QUICK, *teacher, "--name", tmp_path / "a")).stdout


@pytest.mark.deep  # it takes a compiler
def test_a_run_takes_the_way_and_the_threads_that_are_set_and_says_so(tmp_path: Path) -> None:
    done = succeeded(cli(*QUICK, "--set", "way=compiled", "--set", "threads=2", "--name", tmp_path / "a"))
    words = " ".join(done.stdout.split())
    assert "Training with 2 threads on" in words and "by steps compiled for this machine" in words
    assert json.loads((tmp_path / "a" / RESULTS).read_text())["compiled"] is True
    config = json.loads((tmp_path / "a" / CONFIG).read_text())
    assert (config["threads"], config["machine"]["threads"]) == (2, 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--data", "nowhere"], "nowhere: there is no such folder"),
        (["--set", "lr=nan"], "lr has to be above 0"),
        (["--set", "threads=0"], "threads has to be at least 1"),
        (["--set", "rate=1"], "there is no rate; there are threads, way, epochs, batch_size, lr"),
        (["--set", "epochs=2.5"], "epochs has to be of the type int: 2.5"),
        (["--set", "flip=yes"], "flip has to be of the type bool: yes"),
        (["--seed", "-1"], "--seed"),
        (["--device", "tpu"], "--device"),
        (["--set", "way=slow"], "way has to be one of fast, compiled: slow"),
        (["--name", ".."], "--name .."),
        (["--bogus"], "--bogus"),
        (["--set", "way=compiled", "--recipe", "best"], "plain gradient descent"),
        (["--set", "way=compiled", "--device", "cuda"], "way=compiled computes on the CPU"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_use_of_train_is_refused_in_one_line_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert message in error_of(cli("train", "--data", data.SAMPLE_FOLDER, *arguments))
    assert list(tmp_path.iterdir()) == []


# --- evaluate


def test_evaluate_gives_trains_accuracy_to_the_digit(training: tuple[Path, str], model_file: Path) -> None:
    result = succeeded(cli("evaluate", model_file, "--data", data.SAMPLE_FOLDER))
    assert accuracy_in(result.stdout) == accuracy_in(training[1])
    table = training[1].split("Test images")[1].split("Test accuracy")[0]
    assert table in result.stdout


def test_evaluate_takes_the_newest_run_and_gives_json(trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(trained.parents[1])
    result = cli("evaluate", "--data", data.SAMPLE_FOLDER, "--json")
    answer, results = json.loads(result.stdout), json.loads((trained / "results.json").read_text())
    for key in ("test_accuracy", "per_class", "confusion_matrix", "data"):
        assert answer[key] == results[key]


def test_evaluate_warns_of_a_model_trained_on_other_data(model_file: Path, full: Dataset) -> None:
    assert "trained on other data" in cli("evaluate", model_file, "--data", full.source).stdout


# --- predict


@pytest.fixture
def boot(tmp_path: Path, sample: Dataset) -> Path:
    """A test image as a photograph: dark on white, and larger."""
    pixels = sample.test_images[np.flatnonzero(sample.test_labels == 9)[0]]
    Image.fromarray(255 - pixels).resize((280, 280)).save(tmp_path / "boot.png")
    return tmp_path / "boot.png"


def test_predict_gives_json(model_file: Path, boot: Path) -> None:
    (result,) = json.loads(cli("predict", boot, "--json", "--model", model_file).stdout)
    assert result["answers"][0]["label"] == "Ankle boot"
    assert sum(answer["probability"] for answer in result["answers"]) == pytest.approx(1)
    answer = GarmentAnswer([(row["label"], row["probability"]) for row in result["answers"]])
    assert result == {"image": str(boot), "model": str(model_file), **answer.as_json}


def test_predict_marks_unsure_answers(boot: Path, tmp_path: Path) -> None:
    undecided = Classifier()
    for parameter in undecided.parameters():
        nn.init.zeros_(parameter)
    write_model(undecided, tmp_path / "undecided", {})
    line = ("predict", boot, "--model", tmp_path / "undecided")
    assert json.loads(cli(*line, "--json").stdout)[0]["unsure"]
    assert "Not sure. The best answer has less than 70%" in cli(*line).stdout


def test_without_a_run_the_courses_own_model_answers_and_is_named(
    trained: Path, boot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = cli("predict", boot)
    assert (result.returncode, result.stderr) == (0, "")
    headline, name, first, *_ = result.stdout.splitlines()
    assert headline == f"Model: {COURSE_MODEL} (the course's own)"
    assert name == str(boot)
    assert first.startswith("Ankle boot")
    assert "█" in first
    assert json.loads(cli("predict", boot, "--json").stdout)[0]["model"] == str(COURSE_MODEL)
    shutil.copytree(trained, tmp_path / "runs" / "short")
    assert cli("predict", boot).stdout.startswith("Model: runs/short/model.safetensors\n")


# --- all of them


@pytest.mark.parametrize("command", ["train", "evaluate", "predict", "data", "serve", "push", "card", "export-web"])
def test_help_has_an_example(command: str) -> None:
    assert f"Example: python -m solutions {command}" in cli(command, "--help").stdout


def test_the_page_on_serving_quotes_export_web_on_the_courses_model(full: Dataset, tmp_path: Path) -> None:
    _, _, shown = (ROOT / "chapters" / "serving.md").read_text().partition("```console\n$ python -m solutions ")
    command, _, printed = shown.partition("```")[0].partition("\n")
    name, model, folder = command.split()
    output = cli(name, ROOT / model, tmp_path / folder).stdout.partition("\n\n")[2]
    assert output.replace(str(tmp_path / folder), folder) == printed


@pytest.mark.parametrize(
    "command",
    [
        *("evaluate MODEL", "card MODEL", "predict photo.png --model MODEL", "serve --no-open --model MODEL"),
        *("push ada/garments --model MODEL", "export-web MODEL page"),
    ],
)
def test_what_is_no_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.chdir(tmp_path)
    assert "MODEL: there is no such file" in error_of(cli(*command.split()))
    Path("MODEL").write_text("no model")
    assert "MODEL: not a safetensors file" in error_of(cli(*command.split()))
    assert [path.name for path in tmp_path.iterdir()] == ["MODEL"]


@pytest.mark.parametrize("command", ["evaluate", "card", "push ada/garments"])
def test_without_a_run_there_is_no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.chdir(tmp_path)
    assert "no trained model" in error_of(cli(*command.split()))


def test_a_command_that_needs_an_extra_names_it() -> None:
    with pytest.raises(WrongUse) as caught:
        deployment._import_extra("deploy", "solutions.deploy.push", "no_such_package")
    assert str(caught.value) == "no_such_package: not installed; pip install 'image-classifier-from-scratch[deploy]'"
