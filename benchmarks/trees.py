"""The trees on disk: each is made once, of sparse files, and kept for the next time."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from benchmarks import shapes

DOCKERFILE = "FROM scratch\nCOPY . /\n"
_IGNORE_FILE = ".dockerignore"


@dataclass(frozen=True, slots=True)
class Tree:
    """A context that is there; `files` counts its Dockerfile and its ignore file too."""

    version: int
    files: int
    sent: int
    """Those outside of `shapes.HEAVY`."""
    python_in_src: int
    path: str

    @property
    def ignore_file(self) -> str:
        return os.path.join(self.path, _IGNORE_FILE)

    def put_rules(self, rules: str) -> None:
        """Write the ignore file; no rules are an empty one, so that the count stays."""
        with (
            contextlib.suppress(FileNotFoundError),
            open(self.ignore_file, encoding="utf-8") as file,
        ):
            if file.read() == rules:
                return
        with open(self.ignore_file, "w", encoding="utf-8") as file:
            file.write(rules)


def default_folder() -> str:
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(cache, "ctxguard-benchmarks")


def clean(folder: str) -> None:
    """Remove all trees of a folder, and nothing that is not one."""
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("files-"):
                remove = shutil.rmtree if entry.is_dir(follow_symlinks=False) else os.unlink
                remove(entry.path)


@contextlib.contextmanager
def alone_in(folder: str) -> Iterator[None]:
    """Two benchmarks in one folder would write each other's rules.

    Raises:
        BlockingIOError: another is at work there.
    """
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def provide(folder: str, files: int) -> Tree:
    """The tree of so many files, made if it is not there."""
    path = os.path.join(folder, f"files-{files}")
    manifest = f"{path}.json"
    with contextlib.suppress(OSError, ValueError, TypeError):
        with open(manifest, encoding="utf-8") as file:
            tree = Tree(**json.load(file), path=path)
        if tree.version == shapes.VERSION and os.path.isdir(path):
            return tree
    print(f"making the tree of {files:,} files in {path} ...", flush=True)
    # A tree without its manifest is one that was not finished.
    with contextlib.suppress(FileNotFoundError):
        os.unlink(manifest)
    shutil.rmtree(path, ignore_errors=True)
    tree = _make(path, files)
    about = asdict(tree)
    del about["path"]
    with open(manifest, "w", encoding="utf-8") as file:
        json.dump(about, file)
    return tree


def _make(path: str, files: int) -> Tree:
    heavy = tuple(area.name for area in shapes.HEAVY)
    made = sent = python = 0
    os.makedirs(path)
    for folder in shapes.folders(files):
        place = os.path.join(path, folder.path)
        os.makedirs(place, exist_ok=True)
        _put(place, folder)
        made += len(folder.files)
        top = folder.path.partition("/")[0]
        sent += 0 if top in heavy else len(folder.files)
        if top == "src":
            python += sum(1 for name, _ in folder.files if name.endswith(".py"))
    with open(os.path.join(path, "Dockerfile"), "w", encoding="utf-8") as file:
        file.write(DOCKERFILE)
    tree = Tree(shapes.VERSION, made + 2, sent + 2, python, path)
    tree.put_rules("")
    return tree


def _put(place: str, folder: shapes.Folder) -> None:
    for name, size in folder.files:
        descriptor = os.open(os.path.join(place, name), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
        os.ftruncate(descriptor, size)
        os.close(descriptor)
