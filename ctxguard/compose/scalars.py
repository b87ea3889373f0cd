"""What Compose makes of a value that is to be a text: it is read as Go reads YAML, then written.

Source of the meaning: gopkg.in/yaml.v3 `resolve.go`; compose-go `transform`, which writes values
with Go's `%v`.
"""

from __future__ import annotations

import re

from ctxguard.compose.nodes import Scalar

_INTEGER = re.compile(r"[-+]?(?:0[bB][01]+|0[oO]?[0-7]+|0[xX][0-9a-fA-F]+|0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_TRUE = ("true", "True", "TRUE")
_FALSE = ("false", "False", "FALSE")
_LONGEST_NUMBER = 40
_MOST_INTEGER = 1 << 64


def text_of(node: Scalar) -> str | None:
    """The text; None for nothing. `1.10` without quotes is `1.1`, as with Compose."""
    if not node.plain:
        return node.text
    if node.is_null:
        return None
    if node.text in (*_TRUE, *_FALSE):
        return node.text.lower()
    digits = node.text.replace("_", "")
    if len(digits) > _LONGEST_NUMBER:
        return node.text
    if _INTEGER.fullmatch(digits):
        number = _integer(digits)
        return str(number) if -_MOST_INTEGER < number < _MOST_INTEGER else _float(digits)
    return _float(digits) if _FLOAT.fullmatch(digits) else node.text


def _integer(digits: str) -> int:
    """As Go's `ParseInt` with base 0: a leading zero means octal."""
    sign = -1 if digits.startswith("-") else 1
    bare = digits.lstrip("+-")
    if len(bare) > 1 and bare[0] == "0" and bare[1].isdigit():
        return sign * int(bare, 8)
    return sign * int(bare, 0)


def _float(digits: str) -> str:
    """The shortest form, as Go's `%v` has it: with an exponent from 1e+06 on, and below 1e-04."""
    from decimal import Decimal

    number = float(digits)
    if number in (float("inf"), float("-inf")):
        return "+Inf" if number > 0 else "-Inf"
    sign, numbers, exponent = Decimal(repr(number)).normalize().as_tuple()
    assert isinstance(exponent, int)
    shown = "".join(map(str, numbers))
    minus = "-" if sign else ""
    power = len(shown) + exponent - 1
    if number == 0:
        return f"{minus}0"
    if power < 0 and power >= _LEAST_POWER:
        return f"{minus}0.{'0' * (-power - 1)}{shown}"
    if 0 <= power < _MOST_POWER:
        whole, part = shown[: power + 1].ljust(power + 1, "0"), shown[power + 1 :]
        return f"{minus}{whole}{'.' if part else ''}{part}"
    tail = f".{shown[1:]}" if shown[1:] else ""
    return f"{minus}{shown[0]}{tail}e{'-' if power < 0 else '+'}{abs(power):02d}"


_LEAST_POWER = -4
_MOST_POWER = 6
"""From this exponent on it is written with one."""
