"""What is read of a download and what is refused: nothing ends outside the course folder, good entries are read."""

from __future__ import annotations

import io
import os
import struct
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.instructor.collecting import archive
from autograder.instructor.collecting.archive import Entry, EntryRefused, open_download, unzipped
from autograder.instructor.course.folder import CourseFolderError
from tests.instructor.collecting.downloads import folder, link, zipped

GOOD = {"ada/2-layers.ipynb": b"{}"}
ARCHIVE = "it is an archive: unpack it, and collect the folder"


def refusals(path: Path) -> dict[str, str]:
    """Return the reasons of a download's refused entries, and see to it that the good one is read."""
    with open_download(path) as entries:
        for entry in entries:
            if entry.refused:
                with pytest.raises(EntryRefused):
                    entry.read(1)
        assert [entry.read(10) for entry in entries if entry.name in GOOD] == [b"{}"]
        return {entry.name: entry.refused for entry in entries if entry.refused}


# A zip


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("/etc/passwd", "its path is absolute"),
        ("C:\\work\\2-layers.ipynb", "its path is absolute"),
        ("\\\\server\\2-layers.ipynb", "its path is absolute"),
        ("../2-layers.ipynb", "its path leads out of the archive"),
        ("ada/../../2-layers.ipynb", "its path leads out of the archive"),
        ("ada\\..\\..\\2-layers.ipynb", "its path leads out of the archive"),
        ("ada/\x1b[31m.ipynb", "its name holds control characters"),
        ("ADA/2-Layers.ipynb", "an earlier entry has the same name"),
        ("ada/./2-layers.ipynb", "an earlier entry has the same name"),
        ("ada/work.zip", ARCHIVE),
    ],
)
def test_an_entry_with_an_unsafe_name_is_refused_and_the_others_are_read(
    name: str, reason: str, tmp_path: Path
) -> None:
    assert refusals(zipped(tmp_path / "x.zip", GOOD | {name: b"{}"})) == {name: reason}


def test_folders_and_files_that_systems_leave_behind_are_passed_over(tmp_path: Path) -> None:
    litter = dict.fromkeys(["ada/", "__MACOSX/ada/._2-layers.ipynb", "ada/.ipynb_checkpoints/2-layers.ipynb"], b"")
    with open_download(zipped(tmp_path / "x.zip", GOOD | litter)) as entries:
        assert [entry.name for entry in entries] == list(GOOD)


def test_a_name_that_occurs_twice_counts_once(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(tmp_path / "x.zip", "w") as writing:
        writing.writestr("ada/2-layers.ipynb", "{}")
        writing.writestr("ada/2-layers.ipynb", "[]")
    with open_download(tmp_path / "x.zip") as entries:
        assert [entry.refused for entry in entries] == ["", "an earlier entry has the same name"]


def test_a_link_and_a_pipe_in_a_zip_are_refused(tmp_path: Path) -> None:
    zipped(tmp_path / "x.zip", GOOD)
    pipe, content = link("pipe.ipynb", "")
    pipe.external_attr = 0o010644 << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "a") as writing:
        writing.writestr(*link("link.ipynb", "/etc/passwd"))
        writing.writestr(pipe, content)
    assert refusals(tmp_path / "x.zip") == {"link.ipynb": "it is a link", "pipe.ipynb": "it is no file"}


def test_a_bomb_is_refused_by_its_size_and_by_its_ratio(tmp_path: Path) -> None:
    zeros = {"big.ipynb": bytes(archive.MAX_NOTEBOOK_BYTES + 1), "dense.ipynb": bytes(8 << 20)}
    assert refusals(zipped(tmp_path / "x.zip", GOOD | zeros)) == {
        "big.ipynb": "it has more than 32 MiB",
        "dense.ipynb": "it would grow to more than 200 times its size",
    }


def test_an_entry_that_lies_about_its_size_gives_no_more_than_it_says(tmp_path: Path) -> None:
    content = zipped(tmp_path / "x.zip", GOOD | {"liar.ipynb": bytes(range(256)) * 64}).read_bytes()
    (tmp_path / "x.zip").write_bytes(content.replace(struct.pack("<I", 256 * 64), struct.pack("<I", 10)))
    with open_download(tmp_path / "x.zip") as (_, liar):
        try:
            assert len(liar.read(1 << 20)) <= 10
        except EntryRefused as refused:
            assert str(refused) == "it is damaged"


def test_a_damaged_entry_costs_only_itself(tmp_path: Path) -> None:
    content = zipped(tmp_path / "x.zip", GOOD | {"noise.ipynb": os.urandom(2000)}).read_bytes()
    at = content.index(b"noise.ipynb") + 200
    (tmp_path / "x.zip").write_bytes(content[:at] + b"!" * 100 + content[at + 100 :])
    with open_download(tmp_path / "x.zip") as (good, damaged):
        assert good.read(10) == b"{}"
        with pytest.raises(EntryRefused, match="it is damaged"):
            damaged.read(1 << 20)


@pytest.mark.parametrize("limit", ["MAX_ENTRIES", "MAX_TOTAL_BYTES"])
def test_entries_after_too_many_or_too_much_are_refused(
    limit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, limit, 2)
    files = GOOD | {f"{at}.txt": b"" if limit == "MAX_ENTRIES" else b"x" for at in range(9)}
    refused = refusals(zipped(tmp_path / "x.zip", files))
    assert len(refused) == (1 if limit == "MAX_ENTRIES" else 9)
    assert all("more than 2 entries" in reason or "GiB already" in reason for reason in refused.values())


def test_an_encrypted_entry_is_refused(tmp_path: Path) -> None:
    content = bytearray(zipped(tmp_path / "x.zip", GOOD | {"bob/2-layers.ipynb": b"{}"}).read_bytes())
    directory = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 1)
    content[directory + 8] |= archive.ENCRYPTED
    (tmp_path / "x.zip").write_bytes(content)
    assert refusals(tmp_path / "x.zip") == {"bob/2-layers.ipynb": "it is encrypted"}


def test_names_in_utf_8_that_do_not_say_so_are_read_as_that(tmp_path: Path) -> None:
    content = zipped(tmp_path / "x.zip", GOOD | {"josé/2-layers.ipynb": b"{}"}).read_bytes()
    (tmp_path / "x.zip").write_bytes(content.replace(b"\x00\x08\x08\x00", b"\x00\x00\x08\x00"))
    with open_download(tmp_path / "x.zip") as entries:
        assert {entry.parts[0] for entry in entries} == {"ada", "josé"}


def test_a_zip_that_says_utf_8_and_is_not_is_refused_in_a_line(tmp_path: Path) -> None:
    content = zipped(tmp_path / "x.zip", {"josé.ipynb": b"{}"}).read_bytes()
    (tmp_path / "x.zip").write_bytes(content.replace("é".encode(), b"\xff\xff"))
    with pytest.raises(CourseFolderError, match="not in the encoding it says"), open_download(tmp_path / "x.zip"):
        pass


@pytest.mark.parametrize("name", ["x.tar.gz", "x.7z", "x.zip"])
def test_an_archive_of_another_kind_says_to_unpack_it(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"no zip")
    with pytest.raises(CourseFolderError, match="is no zip: unpack it"), open_download(tmp_path / name):
        pass


# A zip in the download


def inside(tmp_path: Path, content: bytes) -> list[tuple[str, str]]:
    """Return the entries of a zip in a zip, by name, with why they are refused."""
    with open_download(zipped(tmp_path / "x.zip", {"a/work.zip": content})) as (entry,):
        return [(inner.name, inner.refused) for inner in unzipped(entry)]


def test_a_zip_in_the_zip_is_opened_one_level_deep_with_the_same_limits(tmp_path: Path) -> None:
    files = {"2-layers.ipynb": b"{}", "../../2-layers.ipynb": b"{}", "deeper.zip": b""}
    assert inside(tmp_path, zipped(tmp_path / "inner.zip", files).read_bytes()) == [
        ("a/work.zip/2-layers.ipynb", ""),
        ("a/work.zip/../../2-layers.ipynb", "its path leads out of the archive"),
        ("a/work.zip/deeper.zip", ARCHIVE),
    ]


def test_a_zip_in_the_zip_that_is_damaged_or_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = zipped(tmp_path / "inner.zip", GOOD).read_bytes()
    assert inside(tmp_path, content[: len(content) // 2]) == [("a/work.zip", "it is a damaged zip")]
    monkeypatch.setattr(archive, "MAX_NOTEBOOK_BYTES", len(content) - 1)
    assert inside(tmp_path, content) == [("a/work.zip", "it is a zip of more than 0 MiB")]


# A folder


def test_in_a_folder_links_pipes_and_archives_are_refused(tmp_path: Path) -> None:
    litter = {"__MACOSX/a": b"", "ada/.ipynb_checkpoints/b.ipynb": b""}
    root = folder(tmp_path / "x", GOOD | {"ada/work.zip": b""} | litter)
    (root / "link.ipynb").symlink_to("/etc/passwd")
    (root / "links").symlink_to("/etc")
    os.mkfifo(root / "pipe.ipynb")
    assert refusals(root) == {
        "link.ipynb": "it is a link",
        "links": "it is a link",
        "pipe.ipynb": "it is no file",
        "ada/work.zip": ARCHIVE,
    }


def test_in_a_folder_of_too_many_files_one_is_named_for_all_that_follow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_ENTRIES", 2)
    with open_download(folder(tmp_path / "x", {f"{at}.ipynb": b"" for at in range(9)})) as entries:
        assert [entry.refused for entry in entries] == ["", "", "there are more than 2 files"]


def test_a_single_file_is_a_download_of_one(tmp_path: Path) -> None:
    (tmp_path / "ada_2-layers.ipynb").write_bytes(b"{}")
    with open_download(tmp_path / "ada_2-layers.ipynb") as (entry,):
        assert (entry.parts, entry.read(10)) == (("ada_2-layers.ipynb",), b"{}")


def test_a_file_in_a_folder_whose_name_is_no_text_is_still_read(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    Path(os.fsdecode(os.fsencode(tmp_path / "x") + b"/ada\xff.ipynb")).write_bytes(b"{}")
    with open_download(tmp_path / "x") as (entry,):
        assert (entry.name, entry.read(10)) == ("ada�.ipynb", b"{}")


# Any zip


PATHS = st.text(st.sampled_from("ab./\\:é~\x00\n"), min_size=1, max_size=12)


def entries_of(names: list[str]) -> list[Entry]:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as writing:
        for name in dict.fromkeys(names):
            info = zipfile.ZipInfo("x")
            info.filename = info.orig_filename = name
            writing.writestr(info, "{}")
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "x.zip"
        path.write_bytes(content.getvalue())
        with open_download(path) as entries:
            return list(entries)


@settings(max_examples=150)
@given(st.lists(PATHS, max_size=5))
def test_no_path_of_any_zip_leads_out(names: list[str]) -> None:
    for entry in entries_of(names):
        inside = Path("/course").joinpath(*entry.parts)
        assert os.path.normpath(inside) == str(inside)
        assert inside.is_relative_to("/course")
        assert entry.parts or entry.refused


@given(st.binary(max_size=300), st.integers(0, 400), st.binary(min_size=1, max_size=8))
def test_a_zip_with_any_bytes_changed_is_read_or_refused(tail: bytes, at: int, change: bytes) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        path = zipped(Path(scratch) / "x.zip", GOOD | {"b": tail})
        content = path.read_bytes()
        path.write_bytes(content[:at] + change + content[at + len(change) :])
        try:
            with open_download(path) as entries:
                for entry in entries:
                    try:
                        assert len(entry.read(1000)) <= 1000
                    except EntryRefused as refused:
                        assert str(refused)
        except CourseFolderError as error:
            assert "\n" not in str(error)
