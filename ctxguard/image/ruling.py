"""What the ignore file of a context says of that which came into an image all the same."""

from __future__ import annotations

from dataclasses import dataclass

from ctxguard.context.measure import Request
from ctxguard.context.tree.source import Source
from ctxguard.context.why import Answer, Explainer, Touch
from ctxguard.errors import MeasureError
from ctxguard.finding import Fix

_MOST_TEXT = 80
_ANEW = (
    "build it anew with this ignore file; what COPY --from brings has to stay out of the stage "
    "that it comes from"
)


@dataclass(frozen=True, slots=True)
class Ruling:
    """About one path of an image."""

    words: str
    """What the rules make of it."""
    file: str | None = None
    """The ignore file, if a rule decides."""
    line: int | None = None
    fix: Fix | None = None
    """None for what is said without a context too."""


class Rules:
    """The ignore file of a context that an image was built from.

    Raises:
        MeasureError: the backend refuses the rules.
        UsageError: the Dockerfile has no such target.
    """

    def __init__(self, request: Request) -> None:
        self._source = request.source
        self._explainer = Explainer(request)

    def about(self, path: str) -> Ruling | None:
        """What they say of a path of the image; None where Docker fails at one of them."""
        inside = _in_context(self._source, path)
        try:
            answer = self._explainer.answer(inside)
        except MeasureError:
            return None
        touches = [each for each in answer.trace if each.effective and each.rule is not None]
        return _by_rule(answer, touches[-1]) if touches else _without_rule(answer)


def _in_context(source: Source, path: str) -> str:
    """Where it most likely came from: the end of the path that is there, else its name.

    What an instruction copies to `/app/web` may be `web` in the context, or all of it.
    """
    names = path.split("/")
    ends = ["/".join(names[at:]) for at in range(len(names))]
    return next((end for end in ends if _is_there(source, end)), names[-1])


def _is_there(source: Source, path: str) -> bool:
    try:
        source.lstat(path)
    except (OSError, ValueError):
        return False
    return True


def _without_rule(answer: Answer) -> Ruling:
    return Ruling(f"no rule matches {answer.path}", fix=next(iter(answer.changes), None))


def _by_rule(answer: Answer, touch: Touch) -> Ruling:
    rule = touch.rule
    assert rule is not None
    text = rule.raw.strip()[:_MOST_TEXT]
    if not touch.ignored:
        fix = next(iter(answer.changes), None)
        return Ruling(f"{text} lets {answer.path} in", rule.source, rule.line, fix)
    but = ", but for what an exception lets in" if answer.ancestor else ""
    words = f"{text} keeps {answer.path} out now{but}"
    return Ruling(words, rule.source, rule.line, Fix(_ANEW, None, ()))
