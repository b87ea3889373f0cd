"""The one way from a name to the Measurement of an image."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ctxguard.context.walking.descent import folders_to
from ctxguard.context.walking.inclusion import EVERYTHING
from ctxguard.context.walking.plain import PlainFiles
from ctxguard.context.weighing.heaviest import HeaviestTally
from ctxguard.context.weighing.tallies import TypeTally
from ctxguard.image import packages
from ctxguard.image.archive import LayerBlob
from ctxguard.image.filesystem import FileSystem
from ctxguard.image.inode import Inode
from ctxguard.image.manifests import Config, Step
from ctxguard.image.opening import Named, Opened, opened
from ctxguard.layers import Image, Layer
from ctxguard.measurement import (
    Backend,
    Context,
    Heaviest,
    InstructionLine,
    Measurement,
    Outline,
    OutlinedFolder,
    TargetTransfer,
    Totals,
)

_MOST_KEPT = 32 << 20
"""Bytes of contents that tell of packages, of all layers."""
_NO_STEP = Step("", None, empty=False)
_NO_TARGET = TargetTransfer(None, default=True, chosen=True, buildkit=None, reason="image")
_LAST_OF_BASE = "CMD"
"""Nearly every image that others stand on ends with one, and a Dockerfile has it at its end."""


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """What to measure."""

    named: Named
    top: int = 10
    depth: int | None = None
    types: bool = False
    outline: bool = False


@dataclass(frozen=True, slots=True)
class MeasuredImage:
    """An image, and its final file system to look for things in."""

    measurement: Measurement
    image: Image
    files: FileSystem
    kept: Mapping[str, bytes]
    """Contents that tell of packages, of files that show."""


def measure_image(request: ImageRequest) -> MeasuredImage:
    """Measure an image, in one pass over it.

    Raises:
        UsageError: there is none of that name.
        MeasureError: it cannot be read.
    """
    found = opened(request.named, packages.wanted)
    files = FileSystem()
    kept: dict[str, bytes] = {}
    uses = Counter(map(id, found.layers))
    for blob in found.layers:
        files.add(blob.listing)
        if sum(map(len, kept.values())) < _MOST_KEPT:
            kept |= blob.listing.kept
        uses[id(blob)] -= 1
        if not uses[id(blob)]:  # A layer can be there more than once.
            blob.listing.forget()
    return _Measuring(request, found, files, kept).measured()


class _Measuring:
    def __init__(
        self, request: ImageRequest, found: Opened, files: FileSystem, kept: dict[str, bytes]
    ) -> None:
        self._request = request
        self._found = found
        self._files = files
        self._kept = kept
        self._shown = {path: inner for path, inner in files.shown() if inner}
        self._heavy = HeaviestTally(request.top)
        self._types = TypeTally() if request.types else None
        self._shown_bytes = 0

    def measured(self) -> MeasuredImage:
        self._tally()
        heaviest = self._heavy.heaviest(self._request.depth)
        kept = {path: data for path, data in self._kept.items() if self._weigh(path) is not None}
        image = self._image(heaviest, kept)
        return MeasuredImage(self._measurement(heaviest), image, self._files, kept)

    def _tally(self) -> None:
        """Each inode counts under its first name, as one file does in a context."""
        met: set[int] = set()
        above = _above(self._shown)
        for path in sorted(self._shown):
            inner = self._shown[path]
            sizes = [_once(inode, met) for inode in inner.values()]
            whole = path not in above
            plain = PlainFiles(path, list(inner), sizes, [0] * len(inner), EVERYTHING, whole)
            self._shown_bytes += plain.bytes
            self._heavy.add_plain(plain)
            if self._types is not None:
                self._types.add_plain(plain)

    def _image(self, heaviest: Heaviest, kept: Mapping[str, bytes]) -> Image:
        layers = tuple(_layers(self._found.config, self._found.layers, self._files))
        paths = [row.path for row in heaviest.rows]
        return Image(
            reference=self._request.named.reference,
            id=self._found.id,
            created=self._found.config.created,
            layers=layers,
            wasted=self._files.wasted(self._request.top),
            shown_bytes=self._shown_bytes,
            shown_files=sum(
                inode.regular for inner in self._shown.values() for inode in inner.values()
            ),
            base_bytes=sum(layer.bytes for layer in layers if layer.base),
            packages=packages.packages(kept, self._weigh),
            origins=tuple(self._origins(paths)),
        )

    def _weigh(self, path: str) -> int | None:
        folder, _, name = path.rpartition("/")
        inode = self._shown.get(folder, {}).get(name)
        return None if inode is None else inode.bytes

    def _origins(self, paths: Sequence[str]) -> Iterator[int]:
        """For each path the layer that most of it came with."""
        sums: dict[str, Counter[int]] = {path: Counter() for path in paths}
        for folder, inner in self._shown.items():
            above = [path for path in paths if folder == path or folder.startswith(f"{path}/")]
            for name, inode in inner.items():
                own = f"{folder}/{name}" if folder else name
                for path in (*above, *([own] if own in sums else ())):
                    sums[path][inode.layer] += inode.bytes
        return (
            max(each, key=lambda layer: (each[layer], -layer), default=0) for each in sums.values()
        )

    def _measurement(self, heaviest: Heaviest) -> Measurement:
        listings = [layer.listing for layer in self._found.layers]
        size = Totals(
            sum(each.bytes for each in listings), sum(each.files for each in listings),
            sum(len(each.directories) for each in listings),
            sum(len(each.special) for each in listings),
        )  # fmt: skip
        named = self._request.named
        return Measurement(
            context=Context(
                named.reference, Backend.BUILDKIT, source="image", platform=named.platform
            ),
            size=size,
            copy_all=None,
            targets=(_NO_TARGET,),
            instructions=None,
            legacy=None,
            legacy_reason="an image has no context",
            heaviest=heaviest,
            types=None if self._types is None else self._types.rows(),
            excluded=None,
            problems=(),
            dormant_rules=(),
            complete=True,
            outline=self._outline() if self._request.outline else None,
        )  # fmt: skip

    def _outline(self) -> Outline:
        """The final file system, each file brought by the instruction of its layer."""
        met: set[int] = set()
        folders = []
        for path, inner in sorted(self._shown.items(), key=lambda each: each[0].split("/")):
            numbers = [inode.layer - 1 for inode in inner.values()]
            sizes = [_once(inode, met) for inode in inner.values()]
            folders.append(OutlinedFolder(path, list(inner), sizes, numbers, [0] * len(sizes), ()))
        steps = _steps(self._found.config, len(self._found.layers))
        bringing = tuple(
            (InstructionLine("layer", number, step.instruction),)
            for number, step in enumerate(steps, start=1)
        )
        return Outline(tuple(folders), bringing, asked_for=True, rules=(None,))


def _above(paths: Iterable[str]) -> set[str]:
    """The folders that hold any of these, however deep; the root always does."""
    found = {""}
    for path in paths:
        found.update(folders_to(path.rpartition("/")[0], found))
    return found


def _most(sums: Counter[int]) -> int:
    return max(sums, key=lambda layer: (sums[layer], -layer), default=0)


def _once(inode: Inode, met: set[int]) -> int:
    if inode.names > 1:
        if id(inode) in met:
            return 0
        met.add(id(inode))
    return inode.bytes


def _layers(config: Config, blobs: Sequence[LayerBlob], files: FileSystem) -> Iterator[Layer]:
    steps = _steps(config, len(blobs))
    of_base = _layers_of_base(config.steps)
    wasted = files.wasted_by_layer()
    for number, (blob, step) in enumerate(zip(blobs, steps, strict=True), start=1):
        yield Layer(
            number,
            blob.digest,
            step.instruction,
            step.created,
            blob.listing.bytes,
            blob.listing.files,
            blob.tar_bytes,
            blob.stored_bytes,
            wasted[number],
            base=number <= of_base,
        )


def _steps(config: Config, layers: int) -> list[Step]:
    """The step that made each layer; unknown ones where the history does not fit."""
    making = [step for step in config.steps if not step.empty]
    return making if len(making) == layers else [_NO_STEP] * layers


def _layers_of_base(steps: Sequence[Step]) -> int:
    """How many layers there are up to the last CMD that another layer follows."""
    layers = found = 0
    pending = 0
    for step in steps:
        if not step.empty:
            layers += 1
            found = pending or found
            pending = 0
        elif step.instruction.startswith(_LAST_OF_BASE):
            pending = layers
    return found
