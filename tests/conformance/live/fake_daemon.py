"""A daemon that builds nothing: the classic builder's client sends it the context all the same."""

from __future__ import annotations

import contextlib
import json
import os
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler


class FakeDaemon(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Listens on a socket of the file system.

    Args:
        api: version of the API it claims to speak, which must be one the client knows.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, path: str, api: str) -> None:
        super().__init__(path, _Handler)
        self.api = api
        self.requests = 0
        self.body: bytes | None = None
        """The last context that was sent whole."""

    def forget(self) -> None:
        self.requests, self.body = 0, None

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up has refused the context; it says why itself."""


@contextlib.contextmanager
def listening(path: str, api: str) -> Iterator[FakeDaemon]:
    """Raises OSError if there can be no socket at this path."""
    with FakeDaemon(path, api) as daemon:
        # The client may be another user's.
        os.chmod(path, 0o666)
        thread = threading.Thread(target=daemon.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield daemon
        finally:
            daemon.shutdown()
            thread.join()
            os.unlink(path)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FakeDaemon

    def log_message(self, *args: object) -> None:
        """Silent; the base class would want a client with an address too."""

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        body = self._read_body()
        if self._path().endswith("/build"):
            self.server.body = body
        self._answer()

    def _path(self) -> str:
        return self.path.partition("?")[0]

    def _read_body(self) -> bytes | None:
        """None if the client broke off."""
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        chunks = []
        while line := self.rfile.readline():
            size = int(line.partition(b";")[0], 16)
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
            if size == 0:
                return b"".join(chunks)
        self.close_connection = True
        return None

    def _answer(self) -> None:
        self.server.requests += 1
        content = self._content()
        self.send_response(200)
        for name, value in {
            "Api-Version": self.server.api,
            "Builder-Version": "1",
            "Ostype": "linux",
            "Content-Type": "application/json",
            "Content-Length": str(len(content)),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _content(self) -> bytes:
        api = self.server.api
        if self._path().endswith("/_ping"):
            return b"OK"
        if self._path().endswith("/version"):
            facts = {"Version": "0", "ApiVersion": api, "MinAPIVersion": "1.24", "Os": "linux"}
            return json.dumps({**facts, "Arch": "amd64"}).encode()
        if self._path().endswith("/info"):
            return json.dumps({"OSType": "linux", "Architecture": "x86_64"}).encode()
        return b'{"stream":"done\\n"}\n'
