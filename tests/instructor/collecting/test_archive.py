"""Downloads are read entry by entry: nothing ends outside the course folder, and good entries are read."""

import os
import stat
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.instructor.collecting import archive
from autograder.instructor.collecting.archive import EntryRefused, open_download, unzipped
from autograder.instructor.course.folder import CourseFolderError
from tests.instructor.collecting.made_downloads import folder, zipped

GOOD = {"ada/2-layers.ipynb": b"{}"}
ARCHIVE = "it is an archive: unpack it, and collect the folder"
AGAIN = "an earlier entry has the same name"
REST = "after 2 files of its folder it and the rest are not read"


def listed(path: Path) -> dict[str, str]:
    """Return the entries of a download but the good one, with why they are refused, and see to it that it is read."""
    with open_download(path) as entries:
        for entry in entries:
            if entry.refused:
                with pytest.raises(EntryRefused):
                    entry.read(1)
        assert [entry.read(10) for entry in entries if entry.name in GOOD and not entry.refused] == [b"{}"]
        return {entry.name: entry.refused for entry in entries if entry.name not in GOOD}


def test_an_entry_with_an_unsafe_name_is_refused_and_the_others_are_read(tmp_path: Path) -> None:
    names = {
        "/etc/passwd": "its path is absolute",
        "C:\\work\\2-layers.ipynb": "its path is absolute",
        "\\\\server\\2-layers.ipynb": "its path is absolute",
        "../2-layers.ipynb": "its path leads out of the archive",
        "ada/../../2-layers.ipynb": "its path leads out of the archive",
        "ada\\..\\..\\2-layers.ipynb": "its path leads out of the archive",
        "ada/\x1b[31m.ipynb": "its name holds control characters",
        "ADA/2-Layers.ipynb": AGAIN,
        "ada/./2-layers.ipynb": AGAIN,
    }
    assert listed(zipped(tmp_path / "x.zip", GOOD | dict.fromkeys(names, b"{}"))) == names


def test_links_archives_and_large_entries_are_refused_and_litter_is_passed_over(tmp_path: Path) -> None:
    files = {
        "ada/work.zip": b"",
        "big.ipynb": bytes(archive.MAX_NOTEBOOK_BYTES + 1),
        "dense.ipynb": bytes(8 << 20),
        **dict.fromkeys(["bob/", "__MACOSX/ada/._2-layers.ipynb", "ada/.ipynb_checkpoints/2-layers.ipynb"], b""),
    }
    zipped(tmp_path / "x.zip", GOOD | files)
    with zipfile.ZipFile(tmp_path / "x.zip", "a") as writing:
        for name, kind in (("link.ipynb", stat.S_IFLNK), ("pipe.ipynb", stat.S_IFIFO), ("locked.ipynb", stat.S_IFREG)):
            info = zipfile.ZipInfo(name)
            info.external_attr = (kind | 0o644) << 16
            writing.writestr(info, "/etc/passwd")
        writing.infolist()[-1].flag_bits |= archive.ENCRYPTED
    assert listed(tmp_path / "x.zip") == {
        "ada/work.zip": ARCHIVE,
        "big.ipynb": "it has more than 32 MiB",
        "dense.ipynb": "it would grow to more than 200 times its size",
        "link.ipynb": "it is a link",
        "pipe.ipynb": "it is not a file",
        "locked.ipynb": "it is encrypted",
    }


def test_a_damaged_entry_costs_only_itself(tmp_path: Path) -> None:
    content = zipped(tmp_path / "x.zip", GOOD | {"noise.ipynb": os.urandom(2000)}).read_bytes()
    at = content.index(b"noise.ipynb") + 200
    (tmp_path / "x.zip").write_bytes(content[:at] + b"!" * 100 + content[at + 100 :])
    with open_download(tmp_path / "x.zip") as (good, damaged):
        assert good.read(10) == b"{}"
        with pytest.raises(EntryRefused, match="it is damaged"):
            damaged.read(1 << 20)


def test_a_student_who_hands_in_gigabytes_that_compress_well_leaves_none_out(tmp_path: Path) -> None:
    names = {f"evileve_1002_{at}_{at}.ipynb": b"" for at in range(129)}
    with zipfile.ZipFile(zipped(tmp_path / "x.zip", names), "a") as writing:
        for info in writing.infolist():
            info.file_size, info.compress_size = archive.MAX_NOTEBOOK_BYTES, 1 << 18
        writing.writestr("ada/2-layers.ipynb", b"{}")
    assert listed(tmp_path / "x.zip") == dict.fromkeys(names, "")


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
    with pytest.raises(CourseFolderError, match="is not a zip: unpack it"), open_download(tmp_path / name):
        pass


def test_of_a_zip_in_the_zip_with_too_many_files_the_first_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_FILES", 2)
    content = zipped(tmp_path / "inner.zip", {f"{at}.ipynb": b"" for at in range(9)}).read_bytes()
    assert [reason for _, reason in inside(tmp_path, content)] == ["", "", REST]


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


def test_in_a_folder_links_pipes_and_archives_are_refused(tmp_path: Path) -> None:
    litter = {"__MACOSX/a": b"", "ada/.ipynb_checkpoints/b.ipynb": b""}
    root = folder(tmp_path / "x", GOOD | {"ada/work.zip": b""} | litter)
    (root / "link.ipynb").symlink_to("/etc/passwd")
    (root / "links").symlink_to("/etc")
    os.mkfifo(root / "pipe.ipynb")
    assert listed(root) == {
        "link.ipynb": "it is a link",
        "links": "it is a link",
        "pipe.ipynb": "it is not a file",
        "ada/work.zip": ARCHIVE,
    }


def test_files_of_a_folder_come_before_those_of_an_environment_in_it(tmp_path: Path) -> None:
    files = {".venv/lib/torch/x.py": b"", "work/2-layers.ipynb": b""}
    with open_download(folder(tmp_path / "x", {f"eve/{name}": b"" for name in files} | GOOD)) as entries:
        assert [entry.name for entry in entries if entry.name not in GOOD] == [f"eve/{name}" for name in [*files][::-1]]


def test_a_file_in_a_folder_whose_name_is_no_text_is_still_read(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    Path(os.fsdecode(os.fsencode(tmp_path / "x") + b"/ada\xff.ipynb")).write_bytes(b"{}")
    with open_download(tmp_path / "x") as (entry,):
        assert (entry.name, entry.read(10)) == ("ada�.ipynb", b"{}")


PATHS = st.text(st.sampled_from("ab./\\:é~\x00\n"), min_size=1, max_size=12)


@settings(max_examples=150)
@given(st.lists(PATHS, max_size=5))
def test_no_path_of_any_zip_leads_out(names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "x.zip"
        with zipfile.ZipFile(path, "w") as writing:
            for name in dict.fromkeys(names):
                info = zipfile.ZipInfo("x")
                info.filename = info.orig_filename = name
                writing.writestr(info, "{}")
        with open_download(path) as entries:
            for entry in entries:
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
