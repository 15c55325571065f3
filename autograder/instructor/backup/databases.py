"""A gradebook into a file and back: SQLite by its own online backup, PostgreSQL by its own programs."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import WorkFailed
from autograder.instructor.course.folder import CourseFolder, CourseFolderError

SIDE_FILES = ("-journal", "-wal", "-shm")  # of SQLite, beside a database
DEBIAN = Path("/usr/lib/postgresql")  # holds the programs of a server that is installed without the client's package
# In the transaction that loads the backup: killed at any moment, the database holds the old or the new. A schema of the
# old one's own keeps it. The tables are moved, since only the database's superuser may rename `public` everywhere.
MOVE_ASIDE = """
SET lock_timeout = '30s';
CREATE SCHEMA {schema};
DO $$ DECLARE one record; BEGIN
FOR one IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' LOOP
  EXECUTE format('ALTER TABLE public.%I SET SCHEMA {schema}', one.name);
END LOOP;
FOR one IN SELECT typname AS name FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e' LOOP
  EXECUTE format('ALTER TYPE public.%I SET SCHEMA {schema}', one.name);
END LOOP;
END $$;
"""
ASIDE = "before_"


class DatabaseError(WorkFailed):
    """A gradebook could not be copied, or put back; the message says why."""


@dataclass(frozen=True)
class Sqlite:
    """A gradebook in a file.

    Attributes:
        file: where it lies.
    """

    file: Path
    name = "gradebook.db"

    def copy_to(self, target: Path) -> None:
        """Write a copy as of one moment, whoever writes to the gradebook meanwhile.

        Raises:
            DatabaseError: it cannot be read, or is damaged.
        """
        try:
            with contextlib.closing(_open(self.file)) as source, contextlib.closing(sqlite3.connect(target)) as copy:
                source.backup(copy)
                (found,) = copy.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.Error as error:
            raise DatabaseError(f"{self.file} cannot be copied: {error}") from error
        if found != "ok":
            raise DatabaseError(f"{self.file} is damaged: {found}")


def _open(file: Path) -> sqlite3.Connection:
    # Not `ro`: what a killed run left half done is taken back by whoever opens it next. Not `rwc`: it makes none.
    return sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True)


@dataclass(frozen=True)
class Postgresql:
    """A gradebook on a server.

    Attributes:
        url: SQLAlchemy's.
    """

    url: Any
    name = "gradebook.sql"

    def copy_to(self, target: Path) -> None:
        """Write the statements that make it, as of one moment.

        Raises:
            DatabaseError: the program is missing, or fails.
        """
        # Without owners, as the one who puts it back may be called otherwise; without what earlier ones kept aside.
        line = ["--format=plain", "--no-owner", "--no-privileges", f"--exclude-schema={ASIDE}*", f"--file={target}"]
        self._run("pg_dump", [*line, f"--dbname={self._address}"])

    def holds_something(self) -> bool:
        """Return whether there are tables in it.

        Raises:
            DatabaseError: the program is missing, or fails.
        """
        count = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        return self._run("psql", [*self._quiet, "--tuples-only", f"--command={count}"]).strip() != "0"

    def load(self, statements: Path, aside: str) -> None:
        """Put it back in one transaction.

        Args:
            statements: as ``copy_to`` wrote them.
            aside: name of a schema that keeps the tables that are there; empty where there are none.

        Raises:
            DatabaseError: the program is missing, or fails; then the database is as it was.
        """
        line = self._line("psql", [*self._quiet, "--set=ON_ERROR_STOP=1", "--output=/dev/null", "--file=-"])
        # Through a pipe, the COMMIT last: where we are killed, psql comes to the end of its input, and nothing is kept.
        with (
            tempfile.TemporaryFile() as said,
            subprocess.Popen(
                line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, env=self._environment
            ) as psql,
        ):
            assert psql.stdin and psql.stdout
            is_loaded = False
            with contextlib.suppress(BrokenPipeError):  # it ended early, and says why
                psql.stdin.write(f"BEGIN;\n{MOVE_ASIDE.format(schema=aside) if aside else ''}".encode())
                with statements.open("rb") as source:
                    shutil.copyfileobj(source, psql.stdin)
                psql.stdin.write(b"\n\\echo done\n")
                psql.stdin.flush()
                is_loaded = psql.stdout.readline().strip() == b"done"
                psql.stdin.write(b"COMMIT;\n" if is_loaded else b"")
                psql.stdin.flush()
            with contextlib.suppress(BrokenPipeError):
                psql.stdin.close()
            if psql.wait() or not is_loaded:
                said.seek(0)
                raise DatabaseError(_failed("psql", said.read().decode(errors="replace")))

    @property
    def _address(self) -> str:
        # The driver is SQLAlchemy's affair; the password does not belong on a command line, which all users can list.
        return str(self.url._replace(drivername="postgresql", password=None))

    @property
    def _quiet(self) -> list[str]:
        return ["--no-psqlrc", "--quiet", f"--dbname={self._address}"]

    @property
    def _environment(self) -> dict[str, str]:
        return os.environ | ({"PGPASSWORD": self.url.password} if self.url.password else {})

    def _line(self, program: str, arguments: Sequence[str]) -> list[str]:
        found = shutil.which(program) or _of_server(program)
        if found is None:
            raise DatabaseError(f"{program} is missing, which PostgreSQL needs here: apt-get install postgresql-client")
        return [found, *arguments, "--no-password"]

    def _run(self, program: str, arguments: Sequence[str]) -> str:
        line = self._line(program, arguments)
        done = subprocess.run(line, capture_output=True, text=True, check=False, env=self._environment)
        if done.returncode:
            raise DatabaseError(_failed(program, done.stderr))
        return done.stdout


def _failed(program: str, said: str) -> str:
    return f"{program} failed: {(said.strip().splitlines() or ['without a word'])[0]}"


def _of_server(program: str) -> str | None:
    """Return a program that a server of Debian's brought, of the newest one."""
    found = sorted(DEBIAN.glob(f"*/bin/{program}"), key=lambda path: float(path.parents[1].name))
    return str(found[-1]) if found else None


def database_of(folder: CourseFolder) -> Sqlite | Postgresql | None:
    """Return the gradebook of a course folder; None where there is none yet.

    Raises:
        CourseFolderError: its address is of another kind, or of a file outside of the folder.
    """
    from nbgrader.coursedir import CourseDirectory
    from sqlalchemy.engine import make_url

    url = make_url(CourseDirectory(config=folder.nbgrader_config()).db_url)
    kind = url.get_backend_name()
    if kind == "postgresql":
        return Postgresql(url)
    if kind != "sqlite" or not url.database:
        raise CourseFolderError(f"the gradebook is of the kind {kind}: only SQLite and PostgreSQL are known here")
    file = (folder.root / url.database).resolve()
    if not file.is_relative_to(folder.root):
        raise CourseFolderError(f"the gradebook {file} lies outside of {folder.root}: move it there, and mend db_url")
    return Sqlite(file) if file.exists() else None
