"""The database that keeps measurements: one file, written by many at once.

SQLite with a write-ahead log: whoever reads never waits for a writer, and writers take turns. What
was acknowledged is on the disk.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctxguard.errors import CtxguardError, ExitCode
from ctxguard.history.recorded import Recorded
from ctxguard.history.rows import ADDED, PLAIN, check, details, from_row, whole_from_row

if TYPE_CHECKING:
    import tempfile

OURS = 0x63747867
"""`ctxg`, in the header of the file: no other program's database is taken for ours."""
MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE measurements (
        id TEXT PRIMARY KEY,
        time TEXT NOT NULL,
        name TEXT NOT NULL,
        revision TEXT,
        branch TEXT,
        dirty INTEGER,
        source TEXT NOT NULL,
        backend TEXT NOT NULL,
        dockerfile TEXT,
        target TEXT,
        platform TEXT,
        bytes INTEGER NOT NULL,
        files INTEGER NOT NULL,
        directories INTEGER NOT NULL,
        copy_all INTEGER,
        transfer INTEGER,
        warm INTEGER,
        legacy INTEGER,
        complete INTEGER NOT NULL,
        status TEXT NOT NULL,
        version TEXT NOT NULL,
        seconds REAL,
        transferred INTEGER
    );
    CREATE TABLE details (
        id TEXT PRIMARY KEY REFERENCES measurements (id),
        limits TEXT NOT NULL,
        folders TEXT NOT NULL
    );
    CREATE INDEX measurements_by_time ON measurements (time);
    """,
    """
    ALTER TABLE measurements ADD COLUMN dependencies INTEGER;
    ALTER TABLE measurements ADD COLUMN dependencies_unverified INTEGER;
    ALTER TABLE measurements ADD COLUMN dependencies_development INTEGER;
    ALTER TABLE measurements ADD COLUMN dependencies_unused INTEGER;
    """,
)
"""From each version of the tables to the next; a file's own version is its `user_version`."""
WAIT_S = 10.0
"""For so long a writer waits for others."""
_HEADER_BYTES = 100


class HistoryError(CtxguardError):
    """The database cannot be read or written; what is in it stays."""

    exit_code = ExitCode.NOT_MEASURED


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which measurements are asked for."""

    since: str | None = None
    """A time as in `Recorded`."""
    branch: str | None = None
    name: str | None = None

    def where(self) -> tuple[str, list[str]]:
        """As SQL, with its values."""
        conditions = (
            ("time >= ?", self.since),
            ("branch = ?", self.branch),
            ("name = ?", self.name),
        )
        given = [(text, value) for text, value in conditions if value is not None]
        text = " AND ".join(text for text, _ in given)
        return f" WHERE {text}" if given else "", [value for _, value in given]


_ALL = Wanted()


class Store:
    """One database, open. Use it as a context manager.

    Args:
        path: of the file.
        writing: make it, if it is not there, and bring an older one up to date.

    Raises:
        HistoryError: it cannot be opened, is damaged, or is not ours.
    """

    def __init__(self, path: str, *, writing: bool, wait_s: float | None = None) -> None:
        self.path = path
        wait_s = WAIT_S if wait_s is None else wait_s
        self._copy: tempfile.TemporaryDirectory[str] | None = None
        with _told(path):
            _check_whole(path)
            if writing:
                os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
            else:
                os.stat(path)
            try:
                self._database = self._open(writing=writing, wait_s=wait_s)
                self._prepare(writing=writing, wait_s=wait_s)
            except BaseException:
                self.close()
                raise

    def _open(self, *, writing: bool, wait_s: float) -> sqlite3.Connection:
        if writing:
            return _connected(self.path, "rwc", wait_s)
        try:
            database = _connected(self.path, "rw", wait_s)
            database.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise
            return self._open_copy(wait_s)
        return database

    def _open_copy(self, wait_s: float) -> sqlite3.Connection:
        """Where nothing may be written, not even the log can be read in its place."""
        import shutil
        import tempfile

        self._copy = tempfile.TemporaryDirectory(prefix="ctxguard-")
        copy = os.path.join(self._copy.name, "history.db")
        shutil.copyfile(self.path, copy)
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(f"{self.path}-wal", f"{copy}-wal")
        return _connected(copy, "rw", wait_s)

    def _prepare(self, *, writing: bool, wait_s: float) -> None:
        version = self._version()
        if not writing:
            if version < len(MIGRATIONS):
                # An older one is brought up to date where that is allowed, else read as it is.
                with contextlib.suppress(sqlite3.OperationalError):
                    self._migrate()
            return
        _patiently(lambda: self._database.execute("PRAGMA journal_mode = WAL").fetchone(), wait_s)
        self._database.execute("PRAGMA synchronous = FULL")
        if version < len(MIGRATIONS):
            self._migrate()

    def _version(self) -> int:
        """Of the tables; 0 if there are none yet.

        Raises:
            HistoryError: it is another program's, or of a newer version.
        """
        self._database.execute("PRAGMA trusted_schema = OFF")
        version, program, tables, running = self._header()
        if running or (program != OURS and (tables or version or program)):
            raise HistoryError(
                "it is a database of another program; name another file with --history",
                path=self.path,
            )
        if version > len(MIGRATIONS):
            raise HistoryError(
                f"it was written by a newer ctxguard (tables of version {version}, this one knows "
                f"{len(MIGRATIONS)}); update ctxguard, or name another file with --history",
                path=self.path,
            )
        return int(version)

    def _header(self) -> tuple[int, int, int, int]:
        """Version and program; how much there is in it, and how much that would run."""
        ask = (
            "SELECT count(*), total(type NOT IN ('table', 'index')), "
            "(SELECT user_version FROM pragma_user_version), "
            "(SELECT application_id FROM pragma_application_id) FROM sqlite_master"
        )
        # In one look: another one may be making the tables.
        tables, running, version, program = self._database.execute(ask).fetchone()
        return version, program, tables, running

    def _migrate(self) -> None:
        with self._transaction():
            # Another one may have been faster.
            version = self._version()
            for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
                for statement in filter(str.strip, script.split(";")):
                    self._database.execute(statement)
                self._database.execute(f"PRAGMA user_version = {number}")
            self._database.execute(f"PRAGMA application_id = {OURS}")

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def add(self, measurements: Iterable[Recorded]) -> int:
        """Keep them; those that are there already stay as they are.

        Returns:
            How many are new. When this returns, they are on the disk.
        """
        with _told(self.path), self._transaction():
            return sum(self._add(each) for each in measurements)

    def _add(self, recorded: Recorded) -> int:
        new = self._database.execute(_INSERT, recorded[: len(PLAIN)]).rowcount
        if new:
            self._database.execute("INSERT INTO details VALUES (?, ?, ?)", details(recorded))
        return new

    def measurements(self, wanted: Wanted = _ALL, *, whole: bool = True) -> list[Recorded]:
        """Those that are asked for, the oldest first.

        Args:
            whole: with limits and folders; without them it is several times faster.
        """
        where, values = wanted.where()
        tables, read = "measurements", from_row
        if whole:
            tables += " JOIN details USING (id)"
            read = whole_from_row
        with _told(self.path):
            version = self._version()
            if not version:
                return []
            names = _columns(version) + (", limits, folders" if whole else "")
            ask = f"SELECT {names} FROM {tables}{where} ORDER BY time, measurements.rowid"  # noqa: S608
            rows = self._database.execute(ask, values).fetchall()
            check(rows)
            return list(map(read, rows))

    def ids(self) -> set[str]:
        """Of all that is kept."""
        with _told(self.path):
            return {id_ for (id_,) in self._database.execute("SELECT id FROM measurements")}

    def forget(self, ids: Sequence[str]) -> int:
        """Drop these; how many there were."""
        with _told(self.path):
            with self._transaction():
                each = [(id_,) for id_ in ids]
                self._database.executemany("DELETE FROM details WHERE id = ?", each)
                delete = "DELETE FROM measurements WHERE id = ?"
                gone = sum(self._database.execute(delete, row).rowcount for row in each)
            if gone:
                with contextlib.suppress(sqlite3.OperationalError):
                    self._database.execute("VACUUM")
            return gone

    def close(self) -> None:
        with contextlib.suppress(sqlite3.Error, AttributeError):  # it may not have been opened
            self._database.close()
        if self._copy is not None:
            self._copy.cleanup()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def _columns(version: int) -> str:
    """The plain columns; those that an older file lacks, which may not be changed, are empty."""
    lacking = ADDED if version < len(MIGRATIONS) else ()
    return ", ".join("NULL" if name in lacking else name for name in PLAIN)


def _connected(path: str, mode: str, wait_s: float) -> sqlite3.Connection:
    from urllib.parse import quote

    uri = f"file:{quote(os.fsencode(os.path.abspath(path)))}?mode={mode}"
    return sqlite3.connect(uri, timeout=wait_s, isolation_level=None, uri=True)


def _patiently(work: Callable[[], object], wait_s: float) -> None:
    """Some steps do not wait by themselves while another one has the file."""
    until = time.monotonic() + wait_s
    while True:
        try:
            work()
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
        time.sleep(0.01)


def _check_whole(path: str) -> None:
    """SQLite itself may go on in a file that was cut off.

    Raises:
        HistoryError: it is shorter than it says.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise HistoryError("the history cannot be opened: it is no regular file", path=path)
        if os.path.getsize(f"{path}-wal"):
            return  # Part of it is in the log.
    except OSError:
        pass
    try:
        with open(path, "rb") as file:
            header = file.read(_HEADER_BYTES)
            size = os.fstat(file.fileno()).st_size
    except FileNotFoundError:
        return
    if len(header) < _HEADER_BYTES:
        if header:
            raise _damaged(path, "it is cut off")
        return
    page = int.from_bytes(header[16:18], "big")
    page = 65536 if page == 1 else page
    if size < page * int.from_bytes(header[28:32], "big"):
        raise _damaged(path, "it is cut off")


def _damaged(path: str, why: str) -> HistoryError:
    return HistoryError(
        f"the history is damaged ({why}); move the file away, and a new one is begun; "
        "`ctxguard history import` takes what was exported, `history backfill` measures commits",
        path=path,
    )


@contextlib.contextmanager
def _told(path: str) -> Iterator[None]:
    """What SQLite and the system say, in our words."""
    try:
        yield
    except sqlite3.Error as error:
        raise _in_our_words(path, error) from error
    except (ValueError, TypeError, LookupError) as error:
        raise _damaged(path, "what is in it makes no sense") from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise HistoryError(f"the history cannot be opened: {reason}", path=path) from error


def _in_our_words(path: str, error: sqlite3.Error) -> HistoryError:
    words = str(error)
    if "locked" in words:
        return HistoryError("another program keeps the history locked; try again", path=path)
    if "readonly" in words or "unable to open" in words:
        return HistoryError(
            f"the history cannot be written ({words}); --history names another file", path=path
        )
    if "full" in words:
        return HistoryError("there is no room for the history", path=path)
    return _damaged(path, words)


_MARKS = ", ".join("?" * len(PLAIN))
_INSERT = f"INSERT OR IGNORE INTO measurements ({', '.join(PLAIN)}) VALUES ({_MARKS})"  # noqa: S608
