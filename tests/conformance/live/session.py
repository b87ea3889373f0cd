"""One run: every case with both backends, what differs, and the closing line."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from ctxguard.measurement import Backend
from tests.conformance.answers import Answer, Differences, differences, target_differences
from tests.conformance.case import Case
from tests.conformance.disk import CannotMakeError, Place, put, remove
from tests.conformance.live import docker, target_build
from tests.conformance.live.docker import Engine
from tests.conformance.live.fake_daemon import FakeDaemon, listening
from tests.conformance.live.random_case import random_case
from tests.conformance.live.trees import Abilities
from tests.conformance.predictions import predict, predict_target


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for."""

    seed: int
    cases: int
    contexts: str | None = None
    socket_folder: str | None = None
    keep: bool = False
    bad_rules: bool = False
    image: str | None = None
    replay: str | None = None


def compare_all(engine: Engine, options: Options) -> int:
    """The exit code.

    Raises:
        NoDockerError: the daemon has gone.
    """
    folder = tempfile.mkdtemp(prefix="ctxguard-", dir=options.contexts)
    # The daemon's client may be another user's.
    os.chmod(folder, 0o755)
    print(f"{engine}; seed {options.seed}; contexts in {folder}", flush=True)
    try:
        with contextlib.ExitStack() as stack:
            session = _Session(engine, options, os.path.realpath(folder))
            session.start_classic(stack)
            for case in session.cases():
                session.compare(case)
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            os.rmdir(folder)
    return session.close()


class _Session:
    def __init__(self, engine: Engine, options: Options, folder: str) -> None:
        self._engine = engine
        self._options = options
        self._folder = folder
        self._daemon: FakeDaemon | None = None
        self._count: Counter[str] = Counter()
        self._skipped: Counter[str] = Counter()
        self._no_classic = ""

    def start_classic(self, stack: contextlib.ExitStack) -> None:
        folder = self._options.socket_folder or self._folder
        path = os.path.join(os.path.realpath(folder), f"{uuid.uuid4().hex[:8]}.sock")
        try:
            daemon = stack.enter_context(listening(path, self._engine.api))
        except OSError as error:
            self._no_classic = f"cannot listen at {path}: {error}"
            return
        reason = docker.why_no_classic(self._engine, daemon, self._new_root())
        if reason is None:
            self._daemon = daemon
        else:
            self._no_classic = reason

    def cases(self) -> Iterator[Case]:
        if self._options.replay is not None:
            with open(self._options.replay, encoding="utf-8") as lines:
                for line in lines:
                    read = json.loads(line)
                    yield cast("Case", read.get("case", read))
            return
        abilities = self._abilities()
        for number in range(self._options.cases):
            yield random_case(self._options.seed, number, abilities, self._options.bad_rules)

    def _abilities(self) -> Abilities:
        return Abilities(
            xattrs=_takes_attributes(self._new_root()),
            root=os.geteuid() == 0,
            excludes=target_build.takes_exclude(self._engine, self._new_root()),
            image=self._options.image,
        )

    def _new_root(self) -> str:
        # BuildKit knows a context by its base name: one that was never used is cold.
        return os.path.join(self._folder, f"c{uuid.uuid4().hex}")

    def compare(self, case: Case) -> None:
        try:
            place = put(case, self._new_root())
        except CannotMakeError as error:
            self._skip(str(error), len(Backend) + 1)
            return
        alike = [self._compare_with(backend, case, place) for backend in Backend]
        alike.append(self._compare_target(case, place))
        if all(alike) or not self._options.keep:
            remove(place)

    def _compare_with(self, backend: Backend, case: Case, place: Place) -> bool:
        if backend is Backend.LEGACY and self._daemon is None:
            self._skip(f"classic builder: {self._no_classic}")
            return True
        real = self._ask(backend, case, place)
        return self._judge(backend.value, differences(real, predict(place, backend)), case, place)

    def _compare_target(self, case: Case, place: Place) -> bool:
        real = target_build.target(self._engine, case, place)
        if real.unknown is not None:
            self._skip(f"target: {real.unknown}")
            return True
        found = target_differences(real, predict_target(place, case))
        return self._judge("target", found, case, place)

    def _judge(self, compared: str, found: Differences, case: Case, place: Place) -> bool:
        self._count["failed" if found else "passed"] += 1
        if found:
            kept = place.root if self._options.keep else None
            told = {"compared": compared, "differs": found, "kept": kept, "case": case}
            print(json.dumps(told, separators=(",", ":")), flush=True)
        return not found

    def _ask(self, backend: Backend, case: Case, place: Place) -> Answer:
        if backend is Backend.BUILDKIT:
            return docker.buildkit(self._engine, case, place)
        assert self._daemon is not None
        return docker.classic(self._engine, self._daemon, case, place)

    def _skip(self, reason: str, comparisons: int = 1) -> None:
        self._count["skipped"] += comparisons
        self._skipped[reason] += comparisons

    def close(self) -> int:
        for reason, times in self._skipped.items():
            print(f"skipped {times} times: {reason}")
        counts = ", ".join(
            f"{self._count[word]} {word}" for word in ("passed", "failed", "skipped")
        )
        print(f"{counts} ({self._engine}; seed {self._options.seed})")
        return 1 if self._count["failed"] else 0


def _takes_attributes(root: str) -> bool:
    """Whether the file system of the contexts does."""
    case = Case(id="", tree=[], dockerfile_name="", dockerfile=None, dockerignore={})
    case["tree"] = [{"path": "a", "type": "file", "size": 0, "xattrs": {"user.a": "1"}}]
    try:
        remove(put(case, root))
    except CannotMakeError:
        return False
    return True
