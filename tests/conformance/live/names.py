"""Names of files: ordinary ones, and all that a file system takes and a rule may stumble over."""

from __future__ import annotations

from random import Random

_FOLDERS = ("src", "docs", "build", "node_modules", ".git", "lib", "a", "b", "keep", "logs")
_FILES = (
    ".env",
    ".gitignore",
    "Makefile",
    "README.md",
    "a.txt",
    "app.log",
    "b.log",
    "data.bin",
    "index.js",
    "keep",
    "main.py",
    "x",
    "y",
)
_ODD = (
    " lead",
    "trail ",
    "two  words",
    "tab\tname",
    "#hash",
    "!bang",
    "a+b",
    "a(b)",
    "a$b",
    "a^b",
    "a{2}",
    "x|y",
    "[a]",
    "star*",
    "what?",
    "back\\slash",
    "-dash",
    "..dots",
    "...",
    "~tilde",
    "%41",
    "'quote\"",
    "é",
    "e\u0301",
    "ß.TXT",
    "日本語",
    "😀.png",
    "\u00a0blank",
    "\u200bzero",
    "A.TXT",
    "a.txt~",
)


def random_name(rng: Random, folder: bool) -> str:
    chance = rng.random()
    if chance < 0.72:
        return rng.choice(_FOLDERS if folder else _FILES)
    if chance < 0.94:
        return rng.choice(_ODD)
    # Around the 100 bytes of a name in a tar header, the two-byte lengths, and the longest.
    length = rng.choice((90, 99, 100, 101, 126, 127, 128, 155, 156, 200, 255))
    letter = rng.choice("lé")
    return letter * (length // len(letter.encode()))
