"""A RUN that installs dependencies and does nothing that needs the sources."""

from __future__ import annotations

import re

from ctxguard.dockerfile.installs import Install, install_of
from ctxguard.dockerfile.manifests import OF_TOOL
from ctxguard.dockerfile.parser import Instruction
from ctxguard.dockerfile.shell import Command, of_run

_NEEDS_SOURCES = re.compile(
    r"\b(?:build|compile|test|check|lint|package|publish|collectstatic|make|run)\b"
)
"""Words of a command that does more than install."""
_MOST_READ = 1 << 16
"""Characters of a RUN; one that is longer does more."""


def installation(instruction: Instruction) -> Install | None:
    """What a RUN installs dependencies with, if it does nothing else."""
    if len(instruction.rest) + sum(map(len, instruction.documents)) > _MOST_READ:
        return None
    found: Install | None = None
    for command in of_run(instruction):
        install = install_of(command)
        if _may_need_sources(command, install):
            return None
        if install is None or not _reads_lists(install):
            continue
        if found is not None and found.tool != install.tool:
            return None
        found = install
    return found


def _may_need_sources(command: Command, install: Install | None) -> bool:
    """A tool that installs the project itself besides is left for the reader to judge."""
    if install is None:
        return any(map(_NEEDS_SOURCES.search, command.words))
    return install.sources and install.is_by_pip


def _reads_lists(install: Install) -> bool:
    return bool(install.lists) or (install.tool in OF_TOOL and not install.names)
