"""Where a job runs, as GitHub Actions says in the environment: the API, repository and number.

Source of the meaning: GitHub's documentation, "Variables reference" (default environment
variables), and "Webhook events and payloads" (pull_request).
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from ctxguard.errors import UsageError
from ctxguard.forge.foreign import at, number, parsed
from ctxguard.sizes import shortened

_USUAL = "https://api.github.com"
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?P<port>:[0-9]{1,5})?"
    r"(?P<path>(?:/[A-Za-z0-9._~-]+)*)/?"
)
_LOOPBACK = re.compile(r"localhost|127(?:\.[0-9]{1,3}){3}|\[::1\]")
_NAME = r"(?!\.{1,2}(?:/|$))[A-Za-z0-9._-]{1,100}"
_REPOSITORY = re.compile(f"{_NAME}/{_NAME}")
_REF = re.compile(r"refs/pull/([1-9][0-9]{0,9})/(?:merge|head)")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_MOST_BYTES = 32 * 1024 * 1024
"""GitHub sends no event of over 25 MB."""


@dataclass(frozen=True, slots=True)
class Api:
    """A REST API."""

    url: str
    """Without a slash at the end."""
    host: str
    loopback: bool


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull request."""

    api: Api
    repository: str
    """`owner/name`."""
    number: int

    def __str__(self) -> str:
        return f"pull request {self.number} of {self.repository}"


@dataclass(frozen=True, slots=True)
class Event:
    """What the job runs for, as far as it is about a pull request."""

    number: int | None = None
    base: str | None = None
    """Full id of the commit that the pull request was held against."""


def event_of(environment: Mapping[str, str]) -> Event:
    """The event that started the job; an empty one if it was no pull request.

    Raises:
        UsageError: the file that tells of it cannot be read.
    """
    path = environment.get("GITHUB_EVENT_PATH")
    if not path:
        return Event()
    try:
        value = parsed(_content(path))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "there is no JSON that could be an event"
        raise UsageError(f"cannot read GITHUB_EVENT_PATH {path}: {reason}") from error
    pull = at(value, "pull_request")
    base = at(pull, "base", "sha")
    known = isinstance(base, str) and _COMMIT.fullmatch(base)
    return Event(number(at(pull, "number")), base if known else None)


def _content(path: str) -> bytes:
    """Of a regular file; a pipe would be waited for."""
    if not os.path.isfile(path):
        raise ValueError("it is no file")
    with open(path, "rb") as stream:
        data = stream.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise ValueError("it is too long")
    return data


def pull_of(environment: Mapping[str, str], event: Event) -> Pull | None:
    """The pull request that the job runs for; None if it runs for something else.

    Raises:
        UsageError: the environment does not say where, or says what cannot be.
    """
    api = api_of(environment)
    repository = environment.get("GITHUB_REPOSITORY", "")
    if not repository:
        raise UsageError("GITHUB_REPOSITORY does not say which repository to post to: owner/name")
    if not _REPOSITORY.fullmatch(repository):
        raise UsageError(f'GITHUB_REPOSITORY is "{shortened(repository)}", not owner/name')
    found = _REF.fullmatch(environment.get("GITHUB_REF", ""))
    of_ref = int(found[1]) if found else None
    asked = event.number or of_ref
    return None if asked is None else Pull(api, repository, asked)


def api_of(environment: Mapping[str, str]) -> Api:
    """Where the API is.

    Raises:
        UsageError: that is no address, or one that a token may not be sent to.
    """
    text = environment.get("GITHUB_API_URL") or _USUAL
    found = _URL.fullmatch(text)
    if found is None or {".", ".."} & set(found["path"].split("/")):
        raise UsageError(f'GITHUB_API_URL is "{shortened(text)}", no address such as {_USUAL}')
    loopback = _LOOPBACK.fullmatch(found["host"]) is not None
    if found["scheme"] != "https" and not loopback:
        raise UsageError("GITHUB_API_URL has to begin with https://; a token is sent there")
    return Api(text.rstrip("/"), f"{found['host']}{found['port'] or ''}", loopback)
