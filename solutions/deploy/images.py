"""Open untrusted photographs; refuse unusable ones in one line that says what to do."""

import base64
import codecs
import io
import warnings
from pathlib import Path
from typing import BinaryIO

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from solutions.errors import WrongUse

LARGEST_FILE = 20_000_000  # bytes
LARGEST_IMAGE = 50_000_000  # pixels; a camera's photograph has 12 to 48 million
START_OF_SCAN = b"\xff\xda"  # in a JPEG; each scan goes over all pixels, and a file of 2 MB can have 20,000
MOST_SCANS = 100  # a progressive photograph has ten
LARGEST_GIF = 2_000_000  # bytes; Pillow copies a comment anew for each 255 bytes of it
LARGEST_EXIF = 65_536  # bytes, as many as a JPEG can have; each of its entries can be the same text of so many
# Formats of cameras, phones and browsers, of the forty that Pillow reads: every further decoder can be attacked.
FORMATS = ("JPEG", "MPO", "PNG", "WEBP", "GIF", "BMP", "AVIF")
HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1")  # the brands that such a file starts with
# The second image of an MPO, for depth or brightness, is never shown: such a file needs no remark.
ANIMATED = ("GIF", "PNG", "WEBP", "AVIF")


class ImageError(WrongUse):
    """An image is unusable. The message is one line without the file's name: the fault, and what to do."""


def open_image(path: Path) -> Image.Image:
    """Return the decoded image, turned as EXIF says; the first frame of several.

    Of its metadata it keeps only the transparency and the remark.

    Raises:
        ImageError: it is missing, too large, damaged, or in none of ``FORMATS``.
    """
    if not path.is_file():
        raise ImageError("there is no such file" if not path.exists() else "this is not a file")
    if path.stat().st_size > LARGEST_FILE:
        raise ImageError("larger than 20 MB; save it smaller")
    try:
        with path.open("rb") as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd metadata, which nobody uses, and of sizes, which are limited below
            return _decode(stream)
    except ImageError:
        raise
    except UnidentifiedImageError as error:
        raise ImageError("not an image that can be read; save it as JPEG or PNG") from error
    except Image.DecompressionBombError as error:
        raise ImageError("far too many pixels; save it smaller") from error
    except Exception as error:  # a decoder that meets damage raises whatever it stumbles over
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ImageError(f"damaged, it cannot be decoded ({reason}); save it anew") from error


def remark(image: Image.Image) -> str:
    return image.info.get("remark", "")


def _decode(stream: BinaryIO) -> Image.Image:
    start = stream.read(4096)
    if start[4:8] == b"ftyp" and start[8:12] in HEIC and b"avif" not in start[:64]:
        raise ImageError("a HEIC photograph; save it as JPEG or PNG")
    if start.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<") and b"<svg" in start:
        raise ImageError("an SVG drawing; save it as PNG")
    stream.seek(0)
    if start.startswith(b"\xff\xd8"):
        if stream.read().count(START_OF_SCAN) > MOST_SCANS:
            raise ImageError(f"a JPEG of more than {MOST_SCANS} scans; save it anew")
        stream.seek(0)
    if start.startswith(b"GIF8") and stream.seek(0, io.SEEK_END) > LARGEST_GIF:
        raise ImageError("a GIF larger than 2 MB; save it as JPEG or PNG")
    stream.seek(0)
    Image.init()
    with Image.open(stream, formats=[name for name in FORMATS if name in Image.OPEN]) as image:
        if image.width * image.height > LARGEST_IMAGE:
            raise ImageError(f"{image.width}×{image.height} pixels are too many; save it smaller")
        image.load()
        if len(image.info.get("exif", b"")) > LARGEST_EXIF or "Raw profile type exif" in image.info:
            raise ImageError("its metadata is too large, or of an odd kind; save it anew")
        orientation = image.getexif().get(ExifTags.Base.Orientation)
        opened = image.copy()
        # No other metadata: it can be damaged too, and would cause errors where the image is used.
        opened.info = {key: image.info[key] for key in ("transparency",) if key in image.info}
        if image.format in ANIMATED and getattr(image, "is_animated", False):
            opened.info["remark"] = "an animation; this is about its first frame"
    if orientation is not None:
        opened.getexif()[ExifTags.Base.Orientation] = orientation
    return ImageOps.exif_transpose(opened)


def data_address(image: Image.Image, kind: str) -> str:
    """Return an image as an address that holds the whole file, "PNG" or "JPEG"."""
    content = io.BytesIO()
    image.save(content, kind)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(content.getvalue()).decode()}"
