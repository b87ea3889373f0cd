"""What a cache that forgets nothing holds, and which steps it does not have.

Source of the meaning: BuildKit, `solver/edge.go`: a step is keyed by what it does, by the content
of what it asks for, and by the key of the step it goes on from; checked on Docker 28.5.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ctxguard.rebuilds.hashing import digest
from ctxguard.rebuilds.step import Step


@dataclass(frozen=True, slots=True)
class Keyed:
    """One step at one commit."""

    own: bytes
    """Digest of what it does and asks for itself."""
    is_new: bool
    """It was never built like this."""


@dataclass(slots=True)
class Cache:
    """All that was ever built."""

    met: set[bytes] = field(default_factory=set)

    def build(self, steps: Sequence[Step], contents: Sequence[object]) -> list[Keyed]:
        """Build all steps; what is equal to something that was built before is taken from it.

        Args:
            contents: for each step, what it asks for holds.
        """
        chain: list[bytes] = []
        keys: list[bytes] = []
        owns: list[bytes] = []
        for step, content in zip(steps, contents, strict=True):
            own = digest(step.own, content)
            base = b"" if step.base is None else chain[step.base]
            key, after = _keys(step, own, base, [chain[at] for at in step.origins])
            owns.append(own)
            keys.append(key)
            chain.append(after)
        found = [Keyed(own, key not in self.met) for own, key in zip(owns, keys, strict=True)]
        self.met.update(keys)
        return found


def _keys(step: Step, own: bytes, base: bytes, origins: list[bytes]) -> tuple[bytes, bytes]:
    """The key of a step, and what those after it go on from."""
    if step.kind == "FROM":
        # EDGE CASE: what goes on from `scratch` goes on from nothing, as a linked copy does.
        image = own if step.own else b""
        return own, base if step.base is not None else image
    if not step.builds:
        # What only says something of the image is part of no layer.
        return digest("said", own), base
    if step.linked:
        key = digest(own, b"", origins)
        # What is laid on nothing stays what it is.
        return key, digest(base, key) if base else key
    key = digest(own, base, origins)
    return key, key
