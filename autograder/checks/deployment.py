"""What the model file, the preprocessing and the answer of chapter 6 must do.

Nothing here is judged by chance: files come back bit for bit, and what is seen in a prepared picture is compared with
what the check drew. Such a number is reported as it was drawn where it is close enough: every interpolation passes.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import pickle
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from autograder.checks import (
    Observation,
    Observations,
    Raised,
    attempt,
    between,
    check,
    modes_in_turn,
    normal,
    refusal,
    set_values,
    tried,
)
from autograder.far import FAR, far_device

SIZES = [784, 256, 64, 10]
KEYS = ("format", "format_version", "preprocessing_version", "sizes", "input_range")
OTHER_LABELS = ("cap", "scarf", "glove", "sock", "belt", "tie", "vest", "skirt", "shawl", "clog")


# --- the model and its file


def layer_modules(model: nn.Module) -> list[Any]:
    """Return the affine layers, whoever wrote them."""
    return [m for m in model.modules() if isinstance(getattr(m, "weight", None), Tensor) and len(m.weight.shape) == 2]  # type: ignore[arg-type]


def affine(names: SimpleNamespace, model: nn.Module) -> list[tuple[Tensor, Tensor]]:
    """Return weight (in, out) and bias (out,) of each layer, as the notebook's own function does."""
    if hasattr(names, "affine_layers"):
        return list(names.affine_layers(model))
    layers = layer_modules(model)
    return [(layer.weight.T if isinstance(layer, nn.Linear) else layer.weight, layer.bias) for layer in layers]


def filled(names: SimpleNamespace, tensors: dict[str, Tensor], **options: float) -> Any:
    """Return a classifier that holds these weights."""
    model = names.Classifier(**options)
    for i, (weight, bias) in enumerate(affine(names, model)):
        set_values(weight, tensors[f"{i}.weight"])
        set_values(bias, tensors[f"{i}.bias"])
    return model


def random_tensors(rng: torch.Generator, sizes: list[int] | None = None) -> dict[str, Tensor]:
    tensors = {}
    for i, (fan_in, fan_out) in enumerate(zip((sizes or SIZES)[:-1], (sizes or SIZES)[1:], strict=True)):
        tensors[f"{i}.weight"] = torch.rand(fan_in, fan_out, generator=rng) - 0.5
        tensors[f"{i}.bias"] = torch.rand(fan_out, generator=rng) - 0.5
    return tensors


def drawn_labels(rng: torch.Generator) -> tuple[str, ...]:
    return tuple(OTHER_LABELS[at] for at in torch.randperm(len(OTHER_LABELS), generator=rng).tolist())


def as_bytes(tensor: Tensor) -> bytes:
    return tensor.detach().contiguous().numpy().tobytes()


def digest_of(contents: dict[str, bytes]) -> str:
    return hashlib.sha256(b"".join(contents[name] for name in sorted(contents))).hexdigest()


@dataclass
class ModelFile:
    """What stands in a file of the course's format; by default all of it is right."""

    tensors: dict[str, Tensor]
    labels: tuple[str, ...] = OTHER_LABELS

    def __post_init__(self) -> None:
        contents = {name: as_bytes(tensor) for name, tensor in self.tensors.items()}
        self.body = b"".join(contents.values())
        self.entries: dict[str, object] = {}
        end = 0
        for name, content in contents.items():
            first, end = end, end + len(content)
            shape = list(self.tensors[name].shape)
            self.entries[name] = {"dtype": "F32", "shape": shape, "data_offsets": [first, end]}
        self.metadata: dict[str, str | None] = {
            "format": "garment-mlp",
            "format_version": "1",
            "preprocessing_version": "1",
            "sizes": "[784, 256, 64, 10]",
            "labels": json.dumps(self.labels),
            "input_range": "[0, 1]",
            "digest": digest_of(contents),
        }

    def write(self, path: Path, **changes: str | None) -> Path:
        """Write the file, with some metadata changed; a None leaves the key out."""
        metadata = {key: value for key, value in (self.metadata | changes).items() if value is not None}
        text = json.dumps({"__metadata__": metadata, **self.entries}).encode()
        text = text.ljust((len(text) + 7) // 8 * 8)
        path.write_bytes(len(text).to_bytes(8, "little") + text + self.body)
        return path


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


def without(place: Path, observed: Observation) -> Observation:
    """Take a folder's random name out of an error's message."""
    if isinstance(observed, Raised):
        return replace(observed, message=observed.message.replace(str(place), "…"))
    return observed


class Content:
    """A file as it lies on the disk, read without the library that wrote it."""

    def __init__(self, path: Path) -> None:
        self.raw = path.read_bytes() if path.is_file() else b""
        self.kind = "safetensors"
        self.header: dict[str, Any] = {}
        try:
            end = 8 + int.from_bytes(self.raw[:8], "little")
            self.header = json.loads(self.raw[8:end])
            self.body = self.raw[end:]
        except ValueError:
            self.body = b""
            archive = "a pickle in an archive, as torch.save writes it"
            self.kind = archive if self.raw.startswith(b"PK") else "something else" if self.raw else "no file"
        self.metadata: dict[str, str] = self.header.pop("__metadata__", None) or {}

    def part(self, name: str) -> bytes:
        first, last = self.header[name]["data_offsets"]
        return self.body[first:last]

    @property
    def digest(self) -> str:
        return digest_of({name: self.part(name) for name in self.header})

    @property
    def shapes(self) -> str:
        return ", ".join(f"{name} {tuple(self.header[name]['shape'])}" for name in sorted(self.header))

    @property
    def dtypes(self) -> str:
        return ", ".join(sorted({entry["dtype"] for entry in self.header.values()}))

    def holds(self, tensors: dict[str, Tensor]) -> str:
        """Name the tensors that are in the file bit for bit, each with its first number."""
        found = [name for name in sorted(tensors) if name in self.header and self.part(name) == as_bytes(tensors[name])]
        return ", ".join(f"{name} {tensors[name].flatten()[0]:.3f}…" for name in found) or "none"


def listed(text: str | None) -> str:
    """Read a list of names from JSON."""
    try:
        return ", ".join(map(str, json.loads(text or "")))
    except (ValueError, TypeError):
        return f"not a list in JSON: {text}"


@check("export_model", points=1, title="The file is safetensors, and holds the six tensors in float32, bit for bit")
def tensors(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    weights = random_tensors(rng)
    with folder() as place:
        done = attempt(lambda: names.export_model(filled(names, weights), str(place / "model.safetensors")))
        content = Content(place / "model.safetensors")
    return {
        "export_model returns": without(place, done),
        "the file is": content.kind,
        "names and shapes": content.shapes,
        "dtypes": content.dtypes,
        "tensors that are the model's, bit for bit": content.holds(weights),
        "the name of a Python class is in it": b"Classifier" in content.raw,
    }


@check("export_model", points=1, title="The metadata say what the file is")
def metadata(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    with folder() as place:
        done = attempt(lambda: names.export_model(filled(names, random_tensors(rng)), place / "model.safetensors"))
        content = Content(place / "model.safetensors")
        if isinstance(done, Raised) and not content.raw:
            return {"export_model": without(place, done)}
    observed: dict[str, Observation] = {key: content.metadata.get(key, "missing") for key in KEYS}
    return observed | {"labels": listed(content.metadata.get("labels"))}


@check(
    "export_model", points=1, title="The digest is SHA-256 over the tensors' bytes, in the order of their sorted names"
)
def digest(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """Where it fits the tensors in the file, it is told as that of the model's: whether these are is not asked here."""
    weights = random_tensors(rng)
    with folder() as place:
        done = attempt(lambda: names.export_model(filled(names, weights), place / "model.safetensors"))
        content = Content(place / "model.safetensors")
        if isinstance(done, Raised) and not content.raw:
            return {"export_model": without(place, done)}
    noted = content.metadata.get("digest", "missing")
    told = ModelFile(weights).metadata["digest"] if noted == content.digest else f"another: {noted[:24]}"
    return {"digest of the tensors in the file": told}


@check(
    "export_model",
    points=1,
    hidden=True,
    title="Other sizes are refused; dtype, mode, labels, device of the model are respected; an old file is replaced",
)
def any_model(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    weights = random_tensors(rng)
    model = filled(names, weights).double()
    model.train()
    model.labels = drawn_labels(rng)
    smaller = filled(names, weights)
    last = layer_modules(smaller)[-1]
    last.weight.data = last.weight.data.narrow(list(last.weight.shape).index(10), 0, 9)
    last.bias.data = last.bias.data[:9]
    with folder() as place:
        path = place / "model.safetensors"
        path.write_bytes(b"old" * 500_000)
        done = attempt(lambda: names.export_model(model, path))
        content = Content(path)
        refused = refusal(lambda: names.export_model(smaller, place / "smaller.safetensors"))
        with far_device():
            away = filled(names, weights).to(FAR)
            moved = attempt(lambda: names.export_model(away, place / "away.safetensors"))
        of_moved = Content(place / "away.safetensors")
    return {
        "export_model of a model in float64 returns": without(place, done),
        "dtypes in the file": content.dtypes,
        "labels in the file": listed(content.metadata.get("labels")),
        "dtype of the model afterwards": str(affine(names, model)[0][0].dtype),
        "training afterwards": model.training,
        "a model 784-256-64-9": without(place, refused),
        "export_model of a model on another device returns": without(place, moved),
        "tensors of it that are in the file": of_moved.holds(weights),
    }


@contextmanager
def labels_put_back(names: SimpleNamespace) -> Iterator[None]:
    """Give the class its own labels again, so that a load_model that changes them spoils no other check."""
    held = vars(names.Classifier).get("labels")
    try:
        yield
    finally:
        if held is not None:
            names.Classifier.labels = held


@check("load_model", points=1, title="The model that comes back has the file's weights, bit for bit, and its labels")
def what_was_exported(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    with folder() as place:
        file = ModelFile(random_tensors(rng), drawn_labels(rng))
        other = names.Classifier()
        before = list(other.labels)
        path = file.write(place / "model.safetensors")
        with labels_put_back(names):
            model = attempt(lambda: names.load_model(str(path)))
            if isinstance(model, Raised):
                return {"load_model": without(place, model)}
            kept = list(other.labels) == before
            labels = attempt(lambda: ", ".join(model.labels))  # type: ignore[union-attr]
    return {
        "it is a Classifier": isinstance(model, names.Classifier),
        "tensors that are the file's, bit for bit": attempt(lambda: equal_tensors(names, model, file.tensors)),
        "labels": labels,
        "another model keeps its labels": kept,
    }


def equal_tensors(names: SimpleNamespace, model: Any, tensors: dict[str, Tensor]) -> str:
    """Name the tensors that a model holds bit for bit."""
    equal = []
    for i, pair in enumerate(affine(names, model)):
        for name, tensor in zip((f"{i}.weight", f"{i}.bias"), pair, strict=True):
            if tensor.dtype == torch.float32 and torch.equal(tensor.detach().cpu(), tensors[name]):
                equal.append(name)
    return ", ".join(equal) or "none"


@check("load_model", points=1, title="It is ready to answer: in evaluation mode, on the device that was asked for")
def ready(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    with folder() as place, labels_put_back(names):
        path = ModelFile(random_tensors(rng)).write(place / "model.safetensors")
        model = attempt(lambda: names.load_model(path))
        with far_device():
            away = attempt(lambda: devices(names.load_model(path, FAR)))
    if not isinstance(model, nn.Module):
        return {"load_model": without(place, model)}
    x, n = torch.rand(1, 28, 28, generator=rng), between(2, 40, rng)
    return {
        "it is in training mode": model.training,
        "a part inside is in training mode": any(module.training for module in [*model.modules()][1:]),
        "device": devices(model),
        "device where another was asked for": without(place, away),
        f"of {n} more answers, so many are the first one again": attempt(lambda: repeated(model, x, n)),
    }


def devices(model: nn.Module) -> str:
    return " and ".join(sorted({parameter.device.type for parameter in model.parameters()}))


def repeated(model: nn.Module, x: Tensor, n: int) -> int:
    """Ask n times more, and count the answers that are equal to the first."""
    first = model(x)
    return sum(torch.equal(model(x), first) for _ in range(n))


class Trap:
    """Whoever unpickles it creates a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.touch, (self.path,)


Writer = Callable[[Path], object]


def opened(
    names: SimpleNamespace, rng: torch.Generator, place: Path, files: Mapping[str, Writer]
) -> dict[str, Observation]:
    """Let files be written and loaded, one after the other in an order that is drawn, and observe which are refused."""
    path = place / "model"  # by the ending .safetensors torch.load would know what it is, and open no pickle

    def load(write: Writer) -> None:
        path.unlink(missing_ok=True)  # not written over: a model may still read from the file before
        write(path)
        with labels_put_back(names):
            names.load_model(path)

    seen = tried(rng, {what: partial(load, write) for what, write in files.items()})
    return {what: without(place, observed) for what, observed in seen.items()}


def right_files(rng: torch.Generator) -> dict[str, Writer]:
    """Return files that are no reason to refuse anything, to stand among others."""
    return {f"a right file, {which}": ModelFile(random_tensors(rng)).write for which in ("one", "two", "three")}


@check("load_model", points=1, title="What is no safetensors file is refused, and never run")
def pickles(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """The pickle here does no more than create an empty file beside itself, and that file is looked for."""

    def cut_off(path: Path) -> None:
        path.write_bytes(ModelFile(random_tensors(rng)).write(path).read_bytes()[:2000])

    with folder() as place:
        sprung = place / "sprung"
        files: dict[str, Writer] = {
            "tensors saved by torch.save": partial(torch.save, random_tensors(rng, [3, 2])),
            "an object saved by torch.save": partial(torch.save, Trap(sprung)),
            "a pickle": lambda path: path.write_bytes(pickle.dumps(Trap(sprung))),
            "a file that was cut off": cut_off,
        }
        observed = opened(names, rng, place, files | right_files(rng))
        return observed | {"the code in a pickle was run": sprung.exists()}


@check(
    "load_model",
    points=1,
    hidden=True,
    title="Another format, a newer version, other sizes or a missing key are refused",
)
def other_metadata(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    changes: dict[str, dict[str, str | None]] = {
        "another format": {"format": "cat-mlp"},
        "format_version 2": {"format_version": "2"},
        "sizes that are not 784-256-64-10": {"sizes": "[784, 256, 32, 10]"},
        "no format": {"format": None},
        "no format_version": {"format_version": None},
        "no sizes": {"sizes": None},
        "no labels": {"labels": None},
        "no digest": {"digest": None},
    }
    file = ModelFile(random_tensors(rng))
    with folder() as place:
        files: dict[str, Writer] = {what: partial(file.write, **change) for what, change in changes.items()}  # type: ignore[arg-type]
        return opened(names, rng, place, files | right_files(rng))


@check(
    "load_model", points=1, hidden=True, title="Tensors of other shapes, too few, too many, or changed ones are refused"
)
def other_tensors(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    right = random_tensors(rng)
    narrow = random_tensors(rng, [784, 256, 32, 10])
    one_number = {name: tensor[:1] if name == "2.bias" else tensor for name, tensor in right.items()}
    missing = {name: tensor for name, tensor in right.items() if name != "1.bias"}
    more = right | {"3.weight": normal(rng, 10, 10), "3.bias": normal(rng, 10)}
    changed = {name: tensor.clone() for name, tensor in right.items()}
    changed["1.weight"].view(torch.int32)[0, 0] ^= 1
    files: dict[str, Writer] = {
        "tensors of 784-256-32-10": ModelFile(narrow).write,
        "a bias of one number": ModelFile(one_number).write,
        "a bias too few": ModelFile(missing).write,
        "a layer too many": ModelFile(more).write,
        "one bit of one weight changed": partial(ModelFile(changed).write, digest=ModelFile(right).metadata["digest"]),
    }
    with folder() as place:
        return opened(names, rng, place, files | right_files(rng))


# --- the preprocessing

WHITE = (255, 255, 255)
GROUNDS = ((250, 240, 200), (60, 120, 220), (200, 230, 170), (235, 170, 190))
Box = tuple[int, int, int, int]


def ground(rng: torch.Generator) -> tuple[int, int, int]:
    return GROUNDS[between(0, len(GROUNDS) - 1, rng)]


def painted(size: tuple[int, int], colour: tuple[int, int, int], *parts: tuple[Box, int]) -> Image.Image:
    """Return flat rectangles of grey on a flat ground."""
    image = Image.new("RGB", size, colour)
    for box, grey in parts:
        image.paste((grey, grey, grey), box)
    return image


def picture(names: SimpleNamespace, image: Image.Image) -> Tensor:
    """Return what the image becomes, as 28 rows; its shape and dtype are another check's matter."""
    x: Tensor = names.prepare_image(image)
    return x.detach().double().reshape(28, 28)


def close(value: float, drawn: float, within: float = 0.05) -> float:
    """Return the number as it was drawn where the value is close to it, and otherwise the value, to one digit."""
    return round(drawn, 2) if abs(value - drawn) <= within else round(value, 1)


def extent(x: Tensor, drawn: tuple[int, int]) -> str:
    """Return rows × columns of what is bright, as it was drawn where each is right within a pixel."""
    lit = x > 0.2
    found = (int(lit.any(dim=1).sum()), int(lit.any(dim=0).sum()))
    rows, columns = (mine if abs(mine - own) > 1 else own for mine, own in zip(found, drawn, strict=True))
    return f"{rows} × {columns}"


def place_of(x: Tensor, dim: int, drawn: int) -> int:
    """Return the first bright row or column, as it was drawn where it is right within a pixel."""
    first = int((x > 0.2).any(dim=dim).int().argmax())
    return drawn if abs(first - drawn) <= 1 else first


Look = Callable[[Tensor], Observation]


def seen(names: SimpleNamespace, image: Image.Image, what: str, **looks: Look) -> dict[str, Observation]:
    """Prepare an image once and look at it in several ways; where there is no picture, each look sees the error."""
    x = attempt(lambda: picture(names, image))
    return {
        f"{what}{name.replace('_', ' ')}": attempt(partial(look, x)) if isinstance(x, Tensor) else x
        for name, look in looks.items()
    }


def upright(rng: torch.Generator, light: int = 130) -> tuple[Image.Image, int]:
    """Return a rectangle 70 wide and 140 high, off centre, its upper half lighter, and the grey of the lower half."""
    left, top, grey = between(10, 80, rng), between(10, 50, rng), between(20, 60, rng)
    box, upper = (left, top, left + 70, top + 140), (left, top, left + 70, top + 70)
    return painted((160, 200), WHITE, (box, grey), (upper, light)), grey


@check("prepare_image", points=1, title="The result is float32 of shape (1, 28, 28), from 0 to 1")
def form(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    x = names.prepare_image(upright(rng)[0])
    low, high = float(x.min()), float(x.max())
    return {
        "shape": str(tuple(x.shape)),
        "dtype": str(x.dtype),
        "range": "from 0 to 1" if 0 <= low <= high <= 1 else f"from {low:.1g} to {high:.1g}",
    }


@check("prepare_image", points=1, title="A dark garment becomes bright, and the ground exactly 0, whatever its colour")
def brightness(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """Trousers of 28 rows and columns: 8 rows of waist, legs of 9 columns, a gap of 10, looked at 3 pixels inside."""
    dark, light = between(20, 60, rng), between(110, 130, rng)
    left, top = between(5, 55, rng), between(5, 55, rng)
    legs = [((left + x, top, left + x + 45, top + 140), dark) for x in (0, 95)]
    waist = ((left, top, left + 140, top + 40), light)
    observed: dict[str, Observation] = {}
    for colour in (WHITE, GROUNDS[1], ground(rng)):
        x = attempt(lambda colour=colour: picture(names, painted((200, 200), colour, *legs, waist)))  # type: ignore[misc]
        on = f"on {colour}"
        if not isinstance(x, Tensor):
            observed[on] = x
            continue
        observed[f"brightness of the dark part {on}"] = close(float(x[12:25, 3:6].mean()), 1 - dark / 255)
        observed[f"brightness of the light part {on}"] = close(float(x[3:5, 4:24].mean()), 1 - light / 255)
        observed[f"pixels of the ground that are not 0, {on}"] = int((x[12:, 13:15] != 0).sum())
    return observed


@check("prepare_image", points=1, title="The garment is trimmed, scaled to 28 with its proportions, and centred")
def fitted(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    colour, grey = ground(rng), between(20, 60, rng)
    left, top = between(5, 40, rng), between(5, 40, rng)
    columns, rows = 2 * between(5, 9, rng), 2 * between(5, 9, rng)  # of the 28: each is 5 pixels of the photograph
    tall = painted((190, 210), colour, ((left, top, left + 5 * columns, top + 140), grey))
    wide = painted((210, 190), colour, ((left, top, left + 140, top + 5 * rows), grey))
    beside = list(range(4)) + list(range(24, 28))
    return seen(
        names,
        tall,
        "tall: ",
        rows_and_columns=lambda x: extent(x, (28, columns)),
        first_column=lambda x: place_of(x, 0, 14 - columns // 2),
        pixels_beside_it_that_are_not_0=lambda x: int((x[:, beside] != 0).sum()),
    ) | seen(
        names,
        wide,
        "wide: ",
        rows_and_columns=lambda x: extent(x, (rows, 28)),
        first_row=lambda x: place_of(x, 1, 14 - rows // 2),
        pixels_beside_it_that_are_not_0=lambda x: int((x[beside] != 0).sum()),
    )


def cut_out(grey: int, behind: tuple[int, int, int]) -> Image.Image:
    """Return an opaque rectangle in a picture that is transparent elsewhere."""
    image = Image.new("RGBA", (160, 200), (*behind, 0))
    image.paste((grey, grey, grey, 255), (40, 30, 110, 170))
    return image


@check("prepare_image", points=1, title="What is transparent counts as white, and what is cut out is found")
def transparency(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    dark, light = between(2, 12, rng), between(234, 238, rng)

    def inner(drawn: int) -> Look:
        return lambda x: close(float(x[4:24, 10:18].mean()), 1 - drawn / 255)

    return seen(
        names,
        cut_out(dark, (0, 0, 0)),
        "dark, cut out: ",
        brightness=inner(dark),
        rows_and_columns=lambda x: extent(x, (28, 14)),
    ) | seen(names, cut_out(light, WHITE), "nearly white, cut out: ", brightness=inner(light))


@check("prepare_image", points=1, title="The orientation that EXIF notes is followed")
def orientation(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    image, _ = upright(rng)
    turns = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    observed: dict[str, Observation] = {}
    for noted, turn in turns.items():
        quarters = between(0, 3, rng)
        drawn = (14, 28) if quarters % 2 else (28, 14)
        exif = Image.Exif()
        exif[0x0112] = noted
        file = io.BytesIO()
        image.rotate(90 * quarters, expand=True).transpose(turn).save(file, "PNG", exif=exif)
        file.seek(0)
        observed |= seen(names, Image.open(file), f"orientation {noted}: ", lies=partial(direction, drawn=drawn))
    return observed


def direction(x: Tensor, drawn: tuple[int, int]) -> str:
    """Say how a rectangle lies of which one half is the brighter one."""
    halves = {"bottom": x[14:], "top": x[:14], "right": x[:, 14:], "left": x[:, :14]}
    brightest = max(halves, key=lambda name: float(halves[name].sum()))
    return f"{extent(x, drawn)}, brighter at the {brightest}"


@check("prepare_image", points=1, hidden=True, title="Every mode gives the same picture")
def modes(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    grey, colour = between(70, 110, rng), ground(rng)
    box = (30, 40, 100, 180)
    on_white, on_colour = painted((160, 200), WHITE, (box, grey)), painted((160, 200), colour, (box, grey))
    # All of the 16 bits count, also where the lower eight are not the upper ones once more.
    sixteen = Image.fromarray(np.asarray(on_white.convert("L")).astype(np.uint16) * 257 - between(40, 100, rng))
    images = {
        "1": painted((160, 200), WHITE, (box, 0)).convert("1"),
        "L": on_white.convert("L"),
        "P": on_colour.quantize(8),
        "RGBA": on_colour.convert("RGBA"),
        "CMYK": on_colour.convert("CMYK"),
        "I;16": sixteen,
    }
    observed: dict[str, Observation] = {}
    for mode, image in images.items():
        drawn = 1.0 if mode == "1" else 1 - grey / 255

        def inner(x: Tensor, drawn: float = drawn) -> Observation:
            return close(float(x[4:24, 10:18].mean()), drawn)

        observed |= seen(names, image, f"{mode}: ", rows_and_columns=lambda x: extent(x, (28, 14)), brightness=inner)
    return observed


@check("prepare_image", points=1, hidden=True, title="A fine pattern becomes its mean, in a large photograph too")
def pattern(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """The patterns are far finer than a pixel of the result, which covers 25 pixels of the photograph or more."""
    dark, light = between(10, 40, rng), between(120, 150, rng)
    mean = 1 - (dark + light) / 2 / 255
    observed: dict[str, Observation] = {}
    for what, height, width in (("rows", 140, 140), ("chessboard", 280, 280), ("tall chessboard", 1120, 400)):
        rows, columns = np.indices((height, width))
        even = (rows if what == "rows" else rows + columns) % 2
        pixels = np.full((height + 60, width + 50, 3), 255, np.uint8)
        pixels[20 : height + 20, 15 : width + 15] = np.where(even, dark, light)[..., None]
        x = attempt(lambda pixels=pixels: picture(names, Image.fromarray(pixels))[3:25, 11:17])  # type: ignore[misc]
        if not isinstance(x, Tensor):
            observed[what] = x
            continue
        observed[f"{what}: mean"] = close(float(x.mean()), mean)
        observed[f"{what}: spread"] = close(float(x.max() - x.min()), 0.0, within=0.12)
    return observed


@check(
    "prepare_image",
    points=1,
    hidden=True,
    title="A blank image and one narrower than 2 pixels are refused, and nothing else",
)
def nothing_to_see(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    line = Image.new("L", (1, 60), 255)
    line.paste(20, (0, 20, 1, 40))
    images = {
        "a flat grey": Image.new("L", (60, 80), between(0, 255, rng)),
        "a flat colour": Image.new("RGB", (60, 80), ground(rng)),
        "all transparent": Image.new("RGBA", (60, 80), (0, 0, 0, 0)),
        "1 × 60 with a dark part": line,
        "60 × 1 with a dark part": line.transpose(Image.Transpose.ROTATE_90),
    }
    narrow = painted((2, 60), WHITE, ((0, 20, 2, 40), 20))
    stick = painted((60, 200), WHITE, ((30, 30, 32, 170), 20))
    images |= {
        "2 × 60 with a dark part": narrow,
        "60 × 2 with a dark part": narrow.transpose(Image.Transpose.ROTATE_90),
        "an upright stick": stick,
        "a lying stick": stick.transpose(Image.Transpose.ROTATE_90),
        "a light garment": painted((160, 200), WHITE, ((40, 30, 110, 170), between(190, 200, rng))),
    }
    images |= {f"a rectangle, {which}": upright(rng)[0] for which in ("one", "two", "three")}
    return tried(rng, {what: partial(names.prepare_image, image) for what, image in images.items()})


# --- the answer


def spread_out(names: SimpleNamespace, rng: torch.Generator) -> Any:
    """Return a classifier of known answers: for mean brightness m, the logits are m·a + b.

    Each hidden unit is the mean of the pixels plus 1, and the next layer weighs them unequally, so that dropout would
    show at once. a and b are multiples of 0.7 and 0.31 in random order: at m = 0.5 two logits differ by
    (35 i + 31 j) / 100 for whole i and j up to 9, so by 0.01 or more: rounding cannot change their order.
    """

    def shares(n: int) -> Tensor:
        parts = torch.rand(n, 1, generator=rng) + 0.5
        return parts / parts.sum()

    a, b = (torch.randperm(10, generator=rng).float() for _ in range(2))
    tensors = {
        "0.weight": torch.full((784, 256), 1 / 784),
        "0.bias": torch.ones(256),
        "1.weight": shares(256).expand(256, 64),
        "1.bias": torch.zeros(64),
        "2.weight": shares(64) * 0.7 * a,
        "2.bias": 0.31 * b - 0.7 * a,
    }
    return filled(names, tensors, dropout=0.5)


def half_bright(rng: torch.Generator) -> Tensor:
    """Return an image (1, 28, 28) with values in [0, 1] and mean 0.5."""
    x = torch.rand(14, 28, generator=rng)
    return torch.cat([x, 1 - x])[None]


def answered(answers: Any) -> dict[str, Observation]:
    """Take a list of pairs apart."""
    listed = answers.items() if isinstance(answers, Mapping) else answers
    pairs = [(first, second) for first, second in listed]
    if not pairs:
        raise ValueError("there is no answer")
    numbers = [float(second) if isinstance(second, float | int | Tensor) else math.nan for _, second in pairs]
    kinds = {f"{type(first).__name__} and {type(second).__name__}" for first, second in pairs}
    return {
        "the answer is": "a dictionary" if isinstance(answers, Mapping) else "pairs",
        "labels, in order": ", ".join(first if isinstance(first, str) else "no label" for first, _ in pairs),
        "probabilities": torch.tensor(numbers),
        "each pair is": ", ".join(sorted(kinds)),
    }


def answers(names: SimpleNamespace, model: Any, image: Any) -> dict[str, Observation]:
    """Return what classify answers, taken apart, or its error."""
    taken: dict[str, Observation] = {}
    failed = attempt(lambda: taken.update(answered(names.classify(model, image))))
    return {"classify": failed} if isinstance(failed, Raised) else taken


@check("classify", points=1, title="Ten pairs of label and probability, the most probable first")
def best_first(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    model = spread_out(names, rng)
    model.eval()
    model.labels = OTHER_LABELS
    return answers(names, model, half_bright(rng))


@check("classify", points=1, title="A photograph is prepared first; a tensor is taken as it is")
def photograph(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """Whether prepare_image is right is not asked here: the same picture must get the same answer."""
    model = spread_out(names, rng).eval()
    image, _ = upright(rng)
    what = "a photograph is answered as what prepare_image makes of it"
    direct, mine = attempt(lambda: names.prepare_image(image)), answers(names, model, image)
    if isinstance(direct, Raised):  # then classify can only raise the same
        return {what: mine.get("classify") == direct or mine.get("classify", False)}
    theirs = answers(names, model, direct)
    if "classify" in mine and "classify" in theirs:  # is it what prepare_image made, or classify itself?
        return {what: answers(names, model, half_bright(rng)).get("classify", True)}
    return {what: alike(mine, theirs)}


def alike(mine: dict[str, Observation], theirs: dict[str, Observation]) -> Observation:
    """Whether two answers name the same labels with the same probabilities; the error, where there is one."""
    for failed in (mine, theirs):
        if "classify" in failed:
            return failed["classify"]
    a, b = mine.get("probabilities"), theirs.get("probabilities")
    if isinstance(a, Tensor) and isinstance(b, Tensor) and a.shape == b.shape:
        return mine["labels, in order"] == theirs["labels, in order"] and torch.allclose(
            a, b, atol=1e-5, equal_nan=True
        )
    return False


@check(
    "classify",
    points=1,
    hidden=True,
    title="It answers without dropout, on the model's device, and leaves its mode as it was",
)
def mode(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    model, x = spread_out(names, rng), half_bright(rng)
    expected = answers(names, model.eval(), x)
    observed: dict[str, Observation] = {}
    for turn, training in enumerate(modes_in_turn(rng), start=1):
        found = f"answer {turn}, after {'train' if training else 'eval'}()"
        model.train(training)
        observed[f"{found}: it is the one in evaluation mode"] = alike(answers(names, model, x), expected)
        observed[f"{found}: training afterwards"] = model.training
    model.eval()
    with far_device():
        away = answers(names, model.to(FAR), x)
    return observed | {"a model on another device answers the same": alike(away, expected)}
