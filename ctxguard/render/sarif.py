"""SARIF 2.1.0, for code scanning and editors.

Broken limits and problems are results as well as findings. A fingerprint tells a result by what it
is about, never by its line or its bytes, so that it stays the same one while a file grows.

Source of the form: OASIS, Static Analysis Results Interchange Format 2.1.0, sections 3.13 to 3.58.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from ctxguard.finding import Edit, Severity
from ctxguard.guard.lint import CHECKS
from ctxguard.render.document import worst
from ctxguard.render.escape import line, unicode_text
from ctxguard.render.plain import dumps
from ctxguard.render.remarks import Remark, remarks
from ctxguard.render.terminal import fix_text
from ctxguard.report import Failure, Report, Status
from ctxguard.version import __version__

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_IGNORE_FILE = ".dockerignore"
"""Where a result without a place of its own is shown: a line may be missing there."""
_FINGERPRINT = "ctxguard/v1"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
_TITLES = {check.code: check.title for check in CHECKS}


def render(reports: Sequence[Report], failures: Sequence[Failure] = ()) -> str:
    """One run with all results."""
    complete = worst(reports, failures) is not Status.INCOMPLETE
    return of_remarks(list(remarks(reports, failures)), complete=complete)


def of_remarks(found: Sequence[Remark], *, complete: bool) -> str:
    """The same for remarks of any kind.

    Args:
        complete: all could be looked at.
    """
    driver = {"name": "ctxguard", "version": __version__, "rules": list(_rules(found))}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": complete}],
        "results": list(_results(found)),
    }
    return dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rules(found: Sequence[Remark]) -> Iterator[dict[str, Any]]:
    """Each code that occurs, once."""
    first: dict[str, Remark] = {}
    for each in found:
        first.setdefault(each.code, each)
    for code, remark in first.items():
        title = _TITLES.get(code, remark.title)
        yield {
            "id": code,
            "shortDescription": {"text": line(title)},
            "defaultConfiguration": {"level": _LEVELS[remark.severity]},
        }


def _results(found: Sequence[Remark]) -> Iterator[dict[str, Any]]:
    seen: Counter[tuple[str | None, ...]] = Counter()
    for remark in found:
        about = remark.code, remark.file, remark.message.partition(", ")[0]
        yield _result(remark, _digest(*about, str(seen[about])))
        seen[about] += 1


def _digest(*parts: str | None) -> str:
    text = "\0".join(part or "" for part in parts)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _result(remark: Remark, fingerprint: str) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": remark.code,
        "level": _LEVELS[remark.severity],
        "message": {"text": _message(remark)},
        "locations": [{"physicalLocation": _place(remark)}],
        "partialFingerprints": {_FINGERPRINT: fingerprint},
        "properties": {"bytes": remark.bytes},
    }
    if remark.fix is not None and remark.fix.edits:
        description = {"text": line(remark.fix.description)}
        changes = [_change(edit, remark.folder) for edit in remark.fix.edits]
        result["fixes"] = [{"description": description, "artifactChanges": changes}]
    return result


def _message(remark: Remark) -> str:
    text = line(remark.message)
    if remark.fix is None:
        return text
    return f"{text}. {line(f'To mend it: {fix_text(remark.fix)}')}"


def _place(remark: Remark) -> dict[str, Any]:
    file = remark.file or posixpath.join(remark.folder, _IGNORE_FILE)
    place: dict[str, Any] = {"artifactLocation": {"uri": _uri(file)}}
    if remark.line is not None:
        place["region"] = {"startLine": remark.line}
    return place


def _uri(path: str) -> str:
    """A relative reference, or `file:///...` for an absolute path; RFC 3986."""
    quoted = quote(path.encode("utf-8", "surrogateescape"))
    return f"file://{quoted}" if path.startswith("/") else quoted


def _change(edit: Edit, folder: str) -> dict[str, Any]:
    """One edit: whole lines go, and whole lines come in their place."""
    end = edit.line + edit.delete
    region = {"startLine": edit.line, "startColumn": 1, "endLine": end, "endColumn": 1}
    replacement: dict[str, Any] = {"deletedRegion": region}
    if edit.insert:
        text = "".join(f"{each}\n" for each in edit.insert)
        replacement["insertedContent"] = {"text": unicode_text(text)}
    uri = _uri(posixpath.join(folder, edit.file))
    return {"artifactLocation": {"uri": uri}, "replacements": [replacement]}
