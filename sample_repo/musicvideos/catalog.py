"""The catalogue: one SQLite table with a row for each video."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from musicvideos.scanner import MediaFile

SCHEMA = """
CREATE TABLE IF NOT EXISTS videos (
    id     INTEGER PRIMARY KEY,
    path   TEXT NOT NULL UNIQUE,
    artist TEXT NOT NULL,
    title  TEXT NOT NULL,
    size   INTEGER NOT NULL,
    mtime  REAL NOT NULL
)
"""

UPSERT = """
INSERT INTO videos (path, artist, title, size, mtime)
VALUES (?, ?, ?, ?, ?)
ON CONFLICT (path) DO UPDATE SET
    artist = excluded.artist, title = excluded.title,
    size = excluded.size, mtime = excluded.mtime
"""


SELECT = "SELECT path, artist, title, size, mtime, id FROM videos"


@dataclass(frozen=True)
class Video(MediaFile):
    """One row of the catalogue."""

    id: int


class Catalog:
    """Access to the catalogue database."""

    def __init__(self, database: Path | str) -> None:
        if isinstance(database, Path):
            database.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(database)
        self._db.execute(SCHEMA)

    def __enter__(self) -> Catalog:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._db.close()

    def sync(self, found: Iterable[MediaFile]) -> tuple[int, int]:
        """Store the found files, drop the missing ones.

        Returns the number of stored and of dropped videos.
        """
        files = list(found)
        keep = {item.path for item in files}
        known = {row[0] for row in self._db.execute("SELECT path FROM videos")}
        gone = known - keep
        with self._db:
            self._db.executemany(
                UPSERT, [(f.path, f.artist, f.title, f.size, f.mtime) for f in files]
            )
            self._db.executemany("DELETE FROM videos WHERE path = ?", [(p,) for p in gone])
        return len(files), len(gone)

    def videos(self, artist: str | None = None) -> list[Video]:
        """Return all videos, or those of one artist, in reading order."""
        query = SELECT
        values: tuple[str, ...] = ()
        if artist is not None:
            query += " WHERE artist = ? COLLATE NOCASE"
            values = (artist,)
        rows = self._db.execute(query + " ORDER BY artist, title", values)
        return [Video(*row) for row in rows]

    def get(self, video_id: int) -> Video | None:
        """Return one video by its number."""
        row = self._db.execute(SELECT + " WHERE id = ?", (video_id,)).fetchone()
        return Video(*row) if row else None
