"""The other form of an ignore file: nothing is sent but what the Dockerfile asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ctxguard.context.demand.sources import Sources, sources
from ctxguard.context.drafting import Scene
from ctxguard.context.measure import look_around, measure
from ctxguard.errors import MeasureError, UsageError
from ctxguard.finding import Edit
from ctxguard.guard.suggest.advice import Advice, Suggestion
from ctxguard.guard.suggest.choosing import Gain
from ctxguard.ignore.editing import edited
from ctxguard.ignore.reader import read_rule
from ctxguard.measurement import Measurement
from ctxguard.sizes import shortened

_FLAG = "--allowlist"


def allow(scene: Scene, before: Measurement) -> Advice:
    """`*` and an exception for each source, before all other rules.

    It is proven: every target transfers to the byte what it did.

    Raises:
        UsageError: the Dockerfile asks for everything, or nobody can say what it asks for.
    """
    request = scene.request
    asked = sources(request.source, look_around(request).located, request.build)
    lines = ("*", *_exceptions(asked))
    edit = Edit(scene.ignore.file, 1, 0, lines)
    text = edited(scene.ignore.data, [edit])
    after = measure(scene.under(text))
    if _transfers(scene, text) != _transfers(scene, scene.ignore.data):
        raise UsageError(
            f"{_FLAG}: with such a list a target would be sent something else, most likely by a "
            "link or an exception of the ignore file; write it by hand and try it with "
            "`ctxguard try --ignore-file`"
        )
    gain = Gain(before.size.bytes - after.size.bytes, max(0, before.size.files - after.size.files))
    what = "nothing is sent but what the Dockerfile asks for"
    suggestion = Suggestion(lines, (edit,), what, None, gain, gain)
    return Advice(scene.ignore, before, after, (suggestion,), (), text)


def _exceptions(asked: Sources) -> Iterator[str]:
    if not asked.instructions:
        return
    for instruction, patterns in asked.named():
        if instruction is None:
            raise UsageError(f"{_FLAG}: nobody can say what the build asks for; see the report")
        place = f"{instruction.file}:{instruction.line}"
        if patterns is None:
            what = f"{place} {shortened(instruction.text)}"
            raise UsageError(
                f"{_FLAG}: {what} asks for everything, so there is no such list; name there what "
                "is needed"
            )
    yield from dict.fromkeys(
        line for _, patterns in asked.named() for line in _lines(patterns or ())
    )


def _lines(patterns: Sequence[str]) -> Iterator[str]:
    for pattern in patterns:
        rule = read_rule(f"!{pattern}")
        if rule is None or rule.pattern != pattern or not pattern.isprintable():
            raise UsageError(f"{_FLAG}: no line of an ignore file can name {shortened(pattern)}")
        yield f"!{pattern}"


def _transfers(scene: Scene, text: bytes) -> list[object]:
    """What each target is sent.

    Raises:
        UsageError: the builder refuses the rules.
    """
    request = scene.under(text)
    build = replace(request.build, all_targets=True)
    try:
        targets = measure(replace(request, build=build)).targets
    except MeasureError as error:
        raise UsageError(f"{_FLAG}: Docker would refuse such rules: {error.message}") from error
    return [(target.name, target.buildkit, target.reason) for target in targets]
