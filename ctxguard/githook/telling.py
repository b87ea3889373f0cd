"""What is said when a hook cannot be written."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from ctxguard.errors import CtxguardError


class HookError(CtxguardError):
    """The hook cannot be put there or taken away; what was there is still there."""


@contextlib.contextmanager
def told(what: str) -> Iterator[None]:
    """An error of the system, in words.

    Args:
        what: what is being done, such as `put the hook into /x`.
    """
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise HookError(f"cannot {what}: {reason}; what was there is as it was") from error
