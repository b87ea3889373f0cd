"""What the terminal can show, and the color of each verdict."""

from __future__ import annotations

from dataclasses import dataclass

COLORS = {
    "ok": "green",
    "warning": "yellow",
    "incomplete": "yellow",
    "critical": "red",
}
"""By the word for it."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """What the terminal can show."""

    width: int | None = 80
    """Cells of a line; None if nothing is to be cut."""
    color: bool = False
    unicode: bool = True
    brief: bool = False
    """Only size and verdict."""

    def styled(self, text: str, **style: object) -> str:
        """The text as `click.style` would have it, if there are colors."""
        if not self.color:
            return text
        import click

        return click.style(text, **style)  # type: ignore[arg-type]
