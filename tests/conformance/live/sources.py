"""Random sources of COPY, ADD and mounts: paths of the tree, bent, so that most of them hit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

from tests.conformance.case import Entry

_ANYWHERE = (
    "*",
    "*",
    "**",
    "*.txt",
    "*.log",
    "*/*",
    "*/*.py",
    "**/keep",
    "s*",
    "[a-k]*",
    "?",
    "??",
)
_NOWHERE = ("nope", "nope/x", "no*pe", "src/nope", "nope/*", "NOPE", "no[pe]")
_TOP = (".", "./", "/", "..", "../", "", "./.", "/.", "//", "*/..", "nope/..")
_ODD = (
    "a[",
    "[",
    "!x",
    "#x",
    "HTTP://x",
    "a\\",
    "[z-a]",
    "{a,b}",
    "~",
    "-",
    "--",
    "x:y",
    "<<",
    "é",
)
_WILD = re.compile(r"([*?\[\\])")


class Sources:
    """Makes them.

    Args:
        tree: of the context, Dockerfile and all.
    """

    def __init__(self, rng: Random, tree: Sequence[Entry]) -> None:
        self._rng = rng
        # Long names and names of odd characters are tried, but not too often.
        self._tame = [e["path"] for e in tree if re.fullmatch(r"[\w./~-]{1,60}", e["path"])]
        self._all = [entry["path"] for entry in tree]
        self._links = [entry["path"] for entry in tree if entry["type"] == "symlink"]
        self._number = 0

    def one(self) -> str:
        """As BuildKit is to read it: wildcards in place, no variables and quotes yet."""
        rng = self._rng
        chance = rng.random()
        if chance < 0.05:
            return rng.choice(_TOP)
        if chance < 0.10:
            return rng.choice(_ANYWHERE)
        if chance < 0.14:
            return rng.choice(_NOWHERE)
        if chance < 0.16:
            return rng.choice(_ODD)
        if self._links and chance < 0.32:
            return self._dressed(self._through_link())
        return self._dressed(self._existing())

    def plain(self) -> str:
        """A path of the tree as it is."""
        known = self._tame if self._tame and self._rng.random() < 0.85 else self._all
        return self._rng.choice(known)

    def _existing(self) -> str:
        parts = self.plain().split("/")
        if self._rng.random() < 0.25:
            parts = parts[: self._rng.randint(1, len(parts))]
        if self._rng.random() < 0.3:
            at = self._rng.randrange(len(parts))
            return "/".join(
                [*map(self._literal, parts[:at]), self._bent(parts[at]), *parts[at + 1 :]]
            )
        return "/".join(map(self._literal, parts))

    def _through_link(self) -> str:
        link = self._literal(self._rng.choice(self._links))
        if self._rng.random() < 0.4:
            return link
        return f"{link}/{self._rng.choice(('*', 'x', self.plain().rpartition('/')[2]))}"

    def _literal(self, part: str) -> str:
        """A name with a wildcard in it, so that it means that name; or not."""
        return _WILD.sub(r"\\\1", part) if self._rng.random() < 0.7 else part

    def _bent(self, part: str) -> str:
        at = self._rng.randrange(len(part))
        # What \\p means depends on the Go that docker was made with.
        escape = "" if part[at] in "pP" else "\\"
        stem, dot, ending = part.rpartition(".")
        return self._rng.choice(
            (
                "*",
                f"*{dot}{ending}",
                f"{stem or part}*",
                f"{part[:at]}?{part[at + 1 :]}",
                f"{part[:at]}[{part[at]}]{part[at + 1 :]}",
                f"{part[:at]}[^{part[at]}]{part[at + 1 :]}",
                f"{part[:at]}{escape}{part[at:]}",
                f"{part[:at]}*",
                f"{part}?",
                part.swapcase(),
            )
        )

    def _dressed(self, path: str) -> str:
        if self._rng.random() < 0.65:
            return path
        start = self._rng.choice(("", "./", "/", "../", "//", "nope/../", "../../", "././"))
        stop = self._rng.choice(("", "", "/", "/.", "//", "/./", "/x/.."))
        return f"{start}{path}{stop}"
