"""What we use of watchdog's insides is there, and does what we take it to do."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import metadata

import pytest
from watchdog.observers import inotify_c

from ctxguard.context.again import Changed
from ctxguard.watch.hearing import Heard
from ctxguard.watch.inotify import InotifyWatcher

NOTHING = Heard(Changed(frozenset(), frozenset()), lost=False)
MakeTree = Callable[..., str]


def test_the_version_is_one_we_know() -> None:
    major, minor = map(int, metadata.version("watchdog").split(".")[:2])
    assert (major, minor >= 1) == (7, True)


def test_the_reader_of_inotify_is_as_we_know_it() -> None:
    reader = inotify_c.InotifyFD
    add = list(inspect.signature(reader.add_callback).parameters)
    assert add == ["self", "path", "mask", "callback", "id_"]
    assert list(inspect.signature(reader.remove_callbacks).parameters) == ["self", "callbacks"]
    for name in ("start", "stop", "join", "close", "is_alive", "_close_resources"):
        assert callable(getattr(reader, name))
    event = inotify_c.InotifyEvent(inotify_c.WatchDescriptor(1), inotify_c.Mask(2), 3, b"name")
    assert (event.wd, event.mask, event.name) == (1, 2, b"name")
    for name in ("on_event", "on_watch_deleted", "on_queue_overflow"):
        assert callable(getattr(InotifyWatcher, name))
        assert name in vars(inotify_c.WatchCallback)


def heard(watcher: InotifyWatcher, least_s: float = 0.8) -> tuple[set[str], set[str]]:
    time.sleep(least_s)
    found = watcher.hearing.take()
    assert not found.lost
    return set(found.changed.folders), set(found.changed.trees)


@pytest.mark.slow
def test_what_is_heard(make_tree: MakeTree) -> None:
    root = make_tree({"a": {"b": {"f": "x"}}, "ignored": {"g": "x"}})
    watcher = InotifyWatcher(root)
    try:
        assert watcher.follow(["", "a", "a/b"]) == {"", "a", "a/b"}
        assert watcher.follow(["", "a", "a/b"]) == set()
        watcher.start()
        heard(watcher)
        with open(f"{root}/a/b/f", "a", encoding="utf-8") as file:
            file.write("more")
        assert "a/b" in heard(watcher)[0]
        with open(f"{root}/ignored/g", "a", encoding="utf-8") as file:
            file.write("more")
        os.mkdir(f"{root}/ignored/new")
        folders, trees = heard(watcher)
        assert not folders - {""}
        assert not trees - {"ignored"}
        os.mkdir(f"{root}/a/c")
        folders, trees = heard(watcher)
        assert ("a" in folders, trees) == (True, {"a/c"})
        os.rename(f"{root}/a/b", f"{root}/a/z")
        folders, trees = heard(watcher)
        assert {"a/b", "a/z"} <= trees
        assert watcher.hearing.take() == NOTHING
    finally:
        watcher.close()


@pytest.mark.slow
def test_a_moved_folder_is_watched_under_its_new_name(make_tree: MakeTree) -> None:
    root = make_tree({"a": {"f": "x"}})
    watcher = InotifyWatcher(root)
    try:
        watcher.follow(["", "a"])
        watcher.start()
        os.rename(f"{root}/a", f"{root}/b")
        _, trees = heard(watcher)
        watcher.forget_below(trees)
        assert watcher.watched == 1
        assert watcher.follow(["", "b"]) == {"b"}
        heard(watcher)
        with open(f"{root}/b/f", "a", encoding="utf-8") as file:
            file.write("more")
        assert heard(watcher) == ({"b"}, set())
    finally:
        watcher.close()


def test_an_overflow_is_a_flag(make_tree: MakeTree) -> None:
    root = make_tree({"a": {}})
    watcher = InotifyWatcher(root)
    try:
        watcher.follow(["", "a"])
        watcher._inotify.handle_event(
            inotify_c.InotifyEvent(
                inotify_c.WatchDescriptor(-1), inotify_c.InotifyConstants.IN_Q_OVERFLOW, 0, b""
            )
        )
        assert watcher.hearing.take().lost
        assert watcher.hearing.take() == NOTHING
        assert watcher.watched == 2
    finally:
        watcher.close()


STOCK = """
import os, sys, time, warnings
from ctxguard.watch.stock import StockWatcher
root = sys.argv[1]
watcher = StockWatcher(root)
watcher.follow(["", "a"])
watcher.start()
time.sleep(0.5)
open(f"{root}/a/new", "w").close()
open(f"{root}/ignored/new", "w").close()
os.mkdir(f"{root}/a/c")
wanted, folders, trees = time.monotonic() + 20, set(), set()
while time.monotonic() < wanted and not trees:
    time.sleep(0.1)
    changed = watcher.hearing.take().changed
    folders |= changed.folders
    trees |= changed.trees
print(sorted(folders - {""}), sorted(trees), flush=True)
watcher.close()
print("closed", flush=True)
os._exit(0)
"""


def test_the_stock_observer_tells_too(make_tree: MakeTree) -> None:
    """In a process of its own: its threads were seen to wait for each other for good."""
    root = make_tree({"a": {"f": "x"}, "ignored": {"g": "x"}})
    done = subprocess.run(
        [sys.executable, "-c", STOCK, root], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "['a'] ['a/c']\nclosed\n"
