"""Settings put together: defaults, one configuration file, environment, flags.

A configuration file is found from the context upward to the root of the git repository; the nearest
counts alone, `ctxguard.toml` before `pyproject.toml`. It never names a program to run, nor a path
outside of the repository.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ctxguard.config.files import ConfigFile, find_file
from ctxguard.config.keys import HOOK_KEYS, KEYS, HookSettings
from ctxguard.config.places import OURS, Folders
from ctxguard.errors import UsageError
from ctxguard.guard.budget import Budget
from ctxguard.guard.growth import Growth, GrowthLimit, growth
from ctxguard.measurement import Measurement
from ctxguard.sizes import format_size, shortened


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from, to be shown to a person."""

    kind: str
    """`default`, `file`, `environment` or `flag`."""
    place: str = ""
    """`ctxguard.toml:3`, `CTXGUARD_WARN`, `--warn`."""

    def __str__(self) -> str:
        return self.place or self.kind


@dataclass(frozen=True, slots=True)
class Settings:
    """All values in force."""

    warn: int = 1_000_000_000
    """Bytes."""
    critical: int = 1_500_000_000
    """Bytes."""
    max_files: int | None = None
    fail_on: str = "critical"
    backend: str = "buildkit"
    dockerfile: str | None = None
    target: str | None = None
    platform: str | None = None
    build_args: Mapping[str, str] = field(default_factory=dict)
    budget_on: str = "context"
    """`context` or `transfer`."""
    max_growth: GrowthLimit | None = None
    ignore: tuple[str, ...] = ()
    """Codes of checks that are silenced."""
    allow_secrets: tuple[str, ...] = ()
    """Patterns of paths that hold no secret, or one that may be sent."""
    hook: HookSettings = HookSettings()
    top: int = 10
    origins: Mapping[str, Origin] = field(default_factory=dict)
    """By the name of the value as in the file, such as `max-files`; defaults are left out."""

    def origin(self, name: str) -> Origin:
        return self.origins.get(name, Origin("default"))

    def shown(self, name: str) -> str:
        """The value of a key, for a person."""
        value = getattr(self, name.replace("-", "_"))
        if value is None:
            return "none"
        return format_size(value) if name in ("warn", "critical") else str(value)

    @property
    def budget(self) -> Budget:
        on_transfer = self.budget_on == "transfer"
        return Budget(self.warn, self.critical, self.max_files, on_transfer)

    def growth(self, base: Measurement, head: Measurement) -> Growth | None:
        """The growth, held against what is allowed; None if everything is."""
        if self.max_growth is None:
            return None
        return growth(base, head, self.max_growth, on_transfer=self.budget.on_transfer)

    @property
    def lowered_warning(self) -> bool:
        """Whether the default warning gave way to a lower critical limit."""
        return "warn" not in self.origins and self.warn < Settings().warn


_FLAGS = {"dockerfile": "--file", "build-args": "--build-arg"}
"""Flags that go by another name, here the one that docker build gives it."""
_Value = tuple[Any, Origin]


def settings(
    folders: Folders, flags: Mapping[str, Any], environment: Mapping[str, str] = os.environ
) -> Settings:
    """Put together what is in force for a context.

    Args:
        folders: where its configuration file may lie.
        flags: values from the command line, by the key's name; None where a flag was not given.

    Raises:
        UsageError: a value or a key is wrong; the message says where.
    """
    values: dict[str, _Value] = {}
    values.update(_from_file(folders))
    values.update(_from_environment(environment))
    for name, (value, origin) in _from_flags(flags):
        # Single arguments replace those of the same name, as with docker compose and bake.
        before = values[name][0] if name == "build-args" and name in values else {}
        values[name] = ({**before, **value} if before else value), origin
    return _with_ordered_limits(values)


def _from_flags(flags: Mapping[str, Any]) -> Iterator[tuple[str, _Value]]:
    for name, value in flags.items():
        if value is not None:
            flag = _FLAGS.get(name, f"--{name}")
            yield name, (_read(name, value, flag), Origin("flag", flag))


def _from_environment(environment: Mapping[str, str]) -> Iterator[tuple[str, _Value]]:
    for name in set(KEYS) - {"build-args", "hook"}:
        variable = f"CTXGUARD_{name.upper().replace('-', '_')}"
        if value := environment.get(variable):
            yield name, (_read(name, value, variable), Origin("environment", variable))


def _read(name: str, value: Any, place: str) -> Any:
    try:
        return KEYS[name](value)
    except ValueError as error:
        raise UsageError(f"{place}: {error}") from None


def _from_file(folders: Folders) -> Iterator[tuple[str, _Value]]:
    file = find_file(folders)
    if file is None:
        return
    for name, value in file.table.items():
        line = file.line_of(name)
        if name not in KEYS:
            raise UsageError(_unknown(name), path=file.shown, line=line)
        try:
            read = KEYS[name](value)
        except ValueError as error:
            raise UsageError(f"{name}: {error}", path=file.shown, line=line) from None
        if name == "dockerfile":
            read = _within(folders, file, read, line)
        yield name, (read, Origin("file", f"{file.shown}:{line}" if line else file.shown))


def _unknown(name: str) -> str:
    if name in HOOK_KEYS:
        return f"{name} stands in a table of its own, [tool.ctxguard.hook], or [hook] in {OURS}"
    if name == "tool":  # copied from a pyproject.toml
        return "here the keys stand at the top; leave out the header [tool.ctxguard]"
    import difflib

    near = difflib.get_close_matches(name.replace("_", "-").lower(), KEYS, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(KEYS)}"
    return f'unknown key "{shortened(name)}"; {hint}'


def _within(folders: Folders, file: ConfigFile, path: str, line: int | None) -> str:
    top = folders.paths[-1]
    named = os.path.join(file.folder, path)
    if os.path.commonpath([folders.real(named), top]) != top:
        raise UsageError(
            f'dockerfile: "{shortened(path)}" leads out of {top}; name a file within it',
            path=file.shown,
            line=line,
        )
    return named


def _with_ordered_limits(values: Mapping[str, _Value]) -> Settings:
    chosen = {name.replace("-", "_"): value for name, (value, _) in values.items()}
    origins = {name: origin for name, (_, origin) in values.items()}
    found = Settings(**chosen, origins=origins)
    if found.warn <= found.critical:
        return found
    if "warn" in values and "critical" in values:
        raise UsageError(
            f"the warning limit ({origins['warn']}) lies above the critical one "
            f"({origins['critical']}); swap them or drop one"
        )
    if "critical" in values:
        return replace(found, warn=found.critical)
    # A higher warning alone must not lift the limit that stops a build.
    return found
