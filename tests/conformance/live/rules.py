"""Random ignore files: made from the paths of the tree, so that they hit, and then bent."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from ctxguard.ignore.reader import read_rules
from ctxguard.ignore.spec import DockerIgnoreSpec
from tests.conformance.case import to_bytes

_QUIRKS = (
    "*",
    "**",
    "**/",
    "***",
    ".",
    "/",
    "..",
    "./",
    "!**",
    "!*",
    "* # not a comment",
    "  # neither",
    "**foo",
    "**.log",
    "**/*.log",
    "**/*.txt",
    "**/keep",
    "!**/keep",
    "!keep",
    "!keep/**",
    "!**/*.py",
    "!*/src",
    "src/**/*",
    "*/*",
    "*/*/*",
    "a**",
    "a**b",
    "**/a**",
    "?",
    "??",
    "*.?",
    "[a-k]*",
    "[^a-k]*",
    "[!a]*",
    "[[:alpha:]]",
    "**/[[:digit:]]*",
    "x|y*",
    "a{2}*",
    "^a*",
    "a+b*",
    "*\\ *",
    "\\*",
    "\\#hash",
    "\\!bang",
    "*\\d",
    "!!bang",
    "! keep",
    "/!keep",
    "*/../src",
    "\ufeff*",
    "\u00a0keep\u3000",
    "caf\u00e9*",
    "\udcff*",
    "**/.*",
    ".*",
    ".dockerignore",
    "**/Dockerfile*",
    "!Dockerfile",
    "!.dockerignore",
)
_REFUSED_AT_ONCE = ("[", "a[", "[]a]", "a\\", "!", "! ", "[a-]", "tab\there")
_REFUSED_WHEN_MET = ("[z-a]", "*\\q", "x*[", "[[:foo:]]*", "!**/[z-a]")


def random_ignore_file(rng: Random, paths: Sequence[str], bad_rules: bool) -> str:
    """The text of one.

    Args:
        bad_rules: also rules that Docker refuses only once a path is held against them; some
            engines crash on such.
    """
    while True:
        text = _text(rng, paths)
        if bad_rules and rng.random() < 0.3:
            text += f"{rng.choice(_REFUSED_WHEN_MET)}\n"
        elif rng.random() < 0.02:
            text += f"{rng.choice(_REFUSED_AT_ONCE)}\n"
            return text
        if bad_rules or not _refused_when_met(text):
            return text


def _refused_when_met(text: str) -> bool:
    """Bending a path can make such a rule by chance."""
    try:
        return DockerIgnoreSpec.from_rules(read_rules(to_bytes(text), "")).broken
    except ValueError:
        return False


def _text(rng: Random, paths: Sequence[str]) -> str:
    lines = [_line(rng, paths) for _ in range(rng.choice((0, 1, 2, 3, 4, 6, 10)))]
    if rng.random() < 0.25:
        # All out, some back in: the usual way to write an allow list.
        lines.insert(0, rng.choice(("*", "**", "*/", "**/*")))
        lines += [f"!{_pattern(rng, paths)}" for _ in range(rng.randint(0, 3))]
    if paths and rng.random() < 0.2:
        lines += _there_and_back(rng, paths)
    end = "\r\n" if rng.random() < 0.15 else "\n"
    text = end.join(lines) + (end if rng.random() < 0.8 else "")
    return f"\ufeff{text}" if rng.random() < 0.1 else text


def _there_and_back(rng: Random, paths: Sequence[str]) -> list[str]:
    """One path and its folders, out and in again by turns: the order of rules decides."""
    parts = rng.choice(paths).split("/")
    lines = []
    for _ in range(rng.randint(2, 5)):
        part = "/".join(parts[: rng.randint(1, len(parts))])
        lines.append(rng.choice(("", "!")) + part + rng.choice(("", "", "", "/**", "/*")))
    return lines


def _line(rng: Random, paths: Sequence[str]) -> str:
    chance = rng.random()
    if chance < 0.06:
        return rng.choice(("", "   ", "\t", "# a comment", "#", "#!x"))
    negation = rng.choice(("!", "!", "!", "! ", "!/", "!./")) if chance < 0.35 else ""
    blanks = ("", "", "", "", "", "", " ", "  ", "\t", "\v")
    return rng.choice(blanks) + negation + _pattern(rng, paths) + rng.choice(blanks)


def _pattern(rng: Random, paths: Sequence[str]) -> str:
    if not paths or rng.random() < 0.25:
        return rng.choice(_QUIRKS).lstrip("!")
    parts = rng.choice(paths).split("/")
    parts = parts[: rng.randint(1, len(parts))]
    bent = "/".join(_bend(rng, part) if rng.random() < 0.35 else part for part in parts)
    start = rng.choice(("", "", "", "", "/", "./", "**/", "**", "x/../", "//"))
    stop = rng.choice(("", "", "", "", "/", "/**", "/*", "/**/*", "**", "*", "/."))
    return start + bent + stop


def _bend(rng: Random, part: str) -> str:
    """A component as a wildcard, often one that matches it."""
    at = rng.randrange(len(part))
    stem, dot, ending = part.rpartition(".")
    return rng.choice(
        (
            "*",
            "**",
            f"*{dot}{ending}",
            f"{stem or part}*",
            f"{part[:at]}?{part[at + 1 :]}",
            f"{part[:at]}[{part[at]}]{part[at + 1 :]}",
            f"{part[:at]}[^{part[at]}]{part[at + 1 :]}",
            f"{part[:at]}\\{part[at:]}",
            f"{part[:at]}*",
            f"{part[:at]}**{part[at:]}",
            part.swapcase(),
        )
    )
