"""Answers to `why`, for a person and as JSON; `schema/why.schema.json` describes the latter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ctxguard.context.why import Answer, Touch
from ctxguard.measurement import Context
from ctxguard.render import document
from ctxguard.render.escape import line, quoted

_FORCED = "the classic builder's own exception"
_NOBODY_KNOWS = {
    "no-dockerfile": "there is no Dockerfile that would ask for it",
    "context-unused": "no instruction needs the context",
    "unknown": "nobody can say what this Dockerfile asks for, see the problems",
}


def text(answer: Answer) -> str:
    """A few lines: the answer, the rules that led to it, the instruction, what would change it."""
    return "".join(f"{row}\n" for row in [_headline(answer), *_rows(answer)])


def _headline(answer: Answer) -> str:
    name = quoted(answer.path) if answer.path else "the context root"
    if answer.behind_link is not None:
        state = f"not a path of its own; what is there is {quoted(answer.behind_link)}"
    elif not answer.included:
        state = "ignored" if answer.kind is not None else "does not exist; it would be ignored"
    elif answer.kind is None:
        state = "does not exist; it would be in the context"
    elif answer.ancestor:
        state = "ignored, but in the context for what lies below it"
    else:
        state = "in the context"
    return f"{name}: {state}{_transfer(answer)}"


def _transfer(answer: Answer) -> str:
    if not answer.included or answer.transferred is None:
        return ""
    return " and sent" if answer.transferred else ", but not sent"


def _rows(answer: Answer) -> Iterator[str]:
    if answer.behind_link is not None:
        yield "  a link leads there, and links are not followed"
        return
    yield from map(_touch, answer.trace)
    if not answer.trace:
        yield "  no rule touches it"
    if answer.closed is not None:
        yield f"  the builder does not look into {quoted(answer.closed)}, which is ignored"
    yield from _instructions(answer)
    for fix in answer.changes:
        yield f"  to change it: {line(fix.description)}"
    if answer.included and answer.transferred is False:
        yield "  to have it sent: let a COPY, ADD or bind mount ask for it"


def _touch(touch: Touch) -> str:
    where = _FORCED if touch.rule is None else _rule(touch)
    state = "ignored" if touch.ignored else "in the context"
    passed = "" if touch.effective else "still "
    return f"  {where}  matches {quoted(touch.matched)}: {passed}{state}"


def _rule(touch: Touch) -> str:
    assert touch.rule is not None
    return f"{quoted(touch.rule.source)}:{touch.rule.line}  {line(touch.rule.raw.strip())}"


def _instructions(answer: Answer) -> Iterator[str]:
    for each in answer.brought_by:
        yield f"  brought by {quoted(each.file)}:{each.line}  {line(each.text)}"
    if answer.reason is not None:
        yield f"  {_NOBODY_KNOWS[answer.reason]}"
    elif answer.included and answer.transferred is False:
        yield "  no instruction asks for it"


def render(answers: Sequence[Answer], context: Context) -> str:
    """One JSON document."""
    return (
        document.dumps(
            {
                "schema_version": document.SCHEMA_VERSION,
                "context": document.context(context),
                "paths": [_answer(answer) for answer in answers],
            },
            indent=2,
        )
        + "\n"
    )


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        **document.named_path("path", answer.path),
        "kind": None if answer.kind is None else answer.kind.value,
        **document.named_path("behind_link", answer.behind_link),
        "sent": answer.sent,
        "included": answer.included,
        "ancestor": answer.ancestor,
        "trace": [_step(touch) for touch in answer.trace],
        **document.named_path("closed", answer.closed),
        "transferred": answer.transferred,
        "reason": answer.reason,
        "brought_by": [document.instruction(each) for each in answer.brought_by],
        "changes": [document.fix(change) for change in answer.changes],
    }


def _step(touch: Touch) -> dict[str, Any]:
    return {
        "rule": None if touch.rule is None else document.rule(touch.rule),
        **document.named_path("matched", touch.matched),
        "effective": touch.effective,
        "ignored": touch.ignored,
    }
