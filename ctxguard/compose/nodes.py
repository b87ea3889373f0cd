"""A YAML file as nodes that know their lines, read by the rules of YAML 1.2.

PyYAML gives the events; its own objects would follow YAML 1.1, where `no` is false and `22:22` a
number, forget the lines, and take a key that is given twice. An alias is the node itself, never a
copy of it, so a few lines cannot stand for billions of nodes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ctxguard.errors import UsageError
from ctxguard.sizes import shortened

_MOST_BYTES = 4 * 1024 * 1024
_DEEPEST = 100
_MOST_KEYS = 100_000
"""Of one mapping, with all that it merges."""
_MOST_MERGED = 1_000_000
"""Keys that are copied from one mapping to another, in all."""
_MERGE = "<<"


@dataclass(slots=True, eq=False)
class Node:
    """One value of a file."""

    file: str
    """What to call it to a person."""
    line: int
    """From 1."""
    tag: str = ""
    """As written, such as `!reset`."""

    def error(self, message: str) -> UsageError:
        """What is wrong here."""
        return UsageError(message, path=self.file, line=self.line)

    @property
    def what(self) -> str:
        """What kind of value it is, for a person."""
        return "nothing"


@dataclass(slots=True, eq=False)
class Scalar(Node):
    """A text, and whether it stands there without quotes."""

    text: str = ""
    plain: bool = False

    @property
    def what(self) -> str:
        return f'"{shortened(self.text)}"'

    @property
    def is_null(self) -> bool:
        return self.plain and self.text in ("", "~", "null", "Null", "NULL")


@dataclass(slots=True, eq=False)
class Listed(Node):
    """A list."""

    items: list[Node] = field(default_factory=list)

    @property
    def what(self) -> str:
        return "a list"


@dataclass(slots=True, eq=False)
class Mapped(Node):
    """A mapping, in the order of the file, with what it merges put in."""

    items: dict[str, Node] = field(default_factory=dict)

    @property
    def what(self) -> str:
        return "a mapping"


def documents(data: bytes, file: str) -> list[Node]:
    """The documents of a file; a mapping each, or nothing.

    Args:
        file: what to call it to a person.

    Raises:
        UsageError: it is no YAML, or PyYAML is not there.
    """
    if len(data) > _MOST_BYTES:
        raise UsageError(f"it has more than {_MOST_BYTES:,} bytes, far too many", path=file)
    yaml = _yaml()
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    building = _Building(file)
    try:
        for event in yaml.parse(data.decode(), Loader=loader):
            building.take(event, yaml)
    except UnicodeDecodeError:
        raise UsageError("it is not encoded as UTF-8", path=file) from None
    except yaml.YAMLError as error:
        raise _no_yaml(error, file) from None
    return building.done


def _yaml() -> Any:
    try:
        import yaml
    except ImportError:
        raise UsageError(
            "Compose files are read with PyYAML, which is not installed; "
            'pip install "docker-ctxguard[compose]" brings it'
        ) from None
    return yaml


def _no_yaml(error: Any, file: str) -> UsageError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    words = getattr(error, "problem", None) or str(error)
    line = None if mark is None else mark.line + 1
    return UsageError(f"this is no valid YAML: {shortened(words)}", path=file, line=line)


class _Building:
    """Puts events together, without recursion."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.done: list[Node] = []
        self._open: list[tuple[Node, str | None, list[Node]]] = []
        """Node, anchor, and what is in it so far."""
        self._anchors: dict[str, Node] = {}
        self._merged = 0

    def take(self, event: Any, yaml: Any) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self._anchors = {}
        elif isinstance(event, yaml.AliasEvent):
            self._add(self._aliased(event))
        elif isinstance(event, yaml.ScalarEvent):
            plain = bool(event.implicit[0]) and not event.style
            node = Scalar(self.file, _line(event), event.tag or "", event.value, plain)
            self._end(node, event.anchor)
        elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
            kind = Listed if isinstance(event, yaml.SequenceStartEvent) else Mapped
            node_ = kind(self.file, _line(event), event.tag or "")
            if len(self._open) >= _DEEPEST:
                raise node_.error("it is nested far too deeply")
            self._open.append((node_, event.anchor, []))
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            self._close()

    def _aliased(self, event: Any) -> Node:
        found = self._anchors.get(event.anchor)
        if found is not None:
            return found
        line = _line(event)
        name = shortened(str(event.anchor))
        if any(anchor == event.anchor for _, anchor, _ in self._open):
            raise UsageError(f"the anchor {name} contains itself", path=self.file, line=line)
        raise UsageError(f"there is no anchor {name} above", path=self.file, line=line)

    def _close(self) -> None:
        node, anchor, items = self._open.pop()
        if isinstance(node, Listed):
            node.items = items
        elif isinstance(node, Mapped):
            node.items = self._mapping(node, items)
        self._end(node, anchor)

    def _mapping(self, node: Mapped, items: Sequence[Node]) -> dict[str, Node]:
        """Keys and values, which come in turns; what is merged gives way to the mapping's own."""
        own: dict[str, Node] = {}
        merged: dict[str, Node] = {}
        for key, value in zip(items[0::2], items[1::2], strict=True):
            if not isinstance(key, Scalar):
                raise key.error("a key is a text, not a list or a mapping")
            if key.plain and key.text == _MERGE:
                self._merge(value, merged)
            elif key.text in own:
                raise key.error(f'the key "{shortened(key.text)}" is given twice')
            else:
                own[key.text] = value
            if len(own) + len(merged) > _MOST_KEYS:
                raise node.error("a mapping has far too many keys")
        return {**merged, **own}

    def _merge(self, value: Node, merged: dict[str, Node]) -> None:
        """What comes first counts."""
        for each in _merged(value):
            self._merged += len(each) + 1
            if self._merged > _MOST_MERGED:
                raise value.error("far too much is merged")
            for name, node in each.items():
                merged.setdefault(name, node)

    def _end(self, node: Node, anchor: str | None) -> None:
        if anchor is not None:
            self._anchors[anchor] = node
        self._add(node)

    def _add(self, node: Node) -> None:
        (self._open[-1][2] if self._open else self.done).append(node)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _merged(value: Node) -> Iterator[Mapping[str, Node]]:
    for each in value.items if isinstance(value, Listed) else [value]:
        if not isinstance(each, Mapped):
            raise each.error(f"<< takes a mapping or several of them, not {each.what}")
        yield each.items
