"""Chapter 6: the model file, the preprocessing, the answer."""

import hashlib
import json
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from solutions.data import Dataset
from solutions.deployment import affine_layers, classify, export_model, load_model, prepare_image, temperature
from solutions.dropout import Classifier

# --- the model file


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    export_model(Classifier(), tmp_path / "model.safetensors")
    return tmp_path / "model.safetensors"


def contents(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    size = int.from_bytes(path.read_bytes()[:8], "little")
    return load_file(path), json.loads(path.read_bytes()[8 : 8 + size])["__metadata__"]


def test_the_file_says_what_it_is(tmp_path: Path) -> None:
    model = Classifier()
    export_model(model, tmp_path / "model", {"test_accuracy": 0.5})
    tensors, metadata = contents(tmp_path / "model")
    assert list(map(list, (t.shape for _, t in sorted(tensors.items())))) == [
        *([256], [784, 256]),
        *([64], [256, 64]),
        *([10], [64, 10]),
    ]
    digest = hashlib.sha256(b"".join(tensors[name].numpy().tobytes() for name in sorted(tensors))).hexdigest()
    assert json.loads(metadata.pop("labels")) == list(Classifier.labels)
    assert json.loads(metadata.pop("training")) == {"test_accuracy": 0.5}
    assert metadata == {
        "format": "garment-mlp",
        "format_version": "1",
        "preprocessing_version": "1",
        "activation": "relu",
        "sizes": "[784, 256, 64, 10]",
        "input_range": "[0, 1]",
        "digest": digest,
    }


def test_the_model_comes_back_bit_for_bit_in_evaluation_mode(tmp_path: Path) -> None:
    model = Classifier()
    model.labels = tuple("abcdefghij")
    export_model(model, tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    torch.testing.assert_close(loaded.state_dict(), model.state_dict(), rtol=0, atol=0)
    assert not any(module.training for module in loaded.modules())
    assert tuple(loaded.labels) == tuple("abcdefghij")
    assert Classifier.labels[0] == "T-shirt/top"


def test_export_neither_changes_the_model_nor_leaves_anything_else(tmp_path: Path) -> None:
    model = Classifier().double().train()
    export_model(model, tmp_path / "model")
    assert model.training
    assert affine_layers(model)[0][0].dtype == torch.float64
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_export_refuses_other_sizes(tmp_path: Path) -> None:
    model = Classifier()
    model.layers[1].weight.data = torch.zeros(784, 255)
    with pytest.raises(ValueError, match="784-256-64-10"):
        export_model(model, tmp_path / "model")


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "other"},
        {"format": None},
        {"format_version": "2"},
        {"preprocessing_version": "2"},
        {"sizes": "[784, 256, 32, 10]"},
        {"input_range": "[-1, 1]"},
        {"labels": None},
        {"digest": "0" * 64},
        {"digest": None},
    ],
    ids=str,
)
def test_changed_metadata_are_refused(exported: Path, changes: dict[str, str | None]) -> None:
    tensors, metadata = contents(exported)
    changed = {key: value for key, value in (metadata | changes).items() if value is not None}
    save_file(tensors, exported, changed)
    with pytest.raises(ValueError, match=f"{exported.name}: .*{next(iter(changes))}"):
        load_model(exported)


@pytest.mark.parametrize(
    "change",
    [
        lambda tensors: tensors.pop("1.bias"),
        lambda tensors: tensors.update({"3.weight": torch.zeros(10, 10)}),
        lambda tensors: tensors.update({"1.weight": torch.zeros(64, 256)}),
    ],
    ids=["one missing", "one more", "transposed"],
)
def test_other_tensors_are_refused(exported: Path, change: Callable[[dict[str, torch.Tensor]], None]) -> None:
    tensors, metadata = contents(exported)
    change(tensors)
    save_file(tensors, exported, metadata)
    with pytest.raises(ValueError, match="not those of 784-256-64-10"):
        load_model(exported)


def test_a_changed_weight_is_refused(exported: Path) -> None:
    content = bytearray(exported.read_bytes())
    content[-1] ^= 1
    exported.write_bytes(content)
    with pytest.raises(ValueError, match="digest"):
        load_model(exported)


class Trap:
    """Unpickled, it leaves a file behind."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable, tuple]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("save", [torch.save, lambda trap, path: path.write_bytes(pickle.dumps(trap))])
def test_a_pickle_is_refused_and_not_run(tmp_path: Path, save: Callable[[Trap, Path], None]) -> None:
    save(Trap(tmp_path / "sprung"), tmp_path / "model")
    with pytest.raises(ValueError, match="not a safetensors file"):
        load_model(tmp_path / "model")
    assert not (tmp_path / "sprung").exists()


# --- the preprocessing


def shape_on_ground(
    garment: tuple[int, int, int] = (40, 40, 40),
    ground: tuple[int, int, int] = (255, 255, 255),
    size: tuple[int, int] = (200, 300),
    box: tuple[int, int, int, int] = (60, 50, 140, 210),
) -> Image.Image:
    """A flat rectangle, 80 wide and 160 high, on a flat ground."""
    image = Image.new("RGB", size, ground)
    image.paste(garment, box)
    return image


def inside(x: torch.Tensor) -> torch.Tensor:
    """Where the rectangle, 14 wide and 28 high, should be, without its edge."""
    return x[0, 1:27, 8:20]


@pytest.mark.parametrize("ground", [(255, 255, 255), (250, 240, 200), (60, 120, 220), (160, 160, 160)])
def test_the_ground_is_exactly_zero_and_the_garment_dark_made_bright(ground: tuple[int, int, int]) -> None:
    x = prepare_image(shape_on_ground(ground=ground))
    assert not x[0, :, :6].any()
    assert not x[0, :, 22:].any()
    assert inside(x).mean().item() == pytest.approx(1 - 40 / 255, abs=0.02)


def test_what_is_half_transparent_is_half_as_dark() -> None:
    image = Image.new("RGBA", (200, 300), (0, 0, 0, 0))
    image.paste((0, 0, 0, 128), (60, 50, 140, 210))
    assert inside(prepare_image(image)).mean().item() == pytest.approx(0.5, abs=0.02)


def test_specks_of_noise_do_not_widen_the_garment() -> None:
    image = shape_on_ground(size=(800, 1200), box=(240, 200, 560, 840))
    for at in [(5, 5), (790, 600), (100, 1190)]:
        image.putpixel(at, (0, 0, 0))
    torch.testing.assert_close(prepare_image(image), prepare_image(shape_on_ground()), atol=0.05, rtol=0)


@pytest.mark.parametrize(
    ("image", "says"),
    [
        (Image.new("RGB", (100, 100), "red"), "nothing stands out"),
        (Image.new("RGBA", (100, 100), (0, 0, 0, 0)), "nothing stands out"),
        (Image.new("L", (1, 50)), "2×2"),
    ],
    ids=["blank", "transparent", "tiny"],
)
def test_an_image_in_which_nothing_can_be_found_is_refused(image: Image.Image, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        prepare_image(image)


def test_preparing_leaves_the_image_alone() -> None:
    image = shape_on_ground()
    before = image.tobytes()
    prepare_image(image)
    assert (image.mode, image.tobytes()) == ("RGB", before)


# --- the answer


def photograph(pixels: np.ndarray, ground: tuple[int, int, int]) -> Image.Image:
    """A data set's image at the size of a photograph: dark on a ground."""
    grey = Image.fromarray(pixels).resize((280, 280), Image.Resampling.BICUBIC)
    image = Image.new("RGB", (400, 400), ground)
    image.paste(Image.fromarray(255 - np.asarray(grey)), (60, 60), grey.point(lambda value: 255 * (value > 20)))
    return image


@pytest.mark.parametrize("ground", [(255, 255, 255), (215, 225, 240)])
def test_photographs_of_test_images_get_the_answers_of_the_test_images(
    trained: tuple[Path, str], sample: Dataset, ground: tuple[int, int, int]
) -> None:
    model = load_model(trained[0] / "model.safetensors")
    chosen = range(0, 1000, 10)
    direct = [classify(model, torch.tensor(sample.test_images[i]).float()[None] / 255)[0][0] for i in chosen]
    photos = [classify(model, photograph(sample.test_images[i], ground))[0][0] for i in chosen]
    same = np.mean([a == b for a, b in zip(direct, photos, strict=True)])
    assert same >= 0.8


def test_answers_are_ranked_python_numbers_and_the_mode_is_restored() -> None:
    model, x = Classifier().train(), torch.rand(1, 28, 28)
    answers = classify(model, x)
    assert answers == sorted(model.predictions(x).items(), key=lambda answer: -answer[1])
    assert all(type(probability) is float for _, probability in answers)
    assert model.training


def test_the_temperature_of_large_logits_is_that_of_their_differences() -> None:
    """Of numbers near 4,000 a float64 has no digits left for what is a hundred-billionth of them."""
    logits, target = torch.tensor([[4278.4, 4281.7, 4284.2]], dtype=torch.float64), torch.tensor([2])
    assert (
        temperature(logits, target) == pytest.approx(temperature(logits - 4284.2, target)) == pytest.approx(0.05, 1e-3)
    )
