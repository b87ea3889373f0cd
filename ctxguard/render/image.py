"""An image for a person: size and verdict, its layers, what is wasted, what is heavy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ctxguard.layers import Image, Layer, WastedPath
from ctxguard.render.amounts import counted
from ctxguard.render.escape import line, quoted
from ctxguard.render.look import Terminal
from ctxguard.render.table import Row
from ctxguard.render.terminal import Page, of_path
from ctxguard.report import Report
from ctxguard.sizes import format_size

_MOST_LAYERS = 20
_MOST_TEXT = 200
"""Characters of an instruction, where nothing else cuts it."""
_MOST_PACKAGES = 10
_LEAST_PACKAGE = 1_000_000
_ROOM_FOR_DATES = 120
"""Cells of a line; in less the instructions need all there is."""
_DATE = re.compile(r"(?!0001)[0-9]{4}-[0-9]{2}-[0-9]{2}(?=T)")
"""The first year is what Go writes for no time at all."""
_ID = 19
"""Characters of an id: `sha256:` and twelve digits, as docker shows it."""


class ImagePage(Page):
    """The page of an image."""

    def __init__(self, report: Report, image: Image, terminal: Terminal) -> None:
        super().__init__(report, terminal)
        self._image = image

    def _headline(self) -> str:
        image = self._image
        what = self._styled(format_size(self.measurement.size.bytes), bold=True)
        layers = counted(len(image.layers), "layer")
        name = "" if self.report.name is None else f"{quoted(self.report.name)}: "
        return f"{name}Image {quoted(image.reference)}: {what} in {layers}\n{self._verdict()}\n"

    def _facts(self) -> str:
        return "".join(f"  {name:<12}{line(text)}\n" for name, text in _facts(self._image))

    def _body(self) -> list[str]:
        parts = [self._facts(), self._layers(), self._heaviest(), self._wasted()]
        parts += [self._packages(), self._dependencies()]
        return [*parts, self._groups(), self._findings()]

    def _layers(self) -> str:
        """In their order; of very many, the heaviest."""
        layers = self._image.layers
        heaviest = sorted(layers, key=lambda layer: (-layer.bytes, layer.number))[:_MOST_LAYERS]
        shown = sorted(heaviest, key=lambda layer: layer.number)
        dates = self._dates(shown)
        rows = [_of_layer(layer, date) for layer, date in zip(shown, dates, strict=True)]
        rest = len(layers) - len(rows)
        if rest:
            size = self.measurement.size.bytes - sum(row.bytes for row in rows)
            rows.append(Row(size, "", "", f"{counted(rest, 'layer')} more", rest=True))
        return self._table("Layers", rows)

    def _dates(self, layers: Sequence[Layer]) -> list[str]:
        """The day each was made, in a column of its own where that has room."""
        width = self.terminal.width
        found = [_DATE.match(layer.created or "") for layer in layers]
        if not any(found) or (width is not None and width < _ROOM_FOR_DATES):
            return [""] * len(layers)
        return [f"{date[0] if date else '':10}  " for date in found]

    def _heaviest(self) -> str:
        heaviest = self.measurement.heaviest
        pairs = zip(heaviest.rows, self._image.origins, strict=True)
        rows = [_with(of_path(row), f", layer {layer}") for row, layer in pairs]
        return self._table("Heaviest, in the end", rows, self._image.shown_bytes)

    def _wasted(self) -> str:
        wasted = self._image.wasted
        title = f"Wasted: {format_size(wasted.bytes)} in {counted(wasted.files)}"
        return self._table(title, [_of_waste(each) for each in wasted.paths], wasted.bytes)

    def _packages(self) -> str:
        heavy = [each for each in self._image.packages if each.bytes >= _LEAST_PACKAGE]
        rows = [
            Row(each.bytes, "", quoted(f"{each.name} {each.version}".rstrip()), f", {each.kind}")
            for each in heavy[:_MOST_PACKAGES]
        ]
        return self._table("Packages", rows, self._image.shown_bytes)

    def _findings(self) -> str:
        return super()._findings().partition("  `ctxguard suggest`")[0]


def _facts(image: Image) -> Iterator[tuple[str, str]]:
    shown = f"{format_size(image.shown_bytes)} in {counted(image.shown_files)} in the end"
    yield "shown", shown
    if image.wasted.bytes:
        yield "wasted", f"{format_size(image.wasted.bytes)}: overwritten or deleted by later layers"
    if image.base_bytes:
        number = sum(layer.base for layer in image.layers)
        what = f"{format_size(image.base_bytes)} in {counted(number, 'layer')}"
        yield "base image", f"{what}, as far as the history tells"
    yield "id", image.id[:_ID]
    if image.created:
        yield "created", image.created
    yield "sizes", "content of files, each once; powers of 1000, as docker prints them"


def _of_layer(layer: Layer, date: str) -> Row:
    base = ", base image" if layer.base else ""
    wasted = f", {format_size(layer.wasted_bytes)} wasted" if layer.wasted_bytes else ""
    name = line(layer.step[:_MOST_TEXT])
    return Row(layer.bytes, f"{layer.number:>3}  {date}", name, f"{wasted}{base}", keep_start=True)


def _of_waste(each: WastedPath) -> Row:
    where = f", written in layer {each.written_in}, {each.how} in {each.gone_in}"
    return Row(each.bytes, "", quoted(each.path), where)


def _with(row: Row, more: str) -> Row:
    return replace(row, counts=row.counts + more)
