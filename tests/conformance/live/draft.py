"""A random Dockerfile in the making."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Draft:
    """What is written so far."""

    escape: str
    heads: list[str] = field(default_factory=list)
    """Instructions that come before the first FROM."""
    lines: list[str] = field(default_factory=list)
    """All others."""
    build_args: dict[str, str] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    """Of the stages; "" for one without."""
    destinations: int = 0
    """Each instruction has its own, so that nothing gets into another's way."""
    fails: bool = False
    """There is an instruction that fails when it is run."""

    def new_destination(self) -> str:
        self.destinations += 1
        return f"/d{self.destinations}/"
