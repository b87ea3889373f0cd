"""`docker ctxguard`: what docker asks its plugin for, done by the same commands."""

from __future__ import annotations

import os
from collections.abc import Sequence

from click.shell_completion import CompletionItem, ShellComplete

from ctxguard.cli import main, streams
from ctxguard.cli.group import ctxguard
from ctxguard.dockerplugin.completing import Candidate, Directive, answer
from ctxguard.dockerplugin.speaking import understood
from ctxguard.errors import ExitCode

_NAME = "docker ctxguard"
_BY_TYPE = {"dir": Directive.FOLDERS, "file": Directive.FILES}
"""Where click leaves the names to the shell."""


def run(arguments: Sequence[str]) -> int:
    """Do it.

    Returns:
        The exit code of ctxguard.

    Raises:
        UsageError: it is not docker that asks.
    """
    call = understood(arguments)
    if call.config_folder:
        os.environ["DOCKER_CONFIG"] = call.config_folder
    if call.completes:
        streams.write(_completion(call.arguments))
        return ExitCode.OK
    return main(call.arguments, _NAME)


def _completion(arguments: Sequence[str]) -> str:
    *before, last = arguments or [""]
    try:
        found = ShellComplete(ctxguard, {}, _NAME, "").get_completions(before, last)
    except Exception:  # Whoever presses a key wants no message, whatever it is.
        return answer((), Directive.ERROR)
    left = [_BY_TYPE[item.type] for item in found if item.type in _BY_TYPE]
    if left or not found:
        return answer((), left[0] if left else Directive.FILES)
    return answer(map(_candidate, found), Directive.NOTHING)


def _candidate(item: CompletionItem) -> Candidate:
    return Candidate(str(item.value), item.help or "")
