"""What the environment of a job says, all of it hostile."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ctxguard.errors import UsageError
from ctxguard.forge.token import Token, token_of
from ctxguard.forge.whereabouts import Event, api_of, event_of, pull_of
from tests.forge.server import TOKEN

SHA = "0123456789abcdef0123456789abcdef01234567"

APIS = [
    ("nothing said", "", "https://api.github.com", "api.github.com", False),
    ("GitHub", "https://api.github.com", "https://api.github.com", "api.github.com", False),
    (
        "a server of one's own", "https://git.example.com:8443/api/v3/",
        "https://git.example.com:8443/api/v3", "git.example.com:8443", False,
    ),
    ("loopback", "http://127.0.0.1:80", "http://127.0.0.1:80", "127.0.0.1:80", True),
    ("localhost", "http://localhost/x", "http://localhost/x", "localhost", True),
    ("loopback, version 6", "http://[::1]:80", "http://[::1]:80", "[::1]:80", True),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "url", "host", "loopback"), [row[1:] for row in APIS], ids=[row[0] for row in APIS]
)
def test_where_the_api_is(text: str, url: str, host: str, loopback: bool) -> None:
    found = api_of({"GITHUB_API_URL": text})
    assert (found.url, found.host, found.loopback) == (url, host, loopback)


WRONG_APIS = [
    ("not encrypted", "http://api.github.com"),
    ("a name that only begins so", "http://127.0.0.1.example.com"),
    ("another name that does", "http://localhost.example.com"),
    ("a user", "https://api.github.com@example.com"),
    ("a password", "https://a:b@example.com"),
    ("a query", "https://example.com/?x=1"),
    ("a fragment", "https://example.com/#x"),
    ("a file", "file:///etc/passwd"),
    ("no scheme", "api.github.com"),
    ("a blank", "https://exam ple.com"),
    ("a line end", "https://example.com\r\nX: y"),
    ("a line end behind it", "https://example.com\n"),
    ("a backslash", "https://example.com\\@api.github.com"),
    ("a way out", "https://example.com/../x"),
    ("a port that is none", "https://example.com:x"),
    ("letters that look alike", "https://\u0430pi.github.com"),
    ("long", "https://example.com/" + "x/" * 100_000 + " "),
]


@pytest.mark.parametrize("text", [row[1] for row in WRONG_APIS], ids=[row[0] for row in WRONG_APIS])
def test_an_address_that_gets_no_token(text: str) -> None:
    with pytest.raises(UsageError, match="GITHUB_API_URL") as caught:
        api_of({"GITHUB_API_URL": text})
    assert len(str(caught.value)) < 300


REPOSITORIES = ["", "jane", "jane/app/x", "../app", "jane/..", "jane/a b", "jane/app?x", "j/a\n"]


@pytest.mark.parametrize("name", REPOSITORIES)
def test_a_repository_that_is_none(name: str) -> None:
    with pytest.raises(UsageError, match="GITHUB_REPOSITORY"):
        pull_of({"GITHUB_REPOSITORY": name}, Event(7))


REFS = [
    ("refs/pull/12/merge", 12),
    ("refs/pull/12/head", 12),
    ("refs/heads/main", None),
    ("refs/pull/0/merge", None),
    ("refs/pull/12/merge/x", None),
    ("refs/pull/99999999999/merge", None),
    ("refs/pull/1\n/merge", None),
    ("", None),
]


@pytest.mark.parametrize(("ref", "number"), REFS)
def test_the_number_by_the_ref(ref: str, number: int | None) -> None:
    found = pull_of({"GITHUB_REPOSITORY": "jane/app", "GITHUB_REF": ref}, Event())
    assert (None if found is None else found.number) == number


def test_the_number_by_the_event_comes_first() -> None:
    environment = {"GITHUB_REPOSITORY": "jane/app.js", "GITHUB_REF": "refs/pull/12/merge"}
    found = pull_of(environment, Event(7))
    assert str(found) == "pull request 7 of jane/app.js"


EVENTS = [
    ("a pull request", {"pull_request": {"number": 7, "base": {"sha": SHA}}}, Event(7, SHA)),
    ("a long id", {"pull_request": {"base": {"sha": "a" * 64}}}, Event(None, "a" * 64)),
    ("a push", {"ref": "refs/heads/main"}, Event()),
    ("a number that is none", {"pull_request": {"number": "7"}}, Event()),
    ("true", {"pull_request": {"number": True}}, Event()),
    ("a negative one", {"pull_request": {"number": -7}}, Event()),
    ("a base that is an option", {"pull_request": {"base": {"sha": "--output=x"}}}, Event()),
    ("a base that is a name", {"pull_request": {"base": {"sha": "main"}}}, Event()),
    ("a base that is a list", {"pull_request": {"base": [SHA]}}, Event()),
    ("a list", [], Event()),
    ("null", None, Event()),
]


@pytest.mark.parametrize(
    ("value", "event"), [row[1:] for row in EVENTS], ids=[row[0] for row in EVENTS]
)
def test_the_event(tmp_path: Path, value: object, event: Event) -> None:
    path = tmp_path / "event.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    assert event_of({"GITHUB_EVENT_PATH": str(path)}) == event


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 200_000, b"\xff"])
def test_an_event_that_cannot_be_read(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "event.json"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="cannot read GITHUB_EVENT_PATH"):
        event_of({"GITHUB_EVENT_PATH": str(path)})


def test_an_event_that_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "missing", ""):
        with pytest.raises(UsageError, match="cannot read GITHUB_EVENT_PATH"):
            event_of({"GITHUB_EVENT_PATH": f"{tmp_path}/{name}"})


def test_an_event_that_is_far_too_long(tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    with path.open("wb") as stream:
        stream.truncate(40_000_000)
    with pytest.raises(UsageError, match="cannot read GITHUB_EVENT_PATH"):
        event_of({"GITHUB_EVENT_PATH": str(path)})


def test_no_event() -> None:
    assert event_of({}) == event_of({"GITHUB_EVENT_PATH": ""}) == Event()


TOKENS = [
    ("the first name", {"GITHUB_TOKEN": TOKEN, "GH_TOKEN": "b"}, TOKEN),
    ("the second", {"GH_TOKEN": TOKEN}, TOKEN),
    ("the first one is empty", {"GITHUB_TOKEN": "", "GH_TOKEN": TOKEN}, TOKEN),
    ("a line end behind it", {"GITHUB_TOKEN": f" {TOKEN}\r\n"}, TOKEN),
]


@pytest.mark.parametrize(
    ("environment", "secret"), [row[1:] for row in TOKENS], ids=[row[0] for row in TOKENS]
)
def test_the_token(environment: dict[str, str], secret: str) -> None:
    found = token_of(environment)
    assert found is not None
    assert found.header() == f"Bearer {secret}"
    assert secret not in f"{found} {found!r} {[found]}"


def test_an_empty_token_is_that_of_a_fork() -> None:
    assert token_of({"GITHUB_TOKEN": " ", "GH_TOKEN": ""}) is None


def test_no_token() -> None:
    with pytest.raises(UsageError, match=r"env: GITHUB_TOKEN: \$\{\{ github.token \}\}"):
        token_of({})


@pytest.mark.parametrize("secret", ["gh s", "ghs\r\nX: y", "gh\xe4", "x" * 5000, "a\0b"])
def test_a_token_that_is_none_is_not_shown(secret: str) -> None:
    with pytest.raises(UsageError, match="GITHUB_TOKEN holds") as caught:
        token_of({"GITHUB_TOKEN": secret})
    assert secret not in str(caught.value)


def test_what_is_hidden() -> None:
    assert Token("abc").hidden_in("x abcabc") == "x ******"
