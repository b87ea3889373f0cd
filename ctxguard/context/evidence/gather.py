"""Gathers the evidence: one walk through everything, and a closer look at some files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ctxguard.context.course import Found, Request
from ctxguard.context.demand.attribution import Attribution
from ctxguard.context.drafting import Scene
from ctxguard.context.evidence.brought import StepsLook, plan_of
from ctxguard.context.evidence.contents import Recognize, seen_in, twins
from ctxguard.context.evidence.files import FilesLook, Suspects
from ctxguard.context.evidence.rules import RulesLook
from ctxguard.context.evidence.values import Evidence, SentFile
from ctxguard.context.measure import look_around, measure
from ctxguard.context.tracking import Tracking
from ctxguard.context.tree.locate import IGNORE_FILE, Governing, in_force
from ctxguard.context.walking.views import BuildKitView, View, view_of_all
from ctxguard.context.walking.walk import Listing, walk
from ctxguard.context.why import Explainer
from ctxguard.errors import MeasureError
from ctxguard.finding import Fix
from ctxguard.ignore.spec import DockerIgnoreSpec
from ctxguard.measurement import Backend, Measurement, Problem

_IGNORED_SOURCE = "ignored-source"
_MOST_LOST = 20


def _nobody(_: object) -> tuple[int, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Looking:
    """What to look for, beside the rules."""

    suspects: Suspects = _nobody
    """The indexes of names that deserve a closer look."""
    tracking: Tracking | None = None
    """How git knows each path, if it does."""
    twins: bool = False
    """Whether to look for the same content in several files."""
    by_content: Recognize | None = None
    """What to look for in the content of suspects and of small files."""
    most_content: int = 0
    """Bytes of a file that is small enough; 0 to look into suspects alone."""
    allowed: DockerIgnoreSpec | None = None
    """Rules for paths that are no suspects."""
    rules_alone: bool = False
    """Whether to leave out all that is not about the rules."""


_NOTHING_ELSE = Looking()


def evidence(scene: Scene, looking: Looking = _NOTHING_ELSE) -> Evidence:
    """Walk through everything.

    Raises:
        MeasureError: the backend refuses the context.
    """
    request = scene.request
    measurement = measure(replace(request, overview=True))
    found = look_around(request)
    governing = in_force(found.located, request.backend)
    rules = RulesLook(request, found.located, governing)
    files = FilesLook(looking.suspects, looking.tracking, looking.most_content)
    plan = None if looking.rules_alone else plan_of(request, found)
    steps = None if plan is None else StepsLook(request, found, plan)
    views = [_view(request, found, governing), *rules.views]
    nothing_to_see = looking.rules_alone and not governing.spec.patterns
    for step in () if nothing_to_see else walk(request.source, views):
        if isinstance(step, Listing):
            rules.take(step)
            if not looking.rules_alone:
                files.take(step)
                if steps is not None:
                    steps.take(step)
    return Evidence(
        measurement=measurement,
        ignore=scene.ignore,
        has_ignore_file=governing.ignore_file is not None,
        uses=tuple(rules.uses()),
        nested=tuple(files.nested),
        shadowed=governing.ignore_file not in (None, IGNORE_FILE) and files.has_usual_file,
        git_bytes=files.git_bytes,
        suspects=tuple(_suspects(request, found, files, looking)),
        lost=tuple(_lost(request, measurement)),
        own=tuple(_own(request, found, measurement)),
        known=files.known(),
        small=files.small(),
        twins=tuple(twins(request.source, files.large)) if looking.twins else (),
        steps=None if steps is None else steps.steps(),
    )


def _view(request: Request, found: Found, governing: Governing) -> View:
    """The way of the chosen backend, which tells the include lists of each entry if it can."""
    if request.backend is Backend.BUILDKIT:
        return BuildKitView(governing, found.wanted.inclusion)
    return view_of_all(request.backend, governing)


def _suspects(
    request: Request, found: Found, files: FilesLook, looking: Looking
) -> Iterator[SentFile]:
    """Name who asks for each, where that is known."""
    attribution = Attribution(found.wanted, found.located.dockerfile or "")
    known = found.wanted.chosen.reason is None
    contents: dict[str, str] = {}
    if looking.by_content is not None:
        paths = dict.fromkeys([*files.suspects, *files.texts])
        contents = dict(seen_in(request.source, paths, looking.by_content))
    sizes = {**files.texts, **files.suspects}
    for path in dict.fromkeys([*files.suspects, *contents]):
        if looking.allowed is not None and looking.allowed.match_file(path):
            continue
        brought_by = attribution.of_path(path) if known else ()
        yield SentFile(path, sizes[path], brought_by, contents.get(path))


def _lost(request: Request, measurement: Measurement) -> Iterable[tuple[Problem, Fix | None]]:
    problems = [each for each in measurement.problems if each.code == _IGNORED_SOURCE]
    if not problems:
        return
    explainer = Explainer(request)
    for problem in problems[:_MOST_LOST]:
        yield problem, None if problem.about is None else _fix(explainer, problem.about)


def _fix(explainer: Explainer, path: str) -> Fix | None:
    """An exception at the end, or else the line that is to go."""
    try:
        changes = explainer.answer(path).changes
    except MeasureError:
        return None
    return changes[-1] if changes else None


def _own(request: Request, found: Found, measurement: Measurement) -> Iterator[str]:
    """The files that are written for the build alone, where any change in them counts."""
    if not any(not ask.path for ask, _ in found.wanted.asks):
        return
    context = measurement.context
    explainer = Explainer(request)
    for path in (context.dockerfile, context.ignore_file):
        if path is not None and not path.startswith(("/", "../")) and explainer.answer(path).sent:
            yield path
