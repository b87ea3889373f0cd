"""What other rules would change, for a person; as JSON it is a diff (`render.diff.render`)."""

from __future__ import annotations

from ctxguard.comparison import Change
from ctxguard.render.amounts import counted
from ctxguard.render.diff import Diff, body, how_much, joined
from ctxguard.render.escape import quoted
from ctxguard.render.look import Terminal
from ctxguard.render.terminal import verdict_text
from ctxguard.report import Report
from ctxguard.sizes import format_size


def text(diff: Diff, tried: Report, terminal: Terminal) -> str:
    """One screen: what it would come to first, then what would enter and leave."""
    found = diff.comparison
    size = found.head.size
    root = quoted(found.head.context.root)
    what = f"{format_size(size.bytes)} in {counted(size.files)}, {how_much(found.bytes)} now"
    start = f"Build context {root} would be {what}\n{verdict_text(tried)}\n"
    moved = {Change.ENTERED, Change.LEFT}.intersection(change for change, _ in found.changes)
    return joined([start, "" if moved else "No file enters or leaves.\n", *body(diff, terminal)])
