"""`ctxguard why`: is a path in the context, is it sent, and what would change that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from ctxguard.cli import options, streams
from ctxguard.context.why import Explainer
from ctxguard.errors import ExitCode
from ctxguard.place import place
from ctxguard.render import why as render


@click.command("why")
@options.builder_options
@options.build_options
@options.revision_options
@options.context_flag
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Default: text.",
)
@options.noise_options("No output and no notes, only the exit code.")
def command(**given_flags: Any) -> int:
    """Say why paths are in the context or not, and whether the build is sent them.

    A PATH is relative to the current folder, and /x is x in the context root. It need not exist:
    the rules tell what would be. Shown are the rules that match the path or a folder above it, in
    order and with the state after each, the instructions that ask for it, and what would change
    the answer.

    Exit codes: 0 every path is sent, 1 any is not. Without a Dockerfile, and with the classic
    builder, all that is in the context counts as sent.
    """
    return _run(**given_flags)


def _run(
    *, context: str, paths: Sequence[str], format_: str, rev: str | None, lfs: str | None,
    quiet: bool, verbose: bool, **flags: Any,
) -> int:  # fmt: skip
    found = place(context, rev, lfs)
    inside = [found.inside(path) for path in paths]
    settings = options.told_settings(found, flags, quiet=quiet, verbose=verbose)
    explainer = Explainer(options.request(found, settings))
    answers = [explainer.answer(path) for path in inside]
    if not quiet:
        as_json = format_ == "json"
        streams.write(
            render.render(answers, explainer.context)
            if as_json
            else "\n".join(map(render.text, answers))
        )
    options.say_problems(explainer.problems, quiet=quiet)
    return ExitCode.OK if all(answer.sent for answer in answers) else ExitCode.TRIPPED
