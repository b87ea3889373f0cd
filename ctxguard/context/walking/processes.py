"""Work spread over forked processes: results come back as they are ready.

A process that dies takes only its own piece of work with it: that one is missing among the results,
and the caller does it itself. No process outlives the iteration.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import threading
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

_T = TypeVar("_T")
_LENGTH_BYTES = 8
_NUMBER_BYTES = array("L").itemsize


def useful_processes() -> int:
    """How many processes may work at a time: one where forking is not safe or of no use."""
    if sys.platform != "linux" or threading.active_count() > 1:
        return 1
    return len(os.sched_getaffinity(0))


def spread(
    pieces: int, work: Callable[[int], _T], processes: int, prepare: Callable[[], None]
) -> Iterator[tuple[int, _T]]:
    """Do `work(0)` to `work(pieces - 1)` elsewhere; each takes the next piece when it is free.

    Args:
        pieces: no more than a pipe holds numbers, some thousands.
        prepare: called in each process before its first piece.

    Returns:
        Number of the piece and its result, in the order they are done; those that were lost are
        missing.
    """
    todo, numbers = os.pipe()
    os.write(numbers, array("L", range(pieces)).tobytes())
    os.close(numbers)
    children: list[_Child[_T]] = []
    try:
        with _undisturbed():
            for _ in range(processes):
                children.append(_start(todo, work, prepare, children))
        yield from _collect(children)
    finally:
        os.close(todo)
        for child in children:
            child.end()


def done(
    pieces: int, work: Callable[[int], _T], processes: int, prepare: Callable[[], None]
) -> Iterator[tuple[int, _T]]:
    """As `spread` does it, and none is missing: what was lost, or is not worth it, is done here."""
    missing = set(range(pieces))
    if processes > 1:
        for number, result in spread(pieces, work, processes, prepare):
            missing.remove(number)
            yield number, result
    for number in sorted(missing):
        yield number, work(number)


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Let Ctrl-C wait: in the midst of a fork it would reach both sides of it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@dataclass
class _Child(Generic[_T]):
    pid: int
    pipe: int
    received: bytearray = field(default_factory=bytearray)

    def results(self, chunk: bytes) -> Iterator[tuple[int, _T]]:
        import pickle

        self.received += chunk
        while len(self.received) >= _LENGTH_BYTES:
            end = _LENGTH_BYTES + int.from_bytes(self.received[:_LENGTH_BYTES], "little")
            if len(self.received) < end:
                return
            # Only our own children write here.
            yield pickle.loads(self.received[_LENGTH_BYTES:end])  # noqa: S301
            del self.received[:end]

    def end(self) -> None:
        os.close(self.pipe)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)


def _start(
    todo: int, work: Callable[[int], _T], prepare: Callable[[], None], others: list[_Child[_T]]
) -> _Child[_T]:
    receiving, sending = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
            os.close(receiving)
            for other in others:
                os.close(other.pipe)
            # A short life without cycles needs no collector.
            gc.disable()
            prepare()
            _work(todo, work, sending)
        finally:
            # Nothing of the parent's is flushed, closed or reported here.
            os._exit(0)
    os.close(sending)
    return _Child(pid, receiving)


def _work(todo: int, work: Callable[[int], object], sending: int) -> None:
    import pickle

    while number := os.read(todo, _NUMBER_BYTES):
        piece = int.from_bytes(number, sys.byteorder)
        result = pickle.dumps((piece, work(piece)), pickle.HIGHEST_PROTOCOL)
        message = memoryview(len(result).to_bytes(_LENGTH_BYTES, "little") + result)
        while message:
            message = message[os.write(sending, message) :]


def _collect(children: list[_Child[_T]]) -> Iterator[tuple[int, _T]]:
    import selectors

    with selectors.DefaultSelector() as selector:
        for child in children:
            selector.register(child.pipe, selectors.EVENT_READ, child)
        while selector.get_map():
            for key, _ in selector.select():
                chunk = os.read(key.fd, 1 << 20)
                if not chunk:
                    selector.unregister(key.fd)
                yield from key.data.results(chunk)
