"""The token for the API, which no text ever shows."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ctxguard.errors import UsageError

_NAMES = ("GITHUB_TOKEN", "GH_TOKEN")
_TOKEN = re.compile(r"[!-~]{1,4096}")
_HIDDEN = "***"


class Token:
    """A secret that goes into one header, and nowhere else."""

    __slots__ = ("_secret",)

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def __repr__(self) -> str:
        return f"Token({_HIDDEN})"

    def header(self) -> str:
        """The value of `Authorization`."""
        return f"Bearer {self._secret}"

    def hidden_in(self, text: str) -> str:
        """A text of others, which may hold it, without it."""
        return text.replace(self._secret, _HIDDEN)


def token_of(environment: Mapping[str, str]) -> Token | None:
    """The token; None if it is empty, as secrets are for the pull request of a fork.

    Raises:
        UsageError: there is none, or it cannot be one.
    """
    found = {name: environment[name].strip() for name in _NAMES if name in environment}
    if not found:
        raise UsageError(
            "there is no token to post with; set GITHUB_TOKEN, in a workflow "
            "with env: GITHUB_TOKEN: ${{ github.token }}"
        )
    name = next((name for name in found if found[name]), None)
    if name is None:
        return None
    if not _TOKEN.fullmatch(found[name]):
        raise UsageError(f"{name} holds characters that no token has; is it the right secret?")
    return Token(found[name])
