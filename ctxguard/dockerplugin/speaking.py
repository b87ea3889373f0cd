"""What docker says to the plugin, understood."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ctxguard.errors import UsageError

_PLUGIN = "ctxguard"
_COMPLETE = ("__complete", "__completeNoDesc")
_TAKE_VALUES = frozenset(
    ("--config", "--context", "--host", "--log-level", "--tlscacert", "--tlscert", "--tlskey")
)
_SHORT_TAKE_VALUES = "cHl"


@dataclass(frozen=True, slots=True)
class Call:
    """One call, without what is docker's own."""

    arguments: tuple[str, ...]
    """Those for ctxguard."""
    completes: bool = False
    """A shell asks what the last argument could become."""
    config_folder: str | None = None
    """What `docker --config` names."""


def understood(arguments: Sequence[str]) -> Call:
    """What is asked for.

    Docker hands on all of its own arguments: its flags, the name of the plugin, and the rest. For
    help its `help` or `--help` comes before the name.

    Raises:
        UsageError: it is not docker that asks.

    Semantics: docker/cli 004e292, cmd/docker/docker.go, `tryPluginRun`, `setupHelpCommand`,
    `tryRunPluginHelp`; 22718e0, cli-plugins/manager/cobra.go, `ValidArgsFunction`.
    """
    completes = bool(arguments) and arguments[0] in _COMPLETE
    flags, rest = _split(arguments[1:] if completes else arguments)
    helps = not flags.keys().isdisjoint(("-h", "--help"))
    if rest[:1] == ["help"]:
        helps, rest = True, rest[1:]
    if rest[:1] != [_PLUGIN]:
        raise UsageError("this is a plugin of docker: use `docker ctxguard`, or ctxguard itself")
    words = rest[1:]
    if helps and not completes:
        words = [*itertools.takewhile(lambda word: not word.startswith("-"), words), "--help"]
    return Call(tuple(words), completes, flags.get("--config"))


def _split(arguments: Sequence[str]) -> tuple[Mapping[str, str], list[str]]:
    """Docker's own flags, and what comes after them."""
    flags: dict[str, str] = {}
    rest = list(arguments)
    while rest and rest[0].startswith("-"):
        flag, sign, value = rest.pop(0).partition("=")
        if not sign and rest and _takes_next(flag):
            value = rest.pop(0)
        flags[flag] = value
    return flags, rest


def _takes_next(flag: str) -> bool:
    """Whether the value of a flag is the next argument: short flags may stand together."""
    if flag.startswith("--"):
        return flag in _TAKE_VALUES
    found = [at for at, letter in enumerate(flag) if letter in _SHORT_TAKE_VALUES]
    return bool(found) and found[0] == len(flag) - 1
