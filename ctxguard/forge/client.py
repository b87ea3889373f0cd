"""A client for the REST API: asks again where that helps, and never shows the token.

Source of the meaning: GitHub's documentation, "Getting started with the REST API".
"""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from ctxguard.forge.errors import ForgeError, RefusedError, UncertainError
from ctxguard.forge.exchange import Answer, NoAnswerError, exchange
from ctxguard.forge.foreign import at, parsed
from ctxguard.forge.pace import Pace, asks_for_patience
from ctxguard.forge.token import Token
from ctxguard.forge.whereabouts import Api
from ctxguard.version import __version__

_USUAL = Pace()
_MOST_MESSAGE = 200
_REDIRECTS = range(300, 400)
_JSON = re.compile(r"application/(?:[a-z0-9.-]+\+)?json")


@dataclass(frozen=True, slots=True)
class Reply:
    """What the API answered."""

    value: Any
    """Of its JSON; anybody may have written it."""
    headers: Mapping[str, str]
    """By their names in small letters."""


class Client:
    """The API, asked with a token.

    Args:
        pace: all requests together have its time, from now on.
    """

    def __init__(self, api: Api, token: Token, pace: Pace = _USUAL) -> None:
        self._api = api
        self._token = token
        self._pace = pace
        self._until = pace.clock() + pace.most_s

    def get(self, path: str) -> Reply:
        """What is there; asked again and again.

        Args:
            path: with its query, made of nothing but safe characters.

        Raises:
            RefusedError: the token is not good for it.
            ForgeError: it cannot be had.
        """
        return self._ask("GET", path)

    def patch(self, path: str, value: Any) -> Reply:
        """Change something; doing so twice does no harm. Raises what `get` does."""
        return self._ask("PATCH", path, value)

    def post(self, path: str, value: Any) -> Reply:
        """Make something new.

        Raises:
            UncertainError: it may have been made, or not; see before asking again.
            RefusedError: the token is not good for it.
            ForgeError: it cannot be made.
        """
        return self._ask("POST", path, value)

    def rest(self, attempt: int) -> None:
        """Wait before trying something again.

        Raises:
            ForgeError: there is no time left for that.
        """
        self._sleep(self._pace.wait_s(attempt, {}))

    def _ask(self, method: str, path: str, value: Any = None) -> Reply:
        why = ""
        for attempt in range(self._pace.attempts):
            headers: Mapping[str, str] = {}
            try:
                answer = exchange(self._request(method, path, value), self._time_left())
                message = _message(answer)
                if not asks_for_patience(answer.status, answer.headers, message):
                    return self._checked(answer, message)
                why, headers = self._said(answer, message), answer.headers
                uncertain = answer.status >= 500
            except NoAnswerError as error:
                why, uncertain = self._shown(str(error)), True
            if uncertain and method == "POST":
                raise UncertainError(f"{self._api.host}: {why}")
            if attempt + 1 < self._pace.attempts:
                self._sleep(self._pace.wait_s(attempt, headers), why)
        raise ForgeError(f"{self._api.host}: {why}; given up after {self._pace.attempts} attempts")

    def _request(self, method: str, path: str, value: Any) -> urllib.request.Request:
        data = None if value is None else json.dumps(value).encode()
        request = urllib.request.Request(f"{self._api.url}{path}", data, method=method)  # noqa: S310
        request.add_header("Accept", "application/vnd.github+json")
        request.add_header("X-GitHub-Api-Version", "2022-11-28")
        request.add_header("User-Agent", f"ctxguard/{__version__}")
        if data is not None:
            request.add_header("Content-Type", "application/json")
        request.add_unredirected_header("Authorization", self._token.header())
        return request

    def _time_left(self) -> float:
        """For one reply."""
        left = self._until - self._pace.clock()
        if left <= 0:
            raise ForgeError(f"{self._api.host}: it took over {self._pace.most_s:.0f} s; given up")
        return min(left, self._pace.reply_s)

    def _sleep(self, wait_s: float, why: str = "no clear answer") -> None:
        if self._pace.clock() + wait_s > self._until:
            raise ForgeError(
                f"{self._api.host}: {why}; to wait another {wait_s:.0f} s would be too long"
            )
        self._pace.sleep(wait_s)

    def _checked(self, answer: Answer, message: str) -> Reply:
        status, said = answer.status, f"{self._api.host}: {self._said(answer, message)}"
        if status in _REDIRECTS:
            raise ForgeError(f"{said}; redirects are refused, was the repository renamed?", status)
        if status in (401, 403):
            raise RefusedError(said, status)
        if not 200 <= status < 300:
            raise ForgeError(said, status)
        if not _is_json(answer):
            raise ForgeError(f"{self._api.host}: the reply is no JSON; is GITHUB_API_URL right?")
        try:
            return Reply(parsed(answer.body), answer.headers)
        except ValueError as error:
            raise ForgeError(f"{self._api.host}: the reply cannot be read as JSON") from error

    def _said(self, answer: Answer, message: str) -> str:
        """Status and message, such as `404 Not Found`."""
        known = answer.status in {each.value for each in HTTPStatus}
        phrase = HTTPStatus(answer.status).phrase if known else ""
        told = f", {message}" if message and message != phrase else ""
        return self._shown(f"{answer.status} {phrase}{told}")

    def _shown(self, text: str) -> str:
        """What others say, fit for a message; it may hold what was sent."""
        hidden = self._token.hidden_in(text)
        return hidden if len(hidden) <= _MOST_MESSAGE else f"{hidden[:_MOST_MESSAGE]}..."


def _is_json(answer: Answer) -> bool:
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or (
        kind.startswith("application/") and kind.endswith("+json")
    )


def _message(answer: Answer) -> str:
    """The API's own words for an error; "" if there are none."""
    if answer.status < 300 or not _is_json(answer):
        return ""
    try:
        found = at(parsed(answer.body), "message")
    except ValueError:
        return ""
    return found if isinstance(found, str) else ""
