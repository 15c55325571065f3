"""Opens photographs that anyone may have sent: what cannot be used is refused in one line that says what to do."""

import warnings
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from solutions.errors import WrongUse

LARGEST_FILE = 20_000_000  # bytes
LARGEST_IMAGE = 50_000_000  # pixels; a camera's photograph has 12 to 48 million


class ImageError(WrongUse):
    """The image cannot be used. The message is one line, without the file's name: what is wrong, and what to do."""


def open_image(path: Path) -> Image.Image:
    """Return the decoded image; of an animation, the first frame.

    Raises:
        ImageError: it is missing, too large, damaged, or no image that Pillow reads.
    """
    try:
        if not path.is_file():
            raise ImageError("there is no such file" if not path.exists() else "this is not a file")
        if path.stat().st_size > LARGEST_FILE:
            raise ImageError("larger than 20 MB; save it smaller")
        with path.open("rb") as stream:
            start = stream.read(512)
        if start[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc"):
            raise ImageError("a HEIC photograph; save it as JPEG or PNG")
        if start.lstrip().startswith(b"<") and b"<svg" in start:
            raise ImageError("an SVG drawing; save it as PNG")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit below is stricter
            with Image.open(path) as image:
                if image.width * image.height > LARGEST_IMAGE:
                    raise ImageError(f"{image.width}×{image.height} pixels are too many; save it smaller")
                image.load()
                return image
    except UnidentifiedImageError as error:
        raise ImageError("not an image that can be read; save it as JPEG or PNG") from error
    except Image.DecompressionBombError as error:
        raise ImageError("far too many pixels; save it smaller") from error
    except (OSError, SyntaxError, ValueError) as error:  # Pillow raises any of them for damaged files
        raise ImageError(f"damaged, it cannot be decoded ({error}); save it anew") from error
