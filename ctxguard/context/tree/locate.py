"""Which Dockerfile and which ignore file govern, for each backend.

Source of the meaning: BuildKit 73ed682, `frontend/dockerui/config.go`; buildx 461836b,
`build/opt.go`; docker/cli 28f7560, `cli/command/image/build/context.go` and `dockerignore.go`.
"""

from __future__ import annotations

import errno
import os
import re
import stat as modes
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from ctxguard.context.tree.links import resolve
from ctxguard.context.tree.source import Source
from ctxguard.dockerfile.parser import frontend
from ctxguard.errors import HeaderError, MeasureError
from ctxguard.ignore.builders import Descent, forced_lines
from ctxguard.ignore.pattern import DockerIgnorePattern
from ctxguard.ignore.reader import IgnoreRule, read_rules
from ctxguard.ignore.spec import DockerIgnoreSpec
from ctxguard.measurement import Backend, Effect, Problem

IGNORE_FILE = ".dockerignore"
_BAD_BYTE = re.compile("[\udc80-\udcff]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_OTHER_DOCKERFILE = re.compile(r"^Dockerfile\.|\.Dockerfile$", re.IGNORECASE)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """The Dockerfile that was asked for, whether it is there or not."""

    folder: Source
    """The folder it lies in: BuildKit reads it, and an ignore file beside it, as a tree apart."""
    name: str
    """Its name there, as the user gave it."""
    prefix: str
    """What to put before the name to show it: "" or `docker/` in the context, else absolute."""
    real: str | None
    """Relative to the context root with all links followed, as the classic builder names it; it
    begins with `../` if that lies outside. None if there is no such file."""
    size: int = 0
    """Bytes."""
    text: bytes | None = None
    """What it holds, if it was given by standard input; then there is no folder to look into."""

    @property
    def outside(self) -> bool:
        return self.text is not None or (self.real is not None and self.real.startswith("../"))


@dataclass(frozen=True, slots=True)
class Governing:
    """The ignore file in force for one backend, compiled."""

    spec: DockerIgnoreSpec
    descent: Descent
    ignore_file: str | None
    """Relative to the context root where it lies below it; None if there is none."""
    text: bytes = b""
    """What the ignore file holds."""


@dataclass(frozen=True, slots=True)
class Located:
    """The outcome for both backends; a refusal is kept as the error it is."""

    dockerfile: str | None
    buildkit: Governing | MeasureError
    legacy: Governing | MeasureError
    problems: tuple[Problem, ...]
    """For BuildKit, which passes over in silence what the classic builder refuses."""
    text: bytes | None = None
    """What the Dockerfile holds, as BuildKit reads it; None if there is nothing to read."""


def locate(context: Source, dockerfile: Dockerfile) -> Located:
    """Find, read and compile what governs the context."""
    name = _found_name(dockerfile)
    problems = [] if name else [_no_dockerfile(context, dockerfile)]
    shown = dockerfile.prefix + (name or dockerfile.name)
    text = _text(dockerfile, name, shown, problems) if name else None
    buildkit = _attempt(lambda: _buildkit(context, dockerfile, shown, text, problems))
    legacy = _attempt(lambda: _legacy(context, dockerfile, buildkit))
    return Located(shown if name else None, buildkit, legacy, tuple(problems), text)


def governing_for(located: Located, backend: Backend) -> Governing | MeasureError:
    return located.buildkit if backend is Backend.BUILDKIT else located.legacy


def in_force(located: Located, backend: Backend) -> Governing:
    """The same, where there has to be something.

    Raises:
        MeasureError: the backend refuses the rules, or cannot read them.
    """
    found = governing_for(located, backend)
    if isinstance(found, Governing):
        return found
    raise found


def governing_by(
    rules: Sequence[IgnoreRule], backend: Backend, dockerfile: Dockerfile
) -> Governing:
    """What would govern a backend, were these the rules.

    Raises:
        PatternError: Docker would refuse one of them.
    """
    spec = DockerIgnoreSpec.from_rules(rules)
    if backend is Backend.BUILDKIT:
        _check_header(rules)
        return Governing(spec, Descent.buildkit(spec.patterns), None)
    spec = spec.with_forced(forced_lines(spec, dockerfile.real))
    return Governing(spec, Descent.legacy(spec.patterns), None)


def _attempt(find: Callable[[], _T]) -> _T | MeasureError:
    try:
        return find()
    except MeasureError as error:
        return error


def _found_name(dockerfile: Dockerfile) -> str | None:
    """The name BuildKit goes by: buildx takes `dockerfile` where only that exists."""
    if dockerfile.text is not None:
        return dockerfile.name
    names = _names_in(dockerfile.folder)
    name = dockerfile.name
    if name == "Dockerfile" and name not in names and "dockerfile" in names:
        name = "dockerfile"
    return name if resolve(dockerfile.folder, name) is not None else None


def _text(dockerfile: Dockerfile, name: str, shown: str, problems: list[Problem]) -> bytes | None:
    if dockerfile.text is not None:
        return dockerfile.text
    try:
        return dockerfile.folder.read(resolve(dockerfile.folder, name) or name)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        message = f"it cannot be read ({reason}), so a build would fail"
        problems.append(Problem("dockerfile-unreadable", shown, message, Effect.BUILD_FAILS))
        return None


def _names_in(folder: Source, *, folders: bool = True) -> Sequence[str]:
    try:
        listing = folder.listing("")
    except OSError:
        return ()
    listing.close()
    left_out = set() if folders else set(listing.directories)
    return [name for at, name in enumerate(listing.names) if at not in left_out]


def _no_dockerfile(context: Source, dockerfile: Dockerfile) -> Problem:
    shown = dockerfile.prefix + dockerfile.name
    others = [name for name in _names_in(context, folders=False) if _OTHER_DOCKERFILE.search(name)]
    others = [name for name in others if not name.endswith(IGNORE_FILE)]
    hint = f"; in the context there is {_any_of(others)}, choose with -f" if others else ""
    return Problem(
        "no-dockerfile",
        shown,
        f"it does not exist, so a build would fail{hint}",
        Effect.BUILD_FAILS,
    )


def _any_of(names: Sequence[str]) -> str:
    shown = ", ".join(names[:5])
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown


def _buildkit(
    context: Source,
    dockerfile: Dockerfile,
    shown: str,
    text: bytes | None,
    problems: list[Problem],
) -> Governing:
    name = shown.removeprefix(dockerfile.prefix) + IGNORE_FILE
    beside = None
    if dockerfile.text is None:
        beside = _read_quietly(dockerfile.folder, name, dockerfile.prefix + name, problems)
    # EDGE CASE: a frontend image is given an empty file as if there were none.
    if beside or (beside is not None and frontend(text or b"") is None):
        return _governing(beside, dockerfile.prefix + name)
    data = _read_quietly(context, IGNORE_FILE, IGNORE_FILE, problems)
    return _governing(data or b"", None if data is None else IGNORE_FILE)


def _read_quietly(source: Source, name: str, shown: str, problems: list[Problem]) -> bytes | None:
    """The file as BuildKit gets it: whatever goes wrong is passed over. None if it gets nothing."""
    try:
        source.lstat(name)
    except OSError:
        return None
    path = resolve(source, name)
    if path is None:
        problems.append(_passed_over(shown, "link-leaves-context", "a link that leads nowhere"))
        return None
    try:
        mode = source.lstat(path).st_mode
        if modes.S_ISREG(mode):
            return source.read(path)
        kind = "a folder" if modes.S_ISDIR(mode) else "not a regular file"
        problems.append(_passed_over(shown, "not-a-file", kind))
        return None
    except OSError as error:
        if error.errno == errno.EFBIG:
            raise _too_large(shown) from error
        problems.append(_passed_over(shown, "unreadable", "not readable"))
        return b""


def _passed_over(shown: str, code: str, what: str) -> Problem:
    within = " within the context" if code == "link-leaves-context" else ""
    return Problem(
        f"ignore-file-{code}",
        shown,
        f"it is {what}{within}; BuildKit passes over it without a word and applies no rule of it",
        Effect.NOT_COUNTED,
    )


def _governing(data: bytes, source: str | None) -> Governing:
    rules = read_rules(data, source or IGNORE_FILE)
    patterns = [_as_sent(rule) for rule in rules]
    _check_header(rules)
    return Governing(
        DockerIgnoreSpec(patterns),
        Descent.buildkit(patterns),
        source,
        data,
    )


def _as_sent(rule: IgnoreRule) -> DockerIgnorePattern:
    """The rule as it reaches the client: as JSON, in which a byte that is no UTF-8 is U+FFFD."""
    pattern = DockerIgnorePattern(rule)
    if not _BAD_BYTE.search(rule.text):
        return pattern
    sent = replace(
        rule,
        text=_BAD_BYTE.sub("\ufffd", rule.text),
        pattern=_BAD_BYTE.sub("\ufffd", rule.pattern),
    )
    return DockerIgnorePattern(sent)


def _check_header(rules: Sequence[IgnoreRule]) -> None:
    """The patterns travel as a gRPC header, which takes no control characters.

    With any character beyond ASCII among them all are escaped, and then it works
    (`session/filesync`, `encodeStringForHeader`).
    """
    if any(not rule.text.isascii() for rule in rules):
        return
    for rule in rules:
        if _CONTROL.search(rule.text):
            raise HeaderError(
                rule.text,
                'header key "exclude-patterns" contains value with non-printable ASCII characters',
                path=rule.source,
                line=rule.line,
            )


def _refused_file(error: OSError) -> MeasureError:
    if error.errno == errno.EFBIG:
        return _too_large(IGNORE_FILE)
    reason = os.strerror(error.errno or 0).lower()
    return MeasureError(f"the classic builder cannot read it: {reason}", path=IGNORE_FILE)


def _too_large(shown: str) -> MeasureError:
    return MeasureError("it is over 64 MiB, far too large for an ignore file", path=shown)


def _legacy(
    context: Source, dockerfile: Dockerfile, buildkit: Governing | MeasureError
) -> Governing:
    try:
        data = context.read_through(IGNORE_FILE)
    except FileNotFoundError:
        return Governing(DockerIgnoreSpec([]), Descent.legacy([]), None)
    except OSError as error:
        raise _refused_file(error) from error
    rules = read_rules(data, IGNORE_FILE)
    if isinstance(buildkit, Governing) and rules == tuple(buildkit.spec.rules):
        spec = buildkit.spec
    else:
        spec = DockerIgnoreSpec.from_rules(rules)
    spec = spec.with_forced(forced_lines(spec, dockerfile.real))
    descent = Descent.legacy(spec.patterns)
    return Governing(spec, descent, IGNORE_FILE, data)
