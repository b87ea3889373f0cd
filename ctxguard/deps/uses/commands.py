"""Uses by a command: in a Dockerfile, a Compose file, a Procfile, a script, settings."""

from __future__ import annotations

import contextlib
import re
import shlex
from collections.abc import Iterable, Iterator

from ctxguard.dependencies import Evidence, Place, Why
from ctxguard.deps.files import Kind, SourceFile
from ctxguard.deps.roles import is_unclear
from ctxguard.deps.uses.strings import lines_with
from ctxguard.deps.uses.use import Use
from ctxguard.deps.uses.wanted import Wanted
from ctxguard.dockerfile.installs import install_of
from ctxguard.dockerfile.parser import Instruction, instruction_of, json_words, parse
from ctxguard.dockerfile.shell import Command, commands, of_run
from ctxguard.errors import DockerfileError

_STARTING = ("CMD", "ENTRYPOINT", "HEALTHCHECK")
_KEY = re.compile(r"\s*(?:-\s+)?(?:[\w.\-\"]+\s*[:=]\s+|[\w.-]+=|[\w.-]+:$)?\s*[|>]?-?\s*")
_RECIPE = re.compile(r"[@+\-\s]*")
_PATH = re.compile(r"[A-Za-z_]\w*[.:][A-Za-z_][\w.:]*")
_TAKES_NAME = frozenset(
    ("-m", "-k", "--worker-class", "-P", "--pool", "--loop", "--http", "--scheduler")
)
"""Options whose value names what is to be loaded."""
_RUNNERS = frozenset(
    (
        *("poetry", "pipenv", "uv", "uvx", "pipx", "pdm", "hatch", "rye", "dumb-init", "tini"),
        *("nohup", "exec", "gosu", "su-exec", "xvfb-run", "honcho", "--", "run", "start", "tool"),
    )
)
"""Words before the program that is really run."""
_NO_COMMANDS = re.compile(
    r"\s*(?:-\s+)?[\"']?(?:image|container_name|hostname|name|networks?|volumes?|build|context"
    r"|dockerfile|depends_on|links|repo|repository|url|uses|domain|namespace)[\"']?\s*[:=]\s"
)
"""Settings whose value may be called like a program, and is none."""
_SHELL_OF_NOTEBOOK = re.compile(r'(?:^|")[ \t]*!([^"\\\n]+)', re.MULTILINE)
_STARTED = re.compile(
    r"^[ \t]*[\"']?(?:command|entrypoint|cmd|ExecStart)[\"']?[ \t]*[:=][ \t]*(?=[\w/\[])",
    re.MULTILINE,
)
_OF_PROCFILE = re.compile(r"^\w+:[ \t]*", re.MULTILINE)
_OF_DOCKERFILE = re.compile(r"\s*(?:ONBUILD\s+)?(?:RUN|CMD|ENTRYPOINT|HEALTHCHECK)\b\s*")
_CHANGING = frozenset(("add", "install", "uninstall", "remove", "download"))
_LONGEST = 20_000
"""Characters of a line that is read as a command."""


def commanded(file: SourceFile, text: str, wanted: Wanted) -> Iterator[Use]:
    """What the commands in a file start, or name."""
    sure = not is_unclear(file.path)
    for place, command in commands_in(file, text, wanted):
        if install_of(command) is None and not _adds(command):
            for key, what in _named(command, wanted):
                evidence = Evidence(Why.COMMAND, f"run as {what}", place)
                yield Use(key, evidence, file.development, sure)


def started_in(file: SourceFile, text: str) -> Iterator[tuple[Place, Command]]:
    """The commands that are there to run for long: of an image, a service, a process."""
    if file.kind is Kind.DOCKERFILE:
        with contextlib.suppress(DockerfileError):
            for each in parse(text.encode(), file.path).instructions:
                if each.keyword in ("CMD", "ENTRYPOINT"):
                    place = Place(file.path, each.line)
                    yield from ((place, command) for command in _of_instruction(each))
    elif file.kind in (Kind.COMMANDS, Kind.SETTINGS):
        pattern = _OF_PROCFILE if "Procfile" in file.path else _STARTED
        for place, line in lines_with(pattern, file, text):
            script = pattern.sub("", line[:_LONGEST], count=1)
            yield from ((place, command) for command in _in_json(script) or commands(script))


def commands_in(file: SourceFile, text: str, wanted: Wanted) -> Iterator[tuple[Place, Command]]:
    """All commands in a file; of lines only those that name what is looked for."""
    if file.kind is Kind.DOCKERFILE:
        yield from _of_dockerfile(file, text, wanted)
    elif file.kind in (Kind.COMMANDS, Kind.SETTINGS):
        yield from _of_lines(file, text, wanted)
    elif file.kind is Kind.NOTEBOOK:
        yield from _of_notebook(file, text)


def _of_dockerfile(file: SourceFile, text: str, wanted: Wanted) -> Iterator[tuple[Place, Command]]:
    try:
        instructions = parse(text.encode(), file.path).instructions
    except DockerfileError:
        # A template, perhaps.
        yield from _of_lines(file, text, wanted)
        return
    for each in instructions:
        for command in _of_instruction(each):
            yield Place(file.path, each.line), command


def _of_notebook(file: SourceFile, text: str) -> Iterator[tuple[Place, Command]]:
    for place, line in lines_with(_SHELL_OF_NOTEBOOK, file, text):
        for script in _SHELL_OF_NOTEBOOK.findall(line):
            yield from ((place, command) for command in commands(script[:_LONGEST]))


def _of_instruction(each: Instruction) -> Iterable[Command]:
    if each.keyword == "ONBUILD":
        then = instruction_of(each.rest, each.line)
        # Docker refuses one within another.
        return () if then.keyword == "ONBUILD" else _of_instruction(then)
    if each.keyword == "RUN":
        return of_run(each)
    if each.keyword not in _STARTING:
        return ()
    rest = each.rest.removeprefix("CMD ") if each.keyword == "HEALTHCHECK" else each.rest
    return _in_json(rest) or commands(rest)


def _in_json(text: str) -> tuple[Command, ...]:
    words = json_words(text)
    return commands(shlex.join(words)) if words else ()


def _of_lines(file: SourceFile, text: str, wanted: Wanted) -> Iterator[tuple[Place, Command]]:
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.lstrip()
        if not bare or bare[0] in "#;" or len(line) > _LONGEST or not wanted.is_in(line):
            continue
        if file.kind is Kind.SETTINGS and _NO_COMMANDS.match(line) is not None:
            continue
        rest = _without_key(file, line).strip().rstrip(",")
        for command in _in_json(rest) or commands(rest.strip("\"'")):
            yield Place(file.path, number), command


def _without_key(file: SourceFile, line: str) -> str:
    if file.kind is Kind.DOCKERFILE:
        return _OF_DOCKERFILE.sub("", line, count=1)
    is_recipe = is_unclear(file.path) and line[0] == "\t"
    start = (_RECIPE if is_recipe else _KEY).match(line)
    return line if start is None else line[start.end() :]


def _adds(command: Command) -> bool:
    """Whether it changes what is declared or installed, as `uv add` does."""
    start = command.words[:4]
    installs = command.name in _RUNNERS or "pip" in start
    return installs and not _CHANGING.isdisjoint(start)


def _named(command: Command, wanted: Wanted) -> Iterator[tuple[str, str]]:
    """The packages that a command starts, or names as what it is to load."""
    words = [word for each in command.words for word in each.partition("=")[::2] if word]
    first = next((at for at, word in enumerate(words) if not _is_before(word)), 0)
    program = words[first].rpartition("/")[2] if words else ""
    yield from ((key, program) for key in wanted.by_command(program))
    for before, word in zip(["", *words], words, strict=False):
        path = _PATH.fullmatch(word)
        if path is not None:
            yield from ((key, word) for key in wanted.by_module(word))
        elif before in _TAKES_NAME:
            yield from ((key, f"{before} {word}") for key in wanted.by_any(word))


def _is_before(word: str) -> bool:
    """Whether what is really started only comes later."""
    return word in _RUNNERS or word.startswith("-")
