"""What is in force and where it comes from, for a person and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ctxguard.config import KEYS, OWN_KEYS, HookSettings, Settings
from ctxguard.guard.growth import GrowthLimit
from ctxguard.render.escape import line, quoted, unicode_text
from ctxguard.render.look import Terminal
from ctxguard.render.plain import dumps, named_path
from ctxguard.render.table import cells
from ctxguard.version import __version__


@dataclass(frozen=True, slots=True)
class Configured:
    """All that is in force."""

    file: str | None
    """The configuration file that counts; None if there is none."""
    settings: Settings
    contexts: Sequence[tuple[str, str, Settings]] = ()
    """Name, folder and settings of each that the file names."""


def text(found: Configured, terminal: Terminal) -> str:
    """A line for each value: key, value, where it comes from."""
    head = "none" if found.file is None else quoted(found.file)
    parts = [
        f"{terminal.styled('Configuration', bold=True)}: {head}\n{_table(found.settings, KEYS)}"
    ]
    for name, folder, settings in found.contexts:
        title = terminal.styled(quoted(name), bold=True)
        parts.append(f"{title} ({quoted(folder)})\n{_table(settings, OWN_KEYS)}")
    return "\n".join(parts)


def _table(settings: Settings, keys: Sequence[str] | Mapping[str, Any]) -> str:
    rows = [(key, line(settings.shown(key)), line(settings.told_origin(key))) for key in keys]
    width = max(cells(value) for _, value, _ in rows)
    return "".join(
        f"  {key:<16} {value}{' ' * (width - cells(value))}  {origin}\n"
        for key, value, origin in rows
    )


def render(found: Configured) -> str:
    """As JSON; `schema/config.schema.json` describes it."""
    document = {
        "schema_version": 1,
        "ctxguard": __version__,
        **named_path("file", found.file),
        "values": dict(_values(found.settings, list(KEYS))),
        "contexts": [
            {
                "name": unicode_text(name),
                **named_path("context", folder),
                "values": dict(_values(settings, OWN_KEYS)),
            }
            for name, folder, settings in found.contexts
        ],
    }
    return dumps(document, indent=2) + "\n"


def _values(settings: Settings, keys: Sequence[str]) -> Iterator[tuple[str, Any]]:
    for key in keys:
        origin = settings.origin(key)
        value = getattr(settings, key.replace("-", "_"))
        yield (
            key,
            {
                "value": _plain(value),
                "origin": {"kind": origin.kind, "place": unicode_text(origin.place)},
            },
        )


def _plain(value: Any) -> Any:
    if isinstance(value, GrowthLimit):
        return str(value) if value.percent is not None else value.bytes
    if isinstance(value, HookSettings):
        return {"worktree": value.worktree, "strict": value.strict}
    if isinstance(value, Mapping):
        return {unicode_text(key): _plain(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return unicode_text(value) if isinstance(value, str) else value
