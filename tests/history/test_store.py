"""The database: what is kept, and what happens to a file that is not as it should be."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxguard.errors import ExitCode
from ctxguard.history import store as module
from ctxguard.history.recorded import Recorded, RecordedLimit, from_line, to_line
from ctxguard.history.rows import ADDED, PLAIN, details
from ctxguard.history.store import HistoryError, Store, Wanted
from tests.history.recorded import a_limit, a_measurement, a_time

Rights = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "folder" / "history.db")


def keep(path: str, *measurements: Recorded) -> None:
    with Store(path, writing=True) as store:
        assert store.add(measurements) == len(measurements)


def kept(path: str, wanted: Wanted = Wanted(), *, whole: bool = True) -> list[Recorded]:  # noqa: B008
    with Store(path, writing=False) as store:
        return store.measurements(wanted, whole=whole)


RICH = a_measurement(
    1,
    name="wéb \n\x1b[31m",
    revision=None,
    branch=None,
    dirty=None,
    complete=False,
    seconds=1.5,
    transferred=7,
    dependencies=400,
    dependencies_unverified=0,
    dependencies_development=30,
    dependencies_unused=2,
    limits=(a_limit(5, 7), a_limit(1, 0, scope="docs/", unit="files")),
    folders=(("a/b", 5), ("c", 1)),
)


def test_what_is_kept_is_what_was_given(path: str) -> None:
    plain = a_measurement()
    keep(path, plain, RICH)
    assert kept(path) == [plain, RICH]
    bare = RICH._replace(limits=(), folders=())
    assert kept(path, whole=False) == [plain, bare]
    assert [type(each.dirty) for each in kept(path)] == [bool, type(None)]


def test_what_is_asked_for(path: str) -> None:
    rows = [
        a_measurement(at, name=name, branch=branch)
        for at, (name, branch) in enumerate([("a", "x"), ("b", "x"), ("a", None), ("a", "x")])
    ]
    keep(path, *reversed(rows))
    assert kept(path) == rows
    assert kept(path, Wanted(name="a")) == [rows[0], rows[2], rows[3]]
    assert kept(path, Wanted(branch="x", name="a")) == [rows[0], rows[3]]
    assert kept(path, Wanted(since=a_time(2))) == rows[2:]
    assert kept(path, Wanted(name="a' OR 1=1 --")) == []


def test_what_is_there_already_stays(path: str) -> None:
    first = a_measurement(bytes_=1, folders=(("a", 1),))
    keep(path, first)
    with Store(path, writing=True) as store:
        assert store.add([first._replace(bytes=2, folders=()), a_measurement(1)]) == 1
        assert store.ids() == {each.id for each in kept(path)}
    assert kept(path)[0] == first


def test_all_or_nothing(path: str) -> None:
    keep(path, a_measurement())
    with Store(path, writing=True) as store, pytest.raises(OverflowError):
        store.add([a_measurement(1), a_measurement(2, bytes_=1 << 64)])
    assert len(kept(path)) == 1


def test_forgotten(path: str) -> None:
    rows = [a_measurement(at) for at in range(3)]
    keep(path, *rows)
    with Store(path, writing=True) as store:
        assert store.forget([rows[0].id, rows[2].id, "0" * 32]) == 2
        assert store.forget([]) == 0
    assert kept(path) == [rows[1]]
    database = sqlite3.connect(path)
    assert database.execute("SELECT count(*) FROM details").fetchone() == (1,)
    database.close()


def test_it_is_read_while_another_one_writes(path: str) -> None:
    keep(path, a_measurement())
    with Store(path, writing=True) as writer:
        writer._database.execute("BEGIN IMMEDIATE")
        assert len(kept(path)) == 1
        with pytest.raises(HistoryError, match="keeps the history locked"):
            Store(path, writing=True, wait_s=0.05).add([a_measurement()])


TEXTS = st.one_of(st.none(), st.text(st.characters(codec="utf-8"), max_size=20))
NUMBERS = st.integers(0, (1 << 63) - 1)
LIMITS = st.builds(
    RecordedLimit,
    st.text(st.characters(codec="utf-8"), max_size=9),
    TEXTS,
    st.sampled_from(["warning", "critical"]),
    st.sampled_from(["bytes", "files"]),
    NUMBERS,
    NUMBERS,
)
MEASUREMENTS = st.builds(
    lambda **more: a_measurement(3, **more),
    bytes_=NUMBERS,
    name=st.text(st.characters(codec="utf-8"), max_size=20),
    revision=TEXTS,
    branch=TEXTS,
    dirty=st.sampled_from([None, True, False]),
    target=TEXTS,
    legacy=st.one_of(st.none(), NUMBERS),
    copy_all=st.none(),
    transfer=st.none(),
    complete=st.booleans(),
    seconds=st.one_of(st.none(), st.floats(0, 10**8)),
    limits=st.lists(LIMITS, max_size=3).map(tuple),
    folders=st.lists(st.tuples(st.text(st.characters(codec="utf-8")), NUMBERS), max_size=3).map(
        tuple
    ),
)


@given(st.lists(MEASUREMENTS, max_size=4))
def test_no_line_loses_anything(rows: list[Recorded]) -> None:
    assert [from_line(to_line(each)) for each in rows] == rows


@settings(max_examples=10, deadline=None)
@given(st.lists(MEASUREMENTS, min_size=9, max_size=20))
def test_no_database_loses_anything(rows: list[Recorded]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        keep(f"{folder}/h", *rows)
        assert kept(f"{folder}/h") == rows


def test_what_makes_no_sense(path: str) -> None:
    keep(path, a_measurement())
    database = sqlite3.connect(path)
    database.execute("UPDATE details SET limits = 'nonsense'")
    database.commit()
    database.close()
    with pytest.raises(HistoryError, match="makes no sense"):
        kept(path)


# ── files that are not as they should be ───────────────────────────────────────────────────────


def test_there_is_none(path: str) -> None:
    with pytest.raises(HistoryError, match="cannot be"):
        Store(path, writing=False)
    assert not os.path.lexists(path)


def test_an_empty_file_is_a_new_one(path: str) -> None:
    os.makedirs(os.path.dirname(path))
    Path(path).touch()
    assert kept(path) == []
    keep(path, a_measurement())
    assert len(kept(path)) == 1


@pytest.mark.parametrize("part", [0.99, 0.5, 0.1, 0.001])
def test_cut_off(path: str, part: float) -> None:
    keep(path, *(a_measurement(at) for at in range(200)))
    size = os.path.getsize(path)
    os.truncate(path, int(size * part))
    for writing in (False, True):
        with pytest.raises(HistoryError, match=r"is damaged .* move the file away") as caught:
            Store(path, writing=writing).add([a_measurement()])
        assert caught.value.path == path
        assert caught.value.exit_code is ExitCode.NOT_MEASURED
    assert os.path.getsize(path) == int(size * part)


@pytest.mark.parametrize("at", [0, 20, 4096])
def test_overwritten_with_nonsense(path: str, at: int) -> None:
    keep(path, *(a_measurement(day) for day in range(200)))
    with open(path, "r+b") as file:
        file.seek(at)
        file.write(b"nonsense" * 400)
    with pytest.raises(HistoryError), Store(path, writing=False) as store:
        assert store.measurements()


@pytest.mark.parametrize("data", [b"nonsense", b"x" * 5000, b"SQLite format 3\0" + b"x" * 5000])
def test_no_database(path: str, data: bytes) -> None:
    os.makedirs(os.path.dirname(path))
    Path(path).write_bytes(data)
    for writing in (False, True):
        with pytest.raises(HistoryError, match="damaged"):
            Store(path, writing=writing).measurements()
    assert Path(path).read_bytes() == data


def test_of_another_program(path: str) -> None:
    os.makedirs(os.path.dirname(path))
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE measurements (x)")
    database.commit()
    database.close()
    before = Path(path).read_bytes()
    for writing in (False, True):
        with pytest.raises(HistoryError, match="a database of another program"):
            Store(path, writing=writing)
    assert Path(path).read_bytes() == before


def test_of_a_newer_version(path: str) -> None:
    keep(path, a_measurement())
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.close()
    for writing in (False, True):
        with pytest.raises(HistoryError, match=r"newer ctxguard \(tables of version 99"):
            Store(path, writing=writing)


def test_an_older_one_is_brought_up_to_date(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = a_measurement()
    keep(path, before)
    more = "CREATE TABLE more (x); INSERT INTO more SELECT bytes FROM measurements;"
    monkeypatch.setattr(module, "MIGRATIONS", (*module.MIGRATIONS, more))
    keep(path, a_measurement(1))
    assert kept(path)[0] == before
    database = sqlite3.connect(path)
    assert database.execute("PRAGMA user_version").fetchone() == (3,)
    assert database.execute("SELECT x FROM more").fetchall() == [(1000,)]
    database.close()


def of_the_first_version(path: str, *measurements: Recorded) -> None:
    """A file as the first version of the tables had it."""
    os.makedirs(os.path.dirname(path))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MIGRATIONS", module.MIGRATIONS[:1])
        with Store(path, writing=True) as store:
            columns = [name for name in PLAIN if name not in ADDED]
            for each in measurements:
                values = [getattr(each, name) for name in columns]
                marks = ", ".join("?" * len(values))
                ask = f"INSERT INTO measurements ({', '.join(columns)}) VALUES ({marks})"
                store._database.execute(ask, values)
                store._database.execute("INSERT INTO details VALUES (?, ?, ?)", details(each))


@pytest.mark.parametrize("writing", [False, True])
def test_the_first_version_is_brought_up_to_date(path: str, writing: bool) -> None:
    before = a_measurement()
    of_the_first_version(path, before)
    with Store(path, writing=writing) as store:
        assert store.measurements() == [before]
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (2,)
    database.close()
    keep(path, a_measurement(1, dependencies=5))
    assert [each.dependencies for each in kept(path)] == [None, 5]


def test_the_first_version_is_read_where_it_may_not_be_changed(
    path: str, without_rights: Rights
) -> None:
    before = a_measurement()
    of_the_first_version(path, before)
    os.chmod(path, 0o444)
    os.chmod(os.path.dirname(path), 0o555)
    try:
        with without_rights():
            assert kept(path) == [before]
            assert kept(path, whole=False) == [before]
    finally:
        os.chmod(os.path.dirname(path), 0o755)


def test_a_migration_that_fails_leaves_all_as_it_was(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(path, a_measurement())
    broken = "CREATE TABLE more (x); INSERT INTO nothing VALUES (1);"
    with monkeypatch.context() as patch:
        patch.setattr(module, "MIGRATIONS", (*module.MIGRATIONS, broken))
        with pytest.raises(HistoryError):
            Store(path, writing=True)
    assert len(kept(path)) == 1


def test_a_folder(path: str) -> None:
    os.makedirs(path)
    for writing in (False, True):
        with pytest.raises(HistoryError):
            Store(path, writing=writing)


def test_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HistoryError, match="cannot be opened: "):
        Store(str(tmp_path / "file" / "history.db"), writing=True)


def test_read_only(path: str, without_rights: Rights) -> None:
    """Also what is still in the log, next to which nothing may be written."""
    keep(path, a_measurement())
    with Store(path, writing=True) as writer:
        writer.add([a_measurement(1)])
        assert os.path.getsize(f"{path}-wal")
        for name in (path, f"{path}-wal", f"{path}-shm"):
            os.chmod(name, 0o444)
        os.chmod(os.path.dirname(path), 0o555)
        with without_rights():
            assert len(kept(path)) == 2
            with pytest.raises(HistoryError, match="cannot be written"):
                Store(path, writing=True).add([a_measurement(2)])
    os.chmod(os.path.dirname(path), 0o755)


def test_unreadable(path: str, without_rights: Rights) -> None:
    keep(path, a_measurement())
    os.chmod(path, 0)
    with without_rights(), pytest.raises(HistoryError, match="permission denied"):
        Store(path, writing=False)
