"""Two images held against each other: what shows and did not, what is gone, and which steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ctxguard.comparison import Change, ChangedFile, Class, Comparison
from ctxguard.context.compare import held
from ctxguard.context.walking.views import wire_order
from ctxguard.image.measuring import MeasuredImage
from ctxguard.layers import Image, Layer
from ctxguard.measurement import Brought, InstructionLine, Instructions, Measurement


def against(base: MeasuredImage, head: MeasuredImage, top: int) -> Comparison:
    """What changed from one image to another."""
    files = sorted(_files(base, head), key=lambda file: wire_order(file.path))
    return held(_with_steps(base), _with_steps(head), files, top)


def _files(base: MeasuredImage, head: MeasuredImage) -> Iterator[ChangedFile]:
    before, after = _sizes(base), _sizes(head)
    for path in before.keys() | after.keys():
        old, new = before.get(path), after.get(path)
        if old is None or new is None or old[0] != new[0]:
            yield _changed(path, old, new, head if new is not None else base)


def _sizes(found: MeasuredImage) -> dict[str, tuple[int, int]]:
    """Bytes and layer of each file that shows."""
    return {
        f"{folder}/{name}" if folder else name: (inode.bytes, inode.layer)
        for folder, inner in found.files.shown()
        for name, inode in inner.items()
    }


def _changed(
    path: str, old: tuple[int, int] | None, new: tuple[int, int] | None, of: MeasuredImage
) -> ChangedFile:
    before, after = (0 if each is None else each[0] for each in (old, new))
    change = Change.GREW if after > before else Change.SHRANK
    if old is None:
        change = Change.ENTERED
    elif new is None:
        change = Change.LEFT
    layer = of.image.layers[(new or old or (0, 1))[1] - 1]
    return ChangedFile(path, change, before, after, Class.TRACKED, None, (_line(layer),))


def _line(layer: Layer) -> InstructionLine:
    return InstructionLine("layer", layer.number, layer.step)


def _with_steps(found: MeasuredImage) -> Measurement:
    """The measurement with what each step added."""
    return replace(found.measurement, instructions=_steps(found.image))


def _steps(image: Image) -> Instructions:
    rows = tuple(
        Brought(_line(layer), layer.bytes, layer.files, layer.bytes, layer.files)
        for layer in image.layers
    )
    return Instructions(rows, 0, 0, 0, 0)
