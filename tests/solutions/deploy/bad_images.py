"""Files that people send, each with what has to come of it; in one place, so that all front ends are tried with them.

``CASES`` maps a name to an ``ImageCase``. Each shows, where it shows anything, a dark rectangle, 80 wide and 160 high.
"""

import io
import pickle
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from solutions.deploy.images import LARGEST_FILE

Maker = Callable[[Path], object]


@dataclass(frozen=True)
class ImageCase:
    """A file, and what has to come of it.

    Attributes:
        make: writes the file.
        suffix: what a user's file of this kind is named.
        refused: words of the refusal; empty where the file is answered.
        remark: words that have to stand beside the answer.
    """

    make: Maker
    suffix: str
    refused: str = ""
    remark: str = ""


def garment(ground: int = 255) -> Image.Image:
    image = Image.new("RGB", (200, 300), (ground,) * 3)
    image.paste((60, 40, 40), (60, 50, 140, 210))
    return image


def stored(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def of_bytes(content: bytes) -> Maker:
    return lambda path: path.write_bytes(content)


def png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_that_claims(width: int, height: int) -> bytes:
    """Return a PNG of a hundred bytes whose header says how large it would be."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + png_chunk(b"IDAT", zlib.compress(bytes(100))) + png_chunk(b"IEND", b"")


def gif_that_claims(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0) + stored(garment(), "GIF")[13:]


def real_bomb() -> bytes:
    """Return a whole PNG of 60 kB that unpacks to 8,000 × 8,000 pixels."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 8000, 8000, 8, 0, 0, 0, 0))
    pixels = zlib.compress(bytes(8001 * 8000), 9)
    return b"\x89PNG\r\n\x1a\n" + header + png_chunk(b"IDAT", pixels) + png_chunk(b"IEND", b"")


def text_bomb() -> bytes:
    """Return a right PNG with a comment that unpacks to 100 MB."""
    content = stored(garment(), "PNG")
    comment = png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(100_000_000), 9))
    return content[:33] + comment + content[33:]


def too_large_a_file(path: Path) -> None:
    with path.open("wb") as file:
        file.write(stored(garment(), "PNG"))
        file.truncate(LARGEST_FILE + 1)


def image_and_archive(image: bytes) -> bytes:
    """Return a file that is a right image from its start and a right ZIP archive from its end."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("run.sh", "echo caught")
    return image + file.getvalue()


def gif_and_script() -> bytes:
    """Return a right GIF that is a right JavaScript program as well: its width is the start of a comment."""
    start = b"GIF89a" + b"/*" + struct.pack("<H", 300) + stored(garment(), "GIF")[10:-1]
    return start + b"*/=1;alert(1);" + b";"


def animation(kind: str) -> bytes:
    second = Image.new("RGB", (200, 300), "white")
    second.paste((0, 0, 200), (0, 0, 100, 300))
    return stored(garment(), kind, save_all=True, append_images=[second], duration=100)


def with_exif(kind: str) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return stored(garment().transpose(Image.Transpose.ROTATE_90), kind, exif=exif)


def with_broken_exif() -> bytes:
    return stored(garment(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff" + bytes(40))


def sixteen_bits() -> bytes:
    return stored(Image.fromarray(np.asarray(garment().convert("L")).astype(np.uint16) * 257), "PNG")


def palette(transparent: bool) -> bytes:
    image = garment().quantize(4)
    return stored(image, "PNG", **{"transparency": image.getpixel((0, 0))} if transparent else {})


def cut_out() -> bytes:
    image = garment(0).convert("RGBA")
    image.putalpha(Image.fromarray((np.asarray(garment().convert("L")) < 255).astype(np.uint8) * 255))
    return stored(image, "PNG")


JPEG, PNG = stored(garment(), "JPEG", quality=95), stored(garment(), "PNG")
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(500)
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>'
NO_IMAGE = "not an image"

REFUSED = {
    "a truncated JPEG": ImageCase(of_bytes(JPEG[: len(JPEG) // 2]), "jpg", "damaged"),
    "a truncated PNG": ImageCase(of_bytes(PNG[: len(PNG) // 2]), "png", "damaged"),
    "a truncated WebP": ImageCase(of_bytes(stored(garment(), "WEBP")[:60]), "webp", "damaged"),
    "a JPEG with a hole": ImageCase(of_bytes(JPEG[:200] + bytes(200) + JPEG[400:600]), "jpg", "damaged"),
    "an empty file": ImageCase(of_bytes(b""), "png", NO_IMAGE),
    "a text": ImageCase(of_bytes(b"a photograph of a shirt\n"), "jpg", NO_IMAGE),
    "an archive": ImageCase(of_bytes(image_and_archive(b"")), "jpg", NO_IMAGE),
    "a pickle": ImageCase(of_bytes(pickle.dumps({"image": [1, 2, 3]})), "png", NO_IMAGE),
    "a PDF": ImageCase(of_bytes(stored(garment(), "PDF")), "png", NO_IMAGE),
    "a PostScript file": ImageCase(of_bytes(stored(garment(), "EPS")), "jpg", NO_IMAGE),
    "a Photoshop file": ImageCase(of_bytes(b"8BPS\0\1" + bytes(100)), "psd", NO_IMAGE),
    "a web page with an image in it": ImageCase(
        of_bytes(b"<html><img src=x onerror=alert(1)></html>"), "png", NO_IMAGE
    ),
    "a decompression bomb's header": ImageCase(of_bytes(png_that_claims(60_000, 60_000)), "png", "too many"),
    "a bomb below Pillow's own limit": ImageCase(of_bytes(png_that_claims(12_000, 12_000)), "png", "too many"),
    "a decompression bomb": ImageCase(lambda path: path.write_bytes(real_bomb()), "png", "too many"),
    "a GIF of 65,535 × 65,535": ImageCase(of_bytes(gif_that_claims(65_535, 65_535)), "gif", "too many"),
    "a bomb in a comment": ImageCase(lambda path: path.write_bytes(text_bomb()), "png", "damaged"),
    "over 20 MB": ImageCase(too_large_a_file, "png", "larger than 20 MB"),
    "1×1": ImageCase(of_bytes(stored(Image.new("RGB", (1, 1)), "PNG")), "png", "2×2"),
    "blank": ImageCase(of_bytes(stored(Image.new("RGB", (200, 300), "white"), "PNG")), "png", "nothing stands out"),
    "wholly transparent": ImageCase(of_bytes(stored(Image.new("RGBA", (90, 90)), "PNG")), "png", "nothing stands out"),
    "SVG": ImageCase(of_bytes(SVG), "svg", "an SVG drawing; save it as PNG"),
    "SVG with a byte order mark": ImageCase(of_bytes(b"\xef\xbb\xbf" + SVG), "svg", "an SVG drawing; save it as PNG"),
    "HEIC": ImageCase(of_bytes(HEIC), "heic", "a HEIC photograph; save it as JPEG or PNG"),
    "HEIC that is called JPEG": ImageCase(of_bytes(HEIC), "jpg", "a HEIC photograph; save it as JPEG or PNG"),
}
ANSWERED = {
    **{
        kind: ImageCase(of_bytes(stored(garment(), kind)), kind.lower())
        for kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
    },
    "an animated GIF": ImageCase(of_bytes(animation("GIF")), "gif", remark="first frame"),
    "an animated PNG": ImageCase(of_bytes(animation("PNG")), "png", remark="first frame"),
    "an animated WebP": ImageCase(of_bytes(animation("WEBP")), "webp", remark="first frame"),
    "a TIFF of two pages": ImageCase(of_bytes(animation("TIFF")), "tiff", remark="about the first"),
    "a phone's photograph with another in it": ImageCase(of_bytes(animation("MPO")), "jpg"),
    "CMYK": ImageCase(of_bytes(stored(garment().convert("CMYK"), "JPEG")), "jpg"),
    "16 bits": ImageCase(of_bytes(sixteen_bits()), "png"),
    "a palette": ImageCase(of_bytes(palette(transparent=False)), "png"),
    "a palette with transparency": ImageCase(of_bytes(palette(transparent=True)), "png"),
    "RGBA": ImageCase(of_bytes(cut_out()), "png"),
    "grey": ImageCase(of_bytes(stored(garment().convert("L"), "JPEG")), "jpg"),
    "black and white": ImageCase(of_bytes(stored(garment().convert("1"), "TIFF", compression="group4")), "tiff"),
    "a JPEG turned by EXIF": ImageCase(of_bytes(with_exif("JPEG")), "jpg"),
    "a PNG turned by EXIF": ImageCase(of_bytes(with_exif("PNG")), "png"),
    "a WebP turned by EXIF": ImageCase(of_bytes(with_exif("WEBP")), "webp"),
    "a JPEG with broken EXIF": ImageCase(of_bytes(with_broken_exif()), "jpg"),
    "a JPEG that is called PNG": ImageCase(of_bytes(JPEG), "png"),
    "a JPEG and an archive in one": ImageCase(of_bytes(image_and_archive(JPEG)), "jpg"),
    "a GIF and a script in one": ImageCase(of_bytes(gif_and_script()), "gif"),
    "a JPEG with a script in its comment": ImageCase(
        of_bytes(stored(garment(), "JPEG", comment=b"<script>alert(1)</script>")), "jpg"
    ),
}
CASES = REFUSED | ANSWERED


def write(folder: Path, name: str) -> Path:
    """Write the file of a case and return its path."""
    case = CASES[name]
    path = folder / f"photo.{case.suffix}"
    case.make(path)
    return path
