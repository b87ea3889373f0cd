"""`ctxguard deps`: the packages that a project asks for, and which of them it can do without."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from ctxguard.cli import deps_sources, options, output, packages
from ctxguard.cli.ending import ended_by_signals
from ctxguard.cli.help import help_option
from ctxguard.cli.screen import screen
from ctxguard.errors import ExitCode, UsageError
from ctxguard.place import place

if TYPE_CHECKING:
    from ctxguard.cli.deps_sources import Asked
    from ctxguard.dependencies import Dependencies, Dependency
    from ctxguard.render.deps import Assessed

_SPLIT = "split"
_TERMINAL = "terminal"


class _WithProject(click.Group):
    """A group that takes a folder, unless the first word is the name of a command."""

    allow_interspersed_args = True

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.allow_interspersed_args = args[:1] != [_SPLIT]
        return super().parse_args(ctx, args)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        found = super().get_params(ctx)
        if ctx.command is self and ctx.allow_interspersed_args:
            return found
        return [each for each in found if not isinstance(each, click.Argument)]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if ctx.allow_interspersed_args and not ctx.resilient_parsing:
            ctx.fail(f"Got unexpected extra argument ({args[0]})")
        return super().resolve_command(ctx, args)


@click.group(
    "deps",
    cls=_WithProject,
    invoke_without_command=True,
    subcommand_metavar=f"| {_SPLIT} [OPTIONS] [PATH]",
)
@deps_sources.source_options
@click.option("--max-dependencies", metavar="SIZE", help="Trip above this size of all.")
@options.result_options_in(_TERMINAL, "json", "github", "sarif")
@click.option("-v", "--verbose", is_flag=True, help="All that speaks for each verdict.")
@click.option("-q", "--quiet", is_flag=True, help="No notes, and only the sums and the verdict.")
@help_option
@click.pass_context
def command(click_context: click.Context, /, path: str = ".", **given: Any) -> int | None:
    """Say which Python packages a project needs, and what the others weigh.

    PATH is the folder of the project; default: the current one. What its requirements files and
    pyproject.toml ask for is held against what its files import, run and name. Nothing of it is
    run. Sizes are those in a virtual environment, an image, or of wheels.

    `ctxguard deps split` makes requirements of that, for production and for development; a folder
    of this name is ./split.

    Exit codes: 0, 1 over --max-dependencies, 2 wrong usage, 3 could not be measured.
    """
    if click_context.invoked_subcommand is None:
        return _show(path=path, **given)
    return None


@ended_by_signals()
def _show(
    *, path: str, requirements: tuple[str, ...], venv: str | None, python: str | None,
    image: str | None, download: bool, allow_indexes: bool, max_dependencies: str | None,
    format_: str, file: str | None, color: str, verbose: bool, quiet: bool,
) -> int:  # fmt: skip
    if path == _SPLIT and not os.path.isdir(path):
        raise UsageError(f"options stand behind the command: ctxguard deps {_SPLIT} ...")
    asked = deps_sources.Asked(
        path, requirements, venv, python, image, download, allow_indexes, quiet
    )
    deps_sources.check(asked)
    settings = options.read_settings(
        place(path, None, None), {"max_dependencies": max_dependencies}
    )
    most = settings.max_dependencies
    found = _assessed(asked, most, settings.ignore)
    output.write(_text(found, format_, file=file, color=color, verbose=verbose, quiet=quiet), file)
    deps_sources.note_sizes(found.found, limited=most is not None, quiet=quiet)
    return _exit_code(found, most)


def _assessed(asked: Asked, most: int | None, ignored: Sequence[str]) -> Assessed:
    survey, found = deps_sources.looked_at(asked)
    from ctxguard.render.deps import Assessed
    from ctxguard.report import Limit, Tier

    size = found.bytes
    limit = None
    if most is not None and size is not None:
        limit = Limit("dependencies", Tier.CRITICAL, "bytes", most, size)
    told = packages.findings(found, asked.named, ignored)
    unweighed = () if limit is None else _unweighed(found)
    return Assessed(
        asked.project, asked.named, survey.declaration.files, found, told, limit, unweighed
    )


def _unweighed(found: Dependencies) -> tuple[str, ...]:
    """Packages of production without a size, those for other platforms aside."""
    return tuple(row.name for row in found.rows if row.bytes is None and _counts(row))


def _counts(row: Dependency) -> bool:
    from ctxguard.dependencies import Why

    return row.for_production and all(each.why is not Why.MARKER for each in row.evidence)


def _text(
    found: Assessed, format_: str, *, file: str | None, color: str, verbose: bool, quiet: bool
) -> str:
    from ctxguard.render import deps as render

    if format_ == "json":
        return render.render(found)
    if format_ == _TERMINAL:
        return render.text(found, screen(file=file, color=color, brief=quiet), whole=verbose)
    from ctxguard.cli.additions import folder_of
    from ctxguard.render import deps_remarks

    return deps_remarks.render(found, format_, folder_of(found.project))


def _exit_code(found: Assessed, most: int | None) -> ExitCode:
    from ctxguard.report import Status

    if most is not None and found.limit is None:
        return ExitCode.NOT_MEASURED
    if not found.found.rows:
        # There are problems, or it would have been an error.
        return ExitCode.NOT_MEASURED
    codes = {Status.CRITICAL: ExitCode.TRIPPED, Status.INCOMPLETE: ExitCode.NOT_MEASURED}
    return codes.get(found.status, ExitCode.OK)


@command.command(_SPLIT, short_help="Requirements for production, and for development.")
@deps_sources.source_options
@click.option("--write", is_flag=True, help="Write the files.")
@click.option("--force", is_flag=True, help="With --write: over files that are there.")
@click.option(
    "--prove",
    metavar="COMMAND",
    help="Install them in a fresh environment, and run the command there; if it fails, nothing "
    "is written.",
)
@click.option("--each", is_flag=True, help="With --prove: try each removal alone, too.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=600,
    metavar="SECONDS",
    help="With --prove: how long the command may take; default: 600.",
)
@options.color_option
@click.option("-q", "--quiet", is_flag=True, help="No notes, and no differences.")
@help_option
def _split(
    *, path: str, requirements: tuple[str, ...], venv: str | None, python: str | None,
    image: str | None, download: bool, allow_indexes: bool, write: bool, force: bool,
    prove: str | None, each: bool, timeout: float, color: str, quiet: bool,
) -> int:  # fmt: skip
    """Make requirements for production, and for development.

    requirements-prod.txt has what is used, requirements-dev.txt that and what is for development,
    requirements-prod-conservative.txt what is used and what needs verification. Comments, order,
    pins and hashes stay. The differences are shown; nothing is written without --write, and with
    --prove only if the command passes. That command is the only code of the project that runs.

    Exit codes: 0, 1 the proof fails, 2 wrong usage, or a file is there, 3 could not be measured or
    installed.
    """
    from ctxguard.cli import deps_split

    asked = deps_sources.Asked(
        path, requirements, venv, python, image, download, allow_indexes, quiet
    )
    return deps_split.run(asked, deps_split.Wanted(write, force, prove, each, timeout, color))
