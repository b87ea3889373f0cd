"""What the user named as an image: an archive, an OCI layout, or a name that the engine knows."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from ctxguard.errors import MeasureError, UsageError
from ctxguard.image.archive import (
    MOST_TEXT,
    Blobs,
    LayerBlob,
    file_pieces,
    read_archive,
    read_blob,
)
from ctxguard.image.listing import Reading, Wanted
from ctxguard.image.manifests import Config, Parts, config_of, parts_of
from ctxguard.image.streams import CHUNK, Counted, DamagedError, pieces_of

STANDARD_INPUT = "-"
_MOST_WORDS = 400


@dataclass(frozen=True, slots=True)
class Named:
    """What the user named."""

    reference: str
    tag: str | None = None
    """Which image of an archive that holds several."""
    platform: str | None = None
    docker: str = "docker"
    """The client."""


@dataclass(frozen=True, slots=True)
class Opened:
    """One image, read."""

    id: str
    config: Config
    layers: tuple[LayerBlob, ...]


def opened(named: Named, wanted: Wanted) -> Opened:
    """Read an image.

    Args:
        wanted: for a path in it, how many bytes of its content to keep.

    Raises:
        UsageError: there is nothing of that name, or it is not said which image.
        MeasureError: it cannot be read.
    """
    reference, reading = named.reference, Reading(wanted)
    if is_of_engine(reference):
        return _of_engine(named, reading)
    if reference == STANDARD_INPUT:
        return _of_archive(read_archive(pieces_of(sys.stdin.buffer), reading, "the archive"), named)
    if os.path.isdir(reference):
        return _of_folder(named, reading)
    return _of_archive(_read_file(reference, reading), named)


def is_of_engine(reference: str) -> bool:
    """Whether the engine is asked for it: it is no archive and no folder here.

    Raises:
        UsageError: it can only be a path, and there is nothing.
    """
    if reference == STANDARD_INPUT or os.path.exists(reference):
        return False
    if reference.endswith((".tar", ".gz", ".tgz", ".zst")) or reference.startswith((".", "/")):
        raise UsageError(f"there is no {reference}")
    return True


def _of_engine(named: Named, reading: Reading) -> Opened:
    reference = named.reference
    if named.tag is not None:
        raise UsageError(
            f"--tag is about archives, and {reference} is asked of the engine; write the tag into "
            "the name, as NAME:TAG"
        )
    with _saved(named) as pieces:
        return _of_archive(read_archive(pieces, reading, reference), named)


def _read_file(path: str, reading: Reading) -> Blobs:
    try:
        return read_archive(file_pieces(path), reading, path)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {(error.strerror or str(error)).lower()}"
        ) from error


def _of_archive(blobs: Blobs, named: Named) -> Opened:
    what = named.reference

    def fetch(path: str) -> bytes | None:
        return blobs.text(path, what)

    parts = parts_of(fetch, named.tag, named.platform, what)
    data = fetch(parts.config)
    if data is None:
        raise DamagedError(f"{what} lacks {parts.config}, the configuration of the image")
    layers = []
    for path in parts.layers:
        layer = blobs.layer(path)
        if layer is None:
            raise DamagedError(f"{what} lacks {path}, a layer, or that is no tar")
        layers.append(layer)
    return _checked(data, tuple(layers), what)


def _checked(data: bytes, layers: tuple[LayerBlob, ...], what: str) -> Opened:
    """Raises DamagedError if the layers are not those that the configuration tells of."""
    counted = Counted([data])
    for _ in counted:
        pass
    config = config_of(data, f"the configuration of {what}")
    told, met = config.diff_ids, tuple(layer.digest for layer in layers)
    if told and told != met:
        wrong = next(
            (at for at, pair in enumerate(zip(told, met, strict=False)) if len(set(pair)) > 1), 0
        )
        raise DamagedError(
            f"{what} is damaged: layer {wrong + 1} is not the one that the configuration tells of"
        )
    return Opened(counted.digest, config, layers)


def _of_folder(named: Named, reading: Reading) -> Opened:
    """An OCI layout on the disk: only the blobs of the image that is meant are read, each once."""
    root = named.reference

    def fetch(path: str) -> bytes | None:
        return _text_in(root, path)

    parts: Parts = parts_of(fetch, named.tag, named.platform, root)
    data = fetch(parts.config)
    if data is None:
        raise DamagedError(f"{root} lacks {parts.config}, the configuration of the image")
    layers = {path: _layer_in(root, path, reading) for path in dict.fromkeys(parts.layers)}
    return _checked(data, tuple(layers[path] for path in parts.layers), root)


def _text_in(root: str, path: str) -> bytes | None:
    full = _inside(root, path)
    if not os.path.isfile(full):
        return None
    try:
        with open(full, "rb") as stream:
            data = stream.read(MOST_TEXT + 1)
    except OSError as error:
        raise MeasureError(f"cannot read it: {error.strerror}", path=full) from error
    if len(data) > MOST_TEXT:
        raise DamagedError(f"{full} is far too long: over {MOST_TEXT:,} bytes")
    return data


def _inside(root: str, path: str) -> str:
    """Raises DamagedError for what would lie elsewhere: a manifest may name anything."""
    top = os.path.realpath(root)
    try:
        full = os.path.realpath(os.path.join(top, path))
    except ValueError as error:
        raise DamagedError(f"{root} names a file that can be none") from error
    if os.path.commonpath([top, full]) != top:
        raise DamagedError(f"{root} names {path}, which lies outside of it")
    return full


def _layer_in(root: str, path: str, reading: Reading) -> LayerBlob:
    full = _inside(root, path)
    if not os.path.isfile(full):
        raise DamagedError(f"{full}, a layer, is no file")
    try:
        size = os.stat(full).st_size
        counted = Counted(reading.allowance.of(file_pieces(full)))
        found = read_blob(counted, size, reading, full)
        for _ in counted:
            pass
    except OSError as error:
        raise DamagedError(f"{full}, a layer, cannot be read: {error.strerror}") from error
    if not isinstance(found, LayerBlob):
        raise DamagedError(f"{full}, a layer, is no tar")
    if counted.digest != f"sha256:{os.path.basename(path)}" and path.startswith("blobs/sha256/"):
        raise DamagedError(f"{full} is damaged: its digest is {counted.digest}")
    return found


@contextlib.contextmanager
def _saved(named: Named) -> Iterator[Iterator[bytes]]:
    """What `docker image save` writes, as it comes."""
    reference = named.reference
    if reference.startswith("-"):
        raise UsageError(f"{reference} is no name of an image")
    argv = [named.docker, "image", "save"]
    argv += ["--platform", named.platform] if named.platform else []
    try:
        run = subprocess.Popen(
            [*argv, "--", reference], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )  # fmt: skip
    except OSError as error:
        raise UsageError(
            f"there is no file {reference}, and {named.docker} cannot be run to ask for an image: "
            f"{(error.strerror or str(error)).lower()}"
        ) from error
    with run:
        assert run.stdout is not None
        try:
            yield _pieces(run, reference)
        finally:
            run.kill()


def _pieces(run: subprocess.Popen[bytes], reference: str) -> Iterator[bytes]:
    """Raises MeasureError, in the client's words, if it fails."""
    assert run.stdout is not None
    assert run.stderr is not None
    while piece := run.stdout.read(CHUNK):
        yield piece
    words = run.stderr.read(_MOST_WORDS).decode("utf-8", "replace").strip()
    if run.wait():
        raise MeasureError(f"docker cannot give {reference}: {words or 'it says nothing'}")
