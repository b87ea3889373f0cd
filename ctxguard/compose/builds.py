"""What one file says of how a service is built."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ctxguard.compose.interpolation import interpolated
from ctxguard.compose.nodes import Listed, Mapped, Node, Scalar
from ctxguard.compose.scalars import text_of

_REMOTE = re.compile(
    r"(https?|git|ssh|docker-image|oci-layout|s3)://|git@|github\.com/", re.IGNORECASE
)
_OF_ANOTHER = ("service:", "target:")
"""What an additional context begins with that is the result of another build."""
RESET, OVERRIDE = "!reset", "!override"


@dataclass(frozen=True, slots=True)
class Said:
    """A value, and where it stands."""

    value: Any
    file: str
    line: int
    mode: str = ""
    """`!reset` or `!override`, if the value was marked so."""


@dataclass(frozen=True, slots=True)
class ServiceBuild:
    """How a service is built, as far as files say it; by the key of `build`."""

    said: Mapping[str, Said] = field(default_factory=dict)
    mode: str = ""
    """Of `build` itself."""
    place: Said | None = None
    """The service itself."""

    def over(self, base: ServiceBuild) -> ServiceBuild:
        """This one's values, put over those of a file before it."""
        if self.mode == RESET:
            return replace(self, said={}, mode="")
        if self.mode == OVERRIDE:
            return replace(self, mode="")
        found = dict(base.said)
        for key, said in self.said.items():
            if said.mode == RESET:
                found.pop(key, None)
            elif key in found and said.mode != OVERRIDE:
                found[key] = replace(said, value=_joined(found[key].value, said.value))
            else:
                found[key] = replace(said, mode="")
        return ServiceBuild(found, place=self.place)


class Gone:
    """In place of a value of a table: the key is to be removed."""


def _joined(base: Any, own: Any) -> Any:
    """Tables are put together by their keys, lists one behind the other."""
    if isinstance(base, dict) and isinstance(own, dict):
        return without_gone({**base, **own})
    if isinstance(base, tuple) and isinstance(own, tuple):
        return (*base, *(each for each in own if each not in base))
    return own


def without_gone(table: Mapping[str, Any]) -> dict[str, Any]:
    """A table without the keys that were to be removed."""
    return {key: value for key, value in table.items() if not isinstance(value, Gone)}


@dataclass(slots=True)
class Allowance:
    """How many values may still be read: a few anchors can stand for billions."""

    left: int = 200_000

    def spend(self, node: Node, count: int) -> None:
        """Raises UsageError if there are far too many."""
        self.left -= count
        if self.left < 0:
            raise node.error("the builds have far too many values in all")


def is_remote(context: str) -> bool:
    """Whether it lies on no disk of ours."""
    return _REMOTE.match(context) is not None or context.startswith(_OF_ANOTHER)


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads values of one file.

    Args:
        folder: relative to which its paths are.
        variables: what `$NAME` stands for.
    """

    folder: str
    variables: Mapping[str, str]
    allowance: Allowance

    def build(self, service: Mapped) -> ServiceBuild:
        """What is said of a service.

        Raises:
            UsageError: a value is wrong.
        """
        node = service.items.get("build")
        place = Said(None, service.file, service.line)
        said: dict[str, Said] = {}
        mode = ""
        if isinstance(node, Scalar) and (node.is_null or node.tag == RESET):
            mode = node.tag
        elif isinstance(node, Scalar):
            said["context"] = self._said(node, self._context)
        elif isinstance(node, Mapped):
            mode = node.tag if node.tag in (RESET, OVERRIDE) else ""
            said.update(self._keys(node))
        elif node is not None:
            raise node.error(f"build takes a folder or a mapping, not {node.what}")
        platform = service.items.get("platform")
        if platform is not None and mode != RESET:
            said["platform"] = self._said(platform, self.text)
        return ServiceBuild(said, mode, place)

    def _keys(self, node: Mapped) -> Iterator[tuple[str, Said]]:
        readers: Mapping[str, Callable[[Node], Any]] = {
            "context": self._context,
            "dockerfile": self.text,
            "dockerfile_inline": self.text,
            "target": self.text,
            "args": self._table,
            "additional_contexts": self._contexts,
            "platforms": self._list,
        }
        for key, value in node.items.items():
            if key in readers:
                yield key, self._said(value, readers[key])

    def _said(self, node: Node, read: Callable[[Node], Any]) -> Said:
        if node.tag == RESET:
            return Said(None, node.file, node.line, RESET)
        mode = OVERRIDE if node.tag == OVERRIDE else ""
        return Said(read(node), node.file, node.line, mode)

    def text(self, node: Node) -> str:
        """A text, its variables put in."""
        value = self._text_or_none(node)
        if value is None:
            raise node.error("it takes a text, and there is none")
        return value

    def _text_or_none(self, node: Node) -> str | None:
        if not isinstance(node, Scalar):
            raise node.error(f"it takes a text, not {node.what}")
        value = text_of(node)
        try:
            return None if value is None else interpolated(value, self.variables)
        except ValueError as error:
            raise node.error(str(error)) from None

    def _context(self, node: Node) -> str:
        text = self.text(node)
        if not text or "\0" in text:
            raise node.error("it takes a folder")
        return text if is_remote(text) else self.path(text)

    def path(self, text: str) -> str:
        """In full."""
        return os.path.normpath(os.path.join(self.folder, os.path.expanduser(text)))

    def _table(self, node: Node) -> dict[str, Any]:
        """A mapping, or a list of `NAME=value`; None takes the environment's value."""
        if isinstance(node, Mapped):
            self.allowance.spend(node, len(node.items))
            return {key: self._row(value) for key, value in node.items.items()}
        if not isinstance(node, Listed):
            raise node.error(f"it takes a mapping or a list of NAME=value, not {node.what}")
        self.allowance.spend(node, len(node.items))
        found: dict[str, Any] = {}
        for each in node.items:
            name, equals, value = self.text(each).partition("=")
            if not name:
                raise each.error("it has no name; write NAME=value")
            found[name] = value if equals else None
        return found

    def _row(self, node: Node) -> str | Gone | None:
        return Gone() if node.tag == RESET else self._text_or_none(node)

    def _contexts(self, node: Node) -> dict[str, tuple[str, int] | Gone]:
        """By name, where each lies, and the line that says so."""
        lines = node.items if isinstance(node, Mapped) else {}
        found: dict[str, tuple[str, int] | Gone] = {}
        for name, value in self._table(node).items():
            if isinstance(value, Gone):
                found[name] = value
                continue
            line = lines[name].line if name in lines else node.line
            if not value:
                raise node.error(f'the additional context "{name}" has no value')
            found[name] = (value if is_remote(value) else self.path(value), line)
        return found

    def _list(self, node: Node) -> tuple[str, ...]:
        if not isinstance(node, Listed):
            raise node.error(f"it takes a list, not {node.what}")
        self.allowance.spend(node, len(node.items))
        return tuple(map(self.text, node.items))
