"""What the sources import, as deptry sees it.

deptry tells where a module is imported that nothing declared brings. So it is run with nothing
declared, which makes it tell of all. It parses sources, and never runs them.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

from ctxguard.dependencies import Place
from ctxguard.deps.files import Kind, ProjectFiles
from ctxguard.deps.roles import SKIPPED
from ctxguard.errors import MeasureError, UsageError

_MOST_SECONDS = 300
_MOST_JSON = 256 << 20
_MOST_WORDS = 1 << 20
_SKIPPED = re.compile(r"Skipping processing of (.+?) because of the following error")
_CODES = ("DEP001", "DEP003")
_MANY = 1_000
"""With more files two are run at once: deptry takes most of its time in one thread."""
_HALVES = ((r".*[0-4A-Ma-m_]\.(?:py|ipynb)$",), (r".*[5-9N-Zn-z]\.(?:py|ipynb)$",))
"""What each of the two leaves out; what neither does is seen twice, which does no harm."""


@dataclass(frozen=True, slots=True)
class Import:
    """One module that is imported."""

    module: str
    """Its first part: `google` of `google.cloud.storage`."""
    place: Place
    column: int
    """From 1: of the name after `import`, or of the word `from`."""


@dataclass(frozen=True, slots=True)
class Imports:
    """All of them, but for those of the project's own modules and the standard library."""

    found: tuple[Import, ...]
    unreadable: tuple[str, ...]
    """Files that are no Python."""


def imports(files: ProjectFiles) -> Imports:
    """Ask deptry.

    Raises:
        UsageError: it is not installed.
        MeasureError: it fails.
    """
    if not any(file.kind in (Kind.PYTHON, Kind.NOTEBOOK) for file in files.found):
        return Imports((), ())
    if find_spec("deptry") is None:
        raise UsageError(
            "deptry is needed to see what is imported; install it with: "
            "pip install 'docker-ctxguard[deps]'"
        )
    known = {file.path for file in files.found}
    parts = _HALVES if len(known) > _MANY else ((),)
    answers = _answers(files, parts)
    found = {each for answer, _ in answers for each in _imports(answer)}
    skipped = {path for _, words in answers for path in _SKIPPED.findall(words)}
    kept = (each for each in found if each.place.file in known)
    return Imports(tuple(sorted(kept, key=_by_place)), tuple(sorted(skipped & known)))


@dataclass(slots=True)
class _Running:
    """Processes that are to end with the one who waits for them."""

    _processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _stopped: bool = False

    def add(self, process: subprocess.Popen[bytes]) -> None:
        """Take one; it ends at once if it comes too late."""
        self._processes.append(process)
        if self._stopped:
            process.kill()

    def stop(self) -> None:
        self._stopped = True
        for process in self._processes:
            process.kill()


def _answers(files: ProjectFiles, parts: Sequence[Sequence[str]]) -> list[tuple[Any, str]]:
    running = _Running()
    with ThreadPoolExecutor(len(parts)) as pool:
        try:
            return list(pool.map(lambda part: _run(files, part, running), parts))
        except BaseException:
            # Whoever interrupts it does not wait for an answer, and leaves nothing behind.
            running.stop()
            raise


def _by_place(each: Import) -> tuple[str, int, int, str]:
    return each.place.file, each.place.line, each.column, each.module


def _run(files: ProjectFiles, part: Sequence[str], running: _Running) -> tuple[Any, str]:
    """Its answer, and what it says beside.

    Args:
        part: the patterns of files to leave out, beside those that are left out anyway.
        running: gets the process.
    """
    with tempfile.TemporaryDirectory(prefix="ctxguard-") as folder:
        return _run_in(folder, files, part, running)


def _run_in(
    folder: str, files: ProjectFiles, part: Sequence[str], running: _Running
) -> tuple[Any, str]:
    config, nothing, said = (os.path.join(folder, name) for name in ("c.toml", "none.txt", "said"))
    output = os.path.join(folder, "found.json")
    for path in (config, nothing):
        with open(path, "wb"):
            pass
    # -P keeps the project's own modules from being taken for deptry's.
    argv = [sys.executable, "-P", "-m", "deptry", "--no-ansi", "--config", config]
    argv += ["--requirements-files", nothing, "--requirements-files-dev", nothing]
    argv += ["--json-output", output, *_excludes(files)]
    argv += [word for pattern in part for word in ("--exclude", pattern)] + ["."]
    with open(said, "wb") as stream:
        run = _started(argv, files.root, stream, running)
    if run < 0:
        raise MeasureError(
            f"deptry cannot look at {files.root}: it was ended by signal {-run}; there may be too "
            "little memory, or a source that is nested too deep to be parsed"
        )
    if run not in (0, 1) or not os.path.exists(output):
        raise MeasureError(f"deptry cannot look at {files.root}: {_start(said, 400).strip()}")
    return _parsed(output), _start(said, _MOST_WORDS)


def _started(argv: list[str], root: str, stream: Any, running: _Running) -> int:
    nothing = subprocess.DEVNULL
    with subprocess.Popen(
        argv, cwd=root, stdin=nothing, stdout=nothing, stderr=stream, env=_environment()
    ) as process:
        running.add(process)
        try:
            return process.wait(_MOST_SECONDS)
        except subprocess.TimeoutExpired as error:
            process.kill()
            raise MeasureError(f"deptry takes over {_MOST_SECONDS} s for {root}") from error


def _environment() -> dict[str, str]:
    """Ours, in which no folder to load from is meant relative to the project."""
    path = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    whole = os.pathsep.join(each for each in path if os.path.isabs(each))
    return {**os.environ, "PYTHONPATH": whole}


def _excludes(files: ProjectFiles) -> Iterator[str]:
    names = "|".join(map(re.escape, sorted(SKIPPED)))
    yield from ("--exclude", rf"(?:.*/)?(?:{names})(?:/|$)")
    for path in (*files.environments, *files.odd):
        yield from ("--exclude", rf"{re.escape(path)}(?:/|$)")


def _start(path: str, most: int) -> str:
    with open(path, "rb") as stream:
        return stream.read(most).decode("utf-8", "replace")


def _parsed(path: str) -> Any:
    if os.path.getsize(path) > _MOST_JSON:
        raise MeasureError("deptry finds far too many imports")
    with open(path, "rb") as stream:
        try:
            return json.load(stream)
        except ValueError as error:
            raise MeasureError(f"deptry answers with no JSON: {error}") from error


def _imports(answer: Any) -> Iterator[Import]:
    for each in answer:
        if each["error"]["code"] in _CODES:
            where = each["location"]
            place = Place(os.path.normpath(where["file"]), where["line"])
            yield Import(each["module"], place, where["column"])
