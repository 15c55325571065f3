"""IDX files, the format of MNIST, checked before an array of their size is made."""

import gzip
import zlib
from pathlib import Path

import numpy as np

from solutions.errors import DataError

LARGEST_FILE = 16 + 60_000 * 28 * 28  # bytes of the largest of the four files; nothing longer is read


def unpack(path: Path) -> bytes:
    """Return the content of a plain or packed file, up to the size of the largest one.

    Raises:
        DataError: the file cannot be read, is damaged, or is too large.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
    except EOFError as error:
        raise DataError(f"{path}: truncated, the packed data end too early; fetch the file again") from error
    except (OSError, zlib.error) as error:
        raise DataError(f"{path}: cannot be read ({error}); fetch the file again") from error
    if len(content) > LARGEST_FILE:
        raise DataError(f"{path}: larger than any file of Fashion-MNIST; fetch the file again")
    return content


def parse_idx(content: bytes, path: Path) -> np.ndarray:
    """Return the array of unsigned bytes in an unpacked IDX file: a view of the content, not a copy.

    The format: two zero bytes; the type, 8 for unsigned bytes; the number of dimensions; each size as four bytes, the
    most significant first; the values.

    Raises:
        DataError: the header is not that of images (N, 28, 28) or labels (N,), or the values are too few or too many.
    """
    header = content[:16]
    kind = {3: "images", 1: "labels"}.get(header[3] if len(header) > 3 else 0)
    if header[:3] != b"\0\0\x08" or kind is None:
        raise DataError(
            f"{path}: not an IDX file of images or labels, it starts with {header[:4].hex(' ') or 'nothing'}; "
            "fetch the file again"
        )
    start = 4 + 4 * header[3]
    shape = tuple(int.from_bytes(header[at : at + 4], "big") for at in range(4, start, 4))
    if shape[1:] not in ((), (28, 28)):
        raise DataError(f"{path}: holds images of {shape[1]}×{shape[2]}, not 28×28; fetch the file again")
    expected = start + shape[0] * (28 * 28 if kind == "images" else 1)
    if len(content) < expected:
        raise DataError(f"{path}: truncated, {len(content):,} of {expected:,} bytes; fetch the file again")
    if len(content) > expected:
        raise DataError(f"{path}: {len(content) - expected:,} bytes too long for its header; fetch the file again")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def to_idx(array: np.ndarray) -> bytes:
    """Return the array of bytes as an IDX file."""
    header = bytes([0, 0, 8, array.ndim]) + b"".join(size.to_bytes(4, "big") for size in array.shape)
    return header + array.astype(np.uint8).tobytes()
