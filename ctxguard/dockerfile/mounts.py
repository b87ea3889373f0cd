"""`RUN --mount=…`: where a mount takes its content from.

Source of the meaning: BuildKit 73ed682, `frontend/dockerfile/instructions/commands_runmount.go`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass

from ctxguard.dockerfile.words import WordError

_FIELD = re.compile(r'(?:"(?P<quoted>(?:[^"]|"")*+)"|(?P<bare>[^",]*))(?=,|\Z)')
_TYPES = ("bind", "cache", "tmpfs", "secret", "ssh")
_ROOT = ("/", "//")
_SAME = {"src": "source", "dst": "target", "destination": "target"}
_ON_FOLDERS = ("bind", "cache", "tmpfs")
_FLAGS = ("readonly", "ro", "readwrite", "rw", "required")
_KEYS = frozenset(
    (
        *("type", "from", "source", "src", "target", "dst", "destination", "readonly", "ro"),
        *("readwrite", "rw", "required", "id", "sharing", "mode", "uid", "gid", "size", "env"),
    )
)


@dataclass(frozen=True, slots=True)
class Mount:
    """What of a mount matters to the context."""

    type: str
    origin: str
    """The stage or image it comes from; "" for the context."""
    source: str
    target: str = ""

    @property
    def asks(self) -> bool:
        """Whether its source is among the paths that are asked for.

        EDGE CASE: tmpfs has no source, and yet asks for all of it.
        """
        return not self.origin and self.type in ("bind", "tmpfs")

    def covers_root(self, workdir: str | None) -> bool:
        """Whether it would be mounted on `/`, which BuildKit refuses.

        Args:
            workdir: where a relative target begins; None if nobody can know.
        """
        if self.type not in _ON_FOLDERS:
            return False
        if posixpath.isabs(self.target):
            return self.target == "/"
        return workdir is not None and posixpath.normpath(f"/{workdir}/{self.target}") in _ROOT

    @property
    def transfers(self) -> bool:
        """Whether it needs the context to be there."""
        return not self.origin and self.type == "bind"


def read_mount(value: str, expand: Callable[[str], str] | None) -> Mount:
    """Read the value of a flag.

    Args:
        expand: puts variables in; None while stages are linked, when only `from` is asked for.

    Raises:
        WordError: BuildKit would refuse it.
    """
    found = {"type": "bind", "from": "", "source": "", "target": "", "id": ""}
    for field in _fields(value):
        key, equals, text = field.partition("=")
        key = key.lower()
        if key not in _KEYS:
            raise WordError(f"unexpected key '{key}' in '{field}'")
        if not equals and key not in _FLAGS:
            raise WordError(f"invalid field '{field}' must be a key=value pair")
        if key == "from" and "$" in text[:-1]:
            raise WordError("'from' doesn't support variable expansion, define alias stage instead")
        if key != "from" and equals:
            text = expand(text) if expand is not None else text
        found[_SAME.get(key, key)] = text
    kind = found["type"].lower()
    if expand is not None and kind not in _TYPES:
        raise WordError(f'unsupported mount type "{found["type"]}"')
    if kind == "secret" and not (found["id"] or found["source"] or found["target"]):
        raise WordError("invalid secret mount. one of source, target required")
    return Mount(kind, found["from"], found["source"], found["target"])


def _fields(value: str) -> list[str]:
    """One line of comma-separated values, as Go reads it."""
    if '"' not in value:
        return value.split(",")
    fields: list[str] = []
    at = 0
    while True:
        found = _FIELD.match(value, at)
        if found is None:
            raise WordError(f"failed to parse csv mounts: a quote in {value[at:]} is out of place")
        bare, quoted = found["bare"], found["quoted"]
        fields.append(bare if quoted is None else quoted.replace('""', '"'))
        if found.end() == len(value):
            return fields
        at = found.end() + 1
