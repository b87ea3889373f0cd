"""The form of an image's name; BuildKit refuses a wrong one wherever it stands.

Source of the meaning: distribution/reference v0.6, `ParseNormalizedNamed`, `regexp.go`.
"""

from __future__ import annotations

import re

_IDENTIFIER = re.compile(r"[a-f0-9]{64}")
_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_DOMAIN_PART = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_HOST = rf"(?:{_DOMAIN_PART}(?:\.{_DOMAIN_PART})*|\[[a-fA-F0-9:]+\])"
_REFERENCE = re.compile(
    rf"(?P<name>{_HOST}(?::[0-9]+)?/{_COMPONENT}(?:/{_COMPONENT})*)"
    r"(?::[\w][\w.-]{0,127})?"
    r"(?:@(?P<algorithm>[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*):(?P<hex>[0-9a-fA-F]{32,}))?",
    re.ASCII,
)
_DIGITS = {"sha256": 64, "sha384": 96, "sha512": 128}
_MOST = 255
_BAD = "invalid reference format"


def check(image: str) -> None:
    """Raises ValueError, in BuildKit's words, if this can be the name of no image."""
    if _IDENTIFIER.fullmatch(image):
        raise _refused(
            image, f"invalid repository name ({image}), cannot specify 64-byte hexadecimal strings"
        )
    domain, rest = _split(image)
    name = rest.partition(":")[0]
    if name.lower() != name:
        raise _refused(image, f"{_BAD}: repository name ({name}) must be lowercase")
    found = _REFERENCE.fullmatch(f"{domain}/{rest}")
    if found is None or len(found["name"]) > _MOST:
        raise _refused(image, _BAD)
    if found["hex"] is not None and not _is_digest(found["algorithm"], found["hex"]):
        raise _refused(image, _BAD)


def familiar(image: str) -> str:
    """The short form of an image's name, by which additional contexts are known."""
    domain, rest = _split(image)
    name = rest if domain == "docker.io" else f"{domain}/{rest}"
    return name.removeprefix("library/").removesuffix(":latest")


def _refused(image: str, why: str) -> ValueError:
    return ValueError(f'failed to parse stage name "{image}": {why}')


def _split(image: str) -> tuple[str, str]:
    """The domain, docker.io if none is named, and what follows it."""
    first, slash, rest = image.partition("/")
    named = "." in first or ":" in first or first == "localhost" or first.lower() != first
    if not slash or not named:
        first, rest = "docker.io", image
    if first in ("docker.io", "index.docker.io"):
        return "docker.io", rest if "/" in rest else f"library/{rest}"
    return first, rest


def _is_digest(algorithm: str, digits: str) -> bool:
    return len(digits) == _DIGITS.get(algorithm, 0) and digits.lower() == digits
