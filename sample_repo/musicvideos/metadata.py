"""Look up release data at MusicBrainz with httpx."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from musicvideos import __version__

API = "https://musicbrainz.org/ws/2/recording"
USER_AGENT = f"musicvideos/{__version__} (local catalogue)"
TIMEOUT = 15.0


@dataclass(frozen=True)
class Recording:
    """What the lookup knows about one recording."""

    title: str
    artist: str
    released: str | None


def build_query(artist: str, title: str) -> str:
    """Return the search expression for one recording."""
    def quote(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    return f"artist:{quote(artist)} AND recording:{quote(title)}"


def parse_recordings(payload: dict[str, Any]) -> list[Recording]:
    """Turn the service's answer into recordings."""
    return [
        Recording(
            title=item["title"],
            artist="".join(
                credit["name"] + credit.get("joinphrase", "")
                for credit in item.get("artist-credit", [])
            ),
            released=item.get("first-release-date") or None,
        )
        for item in payload.get("recordings", [])
    ]


def lookup(artist: str, title: str, limit: int = 3) -> list[Recording]:
    """Ask MusicBrainz for recordings of this artist and title."""
    import httpx

    params: dict[str, str | int] = {
        "query": build_query(artist, title), "fmt": "json", "limit": limit
    }
    response = httpx.get(
        API, params=params, headers={"User-Agent": USER_AGENT}, timeout=TIMEOUT
    )
    response.raise_for_status()
    return parse_recordings(response.json())
