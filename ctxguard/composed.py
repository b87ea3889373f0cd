"""The builds of a Compose file, as contexts to measure."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ctxguard.compose.builds import Said, ServiceBuild, is_remote, without_gone
from ctxguard.compose.project import find, services, variables_of
from ctxguard.config import KEYS, Origin, Settings, settings_of_build
from ctxguard.context.tree.locate import locate
from ctxguard.context.tree.naming import INLINE
from ctxguard.errors import UsageError
from ctxguard.place import Built, Chosen, Place, on_disk
from ctxguard.sizes import shortened


@dataclass(frozen=True, slots=True)
class Composed:
    """What a Compose file asks to be built."""

    chosen: tuple[Chosen, ...]
    """Each service, and behind it its additional contexts."""
    notes: tuple[str, ...]
    """What cannot be measured, and why."""


def composed(
    file: str, flags: Mapping[str, Any], environment: Mapping[str, str] = os.environ
) -> Composed:
    """The builds of a Compose file.

    Args:
        file: "" for the one of the current folder, or of one above it, with its override.
        flags: by the name of the key; they count for all builds.

    Raises:
        UsageError: something in the files is wrong, or they build nothing.
    """
    if file and not os.path.exists(file):
        raise UsageError(f"--compose {file}: there is no such file")
    folder = os.path.abspath(file or ".")
    files = find(folder) if os.path.isdir(folder) else [folder]
    folder = os.path.dirname(files[0])
    reading = _Builds(variables_of(folder, environment), folder, flags, environment)
    chosen = [
        each
        for name, build in services(files, environment).items()
        for each in reading.of_service(name, build)
    ]
    if not chosen:
        shown = os.path.relpath(files[0])
        why = "; ".join(reading.notes) or "none of its services has a `build`"
        raise UsageError(f"there is nothing to measure: {why}", path=shown)
    return Composed(tuple(chosen), tuple(reading.notes))


class _Builds:
    """Makes contexts of builds."""

    def __init__(
        self,
        variables: Mapping[str, str],
        folder: str,
        flags: Mapping[str, Any],
        environment: Mapping[str, str],
    ) -> None:
        self._variables = variables
        self._folder = folder
        self._flags = flags
        self._environment = environment
        self.notes: list[str] = []

    def of_service(self, name: str, build: ServiceBuild) -> Iterator[Chosen]:
        """Its own context, and the additional ones; nothing if it is not built."""
        said = build.said
        if set(said) <= {"platform"}:
            return
        context = said.get("context") or _default(build, self._folder)
        if is_remote(context.value):
            what = f"its context {shortened(context.value)}"
            self.notes.append(f"{name}: {what} is no folder; not measured")
            return
        place = _place(name, context)
        settings = self._settings(name, place, said, context.value)
        additional = said.get("additional_contexts")
        names = frozenset({} if additional is None else without_gone(additional.value))
        own = Chosen(place, settings, name, _built(name, said, names))
        yield own
        if additional is not None:
            yield from self._additional(own, additional)

    def _settings(
        self, name: str, place: Place, said: Mapping[str, Said], context: str
    ) -> Settings:
        values = {}
        for key, value in self._values(said, context):
            read = _read(name, key, value)
            values[key] = (read, Origin("file", f"{value.file}:{value.line}"))
        return settings_of_build(place.folders, name, values, self._flags, self._environment)

    def _values(self, said: Mapping[str, Said], context: str) -> Iterator[tuple[str, Said]]:
        """What settings have a key for."""
        if "dockerfile" in said:
            file = said["dockerfile"]
            if not file.value:
                raise UsageError("dockerfile: it takes a path", path=file.file, line=file.line)
            yield "dockerfile", replace(file, value=os.path.join(context, file.value))
        if "target" in said:
            yield "target", said["target"]
        if "args" in said:
            args = said["args"]
            yield "build-args", replace(args, value=dict(self._arguments(args.value)))
        platforms = said.get("platforms")
        if platforms is not None and platforms.value:
            yield "platform", replace(platforms, value=platforms.value[0])
        elif "platform" in said:
            yield "platform", said["platform"]

    def _arguments(self, args: Mapping[str, str | None]) -> Iterator[tuple[str, str]]:
        for name, value in without_gone(args).items():
            if value is not None:
                yield name, value
            elif name in self._variables:
                yield name, self._variables[name]

    def _additional(self, own: Chosen, additional: Said) -> Iterator[Chosen]:
        request = own.request()
        text = locate(request.source, request.dockerfile).text
        shown = request.dockerfile.prefix + request.dockerfile.name
        for name, (path, line) in without_gone(additional.value).items():
            if is_remote(path):
                what = f"its additional context {name}"
                self.notes.append(f"{own.name}: {what} is no folder; not measured")
                continue
            at = Said(path, additional.file, line)
            place = _place(f"{own.name}, additional context {name}", at)
            if text is None:
                self.notes.append(f"{own.name}: without a Dockerfile nobody asks for {name}")
                continue
            assert own.built is not None
            built = Built(own.built.contexts, name, text, shown)
            yield Chosen(place, own.settings, f"{own.name}:{name}", built)


def _default(build: ServiceBuild, folder: str) -> Said:
    assert build.place is not None
    return replace(build.place, value=folder)


def _built(name: str, said: Mapping[str, Said], contexts: frozenset[str]) -> Built:
    inline = said.get("dockerfile_inline")
    if inline is None:
        return Built(contexts)
    if "dockerfile" in said:
        raise UsageError(
            f"{name}: dockerfile and dockerfile_inline cannot both be given; drop one",
            path=inline.file,
            line=inline.line,
        )
    return Built(contexts, None, inline.value.encode(), f"{inline.file}{INLINE}{name}")


def _place(name: str, context: Said) -> Place:
    try:
        found = on_disk(context.value)
    except UsageError as error:
        raise UsageError(
            f"{name}: {error.message}", path=context.file, line=context.line
        ) from error
    return replace(found, name=os.path.relpath(context.value))


def _read(name: str, key: str, said: Said) -> Any:
    try:
        return KEYS[key](said.value)
    except ValueError as error:
        raise UsageError(f"{name}: {key}: {error}", path=said.file, line=said.line) from None
