"""`ctxguard lint`: what is wrong with the ignore file and the Dockerfile, and what mends it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import click

from ctxguard.cli import options, output
from ctxguard.cli.additions import folder_of
from ctxguard.cli.screen import screen
from ctxguard.config import Settings
from ctxguard.context.drafting import Scene, scene_of
from ctxguard.context.evidence.gather import Looking, evidence
from ctxguard.context.tracking import tracking_of
from ctxguard.errors import ExitCode
from ctxguard.finding import Finding, Severity
from ctxguard.guard import tokens
from ctxguard.guard.lint import lint
from ctxguard.guard.secrets import suspects
from ctxguard.ignore.reader import read_rule
from ctxguard.ignore.spec import DockerIgnoreSpec
from ctxguard.measurement import Measurement
from ctxguard.place import place
from ctxguard.render import FORMATS
from ctxguard.render import lint as render
from ctxguard.report import Report, Status, Verdict

_NEVER = "never"


@click.command("lint")
@options.context_options
@options.build_options
@options.revision_options
@click.option(
    "--fail-on",
    "trips",
    type=click.Choice([*(severity.value for severity in Severity), _NEVER]),
    default=Severity.ERROR.value,
    help="From what on the exit code is 1; default: error.",
)
@click.option(
    "--content",
    is_flag=True,
    help="Look for secrets in small text files too; for tokens: pip install detect-secrets.",
)
@options.result_options_in("terminal", "json", "github", "sarif")
@options.noise_options("No notes, and only how many findings there are.")
def command(**given_flags: Any) -> int:
    """Look for what is wrong with the ignore file and the Dockerfile.

    Each finding comes with the bytes at stake, measured with its fix in place, and with the fix.
    `# ctxguard: ignore CTX005` in the line above silences a check there, and
    ignore = ["CTX005"] in the configuration everywhere.

    Exit codes: 0, or 1 if anything is found at or above --fail-on; 2 wrong usage or configuration,
    3 could not be measured.
    """
    return _run(**given_flags)


def _run(
    *, context: str, rev: str | None, lfs: str | None, trips: str, content: bool, format_: str,
    file: str | None, color: str, quiet: bool, verbose: bool, **flags: Any,
) -> int:  # fmt: skip
    found = place(context, rev, lfs)
    settings = options.told_settings(found, flags, quiet=quiet, verbose=verbose)
    scene = scene_of(options.request(found, settings))
    seen = evidence(scene, _looking(scene, settings, content=content, quiet=quiet))
    findings = lint(seen, scene, settings.ignore)
    if format_ == "json":
        text = render.render(findings, seen.measurement.context)
    elif format_ in FORMATS:
        text = FORMATS[format_]([_found(seen.measurement, findings, format_)])
    else:
        text = render.text(findings, screen(file=file, color=color, brief=quiet))
    output.write(text, file)
    return _exit_code(findings, trips, complete=seen.measurement.complete)


def _found(measurement: Measurement, findings: Sequence[Finding], format_: str) -> Report:
    """The findings alone: what else there would be to say is the business of `report`."""
    return Report(
        replace(measurement, problems=()),
        Verdict(Status.OK, ()),
        tuple(findings),
        folder=folder_of(measurement.context.root) if FORMATS[format_].folder else "",
    )


def _looking(scene: Scene, settings: Settings, *, content: bool, quiet: bool) -> Looking:
    looking = Looking(
        suspects=suspects,
        tracking=tracking_of(scene.request.source),
        twins=True,
        by_content=tokens.in_registry_settings,
        allowed=_allowed(settings),
    )
    if not content:
        return looking
    shapes = tokens.has_shapes()
    if not shapes:
        options.say(
            "detect-secrets is not installed, so only keys are looked for, and no tokens; "
            "pip install detect-secrets brings it",
            quiet=quiet,
        )
    by_content = tokens.Contents(shapes=shapes)
    return replace(looking, by_content=by_content, most_content=tokens.MOST_BYTES)


def _allowed(settings: Settings) -> DockerIgnoreSpec:
    rules = [rule for rule in map(read_rule, settings.allow_secrets) if rule is not None]
    return DockerIgnoreSpec.from_rules(rules)


def _exit_code(findings: Sequence[Finding], trips: str, *, complete: bool) -> int:
    order = [severity.value for severity in Severity]
    tripping = [] if trips == _NEVER else order[: order.index(trips) + 1]
    if any(found.severity.value in tripping for found in findings):
        return ExitCode.TRIPPED
    return ExitCode.OK if complete else ExitCode.NOT_MEASURED
