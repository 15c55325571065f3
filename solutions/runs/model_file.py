"""Model files: read from anybody, and written byte for byte the same for the same model.

Chapter 6's ``export_model`` and ``load_model`` define the content.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open

from solutions.deployment import export_model, load_model
from solutions.dropout import Classifier

LARGEST = 1_000_000  # bytes; the weights take 0.87 MB
DTYPES = {np.dtype(np.int8): "I8", np.dtype(np.float32): "F32"}


def read_model(path: Path) -> tuple[Classifier, dict[str, str]]:
    """Return the model in an untrusted file, as ``load_model`` does, and the file's metadata.

    Any refusal is one short line and takes no memory.

    Raises:
        OSError: the file cannot be read.
        ValueError: ``load_model`` refuses the file; or it is larger than any model, is ambiguous, has tensors that are
            not float32, or labels that are not ten names.
    """
    if path.stat().st_size > LARGEST:
        raise ValueError(f"{path}: too large for a model of this course")
    content = path.read_bytes()
    try:
        json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")], object_pairs_hook=_refuse_doubled)
        with safe_open(path, framework="numpy") as file:
            metadata: dict[str, str] = file.metadata() or {}
            dtypes = {file.get_slice(name).get_dtype() for name in file.keys()}  # noqa: SIM118 (not a dictionary)
    except (SafetensorError, ValueError, RecursionError) as error:
        raise ValueError(_short(f"{path}: not a safetensors file ({error})")) from error
    if dtypes != {"F32"}:
        raise ValueError(f"{path}: the tensors are not those of 784-256-64-10 in float32")
    if "labels" in metadata and not _are_ten_names(metadata["labels"]):
        raise ValueError(f"{path}: labels are not a list of ten names")
    try:
        return load_model(path), metadata
    except ValueError as error:
        raise ValueError(_short(str(error))) from error


def write_model(model: Classifier, path: Path, training: Mapping[str, object]) -> None:
    """Write a model file atomically, with the content of ``export_model``.

    Raises:
        ValueError: the layers of the model do not have the sizes 784-256-64-10.
    """
    part = path.with_name(f"{path.name}.part")
    export_model(model, part, training)
    with safe_open(part, framework="numpy") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dictionary)
        content = to_safetensors(tensors, file.metadata())
    part.write_bytes(content)
    part.replace(path)


def to_safetensors(tensors: Mapping[str, np.ndarray], metadata: Mapping[str, str]) -> bytes:
    """Return a safetensors file with its metadata in a fixed order; the library writes them in a random one."""
    header: dict[str, object] = {"__metadata__": dict(sorted(metadata.items()))}
    parts, end = [], 0
    for name, tensor in sorted(tensors.items(), key=lambda item: (-item[1].itemsize, item[0])):  # wide ones are aligned
        start, end = end, end + tensor.nbytes
        header[name] = {"dtype": DTYPES[tensor.dtype], "shape": tensor.shape, "data_offsets": [start, end]}
        parts.append(tensor.tobytes())
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + b"".join(parts)


def _refuse_doubled(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Make an object of JSON: of two equal keys one program reads the first, another the second."""
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key stands twice in its header")
    return dict(pairs)


def _are_ten_names(text: str) -> bool:
    try:
        labels = json.loads(text)
    except (ValueError, RecursionError):  # no JSON, or brackets in brackets without end
        return False
    if not isinstance(labels, list) or not all(isinstance(label, str) and label.isprintable() for label in labels):
        return False
    return len(labels) == len(set(labels)) == 10


def _short(message: str) -> str:
    return message.replace("\n", " ")[:500]
