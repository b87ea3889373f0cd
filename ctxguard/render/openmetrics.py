"""Gauges in the text format of OpenMetrics, for Prometheus and its kin.

prometheus-client writes them, so that quoting and order follow the specification (OpenMetrics 1.0).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctxguard.errors import UsageError
from ctxguard.measurement import BuildKitTransfer, Measurement
from ctxguard.render.escape import line
from ctxguard.report import Failure, Report, Status

if TYPE_CHECKING:
    from prometheus_client.core import Metric

_Row = tuple[dict[str, str | None], int]
"""Labels besides that of the context, and a value."""


def render(reports: Sequence[Report], failures: Sequence[Failure] = ()) -> str:
    """All gauges of all reports.

    Raises:
        UsageError: prometheus-client is not there.
    """
    try:
        from prometheus_client.core import CollectorRegistry
        from prometheus_client.openmetrics.exposition import generate_latest
    except ImportError:
        raise UsageError(
            "OpenMetrics are written with prometheus-client, which is not installed; "
            'pip install "docker-ctxguard[metrics]" brings it'
        ) from None
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(reports, failures))
    text: bytes = generate_latest(registry)  # type: ignore[no-untyped-call]
    return text.decode()


class _Collector:
    """What prometheus-client asks for metrics."""

    def __init__(self, reports: Sequence[Report], failures: Sequence[Failure]) -> None:
        self._reports = reports
        self._failures = failures

    def collect(self) -> Iterator[Metric]:
        for gauge in _GAUGES:
            rows = [
                ({"context": _name(report), **labels}, value)
                for report in self._reports
                for labels, value in gauge.rows(report)
            ]
            if rows:
                yield _metric(gauge.name, gauge.what, gauge.unit, rows)
        if self._failures:
            rows = [({"context": each.name}, 1) for each in self._failures]
            yield _metric("context_failed", "The context could not be measured.", "", rows)


def _metric(name: str, what: str, unit: str, rows: Iterable[_Row]) -> Metric:
    """Values with the same labels are added up: each set of labels may stand there once."""
    from prometheus_client.core import GaugeMetricFamily

    sums: Counter[tuple[str, ...]] = Counter()
    names: list[str] = []
    for labels, value in rows:
        names = list(labels)
        sums[tuple(line(text or "") for text in labels.values())] += value
    family = GaugeMetricFamily(f"ctxguard_{name}", what, labels=names, unit=unit)
    for values, total in sums.items():
        family.add_metric(values, total)
    return family


def _name(report: Report) -> str:
    return report.name or report.measurement.context.root


@dataclass(frozen=True, slots=True)
class _Gauge:
    name: str
    what: str
    unit: str
    rows: Callable[[Report], Iterator[_Row]]


def _status(report: Report) -> Iterator[_Row]:
    for status in Status:
        yield {"status": status.value}, int(report.verdict.status is status)


def _complete(report: Report) -> Iterator[_Row]:
    yield {}, int(report.measurement.complete)


def _size(report: Report) -> Iterator[_Row]:
    yield {"backend": report.measurement.context.backend.value}, report.measurement.size.bytes


def _entries(report: Report) -> Iterator[_Row]:
    size = report.measurement.size
    yield {"kind": "file"}, size.files
    yield {"kind": "directory"}, size.directories
    yield {"kind": "symlink"}, size.symlinks
    yield {"kind": "other"}, size.other


def _transfer(report: Report) -> Iterator[_Row]:
    for what, sizes in _transfers(report.measurement):
        if sizes is not None:
            yield {"of": what, "cache": "cold"}, sizes.bytes
            yield {"of": what, "cache": "warm"}, sizes.warm_bytes


def _transfers(measurement: Measurement) -> Iterator[tuple[str, BuildKitTransfer | None]]:
    yield "copy all", measurement.copy_all
    for target in measurement.targets:
        yield f"target {target.name or ''}".rstrip(), target.buildkit


def _legacy(report: Report) -> Iterator[_Row]:
    if report.measurement.legacy is not None:
        yield {}, report.measurement.legacy.bytes


def _limits(unit: str) -> Callable[[Report], Iterator[_Row]]:
    def rows(report: Report) -> Iterator[_Row]:
        for limit in report.verdict.limits:
            if limit.unit == unit:
                labels = {"limit": limit.name, "tier": limit.tier.value, "scope": limit.scope}
                yield labels, limit.limit

    return rows


def _heaviest(report: Report) -> Iterator[_Row]:
    for row in report.measurement.heaviest.rows:
        yield {"path": row.path, "kind": row.kind.value}, row.bytes


def _groups(report: Report) -> Iterator[_Row]:
    for row in report.measurement.types or ():
        yield {"type": row.name}, row.bytes


def _instructions(report: Report) -> Iterator[_Row]:
    found = report.measurement.instructions
    for row in () if found is None else found.rows:
        place = f"{row.instruction.file}:{row.instruction.line}"
        yield {"instruction": row.instruction.text, "place": place}, row.bytes
    if found is not None:
        yield {"instruction": "", "place": ""}, found.unasked_bytes


def _lfs(report: Report) -> Iterator[_Row]:
    if report.measurement.lfs is not None:
        yield {}, report.measurement.lfs.bytes


def _findings(report: Report) -> Iterator[_Row]:
    for found in report.findings:
        place = found.file or found.path
        yield {"code": found.code, "severity": found.severity.value, "place": place}, found.bytes


def _problems(report: Report) -> Iterator[_Row]:
    for problem in report.measurement.problems:
        yield {"code": problem.code, "effect": problem.effect.value}, 1


def _layers(report: Report) -> Iterator[_Row]:
    for layer in () if report.image is None else report.image.layers:
        yield {"layer": str(layer.number), "instruction": layer.instruction}, layer.bytes


def _wasted(report: Report) -> Iterator[_Row]:
    if report.image is not None:
        yield {}, report.image.wasted.bytes


def _dependencies(report: Report) -> Iterator[_Row]:
    found = report.dependencies
    for each in () if found is None or found.measured is None else found.sums:
        yield {"verdict": each.verdict.value}, each.bytes


def _packages(report: Report) -> Iterator[_Row]:
    for each in () if report.dependencies is None else report.dependencies.sums:
        yield {"verdict": each.verdict.value}, each.packages


def _content(report: Report) -> Iterator[_Row]:
    if report.image is None:
        yield from _size(report)


def _image(report: Report) -> Iterator[_Row]:
    if report.image is not None:
        yield {}, report.measurement.size.bytes


_GAUGES = (
    _Gauge("status", "1 for the verdict, 0 for the others.", "", _status),
    _Gauge("complete", "Whether all that is sent could be counted.", "", _complete),
    _Gauge("context_bytes", "Content of the files that a build is sent.", "bytes", _content),
    _Gauge("image_bytes", "Content of all layers.", "bytes", _image),
    _Gauge("layer_bytes", "Content of each layer.", "bytes", _layers),
    _Gauge("wasted_bytes", "What later layers overwrite or delete.", "bytes", _wasted),
    _Gauge("context_entries", "What a build is sent.", "", _entries),
    _Gauge("transfer_bytes", "What BuildKit transfers.", "bytes", _transfer),
    _Gauge("legacy_bytes", "What the classic builder is sent.", "bytes", _legacy),
    _Gauge("limit_bytes", "Budgets in bytes.", "bytes", _limits("bytes")),
    _Gauge("limit_files", "Budgets in files.", "files", _limits("files")),
    _Gauge("heaviest_bytes", "The heaviest paths.", "bytes", _heaviest),
    _Gauge("type_bytes", "Content by ending.", "bytes", _groups),
    _Gauge(
        "instruction_bytes",
        "Content that each brings; none for what nobody asks for.",
        "bytes",
        _instructions,
    ),
    _Gauge("lfs_bytes", "Content that LFS pointers stand for.", "bytes", _lfs),
    _Gauge("dependencies_bytes", "Python packages, where weighed.", "bytes", _dependencies),
    _Gauge("dependencies_packages", "Python packages asked for.", "packages", _packages),
    _Gauge("finding_bytes", "Bytes at stake, by finding.", "bytes", _findings),
    _Gauge("problems", "What stood in the way.", "", _problems),
)
