"""`ctxguard image`: what is in an image, layer by layer."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from ctxguard.cli import options, packages
from ctxguard.cli.copies import TERMINAL, Copy, copies, copies_options, text, wants, write_all
from ctxguard.cli.help import help_option
from ctxguard.cli.posting import key_option, post_option, sum_up
from ctxguard.cli.recording import check_apart, keep_image
from ctxguard.cli.screen import screen
from ctxguard.context.tree.naming import STANDARD_INPUT
from ctxguard.errors import ExitCode, UsageError
from ctxguard.guard.budget import FailOn, ImageBudget, exit_code, judge_image
from ctxguard.guard.growth import GrowthLimit
from ctxguard.report import Groups, Report
from ctxguard.sizes import parse_size

if TYPE_CHECKING:
    from ctxguard.cli.desk import Desk
    from ctxguard.dependencies import Dependencies
    from ctxguard.deps.installed.distribution import Installed
    from ctxguard.finding import Finding
    from ctxguard.image.measuring import MeasuredImage
    from ctxguard.image.opening import Named
    from ctxguard.image.ruling import Rules
    from ctxguard.render.diff import Diff


def _read_by(parse: Callable[[str], Any]) -> Callable[..., Any]:
    """Reads the value of an option; what cannot be read is wrong usage."""

    def read(_context: click.Context, _option: click.Parameter, value: str | None) -> Any:
        try:
            return None if value is None else parse(value)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error

    return read


_size = _read_by(parse_size)
_growth = _read_by(GrowthLimit.parse)


@click.command("image")
@click.argument("reference", metavar="REF")
@click.option("--tag", metavar="NAME", help="Which image of an archive with several.")
@click.option("--platform", metavar="PLATFORM", help="Of several, the one for it: linux/arm64.")
@click.option("--warn", metavar="SIZE", callback=_size, default="1GB", help="Default: 1GB.")
@click.option("--critical", metavar="SIZE", callback=_size, default="1.5GB", help="Default: 1.5GB.")
@click.option("--max-layer", metavar="SIZE", callback=_size, help="For any layer of one's own.")
@click.option("--max-wasted", metavar="SIZE", callback=_size, help="For what is in vain.")
@click.option("--against", metavar="REF", help="Hold it against another image.")
@click.option("--max-growth", metavar="SIZE", callback=_growth, help="With --against: 50MB or 10%.")
@click.option(
    "--fail-on",
    type=click.Choice([each.value for each in FailOn]),
    default=FailOn.CRITICAL.value,
    help="What makes the exit code 1; default: critical.",
)
@click.option("--top", type=click.IntRange(min=1, max=1000), default=10, metavar="N",
              help="How many of the heaviest paths to show; default: 10.")  # fmt: skip
@click.option("--depth", type=click.IntRange(min=1), metavar="N", help="How deep to look for them.")
@click.option("--by", type=click.Choice(["type"]), help="Add the content by this property.")
@click.option("--no-findings", is_flag=True, help="Do not look for what need not be there.")
@click.option("-C", "--context", metavar="DIR",
              help="It was built from this context: name its rules in findings.")  # fmt: skip
@click.option("-f", "--file", "dockerfile", metavar="DOCKERFILE", help="With --context: of it.")
@click.option("--deps", is_flag=True,
              help="Add the Python packages that the project in --context asks for.")  # fmt: skip
@click.option("--max-dependencies", metavar="SIZE", callback=_size, help="With --deps: for all.")
@post_option
@key_option("image-size")
@click.option("--record", is_flag=True, help="Keep the measurement; see ctxguard history.")
@click.option("--history", metavar="FILE", help="Keep it in this file.")
@copies_options
@options.color_option
@click.option("-q", "--quiet", is_flag=True, help="Only size and verdict.")
@help_option
def command(**given: Any) -> int:
    """Measure an image, layer by layer, and hold it against its budget.

    REF is a file that docker save wrote, a folder or tar with an OCI layout, - for an archive on
    standard input, or a name that the local engine knows. It is read once, and never unpacked to
    the disk.

    Exit codes: 0 within budget, 1 over it, 2 wrong usage, 3 the image cannot be read.
    """
    return _run(_Asked(**given))


@dataclass(frozen=True, slots=True)
class _Asked:
    reference: str
    tag: str | None
    platform: str | None
    warn: int
    critical: int
    max_layer: int | None
    max_wasted: int | None
    against: str | None
    max_growth: GrowthLimit | None
    fail_on: str
    top: int
    depth: int | None
    by: str | None
    no_findings: bool
    context: str | None
    dockerfile: str | None
    deps: bool
    max_dependencies: int | None
    post: bool
    key: str
    record: bool
    history: str | None
    formats: tuple[str, ...]
    files: tuple[str, ...]
    color: str
    quiet: bool

    @property
    def budget(self) -> ImageBudget:
        # A lower critical limit takes the warning with it.
        warn = min(self.warn, self.critical)
        return ImageBudget(
            warn, self.critical, self.max_layer, self.max_wasted, self.max_dependencies
        )


def _run(asked: _Asked) -> int:
    from ctxguard.image.measuring import ImageRequest, measure_image

    if not asked.reference or asked.against == "":
        raise UsageError("REF is empty; name an archive or an image")
    wanted = copies(asked.formats, asked.files)
    _check(asked, wanted)
    desk = _desk() if asked.post else None
    request = ImageRequest(
        _named(asked.reference, asked), asked.top, asked.depth,
        types=asked.by == "type", outline=wants(wanted, "outline"),
    )  # fmt: skip
    rules = None if asked.context is None else _rules(asked.context, asked.dockerfile)
    head = measure_image(request)
    report = _judged(head, asked, rules)
    if asked.context is not None and wants(wanted, "folder"):
        report = replace(report, folder=_folder(asked.context))
    diff = None if asked.against is None else _diff(head, asked.against, asked)
    unwritten = write_all(wanted, lambda copy: _text(copy, report, diff, asked))
    if asked.record or asked.history is not None:
        keep_image(report, file=asked.history, quiet=asked.quiet)
    posted = ExitCode.OK if desk is None else _post(desk, report, diff, asked)
    if unwritten is not None:
        raise unwritten
    grown = diff is not None and diff.growth is not None and diff.growth.broken
    code = exit_code(report.measurement, report.verdict, FailOn(asked.fail_on))
    return (max(code, ExitCode.TRIPPED) if grown else code) or posted


def _named(reference: str, asked: _Asked) -> Named:
    """What to open. `--tag` is about every archive; a name of the engine has one of its own."""
    from ctxguard.image.opening import Named, is_of_engine

    tag = asked.tag
    both = (asked.reference, asked.against or asked.reference)
    if tag is not None and is_of_engine(reference) and not all(map(is_of_engine, both)):
        tag = None
    return Named(reference, tag, asked.platform)


def _desk() -> Desk:
    from ctxguard.cli.desk import desk_of
    from ctxguard.forge.whereabouts import event_of

    return desk_of(os.environ, event_of(os.environ))


def _post(desk: Desk, report: Report, diff: Diff | None, asked: _Asked) -> ExitCode:
    """Put the comment on its pull request, and into the summary of the job."""
    from ctxguard.render.comment import marker, render
    from ctxguard.render.comment_parts import Part

    own = render([Part(report, diff)], key=asked.key)
    return desk.post(marker(asked.key), own, summed_up=sum_up(own), quiet=asked.quiet)


def _text(copy: Copy, report: Report, diff: Diff | None, asked: _Asked) -> str:
    own = text(copy, [report], (), color=asked.color, brief=asked.quiet)
    if diff is None:
        return own
    from ctxguard.render import diff as comparing
    from ctxguard.render import document

    if copy.format != TERMINAL:
        return document.render([report], more={"against": comparing.whole(diff)})
    shown_on = screen(file=copy.file, color=asked.color, brief=asked.quiet)
    return f"{own}\n{comparing.text([diff], shown_on)}"


def _rules(context: str, dockerfile: str | None) -> Rules:
    from ctxguard.image.ruling import Rules
    from ctxguard.place import place

    found = place(context, None, None)
    settings = options.read_settings(found, {"dockerfile": dockerfile})
    return Rules(options.request(found, settings))


def _folder(context: str) -> str:
    from ctxguard.cli.additions import folder_of

    return folder_of(os.path.realpath(context))


def _check(asked: _Asked, wanted: Sequence[Copy]) -> None:
    """Raises UsageError for what does not go together."""
    for copy in wanted:
        check_apart(asked.history, copy.file)
    if asked.max_dependencies is not None and not asked.deps:
        raise UsageError("--max-dependencies is about --deps")
    if asked.dockerfile is not None and asked.context is None:
        raise UsageError("-f is about --context; name the folder that the image was built from")
    if asked.against is None:
        if asked.max_growth is not None:
            raise UsageError("--max-growth is about --against; name the image to compare with")
        return
    for copy in wanted:
        if copy.format not in (TERMINAL, "json"):
            raise UsageError(
                f"--against is shown on the terminal and in JSON, not as {copy.format}"
            )
    if asked.against == asked.reference == STANDARD_INPUT:
        raise UsageError("standard input cannot be both images")


def _diff(head: MeasuredImage, reference: str, asked: _Asked) -> Diff:
    from ctxguard.guard.growth import growth
    from ctxguard.image.against import against
    from ctxguard.image.measuring import ImageRequest, measure_image
    from ctxguard.render.diff import Diff

    base = measure_image(ImageRequest(_named(reference, asked), asked.top))
    found = against(base, head, asked.top)
    limit = asked.max_growth
    held = None if limit is None else growth(found.base, found.head, limit, on_transfer=False)
    return Diff(found, reference, asked.reference, held)


def _judged(found: MeasuredImage, asked: _Asked, rules: Rules | None) -> Report:
    from ctxguard.image.checks import findings

    types = found.measurement.types
    there = _packages(found, asked.context or ".") if asked.deps else None
    told: tuple[Finding, ...] = ()
    if not asked.no_findings:
        told = findings(found.image, found.files, rules)
        told += packages.findings(there, packages.named(asked.context or "."))
    return Report(
        found.measurement,
        judge_image(found.image, asked.budget, there),
        told,
        None if types is None else Groups("type", types),
        image=found.image,
        dependencies=there,
    )


def _packages(found: MeasuredImage, project: str) -> Dependencies | None:
    """What the project asks for, weighed in the image."""

    def weigh() -> Installed:
        from ctxguard.deps.installed.inimage import of_measured

        return of_measured(found)

    return packages.Packages(asked=True).within(project, weigh)
