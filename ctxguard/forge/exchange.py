"""One request over HTTP, and its reply: bounded in time and size, without redirects.

The token is a header of the request alone, not of what asks a proxy for a tunnel. Without TLS, as
on the loopback interface, no proxy is asked at all.
"""

from __future__ import annotations

import http.client
import queue
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MOST_BYTES = 8 * 1024 * 1024
"""Of a reply."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply as it came."""

    status: int
    headers: Mapping[str, str]
    """By their names in small letters."""
    body: bytes


class NoAnswerError(Exception):
    """There is no whole reply; the message says why, in words that may be the server's."""


def exchange(request: urllib.request.Request, most_s: float) -> Answer:
    """Send a request, and read the reply.

    Raises:
        NoAnswerError: none comes in time, or not all of it.
    """
    found: queue.SimpleQueue[Answer | str] = queue.SimpleQueue()
    # A server can send a byte now and then for ever; no time limit of a socket ends that.
    worker = threading.Thread(target=_work, args=(request, most_s, found), daemon=True)
    worker.start()
    try:
        answer = found.get(timeout=most_s)
    except queue.Empty:
        raise NoAnswerError(f"no whole reply within {most_s:.0f} s") from None
    if isinstance(answer, str):
        raise NoAnswerError(answer)
    return answer


def _work(
    request: urllib.request.Request, most_s: float, found: queue.SimpleQueue[Answer | str]
) -> None:
    try:
        found.put(_exchange(request, most_s))
    except NoAnswerError as error:
        found.put(str(error))
    except Exception as error:
        found.put(_in_words(error))


def _exchange(request: urllib.request.Request, most_s: float) -> Answer:
    with _opener(request.type).open(request, timeout=most_s) as reply:
        body = reply.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise NoAnswerError(f"the reply has over {MOST_BYTES:,} bytes")
        headers = {name.lower(): value for name, value in reply.headers.items()}
        return Answer(reply.status, headers, body)


def _opener(scheme: str) -> urllib.request.OpenerDirector:
    """What knows of no redirects, and of no other schemes."""
    opener = urllib.request.OpenerDirector()
    if scheme == "https":
        proxies = urllib.request.getproxies()
        ours = {"https": proxies["https"]} if "https" in proxies else {}
        opener.add_handler(urllib.request.ProxyHandler(ours))
        opener.add_handler(urllib.request.HTTPSHandler(context=ssl.create_default_context()))
    else:
        opener.add_handler(urllib.request.HTTPHandler())
    return opener


def _in_words(error: Exception) -> str:
    reason: Any = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, TimeoutError):
        return "no reply in time"
    if isinstance(reason, OSError):
        return (reason.strerror or str(reason)).lower()
    if isinstance(reason, http.client.HTTPException):
        return "what answers does not speak HTTP, or stops in the midst of it"
    return f"the request cannot be sent ({type(reason).__name__})"
