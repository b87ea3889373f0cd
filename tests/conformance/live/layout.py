"""How a Dockerfile is laid out: case, comments and broken lines leave its meaning as it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

_BETWEEN = ("", "", "", "", "\n", "# a comment\n", "   # another\n", " \t\n", "#\n")


def lay_out(rng: Random, instructions: Sequence[str], escape: str) -> str:
    """The text of the file."""
    text = _head(rng, escape)
    for instruction in instructions:
        text += rng.choice(_BETWEEN) + _broken(rng, _cased(rng, instruction), escape) + "\n"
    if rng.random() < 0.1:
        text = text.removesuffix("\n")
    if rng.random() < 0.06:
        text = text.replace("\n", "\r\n")
    return f"\ufeff{text}" if rng.random() < 0.04 else text


def _head(rng: Random, escape: str) -> str:
    lines = []
    if rng.random() < 0.1:
        lines.append("# check=skip=all\n")
    if escape != "\\" or rng.random() < 0.1:
        lines.append(rng.choice((f"# escape={escape}\n", f"#ESCAPE = {escape}\n")))
    rng.shuffle(lines)
    return "".join(lines)


def _cased(rng: Random, instruction: str) -> str:
    if rng.random() < 0.8:
        return instruction
    word, blank, rest = instruction.partition(" ")
    change = rng.choice((str.lower, str.capitalize, str.swapcase))
    return change(word) + blank + rest


def _broken(rng: Random, instruction: str, escape: str) -> str:
    """Some blanks become line ends, with what may stand between the parts."""
    if "<<" in instruction or rng.random() < 0.7:
        return rng.choice(("", "", "", "  ", "\t")) + instruction
    parts = re.split("( )", instruction)
    for at, part in enumerate(parts):
        if part == " " and rng.random() < 0.4:
            parts[at] = f" {escape}{rng.choice(('', ' '))}\n{rng.choice(_BETWEEN)}" + rng.choice(
                ("", "  ", "\t")
            )
    text = "".join(parts)
    if rng.random() < 0.1:
        at = rng.randrange(1, len(text))
        text = f"{text[:at]}{escape}\n{text[at:]}"
    return text
