"""Find media files below the media folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

UNKNOWN_ARTIST = "unknown"


@dataclass(frozen=True)
class MediaFile:
    """One video file as it lies on disk."""

    path: str
    artist: str
    title: str
    size: int
    mtime: float


def humanize(name: str) -> str:
    """Turn a file or folder name such as 'night-train' into 'Night Train'."""
    return name.replace("-", " ").replace("_", " ").strip().title()


def scan(root: Path, extensions: Sequence[str]) -> Iterator[MediaFile]:
    """Yield every media file below ``root``, sorted by path.

    The first folder below ``root`` is the artist. A file directly in
    ``root`` belongs to the artist "unknown".
    """
    wanted = {extension.lower() for extension in extensions}
    for path in sorted(root.rglob("*")):
        if not path.is_file() or path.suffix.lower() not in wanted:
            continue
        relative = path.relative_to(root)
        has_folder = len(relative.parts) > 1
        info = path.stat()
        yield MediaFile(
            path=relative.as_posix(),
            artist=humanize(relative.parts[0]) if has_folder else UNKNOWN_ARTIST,
            title=humanize(path.stem),
            size=info.st_size,
            mtime=info.st_mtime,
        )
