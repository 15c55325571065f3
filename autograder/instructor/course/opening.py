"""Open what a student owns: the one way for all who read it on a machine that students can write on.

Defends: what is opened is what was seen. A place is reached folder by folder, from a root that the caller answers for,
and never through a link; what is open then has to be the file that was listed, of the same owner, and unchanged. So a
student who puts a link in the place of her notebook between the two hands in nobody's file. A pipe is not waited for.
Does not defend: the content later on, so read it once.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

# Windows has none of them; there a student reads her own work alone.
NONBLOCK, NO_LINK, FOLDER = (getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOFOLLOW", "O_DIRECTORY"))
CHANGED = "it has changed since it was listed"
MOST_CHILDREN = 100_000
MAX_DEPTH = 30  # each folder on the way is opened again for each file below it


class HasChanged(OSError):
    """A place no longer holds what was seen there."""


@dataclass(frozen=True)
class Place:
    """A file, a folder or a link in a folder, as it was when it was seen first."""

    root: Path
    names: tuple[str, ...]  # on the way from the root to it
    seen: tuple[os.stat_result, ...]  # of the root, of each folder on the way, and of itself
    denied: str = ""  # why it could not be looked at; ``seen`` is then of its folder

    @classmethod
    def at(cls, root: Path, *names: str) -> "Place":
        """Return what a root, a folder or a link to one, has under some names; raise OSError where it has nothing."""
        place = cls(root, (), (root.stat(),))
        for name in names:
            place = place.child(name)
        return place

    @property
    def status(self) -> os.stat_result:
        return self.seen[-1]

    @property
    def is_folder(self) -> bool:
        return stat.S_ISDIR(self.status.st_mode)

    @property
    def is_file(self) -> bool:
        return stat.S_ISREG(self.status.st_mode)

    @property
    def is_link(self) -> bool:
        return stat.S_ISLNK(self.status.st_mode)

    @property
    def path(self) -> Path:
        """Its path, for messages."""
        return self.root.joinpath(*self.names)

    def child(self, name: str) -> "Place":
        """Return what a folder holds under a name; raise OSError as ``opened``, or where it holds nothing."""
        with self.opened() as folder:
            return self._child(folder, name)

    def children(self) -> "list[Place]":
        """Return all that a folder holds, by name; raise OSError as ``opened``.

        What denies to be looked at, as a mounted folder can, is there as a folder that cannot be opened.
        """
        places = []
        with self.opened() as folder:
            names = os.listdir(folder)  # noqa: PTH208
            if self.names and len(names) > MOST_CHILDREN:  # of the root, the caller's, all students may write there
                raise OSError(errno.EFBIG, f"it holds more than {MOST_CHILDREN:,} files", str(self.path))
            for name in sorted(names):
                try:
                    places.append(self._child(folder, name))
                except FileNotFoundError:  # it has gone meanwhile
                    continue
                except OSError as error:
                    places.append(Place(self.root, (*self.names, name), (*self.seen, self.status), str(error.strerror)))
        return places

    def read(self, limit: int) -> bytes:
        """Return the first bytes of a file; raise OSError as ``opened``, also where it was written meanwhile."""
        with self.opened() as descriptor, open(descriptor, "rb", closefd=False) as file:
            content = file.read(limit)
            if os.fstat(descriptor).st_ctime_ns != self.status.st_ctime_ns:
                raise HasChanged(errno.ESTALE, CHANGED, str(self.path))
            return content

    @contextmanager
    def opened(self) -> Iterator[int]:
        """Open it for the block, and yield the file descriptor.

        Raises:
            HasChanged: something else has taken the place of it, or of a folder on the way.
            OSError: it cannot be opened: it is a link, a pipe or a device, without access, or has gone.
        """
        if self.denied:
            raise OSError(errno.EACCES, self.denied, str(self.path))
        with ExitStack() as stack:
            descriptor = os.open(self.root, os.O_RDONLY | FOLDER)
            stack.callback(os.close, descriptor)
            for name, seen in zip(self.names, self.seen[1:], strict=True):
                if not stat.S_ISDIR(seen.st_mode) and not stat.S_ISREG(seen.st_mode):
                    raise OSError(errno.EINVAL, "it is not a file", str(self.path))
                descriptor = os.open(name, os.O_RDONLY | NO_LINK | NONBLOCK, dir_fd=descriptor)
                stack.callback(os.close, descriptor)
                if _identity(os.fstat(descriptor)) != _identity(seen):
                    raise HasChanged(errno.ESTALE, CHANGED, str(self.path))
            yield descriptor

    def _child(self, folder: int, name: str) -> "Place":
        if len(self.names) == MAX_DEPTH:
            raise OSError(errno.ENAMETOOLONG, f"it lies in more than {MAX_DEPTH} folders", str(self.path))
        try:
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self.path / name)) from None
        return Place(self.root, (*self.names, name), (*self.seen, status))


def _identity(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_dev, status.st_ino, stat.S_IFMT(status.st_mode), status.st_uid
