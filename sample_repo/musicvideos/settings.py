"""Read config/settings.toml and turn its values into paths."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parent.parent
DEFAULT_CONFIG = PROJECT_ROOT / "config" / "settings.toml"


@dataclass(frozen=True)
class Settings:
    """Where the application keeps its files."""

    media_dir: Path
    thumbnail_dir: Path
    download_dir: Path
    database: Path
    extensions: tuple[str, ...]
    host: str
    port: int


def load_settings(path: Path | None = None) -> Settings:
    """Load the settings file; relative paths start at the project root.

    The environment variable MUSICVIDEOS_CONFIG names another file.
    """
    if path is None:
        path = Path(os.environ.get("MUSICVIDEOS_CONFIG", DEFAULT_CONFIG))
    with path.open("rb") as handle:
        raw = tomllib.load(handle)
    paths = raw["paths"]
    web = raw.get("web", {})
    return Settings(
        media_dir=PROJECT_ROOT / paths["media"],
        thumbnail_dir=PROJECT_ROOT / paths["thumbnails"],
        download_dir=PROJECT_ROOT / paths["downloads"],
        database=PROJECT_ROOT / paths["database"],
        extensions=tuple(raw["scan"]["extensions"]),
        host=web.get("host", "127.0.0.1"),
        port=int(web.get("port", 8000)),
    )
