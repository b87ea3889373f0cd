"""`ctxguard suggest`: lines that make the context smaller, and nothing that the build needs."""

from __future__ import annotations

from typing import Any

import click

from ctxguard.cli import options, output
from ctxguard.cli.screen import screen
from ctxguard.config import Settings
from ctxguard.context.drafting import Scene, scene_of
from ctxguard.context.evidence.gather import Looking, evidence
from ctxguard.context.tracking import tracking_of
from ctxguard.errors import ExitCode, UsageError
from ctxguard.guard.lint import lint
from ctxguard.guard.suggest.advice import Advice, advise
from ctxguard.guard.suggest.allowlist import allow
from ctxguard.place import place
from ctxguard.render import suggest as render
from ctxguard.rewriting import ignorefile


@click.command("suggest")
@options.context_options
@options.build_options
@options.revision_options
@click.option("--write", is_flag=True, help="Write them into the ignore file; the diff is shown.")
@click.option("--undo", is_flag=True, help="Put back the ignore file as it was before --write.")
@click.option(
    "--allowlist", is_flag=True, help="`*` and exceptions for what the Dockerfile asks for."
)
@options.result_options
@options.noise_options("No notes, and only what the lines come to.")
def command(**given_flags: Any) -> int:
    """Suggest lines for the ignore file, the most bytes first.

    No line takes away what an instruction names, and below that only caches and the like, or what
    git ignores. What else would help is listed apart, with the instruction that asks for it. The
    size with all lines in place is measured, not added up. Nothing is written without --write.

    Exit codes: 0; 2 wrong usage or configuration, 3 could not be measured.
    """
    return _run(**given_flags)


def _run(
    *, context: str, rev: str | None, lfs: str | None, write: bool, undo: bool, allowlist: bool,
    format_: str, file: str | None, color: str, quiet: bool, verbose: bool, **flags: Any,
) -> int:  # fmt: skip
    if rev is not None and (write or undo):
        raise UsageError("a commit cannot be written to; leave out --rev")
    if undo and (write or allowlist):
        raise UsageError("--undo goes alone")
    found = place(context, rev, lfs)
    settings = options.told_settings(found, flags, quiet=quiet, verbose=verbose)
    scene = scene_of(options.request(found, settings))
    if undo:
        _undo(scene, quiet=quiet)
        return ExitCode.OK
    advice = _advice(scene, settings, allowlist=allowlist)
    written = write and advice.text != advice.ignore.data
    if format_ == "json":
        text = render.render(advice, written=written)
    else:
        text = render.text(advice, screen(file=file, color=color, brief=quiet), diff=written)
    if written:  # Before anything is said: a document that calls it written is right.
        path = ignorefile.place_of(scene.request, scene.ignore)
        ignorefile.write(path, scene.ignore.data, advice.text)
    output.write(text, file)
    if written:
        options.say(f"{path} is written; ctxguard suggest --undo takes it back", quiet=quiet)
    return ExitCode.OK if advice.after.complete else ExitCode.NOT_MEASURED


def _advice(scene: Scene, settings: Settings, *, allowlist: bool) -> Advice:
    if allowlist:
        from ctxguard.context.measure import measure

        return allow(scene, measure(scene.request))
    seen = evidence(scene, Looking(rules_alone=True))
    findings = lint(seen, scene, settings.ignore)
    tracking = tracking_of(scene.request.source)
    return advise(scene, seen.measurement, findings, tracking, settings.budget.warn)


def _undo(scene: Scene, *, quiet: bool) -> None:
    path = ignorefile.place_of(scene.request, scene.ignore)
    gone = ignorefile.undo(path) is None
    what = "is gone again, as it was not there before" if gone else "is as it was before"
    options.say(f"{path} {what}", quiet=quiet)
