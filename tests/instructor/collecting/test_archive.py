"""Downloads are read entry by entry: no path leads out, and each refused entry costs only itself."""

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
from tests.suite import is_deep

GOOD = {"ada/2-layers.ipynb": b"{}"}
LEADS_OUT = "its path leads out of the archive"
ARCHIVE = "it is an archive: unpack it, and collect the folder"
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


def test_unsafe_names_are_refused(tmp_path: Path) -> None:
    names = {
        **dict.fromkeys(["/etc/passwd", "C:\\work\\a.ipynb", "\\\\server\\a.ipynb"], "its path is absolute"),
        **dict.fromkeys(
            ["../a.ipynb", "ada/../../a.ipynb", "ada\\..\\..\\a.ipynb"], "its path leads out of the archive"
        ),
        "ada/\x1b[31m.ipynb": "its name holds control characters",
        **dict.fromkeys(["ADA/2-Layers.ipynb", "ada/./2-layers.ipynb"], "an earlier entry has the same name"),
    }
    assert listed(zipped(tmp_path / "x.zip", GOOD | dict.fromkeys(names, b"{}"))) == names


def test_unsafe_kinds_and_sizes_are_refused(tmp_path: Path) -> None:
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


def test_gigabytes_that_compress_well_refuse_no_other_entry(tmp_path: Path) -> None:
    names = {f"evileve_1002_{at}_{at}.ipynb": b"" for at in range(129)}
    with zipfile.ZipFile(zipped(tmp_path / "x.zip", names), "a") as writing:
        for info in writing.infolist():
            info.file_size, info.compress_size = archive.MAX_NOTEBOOK_BYTES, 1 << 18
        writing.writestr("ada/2-layers.ipynb", b"{}")
    assert listed(tmp_path / "x.zip") == dict.fromkeys(names, "")


def test_utf_8_names_without_the_flag_are_decoded(tmp_path: Path) -> None:
    content = zipped(tmp_path / "x.zip", GOOD | {"josé/2-layers.ipynb": b"{}"}).read_bytes()
    (tmp_path / "x.zip").write_bytes(content.replace(b"\x00\x08\x08\x00", b"\x00\x00\x08\x00"))
    with open_download(tmp_path / "x.zip") as entries:
        assert {entry.parts[0] for entry in entries} == {"ada", "josé"}


@pytest.mark.parametrize("name", ["x.tar.gz", "x.7z", "x.zip", "flagged.zip"])
def test_a_download_that_is_no_readable_zip_says_to_unpack_it(name: str, tmp_path: Path) -> None:
    content = zipped(tmp_path / "x", {"josé.ipynb": b"{}"}).read_bytes() if name == "flagged.zip" else b"no zip"
    (tmp_path / name).write_bytes(content.replace("é".encode(), b"\xff\xff"))
    complaint = r"(not in the encoding it says|is not a zip): unpack it"
    with pytest.raises(CourseFolderError, match=complaint), open_download(tmp_path / name):
        pass


# A zip in the zip


def inside(tmp_path: Path, content: bytes) -> list[tuple[str, str]]:
    """Return the entries of a zip in a zip, by name, with why they are refused."""
    with open_download(zipped(tmp_path / "x.zip", {"a/work.zip": content})) as (entry,):
        return [(inner.name.removeprefix("a/work.zip"), inner.refused) for inner in unzipped(entry)]


def test_an_inner_zip_is_opened_one_level_deep_within_the_limits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"2-layers.ipynb": b"{}", "../../2-layers.ipynb": b"{}", "deeper.zip": b"", "last.ipynb": b"", "more": b""}
    content = zipped(tmp_path / "inner.zip", files).read_bytes()
    whole = [
        ("/2-layers.ipynb", ""),
        ("/../../2-layers.ipynb", LEADS_OUT),
        ("/deeper.zip", ARCHIVE),
    ]
    assert inside(tmp_path, content) == [*whole, ("/last.ipynb", ""), ("/more", "")]
    monkeypatch.setattr(archive, "MAX_FILES", 2)
    assert inside(tmp_path, content) == [*whole[:2], ("/deeper.zip", REST)]
    monkeypatch.setattr(archive, "MAX_NOTEBOOK_BYTES", len(content) - 1)
    assert inside(tmp_path, content) == [("", "it is a zip of more than 0 MiB")]
    assert inside(tmp_path, content[: len(content) // 2]) == [("", "it is a damaged zip")]


def test_links_pipes_and_archives_of_a_folder_are_refused(tmp_path: Path) -> None:
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


def test_a_folders_own_files_come_before_its_subfolders(tmp_path: Path) -> None:
    files = {".venv/lib/torch/x.py": b"", "work/2-layers.ipynb": b""}
    with open_download(folder(tmp_path / "x", {f"eve/{name}": b"" for name in files} | GOOD)) as entries:
        assert [entry.name for entry in entries if entry.name not in GOOD] == [f"eve/{name}" for name in [*files][::-1]]


def test_a_file_whose_name_is_no_text_is_read(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    Path(os.fsdecode(os.fsencode(tmp_path / "x") + b"/ada\xff.ipynb")).write_bytes(b"{}")
    with open_download(tmp_path / "x") as (entry,):
        assert (entry.name, entry.read(10)) == ("ada�.ipynb", b"{}")


PATHS = st.text(st.sampled_from("ab./\\:é~\x00\n"), min_size=1, max_size=12)


@settings(max_examples=150 if is_deep() else 50)
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
