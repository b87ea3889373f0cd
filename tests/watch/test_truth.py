"""Whatever happens to a tree, the live size ends up as that of a fresh report, to the byte."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.watch.watching import Watched, watching

MakeTree = Callable[..., str]
SMALL_OR_LARGE = pytest.mark.parametrize(
    "scale", [pytest.param(1, id="small"), pytest.param(20, id="large", marks=pytest.mark.slow)]
)


@pytest.fixture
def watched(make_tree: MakeTree, tmp_path: Path) -> Iterator[Watched]:
    root = make_tree(
        {
            "Dockerfile": "FROM scratch\nCOPY . /\n",
            ".dockerignore": "*.log\n**/ignored\n",
            "src": {"a.py": "1234"},
            "ignored": {"x": "x" * 100},
        }
    )
    with watching(root, tmp_path / "out") as found:
        yield found


def at(watched: Watched, *names: str) -> Path:
    return Path(watched.root, *names)


def write_many(folder: Path, files: int, folders: int) -> None:
    """Files in fresh folders, three deep."""
    places = [
        folder / f"a{number % 7}" / f"b{number % 83}" / f"c{number}" for number in range(folders)
    ]
    for number in range(files):
        place = places[number % folders]
        place.mkdir(parents=True, exist_ok=True)
        (place / f"f{number}").write_bytes(b"x" * (number % 50))


@pytest.mark.slow
@SMALL_OR_LARGE
def test_many_files_in_fresh_nested_folders(watched: Watched, scale: int) -> None:
    write_many(at(watched, "new"), 1_000 * scale, 300 * scale)
    assert watched.settle() > 1_000 * scale
    at(watched, "new", "a0", "later").write_text("later", encoding="utf-8")
    watched.settle()
    # Not one of the folders is deaf.
    deepest = sorted(at(watched, "new").glob("a*/b*/c*"))
    for folder in deepest[:: len(deepest) // 20]:
        (folder / "once more").write_text("12345", encoding="utf-8")
    watched.settle()
    shutil.rmtree(at(watched, "new"))
    watched.settle()


@pytest.mark.slow
@SMALL_OR_LARGE
def test_very_many_files_in_one_folder(watched: Watched, scale: int) -> None:
    place = at(watched, "flat")
    place.mkdir()
    for number in range(10_000 * scale):
        (place / f"f{number}").write_bytes(b"xyz")
    watched.settle(120)
    for number in range(0, 10_000 * scale, 100):
        (place / f"f{number}").unlink()
    watched.settle(120)


@SMALL_OR_LARGE
@pytest.mark.parametrize(
    "how", [*(pytest.param(how, marks=pytest.mark.slow) for how in ("cp", "tar")), "mv"]
)
def test_trees_that_come_and_go(watched: Watched, tmp_path: Path, how: str, scale: int) -> None:
    outside = tmp_path / "outside"
    write_many(outside / "tree", 500 * scale, 250 * scale)
    into = at(watched, "src")
    if how == "cp":
        subprocess.run(["cp", "-r", outside / "tree", into], check=True)
    elif how == "tar":
        subprocess.run(["tar", "cf", tmp_path / "t", "-C", outside, "tree"], check=True)
        subprocess.run(["tar", "xf", tmp_path / "t", "-C", into], check=True)
    else:
        os.rename(outside / "tree", into / "tree")
    inside = watched.settle()
    os.rename(into / "tree", at(watched, "moved"))
    assert watched.settle() == inside
    (at(watched, "moved") / "a0" / "after").write_text("after the move", encoding="utf-8")
    watched.settle()
    os.rename(at(watched, "moved"), tmp_path / "gone")
    watched.settle()
    (tmp_path / "gone" / "a0" / "more").write_text("not here any more", encoding="utf-8")
    watched.settle()


@pytest.mark.slow
def test_more_events_than_the_kernel_keeps(watched: Watched) -> None:
    queue = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text(encoding="ascii"))
    write_many(at(watched, "before"), 200, 50)
    watched.settle()
    for _ in range(2):
        watched.process.send_signal(signal.SIGSTOP)
        # Each file is told of twice: made, and written.
        write_many(at(watched, "during"), queue * 2 // 3, 100)
        shutil.rmtree(at(watched, "before", "a1"), ignore_errors=True)
        watched.process.send_signal(signal.SIGCONT)
        watched.settle()
        # Nothing is deaf after that.
        for folder in (at(watched, "during", "a0", "b0", "c0"), at(watched, "before", "a0")):
            (folder / "after").write_text("x" * 11, encoding="utf-8")
        watched.settle()
        shutil.rmtree(at(watched, "during"))
        watched.settle()


@pytest.mark.slow
def test_a_folder_renamed_across_the_border_of_an_ignored_one(watched: Watched) -> None:
    write_many(at(watched, "part"), 60, 20)
    before = watched.settle()
    for _ in range(3):
        os.rename(at(watched, "part"), at(watched, "ignored", "part"))
        assert watched.settle() < before
        (at(watched, "ignored", "part", "a0", "unseen")).write_text("x", encoding="utf-8")
        os.rename(at(watched, "ignored", "part"), at(watched, "part"))
        watched.settle()
    os.rename(at(watched, "part"), at(watched, "src", "ignored"))
    watched.settle()
    os.rename(at(watched, "src", "ignored"), at(watched, "src", "taken"))
    watched.settle()


@pytest.mark.slow
def test_the_ignore_file_edited_back_and_forth_during_writes(watched: Watched) -> None:
    rules = ["*.log\n**/ignored\n", "src\n", "*\n!src/**\n", "", "**/*.py\n!**/b*\n"]
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            place = at(watched, "src", f"d{number % 9}")
            place.mkdir(exist_ok=True)
            (place / f"b{number % 40}.py").write_bytes(b"x" * (number % 700))
            (place / f"b{(number + 7) % 40}.py").unlink(missing_ok=True)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for turn in range(12):
            at(watched, ".dockerignore").write_text(rules[turn % len(rules)], encoding="utf-8")
            time.sleep(0.15)
    finally:
        stop.set()
        writer.join()
    watched.settle()
    at(watched, ".dockerignore").unlink()
    watched.settle()
    os.symlink("rules", at(watched, ".dockerignore"))
    watched.settle()
    at(watched, "rules").write_text("src\n", encoding="utf-8")
    watched.settle()


@pytest.mark.slow
def test_a_growing_log_kept_open_and_truncated(watched: Watched) -> None:
    with at(watched, "src", "server.txt").open("ab", buffering=0) as log:
        for _ in range(5):
            log.write(b"x" * 1000)
            time.sleep(0.1)
        assert watched.settle() > 5000
        log.truncate(17)
        watched.settle()
        log.write(b"after")
        watched.settle()


@pytest.mark.slow
def test_hard_links(watched: Watched) -> None:
    at(watched, "src", "big").write_bytes(b"x" * 1_000)
    one = watched.settle()
    for name in ("src/again", "elsewhere", "ignored/out", "z"):
        os.link(at(watched, "src", "big"), at(watched, *name.split("/")))
    assert watched.settle() == one
    with at(watched, "ignored", "out").open("ab") as file:
        file.write(b"y" * 500)
    at(watched, "src", "big").unlink()
    watched.settle()
    at(watched, "elsewhere").unlink()
    at(watched, "src", "again").unlink()
    at(watched, "z").unlink()
    assert watched.settle() < one


def test_the_root_removed_and_made_again(watched: Watched) -> None:
    root = Path(watched.root)
    os.rename(root, root.with_name("away"))
    number = len(watched.lines())
    # A line about what was before may still be on its way.
    while "missing" not in (last := watched.wait_for_lines(number + 1)[-1]):
        number += 1
    assert last["missing"] == "the folder is gone"
    root.mkdir()
    (root / "Dockerfile").write_text("FROM scratch\n", encoding="utf-8")
    (root / "new").write_text("12345", encoding="utf-8")
    assert watched.settle() == 18
    (root / "new").write_text("1234567", encoding="utf-8")
    assert watched.settle() == 20
    shutil.rmtree(root)
    os.rename(root.with_name("away"), root)
    watched.settle()


@pytest.mark.slow
def test_the_dockerfile_elsewhere(make_tree: MakeTree, tmp_path: Path) -> None:
    root = make_tree({"app": {"x": "1", "y": "22"}, "docker": {"Dockerfile": "FROM scratch\n"}})
    dockerfile = Path(root, "docker", "Dockerfile")
    with watching(f"{root}/app", tmp_path / "out", "-f", str(dockerfile)) as found:
        assert found.lines()[-1]["bytes"] == 3
        Path(f"{dockerfile}.dockerignore").write_text("y\n", encoding="utf-8")
        assert found.wait_for_lines(2)[-1]["bytes"] == 1
        Path(f"{dockerfile}.dockerignore").unlink()
        assert found.wait_for_lines(3)[-1]["bytes"] == 3


LIMITED = (
    "echo 1000 >/proc/sys/user/max_inotify_watches && exec \"$@\""
)  # fmt: skip


@pytest.mark.slow
def test_more_folders_than_watches(make_tree: MakeTree, tmp_path: Path) -> None:
    command = ["unshare", "-Ur", "sh", "-c", LIMITED, "sh"]
    if subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no user namespace to be had")
    root = make_tree({"Dockerfile": "FROM scratch\n"})
    for number in range(5_000):
        Path(root, f"d{number:04}").mkdir()
    with watching(root, tmp_path / "out", command=command) as found:
        assert " of 5,001 folders watched; the rest is read now and then" in found.text()
        assert "raise fs.inotify.max_user_watches" in found.text()
        Path(root, "d0001", "heard").write_text("x" * 10, encoding="utf-8")
        found.settle()
        Path(root, "d4999", "unheard").write_text("x" * 10, encoding="utf-8")
        found.settle()


@pytest.mark.slow
def test_polling(make_tree: MakeTree, tmp_path: Path) -> None:
    root = make_tree({"Dockerfile": "FROM scratch\n", "src": {"a": "1"}})
    with watching(root, tmp_path / "out", "--poll", "0.3") as found:
        write_many(Path(root, "src", "new"), 50, 10)
        found.settle()
        shutil.rmtree(Path(root, "src"))
        found.settle()
