"""Naming and placement of thumbnails."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

SUFFIX = ".jpg"


def thumbnail_name(video_path: str) -> str:
    """Return the thumbnail's file name for a path inside the media folder.

    The artist's folder is part of the name, so that two artists may each
    have a video of the same title.
    """
    path = PurePosixPath(video_path)
    return "_".join([*path.parent.parts, path.stem]) + SUFFIX


def thumbnail_path(directory: Path, video_path: str) -> Path:
    """Return the place of a video's thumbnail."""
    return directory / thumbnail_name(video_path)


def find_thumbnail(directory: Path, video_path: str) -> Path | None:
    """Return the thumbnail if it exists."""
    path = thumbnail_path(directory, video_path)
    return path if path.is_file() else None
