"""What must hold of chapter 6 in particular; test_every_room has what holds of each."""

from __future__ import annotations

import io
from itertools import islice, product
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import nn

from autograder.checks import Raised, Sample, checks_of
from autograder.checks.deployment import ModelFile, as_bytes, close, digest_of, layer_modules, random_tensors
from autograder.course import Course, names_of_source
from autograder.mistakes import Mistake
from autograder.observe import observe
from solutions.deployment import export_model, load_model, prepare_image
from solutions.dropout import Classifier
from tests.checks.conftest import Judge, failed, named, with_mistakes

ROOM = "deployment"
COURSE = Course.installed()
MISTAKES = {mistake.id: mistake for mistake in COURSE.mistakes(ROOM)}
EXERCISES = ("export_model", "load_model", "prepare_image", "classify")


def pairs_in_different_exercises() -> list[tuple[Mistake, Mistake]]:
    of = {name: [mistake for mistake in MISTAKES.values() if mistake.exercise == name] for name in EXERCISES}
    pairs = [*product(of["export_model"], of["load_model"]), *product(of["prepare_image"], of["classify"])]
    return list(islice(pairs, 0, None, 71))


@pytest.mark.parametrize("pair", pairs_in_different_exercises(), ids=lambda pair: "+".join(m.id for m in pair))
def test_two_mistakes_in_two_exercises_are_both_named(pair: tuple[Mistake, Mistake], verdicts_on: Judge) -> None:
    ids = {mistake.id for mistake in pair}
    assert named(verdicts_on(ROOM, with_mistakes(ROOM, *ids), 7)) == ids


@pytest.mark.parametrize(
    "ids",
    [
        ("export-transposed", "export-labels-not-json"),
        ("export-no-preprocessing-version", "export-digest-unsorted"),
        ("export-other-hash", "export-changes-the-model"),
        ("load-training-mode", "load-newer-accepted"),
        ("load-weights-only", "load-digest-not-checked"),
        ("load-labels-on-the-class", "load-library-error"),
        ("prepare-exif-ignored", "prepare-blank-accepted"),
        ("prepare-white-cut-out-lost", "prepare-16-bit-cut-off"),
        ("prepare-ground-not-zero", "prepare-exif-ignored"),
        ("prepare-float64", "prepare-tiny-accepted"),
        ("classify-not-prepared", "classify-not-sorted"),
        ("classify-not-prepared", "classify-left-in-evaluation"),
    ],
)
def test_two_mistakes_that_touch_different_checks_are_both_named(ids: tuple[str, str], verdicts_on: Judge) -> None:
    assert set(ids) <= named(verdicts_on(ROOM, with_mistakes(ROOM, *ids), 7))


@pytest.mark.parametrize("mistake", [m.id for m in MISTAKES.values() if m.exercise == "prepare_image"])
def test_a_wrong_preprocessing_costs_no_point_of_classify(mistake: str, verdicts_on: Judge) -> None:
    verdicts = verdicts_on(ROOM, with_mistakes(ROOM, mistake), 3)
    assert {verdict.check.exercise for verdict in failed(verdicts)} == {"prepare_image"}


def test_classify_earns_its_points_before_prepare_image_is_written(verdicts_on: Judge) -> None:
    source = COURSE.source(ROOM).replace(
        "    if min(image.size) < 2:\n",
        '    raise NotImplementedError("deployment: prepare_image")\n    if False:\n',
        1,
    )
    outcomes = {(v.check.exercise, v.outcome) for v in verdicts_on(ROOM, names_of_source(source, "unprepared"), 1)}
    assert {outcome for exercise, outcome in outcomes if exercise == "prepare_image"} == {"missing"}
    assert {outcome for exercise, outcome in outcomes if exercise == "classify"} == {"pass"}


@pytest.mark.parametrize(
    ("mistake", "check"),
    [
        ("prepare-alpha-dropped", "transparency"),
        ("prepare-white-cut-out-lost", "transparency"),
        ("prepare-exif-ignored", "orientation"),
        ("prepare-aspect-squashed", "fitted"),
        ("prepare-grey-distance", "brightness"),
        ("prepare-raw-array", "modes"),
        ("prepare-every-nth-pixel", "pattern"),
    ],
)
def test_alpha_exif_aspect_and_modes_are_told_apart(mistake: str, check: str, verdicts_on: Judge) -> None:
    """Elsewhere nobody looks: the answer of a wrong preprocessing is a garment, and looks like one."""
    assert check in {verdict.check.name for verdict in failed(verdicts_on(ROOM, with_mistakes(ROOM, mistake), 3))}


def test_nothing_is_judged_by_chance_and_observations_are_small() -> None:
    """No check has a Sample, so none can fail a right answer by bad luck; no weights are recorded."""
    for check in checks_of(ROOM):
        for value in observe(check, COURSE.names(ROOM), 5).observations.values():
            assert not isinstance(value, Sample), check.id
            assert not isinstance(value, torch.Tensor) or value.numel() <= 10, check.id


def test_observations_do_not_depend_on_where_a_folder_lies() -> None:
    """A recorded answer of a mistake was made in another folder, whose name is in many an error."""
    for mistake in ("load-runs-pickles", "load-library-error", "export-whole-module"):
        for check in checks_of(ROOM):
            for value in observe(check, with_mistakes(ROOM, mistake), 5).observations.values():
                assert not (isinstance(value, Raised) and "/tmp" in value.message), (mistake, value)


@pytest.mark.parametrize("mistake", ["load-labels-on-the-class", "export-labels-of-the-class"])
def test_what_a_model_does_to_its_class_is_put_right_for_the_next_check(mistake: str) -> None:
    for check in checks_of(ROOM):
        observe(check, with_mistakes(ROOM, mistake), 5)
        assert Classifier.labels[0] == "T-shirt/top", check.id


class TorchClassifier(nn.Module):
    """As a notebook defines it: PyTorch's layers, whose weights are (out, in)."""

    labels = Classifier.labels
    predictions = Classifier.predictions

    def __init__(self, dropout: float = 0.2) -> None:
        super().__init__()
        hidden = [nn.Linear(784, 256), nn.ReLU(), nn.Dropout(dropout), nn.Linear(256, 64), nn.ReLU()]
        self.layers = nn.Sequential(nn.Flatten(), *hidden, nn.Dropout(dropout), nn.Linear(64, 10))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layers(x)


def in_a_notebook(source: str) -> SimpleNamespace:
    """Return the names of a source whose Classifier and affine_layers are those of PyTorch's layers."""
    names = names_of_source(source, "in.a.notebook")
    module = names.export_model.__globals__

    def affine_layers(model: nn.Module) -> list[tuple[torch.Tensor, torch.Tensor]]:
        return [(layer.weight.T, layer.bias) for layer in model.modules() if isinstance(layer, nn.Linear)]

    module.update(Classifier=TorchClassifier, affine_layers=affine_layers)
    return SimpleNamespace(**module)


def test_the_reference_passes_with_a_notebooks_classifier_whose_weights_lie_the_other_way(verdicts_on: Judge) -> None:
    for seed in range(3):
        assert not failed(verdicts_on(ROOM, in_a_notebook(COURSE.source(ROOM)), seed))


@pytest.mark.parametrize("mistake", [m for m in MISTAKES if not m.startswith("prepare")][::4])
def test_mistakes_in_a_notebook_are_named_though_its_layers_are_pytorchs(mistake: str, verdicts_on: Judge) -> None:
    source = MISTAKES[mistake].apply(COURSE.source(ROOM))
    assert named(verdicts_on(ROOM, in_a_notebook(source), 5)) == {mistake}


def test_without_affine_layers_the_checks_find_the_layers_themselves(verdicts_on: Judge) -> None:
    names = in_a_notebook(COURSE.source(ROOM))
    del names.affine_layers
    assert not failed(verdicts_on(ROOM, names, 1))
    assert [tuple(layer.bias.shape) for layer in layer_modules(names.Classifier())] == [(256,), (64,), (10,)]


# --- oracles


def test_the_checks_own_writer_writes_what_the_library_reads(tmp_path: Path) -> None:
    tensors = random_tensors(torch.Generator().manual_seed(1))
    path = ModelFile(tensors).write(tmp_path / "model")
    assert {name: as_bytes(tensor) for name, tensor in load_file(path).items()} == {
        name: as_bytes(tensor) for name, tensor in tensors.items()
    }
    model = load_model(path)
    export_model(model, tmp_path / "again")
    assert {name: as_bytes(tensor) for name, tensor in load_file(tmp_path / "again").items()} == {
        name: as_bytes(tensor) for name, tensor in tensors.items()
    }


def test_a_digest_notices_a_single_bit() -> None:
    content = {"0.bias": b"\x00" * 8, "0.weight": b"\x01" * 8}
    assert digest_of(content) != digest_of(content | {"0.bias": b"\x00" * 7 + b"\x01"})


@pytest.mark.parametrize(("value", "expected"), [(0.88, 0.84), (0.79, 0.84), (0.95, 0.9), (0.2, 0.2)])
def test_a_number_is_reported_as_drawn_where_it_is_close(value: float, expected: float) -> None:
    assert close(value, 0.84) == expected


@pytest.mark.parametrize("quality", [60, 90])
def test_a_jpeg_photograph_is_prepared_like_the_drawing_it_was_made_of(quality: int) -> None:
    """Not asked of students: the noise that JPEG leaves around an edge."""
    drawing = Image.new("RGB", (300, 400), (210, 220, 235))
    drawing.paste((40, 60, 50), (90, 60, 210, 340))
    file = io.BytesIO()
    drawing.save(file, "JPEG", quality=quality)
    difference = np.abs((prepare_image(Image.open(file)) - prepare_image(drawing)).numpy())
    assert np.mean(difference) < 0.02
