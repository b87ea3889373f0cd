"""A server that behaves like GitHub's REST API for the comments of an issue, and misbehaves."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "ghs_0123456789abcdefTOKEN"
REPOSITORY = "jane/app"
ISSUE = f"/repos/{REPOSITORY}/issues/7"
BOT = {"id": 41898282, "login": "github-actions[bot]", "type": "Bot"}
JANE = {"id": 12, "login": "jane", "type": "User"}
MALLORY = {"id": 13, "login": "mallory", "type": "User"}
_LONGEST = 65_536


@dataclass(frozen=True)
class Asked:
    """A request that came."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True)
class Answer:
    """What is answered in place of what the API would."""

    status: int
    value: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    kind: str = "application/json; charset=utf-8"
    does_it: bool = False
    """What was asked for is done all the same."""


Rule = Callable[[Asked], Answer | None]
READ_ONLY = Answer(403, {"message": "Resource not accessible by integration"})


class Forge:
    """The state of the server."""

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = []
        self.asked: list[Asked] = []
        self.rules: list[Rule] = []
        """The first one that answers is followed."""
        self.author: dict[str, Any] = BOT
        self.may_write = True
        self.url = ""
        self._next = 100

    def add(self, body: Any, user: Any = BOT) -> int:
        self._next += 1
        self.comments.append({"id": self._next, "body": body, "user": user})
        return self._next

    def body(self, id_: int) -> Any:
        (found,) = (each["body"] for each in self.comments if each["id"] == id_)
        return found

    def methods(self) -> list[str]:
        """Of what was asked about comments."""
        return [each.method for each in self.asked if each.path != "/user"]

    def once(self, method: str, *answers: Answer) -> None:
        """Answer the next requests of a method so."""
        left = list(answers)

        def rule(asked: Asked) -> Answer | None:
            return (
                left.pop(0) if asked.method == method and asked.path != "/user" and left else None
            )

        self.rules.append(rule)

    def always(self, method: str, answer: Answer) -> None:
        self.rules.append(
            lambda asked: answer if asked.method == method and asked.path != "/user" else None
        )

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        for rule in self.rules:
            found = rule(asked)
            if found is not None:
                if found.does_it:
                    self._done(asked)
                return found
        return self._done(asked)

    def _done(self, asked: Asked) -> Answer:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return Answer(401, {"message": "Bad credentials"})
        url = urlsplit(asked.path)
        if url.path == "/user":
            return READ_ONLY if self.author["type"] == "Bot" else Answer(200, self.author)
        if asked.method == "GET" and url.path == f"{ISSUE}/comments":
            return self._page(parse_qs(url.query))
        return self._written(asked) if self.may_write else READ_ONLY

    def _written(self, asked: Asked) -> Answer:
        if len(asked.body["body"]) > _LONGEST:
            return Answer(422, {"message": "Validation Failed"})
        if (asked.method, asked.path) == ("POST", f"{ISSUE}/comments"):
            return Answer(201, {"id": self.add(asked.body["body"], self.author)})
        for comment in self.comments:
            if asked.path == f"/repos/{REPOSITORY}/issues/comments/{comment['id']}":
                comment["body"] = asked.body["body"]
                return Answer(200, comment)
        return Answer(404, {"message": "Not Found"})

    def _page(self, query: dict[str, list[str]]) -> Answer:
        size, at = int(query["per_page"][0]), int(query["page"][0])
        shown = self.comments[(at - 1) * size : at * size]
        links = [f'<{self.url}{ISSUE}/comments?page=1>; rel="first"']
        if len(self.comments) > at * size:
            links.append(f'<http://attacker.invalid/comments?page={at + 1}>; rel="next"')
        return Answer(200, shown, {"Link": ", ".join(links)})


class _Handler(BaseHTTPRequestHandler):
    forge: Forge

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        data = self.rfile.read(length)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = json.loads(data) if data else None
        answer = self.forge.answer(Asked(self.command, self.path, headers, body))
        content = json.dumps(answer.value).encode() if answer.raw is None else answer.raw
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_CONNECT = _serve  # noqa: N815

    def log_message(self, *_arguments: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_arguments: object) -> None:
        """A client that goes away is what some tests are about."""


@contextmanager
def serving(forge: Forge | None = None) -> Iterator[Forge]:
    """The server, while it runs."""
    found = Forge() if forge is None else forge
    handler = type("Handler", (_Handler,), {"forge": found})
    with _Server(("127.0.0.1", 0), handler) as server:
        found.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()


@dataclass
class Clock:
    """Time that passes only in waits."""

    time: float = 1_000_000.0
    waits: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.time += seconds

    def now(self) -> float:
        return self.time


def drip(connection: Any) -> None:
    """A byte now and then, for as long as somebody listens."""
    while True:
        connection.sendall(b"H")
        time.sleep(0.05)
