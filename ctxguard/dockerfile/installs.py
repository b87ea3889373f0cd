"""Commands that install packages: which tool, what is named, and the files that list the rest."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ctxguard.dockerfile.manifests import is_read_by, literal
from ctxguard.dockerfile.shell import Command

_PYTHON = re.compile(r"python[\d.]*")
_PIP = re.compile(r"pip[\d.]*")
_SYSTEM: Mapping[str, tuple[str, str]] = {
    "apt-get": ("apt", "install"), "apt": ("apt", "install"), "aptitude": ("apt", "install"),
    "apk": ("apk", "add"), "dnf": ("dnf", "install"), "microdnf": ("dnf", "install"),
    "yum": ("yum", "install"), "zypper": ("zypper", "install"),
}  # fmt: skip
"""By name: the tool, and the word that makes it install."""
_PIP_TAKES_VALUE = frozenset(
    (
        *("-r", "--requirement", "-c", "--constraint", "-i", "--index-url", "--extra-index-url"),
        *("-f", "--find-links", "-t", "--target", "--prefix", "--root", "--platform", "--abi"),
        *("--python-version", "--implementation", "--trusted-host", "--proxy", "--timeout"),
        *("--retries", "--cache-dir", "--log", "--src", "--no-binary", "--only-binary"),
        *("--upgrade-strategy", "--progress-bar", "--cert", "--client-cert", "--python", "-p"),
    )
)
_SYSTEM_TAKES_VALUE = frozenset(
    ("-t", "--virtual", "--repository", "-X", "-o", "-c", "--target-release", "--enablerepo")
)
_NODE_TAKES_VALUE = frozenset(
    (
        *(
            "--omit",
            "--include",
            "--only",
            "--registry",
            "--loglevel",
            "--cache",
            "--network-timeout",
        ),
        *("--cache-folder", "--store-dir", "--reporter"),
    )
)
_ELSEWHERE = (
    "--prefix",
    "--cwd",
    "-C",
    "--dir",
    "--filter",
    "--directory",
    "--project",
    "--global",
)
"""Options with which another folder counts than the one it runs in."""
_EDITABLE = ("-e", "--editable")


@dataclass(frozen=True, slots=True)
class Install:
    """One command that installs."""

    tool: str
    """Such as `apt` or `npm`, whatever the program is called."""
    command: Command
    names: tuple[str, ...] = ()
    """What is named on the line, versions kept."""
    lists: tuple[str, ...] = ()
    """Files that name the rest; the first one has to be there."""
    sources: bool = False
    """Whether it needs the sources too, as `pip install .` does."""

    @property
    def is_by_pip(self) -> bool:
        """Whether what it reads is named on the line, as pip has it."""
        return self.tool == "pip" or self.command.words[:2] == ("uv", "pip")

    def reads(self, name: str) -> bool:
        """Whether it may read a file of this name, wherever that lies, before it installs."""
        return is_read_by("pip" if self.is_by_pip else self.tool, name)

    def has(self, *options: str) -> bool:
        """Whether any of these options is given, with or without a value."""
        return any(word.partition("=")[0] in options for word in self.command.words)

    def value(self, option: str) -> str | None:
        """The value of an option, behind `=` or as the next word."""
        words = self.command.words
        for word, following in zip(words, (*words[1:], ""), strict=True):
            name, equals, value = word.partition("=")
            if name == option:
                return value if equals else following
        return None


def install_of(command: Command) -> Install | None:
    """What a command installs; None if it is no such command, or one that nobody can read."""
    words = _without_python(command.words)
    name = posixpath.basename(words[0])
    if name in _SYSTEM:
        return _system(command, *_SYSTEM[name])
    if _PIP.fullmatch(name) is not None:
        return _pip(command, words[1:])
    if name == "uv" and words[1:2] == ("pip",):
        return _pip(command, words[2:], "uv")
    reader = _READERS.get(name)
    if reader is None or any(word.partition("=")[0] in _ELSEWHERE for word in words):
        return None
    return reader(command)


def _without_python(words: tuple[str, ...]) -> tuple[str, ...]:
    """`python -m pip` is `pip`; options may stand before the `-m`."""
    if _PYTHON.fullmatch(posixpath.basename(words[0])) is None or "-m" not in words[1:3]:
        return words
    return words[words.index("-m") + 1 :] or words


def _system(command: Command, tool: str, verb: str) -> Install | None:
    names = _operands(command.words[1:], _SYSTEM_TAKES_VALUE)
    if verb not in names:
        return None
    return Install(tool, command, tuple(names[names.index(verb) + 1 :]))


def _operands(words: Sequence[str], taking_value: frozenset[str]) -> list[str]:
    found: list[str] = []
    skip = False
    for word in words:
        if not (skip or word.startswith("-")):
            found.append(word)
        skip = not skip and word in taking_value
    return found


def _pip(command: Command, words: Sequence[str], tool: str = "pip") -> Install | None:
    operands = _operands(words, _PIP_TAKES_VALUE)
    if operands[:1] == ["sync"] and tool == "uv":
        return Install(tool, command, lists=tuple(operands[1:]))
    if operands[:1] != ["install"]:
        return None
    names = tuple(operands[1:])
    sources = any(map(_is_path, names)) or any(
        word.partition("=")[0] in _EDITABLE for word in words
    )
    return Install(tool, command, names, tuple(_values(words, ("-r", "--requirement"))), sources)


def _is_path(name: str) -> bool:
    return name.startswith((".", "/")) or name.partition("[")[0].endswith((".whl", ".gz", ".zip"))


def _values(words: Sequence[str], options: tuple[str, ...]) -> list[str]:
    """Of an option that may stand several times."""
    found = []
    for word, following in zip(words, (*words[1:], ""), strict=True):
        name, equals, value = word.partition("=")
        if name in options:
            found.append(value if equals else following)
        elif word.startswith("-r") and not word.startswith("--"):
            found.append(word[2:])
    return found


def _node(tool: str, verbs: tuple[str, ...]) -> _Reader:
    """Of a package manager for Node; one that is told a name only adds to what is there."""

    def read(command: Command) -> Install | None:
        verb, *names = [*_operands(command.words[1:], _NODE_TAKES_VALUE)] or [""]
        if verb not in verbs:
            return None
        return Install(tool, command, tuple(names), () if names else literal(tool))

    return read


def _listing(
    tool: str, verbs: tuple[str, ...], lists: tuple[str, ...], without_sources: str = ""
) -> _Reader:
    """Of a tool that installs what its file lists.

    Args:
        without_sources: the option without which it installs the project itself too.
    """

    def read(command: Command) -> Install | None:
        operands = command.operands
        if not any(operands[: len(verb.split())] == tuple(verb.split()) for verb in verbs):
            return None
        sources = bool(without_sources) and without_sources not in command.words
        return Install(tool, command, (), lists, sources)

    return read


def _goals(tool: str, goals: tuple[str, ...]) -> _Reader:
    """Of a build tool that is told what to do, and here to do nothing else."""

    def read(command: Command) -> Install | None:
        told = command.operands
        if not told or not all(each.rpartition(":")[2] in goals for each in told):
            return None
        return Install(tool, command, (), literal(tool))

    return read


_Reader = Callable[[Command], Install | None]
_CONDA = _listing("conda", ("install", "env create", "env update"), ())
_MAVEN = _goals("mvn", ("go-offline", "resolve"))
_GRADLE = _goals("gradle", ("dependencies",))
_READERS: Mapping[str, _Reader] = {
    "npm": _node("npm", ("install", "i", "ci", "clean-install")),
    "yarn": _node("yarn", ("", "install")),
    "pnpm": _node("pnpm", ("install", "i", "fetch")),
    "bun": _node("bun", ("install", "i")),
    "poetry": _listing("poetry", ("install", "sync"), literal("poetry"), "--no-root"),
    "pdm": _listing("pdm", ("install", "sync"), literal("pdm"), "--no-self"),
    "pipenv": _listing("pipenv", ("install", "sync"), literal("pipenv")),
    "uv": _listing("uv", ("sync",), literal("uv"), "--no-install-project"),
    "bundle": _listing("bundle", ("install",), literal("bundle")),
    "composer": _listing("composer", ("install",), literal("composer")),
    "go": _listing("go", ("mod download", "mod vendor"), literal("go")),
    "cargo": _listing("cargo", ("fetch", "vendor"), literal("cargo")),
    "dotnet": _listing("dotnet", ("restore",), ()),
    "mvn": _MAVEN,
    "mvnw": _MAVEN,
    "gradle": _GRADLE,
    "gradlew": _GRADLE,
    "conda": _CONDA,
    "mamba": _CONDA,
}
