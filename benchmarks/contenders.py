"""Who is compared, and how each is run on a tree."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import metadata, util

from benchmarks.engine import Build, Engine
from benchmarks.process import FailedError, Reading, run
from benchmarks.repositories import Repository
from benchmarks.trees import Tree

DU = "du -s --apparent-size"
CTXGUARD = "ctxguard report"
COMMIT = "ctxguard report --rev"
HOOK = "ctxguard hook run"
LINT = "ctxguard lint"
SUGGEST = "ctxguard suggest"
DOCKER_LIBRARY = "PyPI docker, exclude_paths"
STAGES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "stages.Dockerfile")
_PEERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers")


@dataclass(frozen=True, slots=True)
class Contender:
    """Something to run on a tree, under rules that are put there before each run."""

    what: str
    rules: str
    read: Callable[[bool], Reading]
    """Given whether to watch the memory."""
    alone: int = 0
    """So many runs in a row when the rounds are over, without a warm-up; 0: it is in the rounds."""
    check: Callable[[], None] | None = None
    """Raises FailedError if what it says of the tree is wrong. Taken as its warm-up."""


@dataclass(frozen=True, slots=True)
class Absent:
    """Something that cannot be run here, and why."""

    what: str
    why: str


def du(tree: Tree) -> Contender:
    return Contender(DU, "", partial(_read, [*DU.split(), tree.path]))


def ctxguard(
    tree: Tree,
    rules: str,
    expected: Callable[[int], bool],
    more: str = "",
    flags: tuple[str, ...] = (),
) -> Contender:
    """`expected` is asked whether so many files are right."""
    command = [sys.executable, "-m", "ctxguard", "report", "--fail-on", "never", *flags, tree.path]

    def check() -> None:
        report = json.loads(run([*command, "--format", "json"])[1])["reports"][0]
        files = report["size"]["files"]
        if not expected(files) or not report["complete"]:
            raise FailedError(f"it counts {files:,} files, which is wrong")

    return Contender(CTXGUARD + more, rules, partial(_read, command), check=check)


def advice(tree: Tree, rules: str, what: str) -> Contender:
    """`lint`, or `suggest`, which looks for what lint finds of the rules first."""
    command = what.rsplit(maxsplit=1)[-1]
    words = [sys.executable, "-m", "ctxguard", command, tree.path]

    def check() -> None:
        document = json.loads(run([*words, "--format", "json"])[1])
        if document["context"]["root"] != os.path.realpath(tree.path):
            raise FailedError(f"{command} looks at {document['context']['root']}")

    return Contender(what, rules, partial(_read, words), check=check)


def ctxguard_commit(tree: Tree, repository: Repository) -> Contender:
    """The commit, which holds what the tree does."""
    command = [
        *(sys.executable, "-m", "ctxguard", "report", "--fail-on", "never"),
        *("--rev", repository.base, repository.path),
    ]

    def check() -> None:
        report = json.loads(run([*command, "--format", "json"])[1])["reports"][0]
        if report["size"]["files"] != tree.files:
            raise FailedError(f"it counts {report['size']['files']:,} files, which is wrong")

    return Contender(COMMIT, "", partial(_read, command), check=check)


def clone_and_report(tree: Tree, repository: Repository) -> Contender:
    """What else there is: a checkout, which borrows the objects, measured and thrown away."""
    clone = f"{tree.path}-clone"
    report = f"{sys.executable} -m ctxguard report --fail-on never {clone}"
    script = f"git clone -q -s {repository.path} {clone} && {report} && rm -rf {clone}"
    what = "git clone -s, then ctxguard report"
    return Contender(what, "", partial(_read, ["sh", "-c", script]), alone=1)


def git_listing(repository: Repository) -> Contender:
    """The least there is to do: git lists the commit with all sizes, and nobody reads it."""
    command = ["git", f"--git-dir={repository.path}", "ls-tree", "-r", "-l", "-z", repository.base]
    return Contender("git ls-tree -r -l -z", "", partial(_read, command))


def hook(repository: Repository) -> Contender:
    """As git runs it, with what git tells it."""
    run_hook = f"{sys.executable} -m ctxguard hook run origin {repository.path}"
    script = f"cd {repository.path} && echo '{repository.line()}' | {run_hook}"
    return Contender(HOOK, "", partial(_read, ["sh", "-c", script]))


def pathspec(tree: Tree, rules: str, more: str = "", alone: int = 0) -> Contender:
    what = f"pathspec {metadata.version('pathspec')}, match_tree_files{more}"
    return _peer(what, "pathspec_tree.py", tree, rules, alone)


def docker_library(tree: Tree, rules: str) -> Contender | Absent:
    if util.find_spec("docker") is None:
        return Absent(DOCKER_LIBRARY, "not installed")
    return _peer(DOCKER_LIBRARY, "docker_library.py", tree, rules, alone=1)


def contextleak(tree: Tree, rules: str, alone: int = 0) -> Contender | Absent:
    """It lists what looks secret among what a Dockerfile copies: it has files, but no sizes."""
    if util.find_spec("contextleak") is None:
        return Absent("contextleak", "not installed")

    def read(watch_memory: bool) -> Reading:
        command = [sys.executable, "-m", "contextleak", tree.path]
        # 1 is that it found something.
        return run(command, fine=(0, 1), watch_memory=watch_memory)[0]

    return Contender(f"contextleak {metadata.version('contextleak')}", rules, read, alone)


def docker_build(
    engine: Engine | FailedError, tree: Tree, rules: str, rounds: int
) -> list[Contender | Absent]:
    """The first load of a context, which sends all, and the next ones, which send nothing."""
    if isinstance(engine, FailedError):
        return [Absent("docker build", f"no engine: {engine}")]
    build = Build(engine, tree.path)

    def read(_watch_memory: bool) -> Reading:
        return build.load()

    return [
        Contender("docker build, loads all", rules, read, alone=1),
        Contender("docker build, loads again", rules, read, alone=min(rounds, 3)),
    ]


def _peer(what: str, script: str, tree: Tree, rules: str, alone: int) -> Contender:
    command = [sys.executable, os.path.join(_PEERS, script), tree.path, tree.ignore_file]
    return Contender(what, rules, partial(_read, command), alone)


def _read(command: list[str], watch_memory: bool) -> Reading:
    return run(command, watch_memory=watch_memory)[0]
