"""Archives of images, written byte by byte, and the same ones read by the standard library."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Link:
    """Another name of a file."""

    of: str


@dataclass(frozen=True)
class Symlink:
    to: str


@dataclass(frozen=True)
class Folder:
    pass


CREATED = "2026-11-27T10:00:00Z"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
Entry = bytes | int | Link | Symlink | Folder
"""Content, or so many zeros."""
Layer = Mapping[str, Entry]


def tar_of(layer: Layer, format_: int = tarfile.PAX_FORMAT) -> bytes:
    """One layer."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=format_) as tar:
        for name, entry in layer.items():
            tar.addfile(*_member(name, entry))
    return file.getvalue()


def _member(name: str, entry: Entry) -> tuple[tarfile.TarInfo, io.BytesIO | None]:
    info = tarfile.TarInfo(name)
    content: bytes | None = None
    if isinstance(entry, Link):
        info.type, info.linkname = tarfile.LNKTYPE, entry.of
    elif isinstance(entry, Symlink):
        info.type, info.linkname = tarfile.SYMTYPE, entry.to
    elif isinstance(entry, Folder):
        info.type = tarfile.DIRTYPE
    else:
        content = bytes(entry) if isinstance(entry, int) else entry
        info.size = len(content)
    return info, None if content is None else io.BytesIO(content)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def config_for(tars: Sequence[bytes], steps: Sequence[str] | None = None) -> dict[str, Any]:
    """A configuration as BuildKit writes it."""
    if steps is None:
        steps = [f"RUN /bin/sh -c step {at} # buildkit" for at in range(len(tars))]
    return {
        "architecture": "amd64",
        "os": "linux",
        "created": CREATED,
        "config": {},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest(each)}" for each in tars]},
        "history": [
            {"created": CREATED, "created_by": each, "empty_layer": "CMD" in each} for each in steps
        ],
    }


def packed(data: bytes, how: str) -> bytes:
    if how == "gzip":
        return gzip.compress(data, mtime=0)
    if how == "zstd":
        import zstandard

        return zstandard.ZstdCompressor().compress(data)
    return data


def layout_of(
    layers: Sequence[Layer],
    *,
    how: str = "",
    steps: Sequence[str] | None = None,
    tag: str = "app:1",
) -> dict[str, bytes]:
    """The files of an OCI layout with `manifest.json` beside it, as `docker save` writes them."""
    tars = [tar_of(each) for each in layers]
    blobs = [packed(each, how) for each in tars]
    config = json.dumps(config_for(tars, steps)).encode()
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": {"digest": f"sha256:{digest(config)}", "size": len(config)},
        "layers": [{"digest": f"sha256:{digest(each)}", "size": len(each)} for each in blobs],
    }
    data = json.dumps(manifest).encode()
    index = {
        "schemaVersion": 2,
        "manifests": [
            {
                "mediaType": MANIFEST,
                "digest": f"sha256:{digest(data)}",
                "size": len(data),
                "platform": {"os": "linux", "architecture": "amd64"},
                "annotations": {"io.containerd.image.name": tag},
            }
        ],
    }
    saved = [
        {
            "Config": f"blobs/sha256/{digest(config)}",
            "RepoTags": [tag],
            "Layers": [f"blobs/sha256/{digest(each)}" for each in blobs],
        }
    ]
    files = {f"blobs/sha256/{digest(each)}": each for each in (*blobs, config, data)}
    return {
        **files,
        "index.json": json.dumps(index).encode(),
        "manifest.json": json.dumps(saved).encode(),
        "oci-layout": b'{"imageLayoutVersion": "1.0.0"}',
    }


def save_of(layers: Sequence[Layer], **more: Any) -> bytes:
    """An archive of `docker save`."""
    return tar_of(layout_of(layers, **more))


def old_save_of(layers: Sequence[Layer]) -> bytes:
    """The same as docker wrote it up to version 24; layers that are alike are links."""
    tars = [tar_of(each) for each in layers]
    config = json.dumps(config_for(tars)).encode()
    files: dict[str, Entry] = {f"{digest(config)}.json": config}
    first: dict[bytes, int] = {}
    for at, tar in enumerate(tars):
        files[f"{at:064}/VERSION"] = b"1.0"
        files[f"{at:064}/json"] = b"{}"
        same = first.setdefault(tar, at)
        files[f"{at:064}/layer.tar"] = tar if same == at else Symlink(f"../{same:064}/layer.tar")
    paths = [f"{at:064}/layer.tar" for at in range(len(tars))]
    saved = [{"Config": f"{digest(config)}.json", "RepoTags": ["old:1"], "Layers": paths}]
    files["manifest.json"] = json.dumps(saved).encode()
    return tar_of(files)


def write_layout(files: Mapping[str, bytes], folder: Path) -> str:
    """An OCI layout on the disk, without `manifest.json`."""
    for name, data in files.items():
        if name != "manifest.json":
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return str(folder)
