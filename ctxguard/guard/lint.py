"""All checks on one context, and each fix tried: what it saves is measured, not guessed."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ctxguard.context.drafting import Scene
from ctxguard.context.evidence.values import Evidence
from ctxguard.context.measure import measure
from ctxguard.errors import MeasureError
from ctxguard.finding import Finding, Severity
from ctxguard.guard.checks import (
    archives,
    broken_rules,
    build_tools,
    caches,
    comments,
    content,
    contrary,
    derived,
    development,
    dialect,
    files,
    habits,
    invisible,
    late,
    order,
    ownership,
    secrets,
    sources,
    twice,
    useless,
)
from ctxguard.ignore.editing import edited

_SILENCED = re.compile(rb"#\s*ctxguard:\s*ignore\s+([A-Z0-9, ]+)")
_ORDER = list(Severity)
_FEWEST_PROOFS = 3
_MOST_WORK = 300_000
"""Files that are looked at again for all proofs together; a rule takes the time of ten."""
_RULE_WORK = 10


@dataclass(frozen=True, slots=True)
class Check:
    """One check."""

    code: str
    title: str
    """What is wrong, in a few words."""
    severity: Severity
    run: Callable[[Evidence], Iterable[Finding]]


CHECKS = (
    Check(
        broken_rules.CODE,
        "a rule that Docker cannot compile, and has not met yet",
        Severity.WARNING,
        lambda evidence: broken_rules.check(evidence.measurement),
    ),
    Check(comments.INLINE, "a comment behind a pattern", Severity.ERROR, comments.inline),
    Check(comments.INDENTED, "a comment behind blanks", Severity.NOTE, comments.indented),
    Check(
        habits.UNANCHORED, "a name that is kept out at the top alone", Severity.WARNING,
        habits.unanchored,
    ),
    Check(useless.NOTHING, "a rule that matches nothing", Severity.NOTE, useless.nothing),
    Check(useless.TWICE, "a rule that stands twice", Severity.NOTE, useless.twice),
    Check(
        useless.EXCEPTION, "an exception that changes nothing", Severity.NOTE, useless.exception
    ),
    Check(useless.COVERED, "a rule that others make useless", Severity.NOTE, useless.covered),
    Check(files.MISSING, "no ignore file", Severity.WARNING, files.missing),
    Check(files.NESTED, "an ignore file that is never read", Severity.WARNING, files.nested),
    Check(
        files.SHADOWED, "an ignore file that another one replaces", Severity.WARNING,
        files.shadowed,
    ),
    Check(files.GIT, "git's own folder in the context", Severity.WARNING, files.git),
    Check(dialect.BRACES, "braces that are no alternatives", Severity.WARNING, dialect.braces),
    Check(dialect.BANG, "a set that is not negated", Severity.WARNING, dialect.bang),
    Check(secrets.CODE, "a secret in the context", Severity.ERROR, secrets.secret),
    Check(
        derived.CODE, "installed packages or a cache in the context", Severity.WARNING,
        derived.check,
    ),
    Check(sources.LOST, "a source that the ignore file keeps out", Severity.ERROR, sources.lost),
    Check(
        files.PASSED_OVER, "an ignore file that BuildKit passes over", Severity.ERROR,
        files.passed_over,
    ),
    Check(contrary.EMPTY, "a file that arrives empty", Severity.WARNING, contrary.empty),
    Check(
        contrary.UNDONE, "an exception that a later rule undoes", Severity.WARNING,
        contrary.undone,
    ),
    Check(
        contrary.BACKENDS, "an exception on which the builders disagree", Severity.WARNING,
        contrary.backends,
    ),
    Check(
        contrary.UNDOCUMENTED, "an exception that does not do what is documented",
        Severity.WARNING, contrary.undocumented,
    ),
    Check(
        dialect.REGULAR, "a character of regular expressions", Severity.WARNING, dialect.regular
    ),
    Check(dialect.BACKSLASH, "a backslash before a letter", Severity.WARNING, dialect.backslash),
    Check(
        invisible.INVISIBLE, "a character that nobody sees", Severity.WARNING,
        invisible.invisible,
    ),
    Check(invisible.BLANKS, "blanks at the end of a line", Severity.NOTE, invisible.blanks),
    Check(sources.OWN, "the build's own files in the context", Severity.NOTE, sources.own),
    Check(content.IGNORED, "content that git ignores", Severity.NOTE, content.ignored),
    Check(content.UNTRACKED, "content that git does not track", Severity.NOTE, content.untracked),
    Check(content.SMALL, "a great many small files", Severity.NOTE, content.small),
    Check(content.TWINS, "the same content several times", Severity.NOTE, content.twins),
    Check(
        build_tools.CODE, "build tools in the image", Severity.WARNING, build_tools.build_tools
    ),
    Check(
        development.CODE, "development requirements in the image", Severity.WARNING,
        development.development,
    ),
    Check(
        caches.CODE, "a package cache that stays in its layer", Severity.WARNING, caches.caches
    ),
    Check(late.CODE, "something deleted a layer too late", Severity.WARNING, late.late),
    Check(
        order.CODE, "the sources before the dependencies", Severity.WARNING, order.order
    ),
    Check(twice.CODE, "the same files copied twice", Severity.WARNING, twice.twice),
    Check(
        ownership.CODE, "a new owner or mode that doubles a layer", Severity.WARNING,
        ownership.ownership,
    ),
    Check(
        archives.CODE, "an archive that ADD should not unpack", Severity.WARNING,
        archives.archives,
    ),
)  # fmt: skip
"""In the order of their codes."""


def lint(evidence: Evidence, scene: Scene, silenced: Collection[str] = ()) -> list[Finding]:
    """What all checks find, the worst first, and of those the heaviest.

    Args:
        silenced: codes of checks that do not run.
    """
    texts = _texts(evidence)
    found = [
        finding
        for check in CHECKS
        if check.code not in silenced
        for finding in check.run(evidence)
        if not _is_silenced(finding, texts.get(finding.file, ()))
    ]
    return sorted(
        _proven_first(sorted(_without_twins(found), key=_order), evidence, scene), key=_order
    )


def _texts(evidence: Evidence) -> dict[str | None, Sequence[bytes]]:
    """The lines of the files in which a comment can silence a check, by their names."""
    texts = {evidence.ignore.file: evidence.ignore.data}
    if evidence.steps is not None:
        texts[evidence.steps.file] = evidence.steps.data
    return {file: data.split(b"\n") for file, data in texts.items()}


def _proven_first(found: Iterable[Finding], evidence: Evidence, scene: Scene) -> Iterator[Finding]:
    """Each with the bytes that its fix saves, measured as long as that is not too much work."""
    work = _RULE_WORK * len(evidence.uses) + evidence.measurement.size.files
    left = max(_FEWEST_PROOFS, _MOST_WORK // (1 + work))
    for finding in found:
        if left and _is_to_be_proven(finding, evidence):
            left -= 1
            yield _proven(finding, evidence, scene)
        else:
            yield finding


def _is_to_be_proven(finding: Finding, evidence: Evidence) -> bool:
    if finding.fix is None or finding.severity is Severity.NOTE:
        return False
    if any(edit.file != evidence.ignore.file for edit in finding.fix.edits):
        return False  # What a change of the Dockerfile saves is no part of the context.
    if not finding.fix.edits:
        return False
    return finding.code != secrets.CODE  # What its own line keeps out saves what it weighs.


def _order(finding: Finding) -> tuple[int, int, str, int]:
    return (
        _ORDER.index(finding.severity), -finding.bytes, finding.file or "", finding.line or 0,
    )  # fmt: skip


_WITHOUT_SAYING = {useless.NOTHING, useless.TWICE, useless.EXCEPTION, useless.COVERED}


def _without_twins(found: Sequence[Finding]) -> Iterator[Finding]:
    """A rule that is written wrongly matches nothing or does nothing: that goes without saying."""
    told = {(each.file, each.line) for each in found if each.code not in _WITHOUT_SAYING}
    for finding in found:
        place = finding.file, finding.line
        if finding.code not in _WITHOUT_SAYING:
            yield finding
        elif place not in told:
            told.add(place)
            yield finding


def _is_silenced(finding: Finding, lines: Sequence[bytes]) -> bool:
    """By `# ctxguard: ignore CTX005` in the line above."""
    if not finding.line or not 2 <= finding.line <= len(lines) + 1:
        return False
    silenced = _SILENCED.match(lines[finding.line - 2].lstrip())
    return silenced is not None and finding.code.encode() in re.split(rb"[, ]+", silenced[1])


def _proven(finding: Finding, evidence: Evidence, scene: Scene) -> Finding:
    """With the bytes that the fix would save; without the fix, if it cannot be done."""
    assert finding.fix is not None
    if evidence.ignore.blocked is not None:
        return replace(finding, fix=None)
    try:
        after = measure(scene.under(edited(evidence.ignore.data, finding.fix.edits)))
    except MeasureError:
        return replace(finding, fix=None)
    saved = evidence.measurement.size.bytes - after.size.bytes
    return replace(finding, bytes=max(0, saved))
