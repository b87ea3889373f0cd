"""`ctxguard ls`: what the builder is sent, entry by entry."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import click

from ctxguard.cli import options, streams
from ctxguard.context.entries import Entry, EntryStream
from ctxguard.errors import ExitCode
from ctxguard.measurement import Backend
from ctxguard.place import place
from ctxguard.render import entries as render

_FLUSH_EVERY = 0.2


@click.command("ls")
@options.context_options
@options.build_options
@options.revision_options
@click.option(
    "--sent",
    is_flag=True,
    help="Only what BuildKit is sent for this Dockerfile and target.",
)
@click.option("--all", "show", flag_value="all", help="Ignored entries too, marked with `!`.")
@click.option("--ignored", "show", flag_value="ignored", help="Ignored entries only.")
@click.option("-0", "nul", is_flag=True, help="Raw names, each followed by a NUL byte.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "jsonl"]),
    default="text",
    help="Default: text.",
)
@options.noise_options("No notes, and no word about problems.")
def command(**given_flags: Any) -> int:
    """List what the builder is sent, in the order it is sent.

    That is all that is not ignored, as for `COPY . /`; with --sent only what BuildKit asks for.

    A name that holds a line end, an escape sequence or the like is quoted as git does. Ignored
    folders in which nothing can be sent are one entry: they are not entered.
    """
    return _run(**given_flags)


def _run(
    *, context: str, sent: bool, show: str | None, nul: bool, format_: str,
    quiet: bool, verbose: bool, rev: str | None, lfs: str | None, **flags: Any,
) -> int:  # fmt: skip
    if nul and format_ != "text":
        raise click.UsageError("-0 goes with --format text only.")
    if sent and show:
        raise click.UsageError("--sent goes with neither --all nor --ignored.")
    found = place(context, rev, lfs)
    settings = options.told_settings(found, flags, quiet=quiet, verbose=verbose)
    request = options.request(found, settings)
    if sent and request.backend is Backend.LEGACY:
        raise click.UsageError("--sent is about BuildKit; the classic builder is sent all.")
    stream = EntryStream(request, everything=show is not None, target=sent)
    if stream.is_unused:
        options.say("no instruction needs the context, so nothing of it is sent", quiet=quiet)
    entries: Iterable[Entry] = stream
    if show == "ignored":
        entries = (entry for entry in stream if not entry.included)
    _write(_chunks(entries, stream, format_, nul=nul, marked=show == "all"))
    options.say_problems(stream.problems, quiet=quiet)
    if verbose:
        options.say(f"rules: {stream.context.ignore_file or 'none'}")
    return ExitCode.OK if stream.complete else ExitCode.NOT_MEASURED


def _chunks(
    entries: Iterable[Entry], stream: EntryStream, format_: str, *, nul: bool, marked: bool
) -> Iterator[bytes]:
    if format_ == "json":
        return render.document(entries, stream.context)
    if format_ == "jsonl":
        return map(render.json_line, entries)
    shown: Callable[[Entry], bytes] = render.raw if nul else render.text
    if marked:
        return (render.mark(entry) + shown(entry) for entry in entries)
    return map(shown, entries)


def _write(chunks: Iterator[bytes]) -> None:
    """Write as it comes: the first entry at once, the others a few times a second."""
    due = 0.0
    for count, chunk in enumerate(chunks):
        flush = count % 64 == 0 and time.monotonic() >= due
        streams.write_bytes(chunk, flush=flush)
        if flush:
            due = time.monotonic() + _FLUSH_EVERY
    streams.write_bytes(b"", flush=True)
