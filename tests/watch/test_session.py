"""What is looked at without being told: mounts, drift, file systems that tell nothing."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ctxguard.config import Settings
from ctxguard.guard.budget import judge
from ctxguard.place import on_disk
from ctxguard.report import Report
from ctxguard.watch import mounts, session
from ctxguard.watch.moment import Moment
from ctxguard.watch.session import Session
from tests.watch.watching import fresh_bytes

MakeTree = Callable[..., str]
TABLE = """\
22 1 0:20 / / rw,relatime - ext4 /dev/root rw
30 22 0:30 / /mnt/team\\040share rw - nfs4 server:/x rw
31 30 0:31 / /mnt/team\\040share/local rw - tmpfs tmpfs rw
32 22 0:32 / /mnt/c rw - 9p drvfs rw
33 32 0:33 / /mnt/c/app/data rw - fuse.sshfs host: rw
34 22 0:34 / /srv/app/data rw - cifs //x/y rw
35 22 0:35 / /srv/app/data rw - ext4 /dev/b rw
broken line
"""


@pytest.mark.parametrize(
    ("root", "own", "below"),
    [
        ("/home/you", None, []),
        ("/mnt/team share/app", "nfs4", []),
        ("/mnt/team share/local/app", None, []),
        ("/mnt/team", None, []),
        ("/mnt/c/app", "9p", ["data"]),
        ("/mnt/c/app/data", "fuse.sshfs", []),
        ("/srv", None, ["app/data"]),
        ("/srv/app/data/x", None, []),
    ],
)
def test_which_file_systems_tell_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, root: str, own: str | None, below: list[str]
) -> None:
    (tmp_path / "mounts").write_text(TABLE, encoding="utf-8")
    monkeypatch.setattr(mounts, "_TABLE", str(tmp_path / "mounts"))
    assert mounts.untold(root) == (own, below)


def test_no_table_of_mounts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mounts, "_TABLE", "/no/such/table")
    assert mounts.untold("/") == (None, [])


@contextmanager
def started(root: str) -> Iterator[Session]:
    place = on_disk(root)
    found = Session(
        lambda: place.request(Settings()),
        lambda measurement: Report(measurement, judge(measurement, Settings().budget)),
    )
    try:
        found.start()
        found.settle()
        yield found
    finally:
        found.close()


def steps(found: Session, seconds: float) -> list[Moment]:
    """What it tells in this time."""
    until = time.monotonic() + seconds
    told = []
    while time.monotonic() < until:
        moment = found.step()
        told += [] if moment is None else [moment]
        time.sleep(0.05)
    return told


def wait_for(found: Session, wanted: Callable[[Moment], bool]) -> Moment:
    """The first moment that is as wanted."""
    for _ in range(300):
        for moment in steps(found, 0.05):
            if wanted(moment):
                return moment
    raise AssertionError("there is no such moment")


def right(found: Session, root: str) -> Moment:
    """The first moment that says what a fresh report does."""
    return wait_for(found, lambda moment: moment.bytes == fresh_bytes(root))


@pytest.mark.slow
def test_nothing_is_told_of_nothing(make_tree: MakeTree) -> None:
    with started(make_tree({"Dockerfile": "FROM scratch\n", "a": {"f": "x"}})) as found:
        assert steps(found, 1) == []


@pytest.mark.slow
def test_what_nobody_told_of_is_found_later(
    make_tree: MakeTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "_LEAST_BETWEEN_LOOKS_S", 1.5)
    monkeypatch.setattr(session, "_LOOK_SHARE", 0)
    root = make_tree({"Dockerfile": "FROM scratch\n", "a": {"f": "x"}})
    os.link(f"{root}/a/f", tmp_path / "outside")
    with started(root) as found:
        # By a name in a folder that is not watched.
        (tmp_path / "outside").write_text("12345", encoding="utf-8")
        moment = wait_for(found, lambda moment: moment.drift is not None)
        assert (moment.drift, moment.bytes) == (4, fresh_bytes(root))
        assert steps(found, 2) == []


def test_a_file_system_that_tells_nothing(
    make_tree: MakeTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mounts, "untold", lambda _root: ("nfs4", []))
    monkeypatch.setattr(session, "_LEAST_POLL_S", 0.2)
    monkeypatch.setattr(session, "_POLL_SHARE", 0)
    root = make_tree({"Dockerfile": "FROM scratch\n", "a": {"f": "x"}})
    with started(root) as found:
        Path(root, "a", "f").write_text("12345", encoding="utf-8")
        moment = right(found, root)
        assert moment.hearable.note is not None
        assert "nobody tells of changes on nfs4" in moment.hearable.note


@pytest.mark.slow
def test_something_mounted_on_a_folder(make_tree: MakeTree) -> None:
    root = make_tree({"Dockerfile": "FROM scratch\n", "a": {"f": "x" * 100}})
    mount = ["mount", "-t", "tmpfs", "none", f"{root}/a"]
    with started(root) as found:
        if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
            pytest.skip("nothing can be mounted here")
        try:
            right(found, root)
            Path(root, "a", "new").write_text("12345", encoding="utf-8")
            right(found, root)
        finally:
            subprocess.run(["umount", f"{root}/a"], check=True)
        right(found, root)


@pytest.mark.slow
def test_rules_that_docker_refuses_and_mended_ones(make_tree: MakeTree) -> None:
    root = make_tree({"Dockerfile": "FROM scratch\n", "a": {"f": "x"}})
    with started(root) as found:
        Path(root, ".dockerignore").write_text("[\n", encoding="utf-8")
        moment = wait_for(found, lambda moment: moment.missing is not None)
        assert "syntax error in pattern" in str(moment.missing)
        Path(root, ".dockerignore").write_text("a\n", encoding="utf-8")
        assert wait_for(found, lambda moment: moment.missing is None).bytes == fresh_bytes(root)


@pytest.mark.slow
def test_growth_of_the_last_minute(make_tree: MakeTree, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_tree({"Dockerfile": "FROM scratch\n"})
    ahead = 0.0
    clock = time.time
    monkeypatch.setattr(time, "time", lambda: clock() + ahead)
    with started(root) as found:
        for size, later, minute in ((100, 0, 100), (150, 30, 150), (160, 45, 60), (165, 600, 5)):
            ahead += later
            Path(root, "f").write_bytes(b"x" * size)
            moment = right(found, root)
            assert (moment.since_start, moment.last_minute) == (size, minute)
        assert len(moment.history) >= 4


@pytest.mark.slow
def test_a_folder_that_is_gone_at_the_start_of_all(make_tree: MakeTree) -> None:
    root = make_tree({"Dockerfile": "FROM scratch\n", "a": {"f": "x"}})
    with started(root) as found:
        os.rename(root, f"{root}-away")
        wait_for(found, lambda moment: moment.missing == "the folder is gone")
        Path(root).write_text("a file", encoding="utf-8")
        told = steps(found, 0.5)
        assert all(moment.missing for moment in told)
        os.unlink(root)
        os.rename(f"{root}-away", root)
        back = wait_for(found, lambda moment: moment.missing is None)
        assert back.bytes == fresh_bytes(root)
        Path(root, "a", "g").write_text("12", encoding="utf-8")
        right(found, root)
