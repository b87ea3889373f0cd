"""Budgets: limits in, verdict and exit code out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from ctxguard.dependencies import Dependencies
from ctxguard.errors import ExitCode
from ctxguard.guard.growth import judged_bytes
from ctxguard.layers import Image
from ctxguard.measurement import Measurement
from ctxguard.report import Limit, Status, Tier, Verdict


class FailOn(Enum):
    """From which tier on a broken limit trips the guard."""

    CRITICAL = "critical"
    WARNING = "warning"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Budget:
    """The chosen limits."""

    warn: int
    """Bytes."""
    critical: int
    """Bytes."""
    max_files: int | None = None
    on_transfer: bool = False
    """The limits in bytes are about what the chosen target transfers."""
    paths: Mapping[str, int] = field(default_factory=dict)
    """Bytes for the content below a path; what lies below two of them counts for the longer."""
    max_dependencies: int | None = None
    """Bytes for all Python packages that the project asks for, where they are weighed."""


def judge(
    measurement: Measurement, budget: Budget, dependencies: Dependencies | None = None
) -> Verdict:
    """Hold a measurement against its budget.

    What is only partly measured cannot be within budget, but it can be over. Where there is no
    transfer, it counts as 0.
    """
    size = measurement.size
    name, actual, unknown = "context-size", size.bytes, None
    if budget.on_transfer:
        target = measurement.chosen_target
        name, unknown = "transfer", target.reason
        actual = judged_bytes(measurement, on_transfer=True)
    limits = [
        Limit(name, Tier.WARNING, "bytes", budget.warn, actual),
        Limit(name, Tier.CRITICAL, "bytes", budget.critical, actual),
    ]
    if budget.max_files is not None:
        limits.append(Limit("files", Tier.CRITICAL, "files", budget.max_files, size.files))
    limits += [
        Limit("path", Tier.CRITICAL, "bytes", most, measurement.weights.get(path, 0), path)
        for path, most in budget.paths.items()
    ]
    limits += _of_dependencies(dependencies, budget.max_dependencies)
    return _verdict(limits, unknown, complete=measurement.complete)


def _of_dependencies(found: Dependencies | None, most: int | None) -> list[Limit]:
    if found is None or found.bytes is None or most is None:
        return []
    return [Limit("dependencies", Tier.CRITICAL, "bytes", most, found.bytes)]


def _verdict(limits: Sequence[Limit], unknown: str | None = None, *, complete: bool) -> Verdict:
    broken = {limit.status for limit in limits}
    if Status.CRITICAL in broken:
        status = Status.CRITICAL
    elif not complete:
        status = Status.INCOMPLETE
    else:
        status = Status.WARNING if Status.WARNING in broken else Status.OK
    return Verdict(status, tuple(limits), unknown)


@dataclass(frozen=True, slots=True)
class ImageBudget:
    """The chosen limits of an image, all in bytes."""

    warn: int
    critical: int
    max_layer: int | None = None
    """For any layer that is not of the base image."""
    max_wasted: int | None = None
    max_dependencies: int | None = None
    """For all Python packages that the project asks for."""


def judge_image(
    image: Image, budget: ImageBudget, dependencies: Dependencies | None = None
) -> Verdict:
    """Hold an image against its budget: the content of all its layers."""
    size = sum(layer.bytes for layer in image.layers)
    limits = [
        Limit("image-size", Tier.WARNING, "bytes", budget.warn, size),
        Limit("image-size", Tier.CRITICAL, "bytes", budget.critical, size),
    ]
    if budget.max_layer is not None:
        own = [layer.bytes for layer in image.layers if not layer.base]
        limits.append(Limit("layer", Tier.CRITICAL, "bytes", budget.max_layer, max(own, default=0)))
    if budget.max_wasted is not None:
        wasted = image.wasted.bytes
        limits.append(Limit("wasted", Tier.CRITICAL, "bytes", budget.max_wasted, wasted))
    limits += _of_dependencies(dependencies, budget.max_dependencies)
    return _verdict(limits, complete=True)


def exit_code(measurement: Measurement, verdict: Verdict, fail_on: FailOn) -> ExitCode:
    """What the process says: 1 before 3, and `never` masks only the 1."""
    tripping = {
        FailOn.CRITICAL: {Status.CRITICAL},
        FailOn.WARNING: {Status.CRITICAL, Status.WARNING},
        FailOn.NEVER: set(),
    }[fail_on]
    if any(limit.status in tripping for limit in verdict.limits):
        return ExitCode.TRIPPED
    return ExitCode.OK if measurement.complete else ExitCode.NOT_MEASURED
