"""Trees of names, decided folder by folder as the builders do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ctxguard.ignore import Decision, DockerIgnoreSpec, FolderRules, IgnoreRule, read_rules

Enters = Callable[[FolderRules], bool]


def spec_of(*lines: str) -> DockerIgnoreSpec:
    return DockerIgnoreSpec.from_rules(rules_of(*lines))


def rules_of(*lines: str) -> tuple[IgnoreRule, ...]:
    return read_rules("\n".join(lines).encode("utf-8", "surrogateescape"))


def with_parents(paths: Iterable[str]) -> set[str]:
    """The paths and all folders above them."""
    found: set[str] = set()
    for path in paths:
        path = path.rstrip("/")
        while path and path not in found:
            found.add(path)
            path = path.rpartition("/")[0]
    return found


def walk(
    spec: DockerIgnoreSpec, paths: Iterable[str], enters: Enters = lambda _: True
) -> Iterator[tuple[FolderRules, Decision]]:
    """Each entry with what would be inherited from it; a folder comes before its children.

    Args:
        paths: folders may be left out.
        enters: whether to go on below an entry.
    """
    children: dict[str, list[str]] = {}
    for path in sorted(with_parents(paths)):
        parent, _, name = path.rpartition("/")
        children.setdefault(parent, []).append(name)
    todo = [spec.root()]
    while todo:
        folder = todo.pop()
        names = children.get(folder.path, [])
        for name, decision in zip(names, spec.decide(folder, names), strict=True):
            entry = spec.enter(folder, name, decision)
            yield entry, decision
            if enters(entry):
                todo.append(entry)
