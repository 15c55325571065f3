"""The model file in use: from anyone read bit for bit or refused in one line, never run as code; written the same."""

import hashlib
import json
import re
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.torch import save_file

from solutions.deployment import export_model
from solutions.dropout import Classifier
from solutions.runs.model_file import read_model, write_model
from solutions.runs.training_summary import training_in
from tests.conftest import ROOT

Exported = tuple[Path, bytes, dict[str, torch.Tensor]]


def header_of(content: bytes) -> str:
    return content[8 : 8 + struct.unpack("<Q", content[:8])[0]].decode()


def with_header(content: bytes, header: str, length: int | None = None) -> bytes:
    """Return the file with another header, and in front of it its length, or a wrong one."""
    weights = content[8 + len(header_of(content).encode()) :]
    return struct.pack("<Q", len(header.encode()) if length is None else length) + header.encode() + weights


def replaced(old: str, new: str) -> Callable[[bytes], bytes]:
    """Return a crafter that edits the header's text, which has to be there."""

    def craft(content: bytes) -> bytes:
        header = header_of(content)
        assert old in header
        return with_header(content, header.replace(old, new, 1))

    return craft


def with_metadata(**changes: str) -> Callable[[bytes], bytes]:
    def craft(content: bytes) -> bytes:
        header = json.loads(header_of(content))
        header["__metadata__"] |= changes
        return with_header(content, json.dumps(header))

    return craft


def many_tensors(content: bytes) -> bytes:
    entries = ",".join(f'"{i}":{{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}' for i in range(15_000))
    return struct.pack("<Q", len(entries) + 2) + b"{" + entries.encode() + b"}"


CRAFTED = {
    "nothing": lambda content: b"",
    "a length of 1 too many": lambda content: with_header(content, header_of(content), len(header_of(content)) + 1),
    **{
        f"a length of {length:,}": lambda content, length=length: with_header(content, header_of(content), length)
        for length in (0, 10**8, 2**63, 2**64 - 1)
    },
    "a shape of 2^60 numbers": replaced("[784,256]", f"[{2**40},{2**20}]"),
    "a shape that overflows": replaced("[784,256]", f"[{2**63},2]"),
    "a negative shape": replaced("[784,256]", "[-784,-256]"),
    "a shape with the same product": replaced("[784,256]", "[392,512]"),
    "offsets beyond the end": replaced('"data_offsets":[0,', '"data_offsets":[999999999999,'),
    "15,000 tensors": many_tensors,
    "a tensor twice": replaced('"0.bias":', '"0.bias":{"dtype":"F32","shape":[256],"data_offsets":[0,1024]},"0.bias":'),
    "a metadatum twice": replaced('"__metadata__":{', '"__metadata__":{"format":"another",'),
    "metadata twice": replaced('"__metadata__":{', '"__metadata__":{},"__metadata__":{'),
    "a type of two lines": replaced('"F32"', '"F32\\nF32"'),
    "a format of two lines": with_metadata(format="garment\nmlp"),
    "a format of 100 kB": with_metadata(format="x" * 100_000),
    "100,000 brackets for a header": lambda content: with_header(content, "[" * 100_000),
    "100,000 brackets for labels": with_metadata(labels="[" * 100_000),
    "labels that steer the terminal": with_metadata(labels=json.dumps(["\x1b[2J", *"abcdefghi"])),
    "no labels at all": replaced('"labels":', '"names":'),
    "labels that are no JSON": with_metadata(labels="{"),
    "no list of labels": with_metadata(labels="5"),
    "no label in the list": with_metadata(labels="[]"),
    "labels that are numbers": with_metadata(labels="[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]"),
    "labels that are no text": with_metadata(labels=json.dumps(["\ud800", *"abcdefghi"])),
    "a label ten times": with_metadata(labels=json.dumps(["a"] * 10)),
    "bytes after the end": lambda content: content + b"\0",
}


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """A path to write to, a real model's file, and its weights."""
    path, model = tmp_path_factory.mktemp("model") / "model.safetensors", Classifier()
    write_model(model, path, {"test_accuracy": 0.9})
    return path, path.read_bytes(), dict(model.state_dict())


def refusal(path: Path) -> str:
    """Return the words in which a file is refused; before that, no more than 20 MB may have been taken."""
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=path.name) as caught:
            read_model(path)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
    return str(caught.value)


@pytest.mark.parametrize("kind", CRAFTED)
def test_a_crafted_file_is_refused_in_one_short_line(exported: Exported, kind: str) -> None:
    path, content, _ = exported
    path.write_bytes(CRAFTED[kind](content))
    message = refusal(path)
    assert "\n" not in message
    assert len(message) < len(str(path)) + 600


def test_a_large_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "model").open("wb") as file:
        file.truncate(10**12)  # a hole: nothing is on the disk
    assert "too large" in refusal(tmp_path / "model")


def test_weights_in_another_type_are_refused_though_their_digest_is_right(tmp_path: Path) -> None:
    """PyTorch would round them without a word, and what reads the file without PyTorch would not."""
    path = tmp_path / "model"
    export_model(Classifier(), path)
    with safe_open(path, framework="pt") as file:
        metadata, tensors = file.metadata(), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    tensors["2.bias"] = tensors["2.bias"].double()
    content = b"".join(tensors[name].numpy().tobytes() for name in sorted(tensors))
    save_file(tensors, path, metadata | {"digest": hashlib.sha256(content).hexdigest()})
    assert "784-256-64-10 in float32" in refusal(path)


@settings(max_examples=200)
@given(data=st.data())
def test_changed_bytes_are_refused_or_leave_the_weights_unchanged(exported: Exported, data: st.DataObject) -> None:
    """Labels and the training summary may be changed by hand."""
    path, original, weights = exported
    content = bytearray(original)
    header = 8 + len(header_of(original).encode())
    place = st.one_of(st.integers(0, header - 1), st.integers(0, len(original) - 1))
    for _ in range(data.draw(st.integers(1, 4))):
        at = min(data.draw(place), len(content))
        removed = data.draw(st.sampled_from([0, 1, 20, 100, len(original)]))
        content[at : at + removed] = data.draw(st.binary(max_size=20) | st.just(content[at : at + 100]))
    path.write_bytes(content)
    try:
        model, _ = read_model(path)
    except ValueError as error:
        assert "\n" not in str(error)
        return
    torch.testing.assert_close(dict(model.state_dict()), weights, rtol=0, atol=0)


# --- written


def test_the_same_model_gives_the_same_bytes_and_no_other_file(tmp_path: Path) -> None:
    model, folder = Classifier(), tmp_path / "runs"
    folder.mkdir()
    for name in "ab":
        write_model(model, folder / name, {"recipe": {"lr": 0.1}, "data": "é"})
    assert sorted(path.name for path in folder.iterdir()) == ["a", "b"]
    assert (folder / "a").read_bytes() == (folder / "b").read_bytes()
    export_model(model, tmp_path / "exported", {"recipe": {"lr": 0.1}, "data": "é"})
    (written, about), (exported, also_about) = read_model(folder / "a"), read_model(tmp_path / "exported")
    assert about == also_about
    torch.testing.assert_close(written.state_dict(), exported.state_dict(), rtol=0, atol=0)


def test_a_model_that_cannot_be_written_leaves_the_old_file(tmp_path: Path) -> None:
    write_model(Classifier(), tmp_path / "model", {})
    before = (tmp_path / "model").read_bytes()
    narrow = Classifier()
    narrow.layers[1].weight.data = torch.zeros(784, 255)
    with pytest.raises(ValueError, match="784-256-64-10"):
        write_model(narrow, tmp_path / "model", {})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"model": before}


CAN_RUN_CODE = re.compile(r"\b(pickle|cPickle|dill|cloudpickle|joblib|shelve|marshal|torch\.load|allow_pickle)\b")
NAMED = {
    ("autograder/sandbox/hidden_checks.py", "marshal"),  # hands the grader's own checks to a submission, never back
    ("solutions/deployment.py", "pickle"),  # says that it refuses one
}


def test_nothing_that_a_user_supplies_is_ever_unpickled() -> None:
    sources = [path for folder in ("solutions", "autograder") for path in (ROOT / folder).rglob("*.py")]
    uses = {
        (path.relative_to(ROOT).as_posix(), use) for path in sources for use in CAN_RUN_CODE.findall(path.read_text())
    }
    assert uses == NAMED


@pytest.mark.parametrize("about", [{}, {"training": "[" * 100_000}, {"training": "[]"}], ids=["none", "deep", "list"])
def test_a_model_file_can_lack_a_training_summary(about: dict[str, str]) -> None:
    """Chapter 6 leaves that key to the student."""
    assert training_in(about) == {}
