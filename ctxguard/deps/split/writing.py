"""The files of a split: shown as a diff, then written, all of them or none."""

from __future__ import annotations

import contextlib
import difflib
import os
from collections.abc import Collection, Iterator, Sequence

from ctxguard.deps.declared.projectfile import Project, UnreadableError, project_at
from ctxguard.deps.split.splitting import Text
from ctxguard.errors import UsageError
from ctxguard.replacing import alone, replacing, rights

_MOST_LINES = 2000
"""Of a file; with more, finding what two have in common takes too long."""


def differences(project: str, texts: Sequence[Text]) -> str:
    """A unified diff from what is there to what would be written; "" if nothing would change.

    Names and lines of the project stand in it as they are.

    Raises:
        UsageError: a file would lie outside of the project, or cannot be read.
    """
    found = project_at(project)
    return "".join(
        line for text in texts for line in _difference(text, _content(found, text.file) or b"")
    )


def write(
    project: str, texts: Sequence[Text], *, force: bool = False, sources: Collection[str] = ()
) -> tuple[str, ...]:
    """Write the files; what is there with the same text is let be.

    Args:
        force: write over files that hold something else.
        sources: what they are made from, relative to the project.

    Returns:
        Those that were written, relative to the project.

    Raises:
        UsageError: one of them is there or cannot be written; then all is as it was.
    """
    found = project_at(project)
    with _told(found.root), alone(found.root):
        _check_links(found, [text.file for text in texts], sources)
        before = {text.file: _content(found, text.file) for text in texts}
        wanted = [text for text in texts if before[text.file] != text.data]
        for text in wanted:
            if before[text.file] is not None and not force:
                raise UsageError(
                    "this file is there already; look at the differences, then use --force",
                    path=text.file,
                )
            _check_folder(found, text.file)
        _write_all([(found.place(text.file), text.data, before[text.file]) for text in wanted])
        return tuple(text.file for text in wanted)


def _write_all(files: Sequence[tuple[str, bytes, bytes | None]]) -> None:
    """New texts are all on the disk before the first takes its place; if one fails, back it goes.

    Args:
        files: for each its path, what it is to hold, and what it holds.
    """
    placed: list[tuple[str, bytes | None]] = []
    try:
        with contextlib.ExitStack() as stack:
            for path, data, old in files:
                stack.enter_context(_placing(path, data, old, placed))
    except BaseException:
        for path, old in placed:
            with contextlib.suppress(OSError):
                _put_back(path, old)
        raise


@contextlib.contextmanager
def _placing(
    path: str, data: bytes, old: bytes | None, placed: list[tuple[str, bytes | None]]
) -> Iterator[None]:
    with replacing(path, data, rights(path)):
        yield
    placed.append((path, old))


def _put_back(path: str, old: bytes | None) -> None:
    if old is None:
        os.unlink(path)
        return
    with replacing(path, old, rights(path)):
        pass


def _content(project: Project, file: str) -> bytes | None:
    """None if there is no such file."""
    try:
        place = project.place(file)
        return project.read(file) if os.path.lexists(place) else None
    except UnreadableError as error:
        raise UsageError(f"it is not to be written: {error}", path=file) from None


def _check_links(project: Project, files: Sequence[str], sources: Collection[str]) -> None:
    """A link may lead to another file of the project, but to none that is needed as it is."""
    taken = {_place(project, file): file for file in sources}
    for file in files:
        other = taken.setdefault(_place(project, file), file)
        if other != file:
            raise UsageError(f"it is a link to {other}, which would be lost", path=file)


def _place(project: Project, file: str) -> str:
    try:
        return project.place(file)
    except UnreadableError as error:
        raise UsageError(f"it is not to be written: {error}", path=file) from None


def _check_folder(project: Project, file: str) -> None:
    if not os.path.isdir(os.path.dirname(project.place(file))):
        raise UsageError("there is no folder for it", path=file)


@contextlib.contextmanager
def _told(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        where = error.filename if isinstance(error.filename, str) else path
        raise UsageError(f"cannot be written: {reason}; nothing was", path=where) from error


def _difference(text: Text, before: bytes) -> Iterator[str]:
    old, new = _lines(before), _lines(text.data)
    if old == new:
        return
    there = f"a/{text.file}" if before else "/dev/null"
    rows = _rows(old, new, there, f"b/{text.file}")
    for row in rows:
        yield row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n"


def _rows(old: list[str], new: list[str], there: str, then: str) -> Iterator[str]:
    if max(len(old), len(new)) <= _MOST_LINES:
        yield from difflib.unified_diff(old, new, there, then)
        return
    yield f"--- {there}\n"
    yield f"+++ {then}\n"
    yield f"@@ -{1 if old else 0},{len(old)} +{1 if new else 0},{len(new)} @@\n"
    yield from (f"-{line}" for line in old)
    yield from (f"+{line}" for line in new)


def _lines(data: bytes) -> list[str]:
    """Ended by line feeds alone, as diff has them."""
    *whole, last = data.decode("utf-8", "surrogateescape").split("\n")
    return [*(f"{line}\n" for line in whole), *([last] if last else [])]
