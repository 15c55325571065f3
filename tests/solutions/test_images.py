"""Photographs from anyone: what is opened, and what is refused in one line."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from solutions.images import LARGEST_FILE, ImageError, open_image


@pytest.fixture
def jpeg(tmp_path: Path) -> Path:
    noise = np.random.default_rng(0).integers(0, 255, (200, 300, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "photo.jpg")
    return tmp_path / "photo.jpg"


def refusal(path: Path) -> str:
    with pytest.raises(ImageError) as caught:
        open_image(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("suffix", ["png", "jpg", "gif", "webp", "bmp", "tiff"])
def test_common_formats_are_opened(tmp_path: Path, suffix: str) -> None:
    Image.new("RGB", (20, 30), "red").save(tmp_path / f"photo.{suffix}")
    assert open_image(tmp_path / f"photo.{suffix}").size == (20, 30)


def test_of_an_animation_the_first_frame_is_taken(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "photo.gif", save_all=True, append_images=frames[1:])
    assert open_image(tmp_path / "photo.gif").convert("RGB").getpixel((0, 0)) == (255, 0, 0)


def test_what_is_missing_or_no_file_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "photo.png") == "there is no such file"
    assert refusal(tmp_path) == "this is not a file"


def test_a_truncated_photograph_is_refused(jpeg: Path) -> None:
    jpeg.write_bytes(jpeg.read_bytes()[:5000])
    assert "damaged" in refusal(jpeg)


@pytest.mark.parametrize("content", [b"", b"hello", bytes(1000)])
def test_what_is_no_image_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "photo.png").write_bytes(content)
    assert "not an image" in refusal(tmp_path / "photo.png")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\0\0\0\x18ftypheic" + bytes(100), "HEIC"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
    ],
)
def test_formats_to_convert_are_named(tmp_path: Path, content: bytes, kind: str) -> None:
    (tmp_path / "photo").write_bytes(content)
    assert kind in refusal(tmp_path / "photo")
    assert "save it as" in refusal(tmp_path / "photo")


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "photo.png").open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    assert "larger than 20 MB" in refusal(tmp_path / "photo.png")


@pytest.mark.parametrize("side", [8_000, 12_000, 60_000])
def test_a_decompression_bomb_is_refused_from_its_header(tmp_path: Path, side: int) -> None:
    """A PNG of 33 bytes and an end, that says it is gigantic."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    content = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")
    (tmp_path / "photo.png").write_bytes(content)
    assert "too many" in refusal(tmp_path / "photo.png")
