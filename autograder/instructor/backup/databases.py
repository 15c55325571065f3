"""A gradebook into a file and back: SQLite by its own online backup, PostgreSQL by its own programs."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
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
        move = statements.with_name("aside.sql")
        move.write_text(MOVE_ASIDE.format(schema=aside) if aside else "", encoding="utf-8")
        line = ["--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null"]
        self._run("psql", [*self._quiet, *line, f"--file={move}", f"--file={statements}"])

    @property
    def _address(self) -> str:
        # The driver is SQLAlchemy's affair; the password does not belong on a command line, which all users can list.
        return str(self.url.set(drivername="postgresql", password=None).render_as_string())

    @property
    def _quiet(self) -> list[str]:
        return ["--no-psqlrc", "--quiet", f"--dbname={self._address}"]

    def _run(self, program: str, arguments: Sequence[str]) -> str:
        found = shutil.which(program) or _of_server(program)
        if found is None:
            raise DatabaseError(f"{program} is missing, which PostgreSQL needs here: apt-get install postgresql-client")
        password = {"PGPASSWORD": self.url.password} if self.url.password else {}
        line = [found, *arguments, "--no-password"]
        done = subprocess.run(line, capture_output=True, text=True, check=False, env=os.environ | password)
        if done.returncode:
            raise DatabaseError(f"{program} failed: {(done.stderr.strip().splitlines() or ['without a word'])[0]}")
        return done.stdout


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
