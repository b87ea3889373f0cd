"""What requirements would install, from their wheels: downloaded, weighed and thrown away."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ctxguard.deps.declared.asked import key_of, missing
from ctxguard.deps.declared.declaration import Requirement
from ctxguard.deps.installed.closure import Node, nodes, wanted
from ctxguard.deps.installed.distribution import Distribution, Installed
from ctxguard.deps.installed.homes import Home
from ctxguard.deps.installed.metadata import distributions
from ctxguard.deps.pip.complaints import (
    MOST_BROKEN,
    NO_WHEEL,
    is_broken,
    is_missing,
    is_out_of_reach,
    unmet,
    why,
)
from ctxguard.deps.pip.links import are_local, has_no_index, links_in, wheels_at
from ctxguard.deps.pip.pipline import index_options, indexed
from ctxguard.deps.pip.program import Pip
from ctxguard.deps.running import Ran

WHERE = "wheels that pip downloads"
_BESIDE = "../../"
"""With `--target`, pip's lists tell of a `lib/python` that is not there."""
_ARGUMENTS = ("--only-binary", ":all:", "--no-deps", "--no-compile")
_NO_INDEX = "--no-index"
_MOST_FAILURES = 3
_NO_REACH = "the package index cannot be reached"
_NO_TIME = "there was no time left for it"
_NO_PIP = (
    "pip is not installed beside the Python that runs ctxguard; install it there, or measure an "
    "environment with --venv"
)

Progress = Callable[[str], None]


@dataclass(slots=True)
class _Want:
    """A package to be had."""

    name: str
    specifiers: list[str] = field(default_factory=list)
    """All that is asked of its version, what the project declares first."""

    @property
    def line(self) -> str | None:
        return indexed(self.name, (), self.specifiers)


_Wants = dict[str, _Want]


def of_index(
    requirements: Iterable[Requirement],
    *,
    options: Sequence[str] = (),
    progress: Progress | None = None,
    most_s: float = 900,
) -> Installed:
    """Weigh requirements, and all that they need on Linux, by their wheels.

    Nothing is built, and no code of a package runs. What has no wheel is unknown. Each package
    comes in one version: where two need different ones, that of the one that was met first counts.
    The bytes are those of the wheels' files, without the `.pyc` files that an installation adds.

    Args:
        options: where packages come from, if pip's own settings do not say it: `--index-url=URL`.
        progress: told what is being done.
        most_s: seconds for all of it; what has not come by then is unknown.

    Raises:
        UsageError: an option is none of an index, or `packaging` is not installed.
    """
    checked = index_options(options)
    try:
        import packaging  # noqa: F401  # it is needed deep below
    except ImportError:
        raise missing() from None
    with tempfile.TemporaryDirectory(prefix="ctxguard-", ignore_cleanup_errors=True) as work:
        loading = _Loading(Pip(sys.executable, work, checked), progress, most_s)
        loading.load([each for each in requirements if each.applies])
    return loading.installed()


class _Loading:
    def __init__(self, pip: Pip, progress: Progress | None, most_s: float) -> None:
        self._pip = pip
        self._progress = progress or (lambda _: None)
        self._end = time.monotonic() + most_s
        self._found: dict[str, Distribution] = {}
        self._unknown: dict[str, str] = {}
        self._problems: list[str] = []
        self._asked: set[Node] = set()
        self._followed: set[Node] = set()
        """Those of which it is known what they need."""
        self._local: frozenset[str] | None = None
        """Once it is known that there is no index: the packages with a wheel on the disk."""
        self._absent = NO_WHEEL
        """Why there is no other one."""
        self._settings: tuple[str, ...] | None = None
        self._failures: Counter[str] = Counter()
        self._hopeless: str | None = None
        """Why pip fails whatever it is asked for."""

    def installed(self) -> Installed:
        return Installed(
            WHERE,
            dict(sorted(self._found.items())),
            dict(sorted(self._unknown.items())),
            tuple(self._problems),
        )

    def load(self, requirements: Sequence[Requirement]) -> None:
        """Round by round: what is declared, what that needs, and so on."""
        wants: _Wants = {}
        for each in requirements:
            if each.url is not None:
                self._unknown.setdefault(each.key, "it comes from a URL, not from an index")
                continue
            _want(wants, each.key, each.name, each.specifier)
            self._asked.update((each.key, extra) for extra in ("", *map(key_of, each.extras)))
        while wants:
            self._fetch(wants)
            wants = self._next()

    def _next(self) -> _Wants:
        """What the packages that came need besides."""
        wants: _Wants = {}
        waiting = [node for node in sorted(self._asked - self._followed) if node[0] in self._found]
        while waiting:
            key, extra = node = waiting.pop()
            self._followed.add(node)
            for need in wanted(self._found[key], extra):
                new = [below for below in nodes(need) if below not in self._asked]
                self._asked.update(new)
                name = key_of(need.name)
                if name in self._found:
                    waiting += new
                elif name not in self._unknown:
                    _want(wants, name, need.name, str(need.specifier), need.url)
        return wants

    def _fetch(self, wants: _Wants) -> None:
        """Get all of them, whatever becomes of one."""
        lots = [self._sane(wants)]
        while lots:
            lot = self._within_reach(lots.pop())
            if not lot:
                continue
            if self._hopeless is not None or time.monotonic() >= self._end:
                self._give_up(lot, self._hopeless or _NO_TIME)
                continue
            what = "package" if len(lot) == 1 else "packages"
            self._progress(f"asking pip for {len(lot):,} {what}")
            lots += self._after(lot, self._run(lot))

    def _sane(self, wants: _Wants) -> _Wants:
        sane = {key: want for key, want in wants.items() if want.line is not None}
        self._give_up(wants.keys() - sane.keys(), "its version or its place cannot be told to pip")
        return sane

    def _within_reach(self, lot: _Wants) -> _Wants:
        if self._local is None:
            return lot
        here = {key: want for key, want in lot.items() if key in self._local}
        self._give_up(lot.keys() - here.keys(), self._absent)
        return here

    def _run(self, lot: _Wants) -> Ran:
        target = os.path.join(self._pip.work, "packages")
        alone = [] if self._local is None else [_NO_INDEX]
        broken = 0

        def enough(line: str) -> bool:
            nonlocal broken
            broken += is_broken(line)
            return broken >= MOST_BROKEN

        lines = [line for want in lot.values() if (line := want.line)]
        arguments = [*_ARGUMENTS, *alone, "--target", target]
        left = self._end - time.monotonic()
        try:
            ran = self._pip.install(lines, arguments, most_s=left, enough=enough)
            if ran.code == 0:
                self._take(target, lot)
        finally:
            shutil.rmtree(target, ignore_errors=True)
        return ran

    def _take(self, target: str, lot: _Wants) -> None:
        folder = os.path.realpath(target)
        home = Home(folder, folder, set())

        def weigh(path: str) -> int | None:
            return home.weigh(path.removeprefix(_BESIDE))

        described = home.described() if os.path.isdir(folder) else ()
        found, _ = distributions(described, weigh, home.below)
        self._found |= {key: each for key, each in found.items() if key in lot}
        self._give_up(lot.keys() - found.keys(), "pip did not bring it")

    def _after(self, lot: _Wants, ran: Ran) -> Iterator[_Wants]:
        """What is to be asked for again, after one run."""
        if ran.code == 0:
            return
        if is_missing(ran.lines):
            self._problems += [] if _NO_PIP in self._problems else [_NO_PIP]
            self._give_up(lot, "there is no pip to ask")
        elif is_out_of_reach(ran.lines):
            if self._local is not None:
                self._give_up(lot, _NO_REACH)
                return
            self._lose_index()
            yield lot
        elif ran.code is None:
            self._give_up(lot, _NO_TIME)
        elif self._has_only_the_disk():
            yield lot
        else:
            yield from self._without_the_worst(lot, ran)

    def _has_only_the_disk(self) -> bool:
        """Found out once, when something fails: then not every package has to be asked for."""
        if self._settings is not None:
            return False
        self._settings = self._pip.settings()
        links = list(links_in(self._settings, self._pip.options))
        if not has_no_index(self._settings, self._pip.options) or not are_local(links):
            return False
        self._local = wheels_at(links)
        return True

    def _lose_index(self) -> None:
        self._settings = self._pip.settings()
        self._local = wheels_at(links_in(self._settings, self._pip.options))
        self._absent = _NO_REACH
        self._problems.append(
            f"{_NO_REACH}; only packages whose wheels are on the disk are weighed. Look at the "
            "network, or at the index that pip is set to use"
        )

    def _without_the_worst(self, lot: _Wants, ran: Ran) -> Iterator[_Wants]:
        """All but the one that pip complains of; where it names none, two halves."""
        worst = unmet(ran.lines)
        key = worst if worst in lot else next(iter(lot)) if len(lot) == 1 else None
        keys = list(lot)
        if key is None:
            half = len(keys) // 2
            yield {each: lot[each] for each in keys[half:]}
            yield {each: lot[each] for each in keys[:half]}
            return
        if len(lot[key].specifiers) > 1:
            # What is asked of one package may not go together; what came first has to do.
            del lot[key].specifiers[1:]
            yield lot
            return
        reason = why(ran.lines)
        self._give_up([key], reason)
        self._lose_hope(reason if worst is None else None)
        yield {each: lot[each] for each in keys if each != key}

    def _lose_hope(self, reason: str | None) -> None:
        """The same words for different packages have nothing to do with any of them."""
        if reason is not None:
            self._failures[reason] += 1
            if self._failures[reason] == _MOST_FAILURES:
                self._hopeless = reason
                self._problems.append(f"pip fails whatever it is asked for: {reason}")

    def _give_up(self, keys: Iterable[str], reason: str) -> None:
        for key in keys:
            if key not in self._found:
                self._unknown.setdefault(key, reason)


def _want(wants: _Wants, key: str, name: str, specifier: str, url: str | None = None) -> None:
    want = wants.setdefault(key, _Want(name))
    told = "@" if url else specifier  # No version is an "@", so that a URL is refused as one.
    if told and told not in want.specifiers:
        want.specifiers.append(told)
