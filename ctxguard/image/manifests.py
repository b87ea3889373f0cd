"""Which blobs make up the image: the manifest of `docker save`, or the index of an OCI layout.

Sources of the form: moby, image/spec/spec.md, "Combined Image JSON + Filesystem Changeset Format";
OCI image specification, image-layout.md, image-index.md, manifest.md, config.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from ctxguard.dockerfile.platforms import parsed as platform_of
from ctxguard.errors import UsageError
from ctxguard.image.streams import DamagedError

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_MOST_MANIFESTS = 500
_MOST_LAYERS = 1000
_MOST_PLATFORMS = 50
"""Images of one name; the configuration of each is read."""
_MOST_PLATFORM = 60
"""Characters of a platform."""
_REF = "org.opencontainers.image.ref.name"
_NAME = "io.containerd.image.name"

Fetch = Callable[[str], "bytes | None"]
"""The text at a path of the layout; None if there is none."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the image's own history."""

    instruction: str
    created: str | None
    empty: bool
    """It made no layer."""


@dataclass(frozen=True, slots=True)
class Parts:
    """One image: its configuration, and where its layers are."""

    config: str
    """Path of its configuration."""
    layers: tuple[str, ...]
    """Paths, from the bottom up."""


@dataclass(frozen=True, slots=True)
class Config:
    """What the configuration tells."""

    created: str | None
    platform: str
    """Such as `linux/arm64`; "" if it does not tell."""
    diff_ids: tuple[str, ...]
    steps: tuple[Step, ...]


def parts_of(fetch: Fetch, name: str | None, platform: str | None, what: str) -> Parts:
    """The parts of the image that is meant.

    Args:
        name: a tag, where there are several; None for the only one.
        platform: such as `linux/arm64`, where there are several.
        what: that is read, for messages.

    Raises:
        UsageError: there are several, and it is not said which; or none for the platform.
        DamagedError: it is no image.
    """
    saved = fetch("manifest.json")
    if saved is not None:
        rows = _parsed(saved, f"manifest.json of {what}")
        return _of_save(fetch, rows, name, platform, what)
    index = fetch("index.json")
    if index is None:
        raise DamagedError(f"{what} is no image: there is neither manifest.json nor index.json")
    return _of_layout(fetch, _parsed(index, f"index.json of {what}"), name, platform, what)


def _check_platform(fetch: Fetch, parts: Parts, platform: str | None, what: str) -> Parts:
    """The same parts, if their configuration is for the platform that was asked for."""
    own = "" if platform is None else _platform_in(fetch, parts.config, what)
    if platform is not None and not _fits(own, platform):
        raise UsageError(f"{what} holds an image for {own}, and none for {platform}")
    return parts


def _of_save(fetch: Fetch, value: Any, name: str | None, platform: str | None, what: str) -> Parts:
    found = [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
    named = found if name is None else _tagged(found, name)
    if not named or (name is None and len({_tags(each) for each in named}) > 1):
        _raise_which(sorted({tag for each in found for tag in _tags(each)}), name, what)
    # One name may stand for an image of each platform.
    chosen = named[0] if len(named) == 1 else _for_platform(fetch, named, platform, what)
    config, layers = chosen.get("Config"), chosen.get("Layers")
    if not isinstance(config, str) or not isinstance(layers, list):
        raise DamagedError(f"manifest.json of {what} names no configuration or no layers")
    parts = Parts(config, _few(_strings(layers), what))
    return _check_platform(fetch, parts, platform, what)


def _tags(each: dict[str, Any]) -> tuple[str, ...]:
    return tuple(_strings(each.get("RepoTags")))


def _tagged(found: Sequence[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    exact = [each for each in found if name in _tags(each)]
    return exact or [each for each in found if f"{name}:latest" in _tags(each)]


def _for_platform(
    fetch: Fetch, found: Sequence[dict[str, Any]], platform: str | None, what: str
) -> dict[str, Any]:
    """Of images with the same name the one whose configuration tells of the platform."""
    own = {str(each.get("Config")): each for each in found}
    if len(own) > _MOST_PLATFORMS:
        raise DamagedError(f"{what} has over {_MOST_PLATFORMS} images of the same name")
    told = {path: _platform_in(fetch, path, what) for path in own}
    fit = [path for path, one in told.items() if platform is None or _fits(one, platform)]
    if len(fit) > 1 and len(set(told.values())) == 1:
        raise DamagedError(f"{what} holds several images of the same name and platform")
    if len(fit) != 1:
        _raise_which_platform(list(told.values()), len(fit), what)
    return own[fit[0]]


def _platform_in(fetch: Fetch, path: str, what: str) -> str:
    data = fetch(path)
    return "" if data is None else config_of(data, f"{path} of {what}").platform


def _raise_which_platform(there: Sequence[str], fit: int, what: str) -> NoReturn:
    named = ", ".join(sorted({each or "?" for each in there})[:10]) or "none"
    raise UsageError(f"{what} holds {fit} images that fit; choose with --platform: {named}")


def _raise_which(tags: Sequence[str], name: str | None, what: str) -> NoReturn:
    if not tags and name is None:
        raise DamagedError(f"{what} holds no image, or several without a name")
    there = ", ".join(tags[:10]) or "images without a name"
    if name is not None:
        raise UsageError(f"{what} holds no {name}; there is {there}")
    raise UsageError(f"{what} holds several images; choose with --tag: {there}")


def _of_layout(
    fetch: Fetch, index: Any, name: str | None, platform: str | None, what: str
) -> Parts:
    found = list(_manifests(fetch, index, what, set()))
    named = [each for each in found if name is None or name in _names(each)]
    real = [each for each in named if _platform(each) != "unknown/unknown"]
    fit = [each for each in real if platform is None or _fits(_platform(each), platform)]
    if not fit and name is not None and not named:
        _raise_which(sorted({tag for each in found for tag in _names(each)}), name, what)
    if len({each["digest"] for each in fit}) != 1:
        _raise_which_platform([_platform(each) for each in real], len(fit), what)
    parts = _of_manifest(fetch, fit[0]["digest"], what)
    # What an index tells is what an engine goes by, whatever the configuration says.
    return parts if _platform(fit[0]) else _check_platform(fetch, parts, platform, what)


def _manifests(fetch: Fetch, index: Any, what: str, met: set[str]) -> Iterator[dict[str, Any]]:
    """The descriptors of manifests, also of indexes within the index; each digest once."""
    manifests = index.get("manifests") if isinstance(index, dict) else None
    for each in manifests if isinstance(manifests, list) else []:
        digest = each.get("digest") if isinstance(each, dict) else None
        if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
            raise DamagedError(f"index.json of {what} holds no digest where one should be")
        if len(met) > _MOST_MANIFESTS:
            raise DamagedError(f"{what} has over {_MOST_MANIFESTS:,} manifests")
        if digest in met:
            continue
        met.add(digest)
        if "index" not in str(each.get("mediaType")) and "list" not in str(each.get("mediaType")):
            yield each
        else:
            inner = _parsed(_blob(fetch, digest, what), f"{digest} of {what}")
            for one in _manifests(fetch, inner, what, met):
                yield {**one, "annotations": {**_annotations(one), **_annotations(each)}}


def _of_manifest(fetch: Fetch, digest: str, what: str) -> Parts:
    value = _parsed(_blob(fetch, digest, what), f"{digest} of {what}")
    layers = value.get("layers") if isinstance(value, dict) else None
    config = value.get("config") if isinstance(value, dict) else None
    found = layers if isinstance(layers, list) else []
    digests = [each.get("digest") for each in found if isinstance(each, dict)]
    if not isinstance(config, dict) or not all(map(_is_digest, [config.get("digest"), *digests])):
        raise DamagedError(f"{digest} of {what} is no manifest of an image")
    return Parts(_path(config["digest"]), _few([_path(each) for each in digests if each], what))


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def _path(digest: str) -> str:
    return f"blobs/sha256/{digest.removeprefix('sha256:')}"


def _blob(fetch: Fetch, digest: str, what: str) -> bytes:
    found = fetch(_path(digest))
    if found is None:
        raise DamagedError(f"{what} lacks {digest}")
    return found


def _few(paths: Sequence[str], what: str) -> tuple[str, ...]:
    if len(paths) > _MOST_LAYERS:
        raise DamagedError(f"{what} has over {_MOST_LAYERS:,} layers; no engine takes that many")
    return tuple(paths)


def _strings(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _annotations(each: dict[str, Any]) -> dict[str, Any]:
    found = each.get("annotations")
    return found if isinstance(found, dict) else {}


def _names(each: dict[str, Any]) -> set[str]:
    """What it may be called: the whole name and the tag alone."""
    notes = _annotations(each)
    return {name for name in (notes.get(_NAME), notes.get(_REF)) if isinstance(name, str)}


def _platform(each: dict[str, Any]) -> str:
    found = each.get("platform")
    return _platform_told(found) if isinstance(found, dict) else ""


def _platform_told(found: dict[str, Any]) -> str:
    parts = (found.get("os"), found.get("architecture"), found.get("variant"))
    return "/".join(part for part in parts if isinstance(part, str) and part)[:_MOST_PLATFORM]


def _fits(own: str, asked: str) -> bool:
    """Whether an image is for a platform; one that does not tell fits any."""
    return not own or _usual(own) == _usual(asked) or own.startswith(f"{asked}/")


def _usual(platform: str) -> str:
    """`linux/arm64/v8` is `linux/arm64`, and so is `aarch64`."""
    try:
        return platform_of(platform)
    except ValueError:
        return platform


def config_of(data: bytes, what: str) -> Config:
    """What a configuration tells; every field may be left out."""
    value = _parsed(data, what)
    value = value if isinstance(value, dict) else {}
    rootfs = value.get("rootfs")
    ids = _strings(rootfs.get("diff_ids")) if isinstance(rootfs, dict) else []
    history = value.get("history")
    found = history if isinstance(history, list) else []
    steps = [_step(each) for each in found if isinstance(each, dict)]
    created = _text(value.get("created"))
    return Config(created, _platform_told(value), tuple(ids), tuple(steps))


def _step(each: dict[str, Any]) -> Step:
    instruction = cleaned(_text(each.get("created_by")) or "")
    return Step(instruction, _text(each.get("created")), each.get("empty_layer") is True)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


_SHELL = re.compile(r"^(?:RUN )?(?:\|\d+ (?:[^\s=]+=\S* )*)?/bin/(?:ba)?sh -c (?:#\(nop\) +)?")
_NOP = "#(nop)"


def cleaned(created_by: str) -> str:
    """An instruction as it stood in the Dockerfile.

    BuildKit writes `RUN /bin/sh -c pip install . # buildkit`, the classic builder
    `/bin/sh -c #(nop) CMD [...]` and `/bin/sh -c pip install .`.
    """
    text = " ".join(created_by.split()).removesuffix("# buildkit").rstrip()
    is_run = _NOP not in text
    bare, count = _SHELL.subn("", text, count=1)
    return f"RUN {bare}" if count and is_run else bare


def _parsed(data: bytes, what: str) -> Any:
    try:
        return json.loads(data)
    except RecursionError:
        raise DamagedError(f"{what} is nested far too deeply") from None
    except ValueError as error:
        raise DamagedError(f"{what} is no JSON: {error}") from None
