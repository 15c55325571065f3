"""Whatever a download holds, its entries are read or refused, one at a time, and nothing is written."""

from __future__ import annotations

import resource
import tempfile
import warnings
import zipfile
from pathlib import Path

import pytest
from hypothesis import strategies as st

from autograder.instructor.collecting.archive import MAX_ENTRIES, EntryRefused, opened
from autograder.instructor.course.folder import CourseFolderError
from tests.fuzzing import fuzz

LIMIT = 1000
parts = st.sampled_from(
    ["..", ".", "", "ada", "2-layers.ipynb", "C:", "\\", "work.zip", ".git", "ü", "\x1b[2J", "\u202e"]
)
names = st.lists(parts | st.text(max_size=8).filter(lambda text: "\x00" not in text), max_size=4).map("/".join)


@st.composite
def infos(draw: st.DrawFn) -> zipfile.ZipInfo:
    """An entry's header, of any kind of file and any time."""
    info = zipfile.ZipInfo(draw(names), draw(st.sampled_from([(1980, 1, 1, 0, 0, 0), (2026, 11, 20, 12, 0, 0)])))
    info.external_attr = draw(st.integers(0, 2**32 - 1))
    info.create_system = draw(st.sampled_from([0, 3, 19]))
    info.compress_type = draw(st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2]))
    info.extra = draw(st.binary(max_size=12))
    info.comment = draw(st.binary(max_size=12))
    return info


contents = st.binary(max_size=60) | st.integers(0, 1 << 16).map(bytes)
files = st.lists(st.tuples(infos(), contents), max_size=5)
changes = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 6), st.binary(max_size=6)), max_size=4)


@pytest.mark.deep
@pytest.mark.long("a fuzzer takes all the time that it is given")
def test_whatever_a_zip_holds_is_read_or_refused_and_nothing_is_written() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "in", "download.zip")
        path.parent.mkdir()

        def holds(download: tuple[list[tuple[zipfile.ZipInfo, bytes]], list[tuple[float, int, bytes]]]) -> None:
            entries, changed = download
            with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(path, "w") as archive:
                for info, content in entries:
                    archive.writestr(info, content)
            data = path.read_bytes()
            for where, length, put in changed:
                at = int(where * len(data))
                data = data[:at] + put + data[at + length :]
            path.write_bytes(data)
            try:
                with opened(path) as found:
                    assert len(found) <= MAX_ENTRIES + 1
                    for entry in found:
                        assert ".." not in entry.parts and not any("/" in part for part in entry.parts)
                        try:
                            assert len(entry.read(LIMIT)) <= LIMIT and not entry.refused
                        except EntryRefused as refused:
                            assert str(refused)
            except CourseFolderError as error:
                assert str(path) in str(error)
            assert [each for each in Path(folder).rglob("*") if each.is_file()] == [path]
            assert path.read_bytes() == data

        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        assert fuzz(holds, st.tuples(files, changes))
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < before + (256 << 10)
