"""Download cover art with requests."""

from __future__ import annotations

from pathlib import Path

from musicvideos.thumbnails import thumbnail_path

CHUNK = 64 * 1024
TIMEOUT = 20


def download(url: str, target: Path, part_dir: Path) -> int:
    """Download ``url`` to ``target`` and return the number of bytes.

    The data goes to a .part file first, so that a broken download never
    replaces a good file.
    """
    import requests

    part_dir.mkdir(parents=True, exist_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = part_dir / (target.name + ".part")
    written = 0
    with requests.get(url, stream=True, timeout=TIMEOUT) as response:
        response.raise_for_status()
        with part.open("wb") as handle:
            for chunk in response.iter_content(CHUNK):
                written += handle.write(chunk)
    part.replace(target)
    return written


def fetch_cover(url: str, video_path: str, thumbnail_dir: Path, part_dir: Path) -> Path:
    """Download a cover and keep it as the video's thumbnail."""
    target = thumbnail_path(thumbnail_dir, video_path)
    download(url, target, part_dir)
    return target
