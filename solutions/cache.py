"""What is done to the data once: unpacking, and verifying.

The user's cache folder holds a copy of each packed file whose content was found right, named by the content's SHA-256,
and for each file that was verified a record: which state of that file, and its digest. A file or a copy that was
changed since, by a download or by damage, no longer agrees with its record, and is verified anew. Where there is no
folder to write to, nothing is kept, nothing is said, and all is done at each start.
"""

import hashlib
import json
import os
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from solutions.errors import DataError
from solutions.idx import Content, open_content

NAME = "image-classifier-from-scratch"
# A write this soon after another may leave the times of a file as they were: two seconds on the coarsest file system.
SETTLED = 2.0


@dataclass(frozen=True)
class State:
    """What a file was like when it was looked at. Every write changes `ctime_ns`, which no program can set."""

    path: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int

    @classmethod
    def of(cls, path: Path) -> "State":
        """Look at a file. Raises OSError where that is not possible."""
        status = path.stat()
        return cls(str(path.resolve()), status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)

    @property
    def is_settled(self) -> bool:
        return max(self.mtime_ns, self.ctime_ns) < time.time_ns() - SETTLED * 1e9


def read(path: Path, known: tuple[str, ...]) -> tuple[Content, str, bool]:
    """Return the content of a file, its digest, and whether an earlier call verified this very file.

    Args:
        path: a plain or packed file.
        known: the digests of right content, as SHA-256 in hexadecimal; only such content is kept and remembered.

    Raises:
        DataError: the file cannot be read, is damaged, or is too large.
    """
    try:
        state = State.of(path)
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); fetch the file again") from error
    is_packed = path.suffix == ".gz"
    for digest in known:
        if is_verified(state, digest) and (place := kept_copy(digest) if is_packed else path):
            return open_content(place), digest, True
    content = open_content(path)
    digest = hashlib.sha256(content).hexdigest()
    if digest in known:
        if state.is_settled:
            record(state, digest)
        if is_packed and (copy := keep_copy(content, digest)):
            content = open_content(copy)
    return content, digest, False


def cache_folder() -> Path:
    """Return this project's folder in the user's cache, which may not exist yet.

    Raises:
        OSError: the user has no home.
    """
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    try:
        return (named if named.is_absolute() else Path.home() / ".cache") / NAME
    except RuntimeError as error:
        raise OSError(str(error)) from error


def is_verified(state: State, digest: str) -> bool:
    """Return whether a file in this state was found to have this digest."""
    try:
        return (cache_folder() / _record_of(state)).read_bytes() == _record(state, digest)
    except OSError:
        return False


def record(state: State, digest: str) -> None:
    """Remember that a file in this state has this digest."""
    with suppress(OSError):
        _write(_record_of(state), _record(state, digest))


def kept_copy(digest: str) -> Path | None:
    """Return the copy of the content with this digest, where it is as it was when it was written."""
    with suppress(OSError):
        path = cache_folder() / digest
        if is_verified(State.of(path), digest):
            return path
    return None


def keep_copy(content: bytes, digest: str) -> Path | None:
    """Write a copy of content that has this digest; return it, or None where it cannot be written."""
    if kept_copy(digest) is None:
        with suppress(OSError):
            record(State.of(_write(digest, content)), digest)
    return kept_copy(digest)


def _record_of(state: State) -> str:
    return hashlib.sha256(os.fsencode(state.path)).hexdigest()[:32] + ".json"


def _record(state: State, digest: str) -> bytes:
    return json.dumps({**asdict(state), "sha256": digest}, indent=1).encode()


def _write(name: str, content: bytes) -> Path:
    """Write a file of the cache in one step, whatever other processes do meanwhile. Raises OSError where it cannot."""
    folder = cache_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # or a power failure could leave the record and not the content
            file.close()  # Windows replaces no open file
            return Path(file.name).replace(folder / name)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
