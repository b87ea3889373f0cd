"""One request: asked again where that helps, bounded, and the token stays with its host."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.utils import formatdate

import pytest

from ctxguard.forge.client import Client
from ctxguard.forge.errors import ForgeError, RefusedError
from ctxguard.forge.exchange import MOST_BYTES
from ctxguard.forge.pace import Pace
from ctxguard.forge.token import Token
from ctxguard.forge.whereabouts import Api
from tests.forge.server import BOT, ISSUE, TOKEN, Answer, Clock, Forge, drip, serving

COMMENTS = f"{ISSUE}/comments?per_page=30&page=1"


def client(url: str, clock: Clock, **more: float) -> Client:
    pace = Pace(sleep=clock.sleep, clock=clock.now, now=clock.now, random=lambda: 0.5)
    host = url.partition("://")[2]
    return Client(Api(url, host, loopback=True), Token(TOKEN), replace(pace, **more))  # type: ignore[arg-type]


def complaint(url: str, clock: Clock | None = None, **more: float) -> ForgeError:
    """The error that it ends with; it never holds the token."""
    with pytest.raises(ForgeError) as caught:
        client(url, clock or Clock(), **more).get(COMMENTS)
    error: BaseException | None = caught.value
    while error is not None:
        assert TOKEN not in str(error)
        assert TOKEN not in repr(error)
        error = error.__cause__ or error.__context__
    return caught.value


WAITS = [
    ("429, Retry-After", Answer(429, headers={"Retry-After": "7"}), 7.5),
    ("429, nothing said", Answer(429), 0.75),
    ("a secondary limit", Answer(403, {"message": "You exceeded a secondary rate limit"}), 0.75),
    ("403, Retry-After", Answer(403, headers={"Retry-After": "60"}), 60.5),
    (
        "nothing remains",
        Answer(403, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1000020"}), 20.5,
    ),
    (
        "429, nothing remains",
        Answer(429, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1000020"}), 20.5,
    ),
    (
        "something remains",
        Answer(429, headers={"X-RateLimit-Remaining": "9", "X-RateLimit-Reset": "1000020"}), 0.75,
    ),
    ("a reset that is past", Answer(
        429, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "5"}), 0.5),
    ("a reset that is none", Answer(
        429, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "-inf"}), 0.75),
    ("a date", Answer(503, headers={"Retry-After": formatdate(1_000_030, usegmt=True)}), 30.5),
    ("a date that is none", Answer(503, headers={"Retry-After": "soon"}), 0.75),
    ("a date beyond time", Answer(
        503, headers={"Retry-After": "Fri, 31 Dec 99999 23:59:59 GMT"}), 0.75),
    ("500", Answer(500, raw=b"<html>", kind="text/html"), 0.75),
    ("502", Answer(502), 0.75),
    ("504", Answer(504), 0.75),
]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "wait"), [row[1:] for row in WAITS], ids=[row[0] for row in WAITS]
)
def test_waits_and_asks_again(forge: Forge, answer: Answer, wait: float) -> None:
    clock = Clock()
    forge.once("GET", answer)
    assert client(forge.url, clock).get(COMMENTS).value == []
    assert clock.waits == [wait]


def test_waits_grow_and_end(forge: Forge) -> None:
    clock = Clock()
    forge.always("GET", Answer(503, {"message": "try later"}))
    error = complaint(forge.url, clock)
    assert "503 Service Unavailable, try later; given up after 6 attempts" in str(error)
    assert clock.waits == [0.75, 1.5, 3.0, 6.0, 12.0]


@pytest.mark.parametrize("after", ["3600", "999999999", "9" * 400])
def test_a_wait_that_is_too_long_is_not_waited_for(forge: Forge, after: str) -> None:
    clock = Clock()
    forge.always("GET", Answer(429, headers={"Retry-After": after}))
    complaint(forge.url, clock)
    assert sum(clock.waits) < 180


def test_everything_together_has_one_limit(forge: Forge) -> None:
    clock = Clock()
    forge.always("GET", Answer(429, headers={"Retry-After": "50"}))
    error = complaint(forge.url, clock)
    assert "to wait another 50 s would be too long" in str(error)
    assert clock.waits == [50.5] * 3


def test_no_time_left_is_no_request(forge: Forge) -> None:
    clock = Clock()
    found = client(forge.url, clock)
    clock.time += 180
    with pytest.raises(ForgeError, match="it took over 180 s"):
        found.get(COMMENTS)
    assert forge.asked == []


@pytest.mark.parametrize("method", ["get", "patch", "post"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_refused(forge: Forge, status: int, method: str) -> None:
    with serving() as other:
        where = {"Location": f"{other.url}{COMMENTS}"}
        forge.rules.append(lambda _: Answer(status, headers=where))
        found = client(forge.url, Clock())
        with pytest.raises(ForgeError, match="redirects are refused") as caught:
            found.get(COMMENTS) if method == "get" else getattr(found, method)(COMMENTS, {})
        assert caught.value.status == status
        assert other.asked == []
    assert len(forge.asked) == 1


def test_a_redirect_to_a_file_is_refused(forge: Forge) -> None:
    forge.always("GET", Answer(302, headers={"Location": "file:///etc/passwd"}))
    assert "redirects are refused" in str(complaint(forge.url))


def test_no_proxy_is_told_the_token(forge: Forge, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as proxy:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert client(forge.url, Clock()).get(COMMENTS).value == []
        assert proxy.asked == []
        proxy.rules.append(lambda _: Answer(407))
        error = complaint("https://api.example.com", attempts=1)
        assert "api.example.com: " in str(error)
        (asked,) = proxy.asked
        assert (asked.method, asked.path) == ("CONNECT", "api.example.com:443")
        assert TOKEN not in str(asked)


REPLIES = [
    ("garbage", Answer(200, raw=b"\xff\x00{"), "cannot be read as JSON"),
    ("half of it", Answer(200, raw=b'[{"id": 1'), "cannot be read as JSON"),
    ("nothing", Answer(200, raw=b""), "cannot be read as JSON"),
    ("deep", Answer(200, raw=b"[" * 1_000_000), "cannot be read as JSON"),
    ("a number too long", Answer(200, raw=b"9" * 10_000), "cannot be read as JSON"),
    ("a page", Answer(200, raw=b"<html>", kind="text/html"), "the reply is no JSON"),
    ("no content type", Answer(200, raw=b"[]", kind=""), "the reply is no JSON"),
    ("404", Answer(404, {"message": "Not Found"}), "404 Not Found"),
    ("a status nobody knows", Answer(499, {"message": ["x"]}), "499 "),
    ("an error page", Answer(404, raw=b"<html>", kind="text/html"), "404 Not Found"),
    ("an error that is deep", Answer(404, raw=b"[" * 100_000), "404 Not Found"),
]


@pytest.mark.parametrize(
    ("answer", "told"), [row[1:] for row in REPLIES], ids=[row[0] for row in REPLIES]
)
def test_replies_that_are_none(forge: Forge, answer: Answer, told: str) -> None:
    forge.always("GET", answer)
    assert told in str(complaint(forge.url))
    assert len(forge.asked) == 1


def test_a_reply_that_is_too_large(forge: Forge) -> None:
    forge.always("GET", Answer(200, raw=b" " * (MOST_BYTES + 1)))
    assert "the reply has over 8,388,608 bytes" in str(complaint(forge.url, attempts=1))


def test_a_token_that_is_echoed_is_hidden(forge: Forge) -> None:
    forge.always("GET", Answer(403, {"message": f"no, Bearer {TOKEN}, {'x' * 1000}"}))
    error = complaint(forge.url)
    assert isinstance(error, RefusedError)
    assert "no, Bearer ***, xxx" in str(error)
    assert len(str(error)) < 300


@contextmanager
def raw_server(answer: bytes | None) -> Iterator[str]:
    """A server that speaks in its own way: at once, or a byte now and then."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    try:
                        connection.recv(65_536)
                        drip(connection) if answer is None else connection.sendall(answer)
                    except OSError:
                        pass

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_a_reply_that_never_ends_is_given_up(loopback: None) -> None:
    started = time.monotonic()
    with raw_server(None) as url:
        error = complaint(url, reply_s=0.3, attempts=1)
    assert "no whole reply within" in str(error)
    assert time.monotonic() - started < 5


SPEECHES = [
    ("another protocol", b"SSH-2.0-OpenSSH_9.6 " + TOKEN.encode() + b"\r\n"),
    ("nothing", b""),
    ("half a header", b"HTTP/1.1 200 OK\r\nContent-"),
    ("less than it says", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[]"),
    ("too many headers", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000 + b"\r\n"),
    ("a bad length", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
]


@pytest.mark.parametrize("speech", [row[1] for row in SPEECHES], ids=[row[0] for row in SPEECHES])
def test_what_does_not_speak_http(loopback: None, speech: bytes) -> None:
    with raw_server(speech) as url:
        error = complaint(url, attempts=2)
    assert "127.0.0.1" in str(error)


def test_nobody_is_there(loopback: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    clock = Clock()
    assert "connection refused; given up after 6 attempts" in str(complaint(url, clock))
    assert len(clock.waits) == 5


def test_a_certificate_that_is_not_good(loopback: None) -> None:
    with raw_server(b"") as url:
        error = complaint(url.replace("http:", "https:"), attempts=1)
    assert "given up after 1 attempts" in str(error)


def test_the_author_is_asked_for_as_json(forge: Forge) -> None:
    forge.author = {**BOT, "type": "User"}
    assert client(forge.url, Clock()).get("/user").value["id"] == BOT["id"]
