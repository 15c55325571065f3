"""Damage real images at random and see that each is refused or answered: ``--minutes 5``

Another process decodes, with an end to its memory and to the time for one image, so that a crash of a decoder is a
finding too. What was neither refused nor answered is kept in _build/fuzz, named after the seed that makes it again; a
small one belongs into tests/solutions/deploy/regressions.
"""

import argparse
import io
import multiprocessing
import os
import random
import resource
import struct
import sys
import time
import zlib
from collections import Counter
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from solutions.commands.terminal import libraries_silenced
from solutions.deploy.images import FORMATS, ImageError, open_image
from solutions.deployment import prepare_image

FOUND = Path("_build/fuzz")
MEMORY = 3_000_000_000  # bytes of addresses; PyTorch alone takes a third
PATIENCE_S = 10  # for one image
EXTREMES = (0, 1, 2, 7, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1)


def originals() -> list[bytes]:
    """Return small images of every format, in the variants that have decoders of their own."""
    picture = Image.new("RGB", (60, 80), (230, 240, 250))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((15, 10, 45, 70), fill=(90, 30, 60))
    draw.ellipse((20, 20, 40, 50), fill=(20, 120, 60))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "A camera"
    modes = {
        mode: picture.convert(mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "I;16")
    }
    kinds: list[tuple[str, str, dict[str, Any]]] = [(kind, mode, {}) for kind in FORMATS for mode in modes]
    kinds += [("JPEG", "RGB", options) for options in ({"progressive": True, "exif": exif}, {"subsampling": 0})]
    kinds += [("PNG", "RGB", {"exif": exif}), ("PNG", "P", {"transparency": 0}), ("WEBP", "RGBA", {"lossless": True})]
    # Only what fits: asked to pack bits as JPEG, libtiff itself crashes.
    kinds += [("TIFF", "1", {"compression": packing}) for packing in ("group3", "group4", "tiff_ccitt")]
    packings = ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg", "lzma", "zstd")
    kinds += [("TIFF", mode, {"compression": packing}) for packing in packings for mode in ("RGB", "CMYK")]
    animated = {"save_all": True, "append_images": [picture.rotate(90), picture.rotate(45)]}
    kinds += [(kind, "RGB", animated) for kind in ("GIF", "PNG", "WEBP", "TIFF", "MPO", "AVIF")]
    files = []
    for kind, mode, options in kinds:
        file = io.BytesIO()
        try:
            modes[mode].save(file, kind, **options)
        except (OSError, ValueError, KeyError, RuntimeError):  # not every format holds every mode, or is built in
            continue
        files.append(file.getvalue())
    return files


def damaged(files: list[bytes], seed: int) -> bytes:
    """Return one of the files after a few random edits, more of them near its start."""
    rng = random.Random(seed)
    content = bytearray(rng.choice(files))
    for _ in range(rng.choice((1, 1, 2, 3, 8))):
        at = rng.randrange(min(len(content), rng.choice((64, 300, len(content)))) or 1)
        number = rng.choice(EXTREMES)
        match rng.randrange(6):
            case 0:
                content[at : at + 1] = bytes([rng.randrange(256)])
            case 1:
                content[at : at + 2] = struct.pack(rng.choice("<>") + "H", number % 2**16)
            case 2:
                content[at : at + 4] = struct.pack(rng.choice("<>") + "I", number)
            case 3:
                content[at:at] = content[at : at + rng.randrange(1, 64)]
            case 4:
                del content[at : at + rng.randrange(1, 64)]
            case 5:
                other = rng.choice(files)
                start = rng.randrange(len(other))
                content[at : at + 32] = other[start : start + 32]
    return with_right_sums(bytes(content)) if rng.random() < 0.8 else bytes(content)


def with_right_sums(content: bytes) -> bytes:
    """Return a PNG with checksums that fit, or its chunks would not even be read; other files as they are."""
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        return content
    parts, at = [content[:8]], 8
    while at + 12 <= len(content):
        end = at + 8 + struct.unpack(">I", content[at : at + 4])[0]
        body = content[at + 4 : end]
        parts.append(content[at : at + 4] + body + struct.pack(">I", zlib.crc32(body)))
        at = end + 4
    return b"".join(parts)


def outcome(path: Path) -> str:
    """Return "refused", "answered", or what else came of a file."""
    try:
        with libraries_silenced():
            image = open_image(path)
        x = prepare_image(image)
    except (ImageError, ValueError) as error:
        return "a refusal of several lines" if "\n" in str(error) else "refused"
    except Exception as error:
        return type(error).__name__
    return "answered" if 0 <= x.min() <= x.max() <= 1 else "an answer out of range"


def decode(files: list[bytes], seeds: Connection, results: Connection) -> None:
    """Answer seeds until there are no more."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    path = FOUND / f"now-{os.getpid()}"
    results.send("ready")
    while (seed := seeds.recv()) is not None:
        path.write_bytes(damaged(files, seed))
        results.send(outcome(path))
    path.unlink()


class Decoder:
    """The process that decodes; where it dies or takes too long, there is a new one for the next image."""

    def __init__(self, files: list[bytes]) -> None:
        self.files = files
        self.process: SpawnProcess | None = None

    def start(self) -> SpawnProcess:
        context = multiprocessing.get_context("spawn")
        theirs, self.seeds = context.Pipe(duplex=False)
        self.results, sending = context.Pipe(duplex=False)
        process = context.Process(target=decode, args=(self.files, theirs, sending), daemon=True)
        process.start()
        theirs.close()
        sending.close()
        assert self.results.recv() == "ready"
        return process

    def outcome(self, seed: int) -> str:
        self.process = process = self.process or self.start()
        self.seeds.send(seed)
        try:
            if self.results.poll(PATIENCE_S):
                return str(self.results.recv())
            result = f"longer than {PATIENCE_S} s"
        except EOFError:
            process.join()
            result = f"a crash (status {process.exitcode})"
        process.kill()
        process.join()
        self.process = None
        return result

    def stop(self) -> None:
        if self.process is not None:
            self.seeds.send(None)
            self.process.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=0, help="of the first image; each after it has the next")
    options = parser.parse_args()
    FOUND.mkdir(parents=True, exist_ok=True)
    files = originals()
    decoder, end = Decoder(files), time.monotonic() + 60 * options.minutes
    outcomes: Counter[str] = Counter()
    seed = options.seed
    while time.monotonic() < end:
        result = decoder.outcome(seed)
        outcomes[result] += 1
        if result not in ("refused", "answered"):
            (FOUND / f"{seed}").write_bytes(damaged(files, seed))
            print(f"seed {seed}: {result}", flush=True)
        seed += 1
    decoder.stop()
    print(
        f"{seed - options.seed:,} images made of {len(files)}:",
        ", ".join(f"{n:,} {what}" for what, n in outcomes.items()),
    )
    sys.exit(0 if set(outcomes) <= {"refused", "answered"} else 1)


if __name__ == "__main__":
    main()
