"""CTX034: lists and caches of package managers that stay in the layer that made them.

That they are never cleaned is said by hadolint for apt, apk, dnf, yum, zypper, pip and yarn
(DL3009, DL3019, DL3032, DL3036, DL3040, DL3042, DL3060), so it is said here of the others alone.
That a later layer cleans in vain is said here of all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctxguard.dockerfile.installs import install_of
from ctxguard.finding import Edit, Finding, Severity
from ctxguard.guard.checks.at_step import (
    at_step,
    is_for_development,
    lines_of,
    replaced,
)

if TYPE_CHECKING:
    from ctxguard.context.evidence.steps import BuildSteps
    from ctxguard.context.evidence.values import Evidence
    from ctxguard.dockerfile.shell import Command
    from ctxguard.dockerfile.steps import Step

CODE = "CTX034"


@dataclass(frozen=True, slots=True)
class _Cache:
    """Where a tool keeps what it fetched, and how that is cleaned or never kept."""

    what: str
    places: tuple[str, ...]
    """How the paths end, wherever the home folder is."""
    clean: str
    """A command that cleans."""
    cleaning: tuple[str, ...] = ()
    """Words of commands that clean."""
    options: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    updating: tuple[str, ...] = ()
    """A command that fills it without installing."""
    left_to_hadolint: bool = True


_CACHES: Mapping[str, _Cache] = {
    "apt": _Cache(
        "the index of apt", ("var/lib/apt/lists", "var/lib/apt", "var/lib"),
        "rm -rf /var/lib/apt/lists/*", updating=("apt-get update", "apt update"),
    ),
    "apk": _Cache(
        "the index of apk", ("var/cache/apk", "var/cache"), "rm -rf /var/cache/apk/*",
        ("apk cache clean", "apk cache purge"), ("--no-cache",), updating=("apk update",),
    ),
    "dnf": _Cache(
        "the cache of dnf", ("var/cache/dnf", "var/cache/libdnf5", "var/cache"), "dnf clean all",
        ("dnf clean", "microdnf clean"),
    ),
    "yum": _Cache(
        "the cache of yum", ("var/cache/yum", "var/cache/dnf", "var/cache"), "yum clean all",
        ("yum clean", "dnf clean"),
    ),
    "zypper": _Cache(
        "the cache of zypper", ("var/cache/zypp", "var/cache"), "zypper clean --all",
        ("zypper clean", "zypper cc"),
    ),
    "pip": _Cache(
        "the cache of pip", (".cache/pip", ".cache"), "pip cache purge",
        ("pip cache purge", "pip3 cache purge"), ("--no-cache-dir",),
        ("PIP_NO_CACHE_DIR", "PIP_CACHE_DIR"),
    ),
    "yarn": _Cache(
        "the cache of yarn", (".cache/yarn", "share/.cache", ".cache"), "yarn cache clean",
        ("yarn cache clean",), ("--cache-folder",),
    ),
    "npm": _Cache(
        "the cache of npm", (".npm",), "npm cache clean --force", ("npm cache clean",),
        ("--cache",), ("NPM_CONFIG_CACHE",), left_to_hadolint=False,
    ),
    "poetry": _Cache(
        "the cache of poetry", (".cache/pypoetry", ".cache"), "rm -rf ~/.cache/pypoetry",
        ("poetry cache clear",), ("--no-cache",), ("POETRY_NO_CACHE", "POETRY_CACHE_DIR"),
        left_to_hadolint=False,
    ),
    "pipenv": _Cache(
        "the cache of pipenv", (".cache/pipenv", ".cache/pip", ".cache"), "rm -rf ~/.cache",
        ("pipenv --clear", "pip cache purge"), (), ("PIP_NO_CACHE_DIR", "PIP_CACHE_DIR"),
        left_to_hadolint=False,
    ),
    "conda": _Cache(
        "the package cache of conda", ("conda/pkgs", "miniconda3/pkgs", "micromamba/pkgs"),
        "conda clean --all --yes", ("conda clean", "mamba clean", "micromamba clean"), (),
        ("CONDA_PKGS_DIRS",), left_to_hadolint=False,
    ),
    "composer": _Cache(
        "the cache of composer", (".composer/cache", ".cache/composer", ".composer", ".cache"),
        "composer clear-cache", ("composer clear-cache", "composer clearcache"), ("--no-cache",),
        ("COMPOSER_CACHE_DIR",), left_to_hadolint=False,
    ),
}  # fmt: skip
_AHEAD = 100
"""So many steps are looked through for one that needs what is to be cleaned."""
_HOME = re.compile(r"~|\$\{?HOME\}?")
_SCRIPTED = re.compile(r"\b(?:if|for|while|case)\b|<<|&\s*$")


def caches(evidence: Evidence) -> Iterator[Finding]:
    """What a layer holds, no later one takes away."""
    steps = evidence.steps
    if steps is None or is_for_development(steps):
        return
    own = [step for step in steps.plan.steps if step.own and step.commands]
    for tool, cache in _CACHES.items():
        later: Step | None = None
        for at in range(len(own) - 1, -1, -1):
            if _cleans(own[at], cache):
                later = own[at]
            elif _fills(own[at], tool, cache) and (later or not cache.left_to_hadolint):
                edits = _edits(steps, own[at], own[at + 1 : at + 1 + _AHEAD], tool)
                yield _finding(steps, own[at], cache, later, edits)


def _fills(step: Step, tool: str, cache: _Cache) -> bool:
    if any(name in step.variables for name in cache.variables):
        return False
    if any(_is_mounted(mount.type, mount.target, cache) for mount in step.mounts):
        return False
    return any(_is_filling(command, tool, cache) for command in step.commands)


def _is_filling(command: Command, tool: str, cache: _Cache) -> bool:
    if _is_updating(command, cache):
        return True
    install = install_of(command)
    if install is None or install.tool != tool or install.has(*cache.options):
        return False
    if tool == "apt":  # It is update that fetches the lists.
        return False
    return not any(name in cache.variables for name, _ in command.variables)


def _is_updating(command: Command, cache: _Cache) -> bool:
    return " ".join((command.name, *command.operands[:1])) in cache.updating


def _is_mounted(kind: str, target: str, cache: _Cache) -> bool:
    return kind in ("cache", "tmpfs") and _is_place(target, cache)


def _is_place(path: str, cache: _Cache) -> bool:
    bare = path.removesuffix("*").rstrip("/")
    return any(bare == place or bare.endswith(f"/{place}") for place in cache.places) or any(
        bare.endswith(f"/{place}/{name}") for place in cache.places for name in ("archives", "http")
    )


def _cleans(step: Step, cache: _Cache) -> bool:
    return any(_is_cleaning(command, cache) for command in step.commands)


def _is_cleaning(command: Command, cache: _Cache) -> bool:
    words = " ".join(command.words)
    if any(words == each or words.startswith(f"{each} ") for each in cache.cleaning):
        return True
    if command.name == "find":
        return "-delete" in command.words and _is_place(command.words[1], cache)
    paths = command.operands if command.name == "rm" else ()
    return any(_is_place(_HOME.sub("/root", path), cache) for path in paths)


def _finding(
    steps: BuildSteps, step: Step, cache: _Cache, later: Step | None, edits: Sequence[Edit]
) -> Finding:
    text = f"this layer keeps {cache.what}"
    if later is not None:
        text += f"; line {later.instruction.line} deletes it a layer too late"
    mend = f"end the same RUN with && {cache.clean}, or give it a cache mount"
    return at_step(CODE, Severity.WARNING, steps, step, text, mend=mend, edits=edits)


def _edits(steps: BuildSteps, step: Step, later: Sequence[Step], tool: str) -> tuple[Edit, ...]:
    """The command at the end of the RUN, if nothing behind it needs what it cleans."""
    lines = lines_of(steps, step)
    rest = step.instruction.rest
    if lines is None or step.instruction.documents or rest.startswith("["):
        return ()
    is_plain = _SCRIPTED.search(rest) is None and not rest.rstrip().endswith((";", "\\"))
    if not is_plain or "#" in lines[-1] or (tool == "apt" and _needs_lists(later)):
        return ()
    return (replaced(steps, step, [*lines[:-1], f"{lines[-1]} && {_CACHES[tool].clean}"]),)


def _needs_lists(later: Sequence[Step]) -> bool:
    """Whether a later RUN installs before it fetches the lists anew."""
    for step in later:
        for command in step.commands:
            if _is_updating(command, _CACHES["apt"]):
                break
            install = install_of(command)
            if install is not None and install.tool == "apt":
                return True
    return len(later) == _AHEAD
