"""The report as JSON, version 1; `schema/report.schema.json` describes it.

Fields may be added, never changed. Sizes are integers of bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ctxguard.dependencies import Dependencies
from ctxguard.finding import Finding, Fix
from ctxguard.layers import Image, Wasted
from ctxguard.measurement import (
    BuildKitTransfer,
    Context,
    Excluded,
    Heaviest,
    InstructionLine,
    Instructions,
    LfsFiles,
    Measurement,
    Problem,
    Totals,
)
from ctxguard.render.escape import unicode_text
from ctxguard.render.packages import as_json
from ctxguard.render.plain import SCHEMA_VERSION, dumps, named_path, named_paths
from ctxguard.report import Failure, Groups, Limit, Report, Status, Verdict
from ctxguard.version import __version__

if TYPE_CHECKING:
    from ctxguard.ignore.reader import IgnoreRule

_FROM_GOOD_TO_BAD = (Status.OK, Status.WARNING, Status.INCOMPLETE, Status.CRITICAL)


__all__ = ["SCHEMA_VERSION", "dumps", "named_path", "named_paths", "render"]


def render(
    reports: Sequence[Report],
    failures: Sequence[Failure] = (),
    more: Mapping[str, Any] | None = None,
) -> str:
    """The whole document, for any number of reports.

    Args:
        failures: the contexts that could not be measured.
        more: what else it holds.
    """
    document = {
        "schema_version": SCHEMA_VERSION,
        "ctxguard": __version__,
        "status": worst(reports, failures).value,
        "reports": [whole(report) for report in reports],
        "failures": [
            {**named_path("name", each.name), "message": _text(each.message)} for each in failures
        ],
        **(more or {}),
    }
    return dumps(document, indent=2) + "\n"


def worst(reports: Sequence[Report], failures: Sequence[Failure]) -> Status:
    """Of all of them; one that could not be measured is incomplete."""
    found = [report.verdict.status for report in reports]
    found += [Status.INCOMPLETE] if failures else []
    return max(found, key=_FROM_GOOD_TO_BAD.index)


def whole(report: Report) -> dict[str, Any]:
    """One report; used by the page too."""
    measurement = report.measurement
    return {
        "kind": "context" if report.image is None else "image",
        "name": report.name,
        "complete": measurement.complete,
        "context": context(measurement.context),
        "size": size(measurement.size),
        "excluded": None if measurement.excluded is None else _excluded(measurement.excluded),
        "transfer": transfer(measurement),
        "lfs": None if measurement.lfs is None else _lfs(measurement.lfs),
        "heaviest": _heaviest(measurement.heaviest, measurement.size.bytes),
        "groups": _groups(report.groups, measurement.size.bytes),
        "findings": [finding(each) for each in report.findings],
        "verdict": _verdict(report.verdict),
        "problems": [problem(each) for each in measurement.problems],
        **({} if report.image is None else {"image": image(report.image)}),
        **_packages(report.dependencies),
    }


def _packages(found: Dependencies | None) -> dict[str, Any]:
    return {} if found is None else {"dependencies": as_json(found)}


def image(found: Image) -> dict[str, Any]:
    """The layers of an image, and what it shows in the end."""
    return {
        **named_path("reference", found.reference),
        "id": found.id,
        "created": _text(found.created),
        "shown": {"bytes": found.shown_bytes, "files": found.shown_files},
        "base_bytes": found.base_bytes,
        "layers": [
            {
                "number": layer.number,
                "digest": layer.digest,
                "instruction": unicode_text(layer.instruction),
                "created": _text(layer.created),
                "bytes": layer.bytes,
                "files": layer.files,
                "tar_bytes": layer.tar_bytes,
                "stored_bytes": layer.stored_bytes,
                "wasted_bytes": layer.wasted_bytes,
                "base": layer.base,
            }
            for layer in found.layers
        ],
        "wasted": _wasted(found.wasted),
        "packages": [
            {
                **named_path("name", each.name),
                "version": unicode_text(each.version),
                "kind": each.kind,
                "bytes": each.bytes,
                "files": each.files,
            }
            for each in found.packages
        ],
        "heaviest_from": list(found.origins),
    }


def _wasted(found: Wasted) -> dict[str, Any]:
    return {
        "bytes": found.bytes,
        "files": found.files,
        "paths": [
            {
                **named_path("path", each.path),
                "bytes": each.bytes,
                "written_in": each.written_in,
                "gone_in": each.gone_in,
                "how": each.how,
            }
            for each in found.paths
        ],
    }


def size(totals: Totals) -> dict[str, int]:
    """What is sent in all; used by other documents too."""
    return {
        "bytes": totals.bytes,
        "files": totals.files,
        "directories": totals.directories,
        "symlinks": totals.symlinks,
        "other": totals.other,
    }


def context(context: Context) -> dict[str, Any]:
    """What was measured; used by other documents too."""
    return {
        **named_path("root", context.root),
        "source": context.source,
        "revision": context.revision,
        "backend": context.backend.value,
        **named_path("dockerfile", context.dockerfile),
        **named_path("target", context.target),
        "platform": context.platform,
        "build_args": {
            unicode_text(name): unicode_text(value) for name, value in context.build_args.items()
        },
        **named_path("ignore_file", context.ignore_file),
    }


def rule(rule: IgnoreRule) -> dict[str, Any]:
    """One line of an ignore file; used by other documents too."""
    return rule_line(rule.source, rule.line, rule.raw)


def rule_line(file: str, number: int, text: str) -> dict[str, Any]:
    """The same, of what is known of it."""
    return {**named_path("file", file), "line": number, "text": unicode_text(text)}


def transfer(measurement: Measurement) -> dict[str, Any]:
    """What is transferred, by builder and target; used by other documents too."""
    legacy = measurement.legacy
    return {
        "copy_all": _buildkit(measurement.copy_all),
        "targets": [
            {
                **named_path("name", target.name),
                "default": target.default,
                "buildkit": _buildkit(target.buildkit),
                "reason": target.reason,
            }
            for target in measurement.targets
            if measurement.context.source != "image"
        ],
        "legacy": None if legacy is None else {"bytes": legacy.bytes, "entries": legacy.entries},
        "legacy_reason": _text(measurement.legacy_reason),
    }


def _buildkit(transfer: BuildKitTransfer | None) -> dict[str, int] | None:
    if transfer is None:
        return None
    return {
        "bytes": transfer.bytes,
        "warm_bytes": transfer.warm_bytes,
        "entries": transfer.entries,
    }


def _excluded(excluded: Excluded) -> dict[str, Any]:
    return {
        "bytes": excluded.bytes,
        "files": excluded.files,
        "rules": [
            {
                "rule": rule_line(row.file, row.line, row.text),
                "bytes": row.bytes,
                "files": row.files,
            }
            for row in excluded.rules
        ],
    }


def _lfs(lfs: LfsFiles) -> dict[str, Any]:
    return {
        "files": lfs.files,
        "bytes": lfs.bytes,
        "counted": "pointer" if lfs.pointers else "content",
    }


def _heaviest(heaviest: Heaviest, total: int) -> list[dict[str, Any]]:
    return [
        {
            **named_path("path", row.path),
            "kind": row.kind.value,
            "bytes": row.bytes,
            "files": row.files,
            "share": share(row.bytes, total),
            "brought_by": [instruction(each) for each in row.brought_by],
        }
        for row in heaviest.rows
    ]


def share(part: int, total: int) -> float:
    """From 0 to 1, with as many digits as anyone needs."""
    return round(part / total, 6) if total else 0.0


def _groups(groups: Groups | Instructions | None, size: int) -> dict[str, Any] | None:
    if groups is None:
        return None
    if isinstance(groups, Instructions):
        return _instructions(groups, size)
    total = sum(row.bytes for row in groups.rows)
    return {
        "by": groups.by,
        "rows": [
            {**named_path("name", row.name), **_content(row.bytes, row.files, total)}
            for row in groups.rows
        ],
    }


def _content(size: int, files: int, total: int) -> dict[str, float]:
    return {"bytes": size, "files": files, "share": share(size, total)}


def _instructions(found: Instructions, total: int) -> dict[str, Any]:
    """The rows overlap where several instructions bring a file."""
    rows = [
        {
            **named_path("name", f"{row.instruction.file}:{row.instruction.line}"),
            **_content(row.bytes, row.files, total),
            "instruction": instruction(row.instruction),
            "only": _content(row.only_bytes, row.only_files, total),
        }
        for row in found.rows
    ]
    return {
        "by": "instruction",
        "rows": rows,
        "several": _content(found.several_bytes, found.several_files, total),
        "unasked": _content(found.unasked_bytes, found.unasked_files, total),
    }


def instruction(each: InstructionLine) -> dict[str, Any]:
    """One instruction; used by other documents too."""
    return {
        **named_path("file", each.file),
        "line": each.line,
        "text": unicode_text(each.text),
    }


def finding(found: Finding) -> dict[str, Any]:
    """One finding; used by other documents too."""
    return {
        "code": found.code,
        "severity": found.severity.value,
        "message": _text(found.message),
        **named_path("file", found.file),
        "line": found.line,
        **named_path("path", found.path),
        **named_paths("related", found.related),
        "bytes": found.bytes,
        "fix": None if found.fix is None else fix(found.fix),
    }


def fix(fix: Fix) -> dict[str, Any]:
    """What to do; used by other documents too."""
    return {
        "description": _text(fix.description),
        "command": _text(fix.command),
        "edits": [
            {
                **named_path("file", edit.file),
                "line": edit.line,
                "delete": edit.delete,
                "insert": [unicode_text(text) for text in edit.insert],
            }
            for edit in fix.edits
        ],
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "status": verdict.status.value,
        "limits": [limit(each) for each in verdict.limits],
    }


def limit(limit: Limit) -> dict[str, Any]:
    """One limit; used by other documents too."""
    return {
        "name": limit.name,
        **named_path("scope", limit.scope),
        "tier": limit.tier.value,
        "unit": limit.unit,
        "limit": limit.limit,
        "actual": limit.actual,
        "headroom": limit.headroom,
        "status": limit.status.value,
    }


def problem(problem: Problem) -> Mapping[str, Any]:
    """One problem; used by other documents too."""
    return {
        "code": problem.code,
        **named_path("path", problem.path),
        "line": problem.line,
        "message": _text(problem.message),
        "effect": problem.effect.value,
    }


def _text(text: str | None) -> str | None:
    return None if text is None else unicode_text(text)
