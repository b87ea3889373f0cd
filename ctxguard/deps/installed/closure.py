"""What needs what among installed packages, and what goes if one of them goes; pure.

A node of the graph is a package with one of its extras, or with none: `celery[redis]` needs
`celery`, and what `celery` needs for that extra. So an extra that one package asks for keeps
nothing for another one that does not.

Source of the meaning: PEP 508 for markers and extras; pip evaluates a marker once for each extra
that is asked for.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Set
from functools import lru_cache
from typing import TYPE_CHECKING

from ctxguard.deps.declared.asked import key_of, parsed
from ctxguard.deps.installed.distribution import Distribution, Installed

if TYPE_CHECKING:
    from packaging.requirements import Requirement

Roots = Mapping[str, Set[str]]
"""Packages by their keys, each with the extras that are asked for."""
Node = tuple[str, str]
"""A package, and one of its extras; "" for the package itself."""
_SHARED = ""
"""Stands for more than one root."""
_MOST_REQUIREMENTS = 5_000
"""Of one package."""


def wanted(distribution: Distribution, extra: str = "") -> Iterator[Requirement]:
    """What it requires on Linux: always, or for one extra; what cannot be read is left out."""
    for text in distribution.requires[:_MOST_REQUIREMENTS]:
        found = _parsed(text)
        if found is not None and _holds(found, extra):
            yield found


def _holds(requirement: Requirement, extra: str) -> bool:
    """Whether its marker holds; one that cannot be told holds for nobody."""
    if requirement.marker is None:
        return not extra
    try:
        return requirement.marker.evaluate({**_linux(), "extra": extra})
    except (ValueError, KeyError, RecursionError):
        return False


@lru_cache(maxsize=50_000)
def _parsed(text: str) -> Requirement | None:
    try:
        return parsed(text)
    except ValueError:
        return None


@lru_cache(maxsize=1)
def _linux() -> dict[str, str]:
    from packaging.markers import default_environment

    ours = default_environment()
    machine = ours["platform_machine"] if ours["sys_platform"] == "linux" else "x86_64"
    return {
        **{name: str(value) for name, value in ours.items()},
        "os_name": "posix",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_machine": machine,
    }


def nodes(requirement: Requirement) -> list[Node]:
    """A package with each of the extras that are asked for."""
    key = key_of(requirement.name)
    return [(key, extra) for extra in ("", *map(key_of, requirement.extras))]


class _Graph:
    """Edges between nodes, worked out once they are asked for."""

    def __init__(self, installed: Installed) -> None:
        self._found = installed.found
        self._edges: dict[Node, list[Node]] = {}

    def edges(self, node: Node) -> list[Node]:
        if node not in self._edges:
            self._edges[node] = list(self._worked_out(node))
        return self._edges[node]

    def _worked_out(self, node: Node) -> Iterator[Node]:
        key, extra = node
        if extra:
            yield key, ""
        for requirement in wanted(self._found[key], extra):
            yield from self.known(nodes(requirement))

    def known(self, asked: Iterable[Node]) -> Iterator[Node]:
        return (node for node in asked if node[0] in self._found)

    def starts(self, roots: Roots) -> Iterator[Node]:
        for key, extras in roots.items():
            yield from self.known((key, extra) for extra in ("", *map(key_of, extras)))

    def reached(self, roots: Roots) -> set[Node]:
        waiting = list(self.starts(roots))
        met = set(waiting)
        while waiting:
            new = [node for node in self.edges(waiting.pop()) if node not in met]
            met.update(new)
            waiting += new
        return met

    def keepers(self, roots: Roots) -> dict[Node, str]:
        """For each node that is reached the one root that reaches it, or `_SHARED`.

        No label changes more than twice, so that this is linear in nodes and edges.
        """
        labels: dict[Node, str] = {}
        waiting: deque[Node] = deque()
        for node in self.starts(roots):
            _label(labels, node, node[0], waiting)
        while waiting:
            node = waiting.popleft()
            for below in self.edges(node):
                _label(labels, below, labels[node], waiting)
        return labels


def _label(labels: dict[Node, str], node: Node, keeper: str, waiting: deque[Node]) -> None:
    before = labels.get(node)
    after = keeper if before in (None, keeper) else _SHARED
    if after != before:
        labels[node] = after
        waiting.append(node)


def needs(installed: Installed, roots: Roots) -> dict[str, frozenset[str]]:
    """For each installed package that the roots come to: the installed ones that it needs.

    Extras count where anything asks for them.
    """
    graph = _Graph(installed)
    found: dict[str, set[str]] = {}
    for node in graph.reached(roots):
        below = found.setdefault(node[0], set())
        below.update(key for key, _ in graph.edges(node) if key != node[0])
    return {key: frozenset(below) for key, below in sorted(found.items())}


def required_by(installed: Installed, roots: Roots | None = None) -> dict[str, frozenset[str]]:
    """For each installed package: the installed ones that need it.

    Args:
        roots: extras that the project asks for, besides those that packages ask for.
    """
    everything = {key: (roots or {}).get(key, frozenset()) for key in installed.found}
    found: dict[str, set[str]] = {key: set() for key in sorted(installed.found)}
    for key, below in needs(installed, everything).items():
        for each in below:
            found[each].add(key)
    return {key: frozenset(above) for key, above in found.items()}


def only_for(installed: Installed, declared: Roots) -> dict[str, frozenset[str]]:
    """For each declared package that is installed: what goes if it alone is no longer declared.

    That is itself and what nothing else that is declared needs; it is not among them if another
    one needs it.
    """
    found: dict[str, set[str]] = {key: set() for key in declared if key in installed.found}
    for (key, extra), keeper in _Graph(installed).keepers(declared).items():
        if not extra and keeper != _SHARED:
            found[keeper].add(key)
    return {key: frozenset(gone) for key, gone in found.items()}


def exclusive(installed: Installed, declared: Roots) -> dict[str, int]:
    """The same in bytes."""
    return {key: weight(installed, gone) for key, gone in only_for(installed, declared).items()}


def freed(installed: Installed, keep: Roots, drop: Roots) -> int:
    """Bytes that go if all of a set go, and another one stays."""
    graph = _Graph(installed)
    gone = graph.reached(drop) - graph.reached(keep)
    return weight(installed, {key for key, extra in gone if not extra})


def reached(installed: Installed, roots: Roots) -> frozenset[str]:
    """The roots that are installed, with all that they need."""
    return frozenset(key for key, _ in _Graph(installed).reached(roots))


def weight(installed: Installed, keys: Iterable[str]) -> int:
    """Bytes of these packages; what is not installed has none."""
    return sum(installed.found[key].bytes for key in set(keys) if key in installed.found)
