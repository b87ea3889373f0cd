"""Write M3U playlists from catalogue rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from musicvideos.catalog import Video

ORDERS = ("artist", "newest", "smallest")


def sort_videos(videos: Iterable[Video], order: str = "artist") -> list[Video]:
    """Return the videos in one of the known orders."""
    if order == "artist":
        return sorted(videos, key=lambda video: (video.artist, video.title))
    if order == "newest":
        return sorted(videos, key=lambda video: video.mtime, reverse=True)
    if order == "smallest":
        return sorted(videos, key=lambda video: video.size)
    raise ValueError(f"unknown order: {order}")


def to_m3u(videos: Sequence[Video], media_dir: Path) -> str:
    """Return the text of an extended M3U playlist.

    The length of a video is not known, so it is given as -1.
    """
    lines = ["#EXTM3U"]
    for video in videos:
        lines.append(f"#EXTINF:-1,{video.artist} - {video.title}")
        lines.append(str(media_dir / video.path))
    return "\n".join(lines) + "\n"
