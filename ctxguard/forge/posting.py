"""The one comment on a pull request: found by its marker, and made or changed.

Source of the meaning: GitHub's documentation, "REST API endpoints for issue comments"; a pull
request is an issue there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ctxguard.forge.client import Client
from ctxguard.forge.errors import ForgeError, RefusedError, UncertainError
from ctxguard.forge.foreign import at, number
from ctxguard.forge.whereabouts import Pull

_PER_PAGE = 30
"""So that a page of the longest comments is still no reply that is too long."""
_MOST_PAGES = 100
_ATTEMPTS = 4
_GONE = (404, 410)


class Posted(Enum):
    """What was done."""

    CREATED = "created"
    UPDATED = "updated"


@dataclass(frozen=True, slots=True)
class _Author:
    """Who the token stands for."""

    id: int | None
    """None for an app, such as that of GitHub Actions, which may not ask who it is."""

    def wrote(self, comment: Any) -> bool:
        """Whether a comment can be its own: anybody can write a marker."""
        if self.id is None:
            return bool(at(comment, "user", "type") == "Bot")
        return number(at(comment, "user", "id")) == self.id


def post(client: Client, pull: Pull, marker: str, body: str) -> Posted:
    """Make the comment, or change the one that is there.

    Args:
        marker: what the body starts with, and that of no other comment.

    Raises:
        RefusedError: the token may not do that.
        ForgeError: it cannot be done.
    """
    author = _author(client)
    for attempt in range(_ATTEMPTS):
        if _updated(client, pull, _own(client, pull, marker, author), body):
            return Posted.UPDATED
        try:
            client.post(f"{_issue(pull)}/comments", {"body": body})
        except UncertainError:
            # It may be there now: look before there are two.
            if attempt + 1 == _ATTEMPTS:
                raise
            client.rest(attempt)
        else:
            return Posted.CREATED
    raise AssertionError


def _author(client: Client) -> _Author:
    try:
        reply = client.get("/user")
    except RefusedError as error:
        if error.status == 401:
            raise
        return _Author(None)
    except ForgeError as error:
        if error.status in _GONE:
            return _Author(None)
        raise
    return _Author(number(at(reply.value, "id")))


def _updated(client: Client, pull: Pull, comments: Iterator[int], body: str) -> bool:
    """Change the first of the comments; one that was deleted meanwhile is none."""
    for comment in comments:
        try:
            client.patch(f"/repos/{pull.repository}/issues/comments/{comment}", {"body": body})
        except ForgeError as error:
            if error.status not in _GONE:
                raise
        else:
            return True
    return False


def _own(client: Client, pull: Pull, marker: str, author: _Author) -> Iterator[int]:
    """The ids of our comments, the oldest first."""
    for page in range(1, _MOST_PAGES + 1):
        reply = client.get(f"{_issue(pull)}/comments?per_page={_PER_PAGE}&page={page}")
        if not isinstance(reply.value, list):
            raise ForgeError("the API's list of comments is none; is GITHUB_API_URL right?")
        for comment in reply.value:
            body, id_ = at(comment, "body"), number(at(comment, "id"))
            ours = isinstance(body, str) and body.startswith(marker)
            if id_ is not None and ours and author.wrote(comment):
                yield id_
        # Only that there is a next page counts: what its address is, is ours to say.
        if 'rel="next"' not in reply.headers.get("link", ""):
            return


def _issue(pull: Pull) -> str:
    return f"/repos/{pull.repository}/issues/{pull.number}"
