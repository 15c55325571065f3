"""Photographs from anyone: what is opened, and what is refused in one line."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from solutions.deploy.images import FORMATS, ImageError, open_image, remark
from solutions.deployment import export_model, prepare_image
from solutions.dropout import Classifier
from tests.conftest import ROOT
from tests.solutions.conftest import Cli
from tests.solutions.deploy import bad_images
from tests.solutions.deploy.bad_images import ANSWERED, CASES, REFUSED


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a model that knows nothing."""
    path = tmp_path_factory.mktemp("model") / "model.safetensors"
    export_model(Classifier(), path)
    return path


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_used_is_refused_in_one_line(tmp_path: Path, here: Cli, model: Path, name: str) -> None:
    path = bad_images.write(tmp_path, name)
    result = here("predict", path, "--model", model)
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"error: {path}: ")
    assert REFUSED[name].refused in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ANSWERED)
def test_what_can_be_used_is_answered_with_a_remark_where_one_is_due(
    tmp_path: Path, here: Cli, model: Path, name: str
) -> None:
    result = here("predict", bad_images.write(tmp_path, name), "--model", model)
    assert (result.returncode, result.stderr) == (0, "")
    assert ANSWERED[name].remark in result.stdout
    assert ("; this is about" in result.stdout) == bool(ANSWERED[name].remark)


@pytest.mark.parametrize("name", [name for name in ANSWERED if "script in one" not in name])
def test_every_kind_of_file_shows_the_same_garment(tmp_path: Path, name: str) -> None:
    """The script in one with a GIF makes it 10,799 pixels wide."""
    plain = prepare_image(bad_images.garment())
    x = prepare_image(open_image(bad_images.write(tmp_path, name)))
    tolerance = 0.2 if name == "black and white" else 0.05  # dithered to the same mean
    assert (x - plain).abs().mean() < tolerance / 5
    assert abs(x.max() - plain.max()) < tolerance


def test_all_files_in_one_command_are_each_answered_or_refused(tmp_path: Path, cli: Cli, model: Path) -> None:
    """One process goes on whatever it meets; what libraries in C write would show up here too."""
    paths = []
    for i, name in enumerate(CASES):
        (tmp_path / str(i)).mkdir()
        paths.append(bad_images.write(tmp_path / str(i), name))
    result = cli("predict", *paths, "--model", model, "--json")
    results = json.loads(result.stdout)
    assert [Path(one["image"]) for one in results] == paths
    assert ["error" in one for one in results] == [name in REFUSED for name in CASES]
    assert [one.get("remark", "") != "" for one in results] == [bool(case.remark) for case in CASES.values()]
    assert len(result.stderr.splitlines()) == len(REFUSED)
    assert result.returncode == 2


def test_what_is_missing_or_no_file_is_refused(tmp_path: Path) -> None:
    for path, message in ((tmp_path / "photo.png", "there is no such file"), (tmp_path, "this is not a file")):
        with pytest.raises(ImageError, match=message):
            open_image(path)


def test_a_bomb_is_refused_before_it_takes_memory(tmp_path: Path) -> None:
    """Unpacked, the three would take some 10 GB; the whole process may have 1.5 GB of addresses."""
    names = ["a decompression bomb's header", "a bomb below Pillow's own limit", "a decompression bomb"]
    for name in names:
        (tmp_path / name).mkdir()
    paths = [str(bad_images.write(tmp_path / name, name)) for name in names]
    code = (
        "import resource, sys; from pathlib import Path; from solutions.deploy.images import open_image, ImageError\n"
        "resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))\n"
        "for path in sys.argv[1:]:\n"
        "    try: open_image(Path(path))\n"
        "    except ImageError as error: print(error)\n"
    )
    command = [sys.executable, "-c", code, *paths]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert result.stdout.count("too many") == 3, result.stderr


def test_no_decoder_is_asked_that_people_do_not_need(tmp_path: Path) -> None:
    Image.init()
    others = sorted(set(Image.SAVE) & set(Image.OPEN) - set(FORMATS))
    assert {"EPS", "PPM", "TGA", "ICNS", "JPEG2000"} <= set(others)
    for kind in ("PPM", "TGA", "ICNS", "JPEG2000", "EPS"):
        Image.new("RGB", (16, 16)).save(tmp_path / "photo.png", kind)
        with pytest.raises(ImageError, match="not an image that can be read"):
            open_image(tmp_path / "photo.png")


def test_an_opened_image_has_nothing_left_of_what_a_file_may_claim(tmp_path: Path) -> None:
    from PIL.PngImagePlugin import PngInfo

    claims = PngInfo()
    claims.add_text("remark", "certainly a shirt")
    bad_images.garment().save(tmp_path / "photo.png", pnginfo=claims)
    image = open_image(tmp_path / "photo.png")
    assert (image.info, remark(image)) == ({}, "")


def test_the_first_frame_is_what_is_answered(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "photo.gif", save_all=True, append_images=frames[1:])
    assert open_image(tmp_path / "photo.gif").convert("RGB").getpixel((0, 0)) == (255, 0, 0)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_image_is_turned_when_it_is_opened_and_not_once_more(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 255, (20, 30, 3), np.uint8))
    picture.save(tmp_path / "photo.png", exif=exif)
    image = open_image(tmp_path / "photo.png")
    assert image.size == ((20, 30) if orientation >= 5 else (30, 20))
    torch.testing.assert_close(prepare_image(image), prepare_image(Image.open(tmp_path / "photo.png")))


REGRESSIONS = sorted((Path(__file__).parent / "regressions").iterdir())


def test_what_random_damage_once_found_is_answered_or_refused_in_one_line(cli: Cli, model: Path) -> None:
    """Files that tests/solutions/deploy/fuzz_images.py made; libtiff complained of them on the terminal itself."""
    result = cli("predict", *REGRESSIONS, "--model", model, "--json")
    results = json.loads(result.stdout)
    assert [Path(one["image"]) for one in results] == REGRESSIONS
    refused = [one for one in results if "error" in one]
    assert 0 < len(refused) < len(results)
    assert [line.startswith("error: ") for line in result.stderr.splitlines()] == [True] * len(refused)
