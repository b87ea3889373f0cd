"""What can go wrong with a forge."""

from __future__ import annotations

from ctxguard.errors import CtxguardError


class ForgeError(CtxguardError):
    """The forge cannot be asked, or says no.

    Args:
        status: of its reply, if there is one.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class RefusedError(ForgeError):
    """The token is not good for this; a pull request of a fork has one that may only read."""


class UncertainError(ForgeError):
    """Nobody can say whether it was done."""
