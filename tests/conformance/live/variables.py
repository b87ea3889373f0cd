"""Words of a Dockerfile: quotes and escapes, and variables that hold a part of the word."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

_NAMES = ("A", "B", "DIR", "SRC_1", "v", "é", "TARGETSTAGE")
_UNSET = ("NOPE", "_", "B", "HOME")
_TO_ESCAPE = "$'\"\\`}"


class Words:
    """Writes texts as words; what they need to be declared goes where it is asked to.

    Args:
        escape: the escape character in force.
        declare: takes an instruction to put before the word's own.
        declare_first: takes one to put before the first FROM.
        build_args: what is given to the build.
    """

    def __init__(
        self,
        rng: Random,
        escape: str,
        declare: Callable[[str], None],
        declare_first: Callable[[str], None],
        build_args: dict[str, str],
    ) -> None:
        self._rng = rng
        self._escape = escape
        self._declare = declare
        self._declare_first = declare_first
        self._build_args = build_args

    def word(self, text: str, often: float = 0.3) -> str:
        """The text as one word; now and then as a word that means something else.

        Args:
            often: how likely there is a variable in it.
        """
        if self._rng.random() >= often:
            return self.quoted(text)
        return self._rng.choice((self._whole, self._part, self._instead, self._cut, self._unset))(
            text
        )

    def quoted(self, text: str) -> str:
        rng = self._rng
        chance = rng.random()
        if chance < 0.05 and "'" not in text:
            return f"'{text}'"
        escaped = "".join(
            f"{self._escape}{char}" if self._must_escape(char) and rng.random() < 0.95 else char
            for char in text
        )
        if chance < 0.1:
            return f'"{escaped}"'
        if chance < 0.13 and escaped:
            at = rng.randrange(len(escaped))
            return escaped[:at] + rng.choice(('""', self._escape)) + escaped[at:]
        return escaped

    def _must_escape(self, char: str) -> bool:
        return char in _TO_ESCAPE and (char not in "\\`" or char == self._escape)

    def _whole(self, text: str) -> str:
        name = self._set(text)
        return self._rng.choice((f"${name}", f"${{{name}}}", f'"${name}"', f"${{{name}:?needed}}"))

    def _part(self, text: str) -> str:
        start, stop = sorted(self._rng.randint(0, len(text)) for _ in "ab")
        name = self._set(text[start:stop])
        return f"{self.quoted(text[:start])}${{{name}}}{self.quoted(text[stop:])}"

    def _instead(self, text: str) -> str:
        """Something for a variable that is there, or that is not."""
        operator = self._rng.choice((":-", "-", ":+", "+"))
        if operator.endswith("-"):
            name = self._rng.choice(_UNSET)
        else:
            name = self._set(self._rng.choice(("x", "x", "")))
        return f"${{{name}{operator}{self.quoted(text)}}}"

    def _cut(self, text: str) -> str:
        value, written = self._rng.choice(
            (
                (f"pre/{text}", "#pre/"),
                (f"pre/{text}", "#*/"),
                (f"a/b/{text}", "##*b/"),
                (f"{text}.tar.gz", "%.gz"),
                (f"{text}.tar.gz", "%%.tar*"),
                (f"{text}.tar.gz", "%.*"),
                (f"{text}@@", "/@@/"),
                (text.replace("/", "-"), "//-/\\/"),
                (text.replace("a", "@"), "//@/a"),
                (f"{text}xyz", "/x?z/"),
            )
        )
        return f"${{{self._set(value)}{written}}}"

    def _unset(self, text: str) -> str:
        name = self._rng.choice(_UNSET)
        if self._rng.random() < 0.1:
            return f"${{{name}}}"
        return f"${{{name}}}{self.quoted(text)}"

    def _set(self, value: str) -> str:
        """A variable that holds the value, if nothing comes between."""
        rng = self._rng
        name = rng.choice(_NAMES)
        written = self._value(value)
        chance = rng.random()
        if chance < 0.3:
            self._declare(f"ARG {name}={written}")
        elif chance < 0.5:
            self._declare(f"ENV {name}={written}")
        elif chance < 0.6:
            self._declare(f"ENV {name} {self.quoted(value) or 'x'}")
        elif chance < 0.65:
            self._declare(f"ENV Z=1 {name}={written} Y=${name}")
        elif chance < 0.8:
            self._build_args[name] = value
            self._declare(f"ARG {name}{rng.choice(('', '=other'))}")
        else:
            self._declare_first(f"ARG {name}={written}")
            if rng.random() < 0.9:
                self._declare(f"ARG {name}")
        return name

    def _value(self, value: str) -> str:
        """Blanks would end it."""
        if any(char.isspace() for char in value):
            return f"'{value}'" if "'" not in value else f'"{self.quoted(value)}"'
        return self.quoted(value)
