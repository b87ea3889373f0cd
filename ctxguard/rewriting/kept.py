"""Old texts of ignore files, kept outside of the tree until somebody wants them back."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from dataclasses import dataclass
from typing import Any

from ctxguard.errors import UsageError
from ctxguard.git.program import GitError
from ctxguard.git.repository import find
from ctxguard.replacing import replacing

_MOST = 20
_OURS = "ctxguard"
_MODE = 0o600


@dataclass(frozen=True, slots=True)
class Old:
    """What a file held before it was written."""

    text: bytes | None
    """None if there was no such file."""
    written: str
    """The digest of what it held afterwards."""


def digest(data: bytes) -> str:
    """Tells whether a text is the one that was written."""
    return hashlib.sha256(data).hexdigest()


class KeptTexts:
    """Those of one file.

    Args:
        path: the file, absolute.
    """

    def __init__(self, path: str) -> None:
        name = hashlib.sha256(os.fsencode(path)).hexdigest()[:32]
        self._path = path
        self.place = os.path.join(_folder(os.path.dirname(path)), f"{name}.json")

    def all(self) -> list[Old]:
        """The latest last.

        Raises:
            UsageError: what is kept cannot be read.
        """
        try:
            with open(self.place, "rb") as file:
                document = json.load(file)
            return [_old(row) for row in document["texts"]]
        except FileNotFoundError:
            return []
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise UsageError(f"the old texts cannot be read: {reason}", path=self.place) from error
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(
                "the old texts cannot be read; move this file away", path=self.place
            ) from error

    def keep(self, texts: list[Old]) -> None:
        """Raises OSError if they cannot be kept."""
        os.makedirs(os.path.dirname(self.place), mode=0o700, exist_ok=True)
        document = {
            "schema_version": 1,
            "file": os.fsencode(self._path).decode("utf-8", "replace"),
            "texts": [_row(old) for old in texts[-_MOST:]],
        }
        with replacing(self.place, json.dumps(document).encode(), _MODE):
            pass


def _folder(where: str) -> str:
    """Git's common folder, or the user's own for what programs keep."""
    try:
        return os.path.join(find(where).repository.common_dir, _OURS, "old-ignore-files")
    except (UsageError, GitError):
        state = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
        return os.path.join(state, _OURS, "old-ignore-files")


def _row(old: Old) -> dict[str, str | None]:
    text = None if old.text is None else base64.b64encode(old.text).decode()
    return {"text": text, "written": old.written}


def _old(row: Any) -> Old:
    text = row["text"]
    return Old(None if text is None else base64.b64decode(text, validate=True), str(row["written"]))
