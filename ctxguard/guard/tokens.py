"""Secrets in the content of small text files: headers of private keys, shapes of tokens.

What is found is named by its kind alone; it is neither shown nor kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MOST_BYTES = 65_536
"""Larger files are no settings or keys."""
_LONGEST_LINE = 2_000
"""No token is longer, and no pattern shall be slow on what is."""
_KEY = re.compile(rb"^-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----\s*$", re.MULTILINE)
_BY_NAME = {
    # A variable of the environment in its place gives nothing away.
    ".npmrc": re.compile(
        rb"^[^#;\n]*_(?:authToken|auth|password)[ \t]*=(?![ \t]*\$\{)[ \t]*\S", re.MULTILINE
    ),
    ".pypirc": re.compile(rb"^[ \t]*password[ \t]*[=:][ \t]*\S", re.MULTILINE),
}
_SHAPES = (
    ("aws", "AWSKeyDetector"),
    ("azure_storage_key", "AzureStorageKeyDetector"),
    ("github_token", "GitHubTokenDetector"),
    ("gitlab_token", "GitLabTokenDetector"),
    ("npm", "NpmDetector"),
    ("openai", "OpenAIDetector"),
    ("pypi_token", "PypiTokenDetector"),
    ("sendgrid", "SendGridDetector"),
    ("slack", "SlackDetector"),
    ("stripe", "StripeDetector"),
)
"""Of detect-secrets: those that hardly ever cry wolf."""


def in_registry_settings(path: str, data: bytes) -> str | None:
    """A registry's token, in a file that often holds none."""
    known = _BY_NAME.get(path.rpartition("/")[2])
    return "a registry's token" if known is not None and known.search(data) else None


class Contents:
    """Looks into files of any name.

    Args:
        shapes: whether to look for tokens too, for which detect-secrets is needed.
    """

    def __init__(self, *, shapes: bool) -> None:
        self._shapes = list(_shapes()) if shapes else []

    def __call__(self, path: str, data: bytes) -> str | None:
        """What a file holds; None if nothing that is known."""
        found = in_registry_settings(path, data)
        if found is not None or b"\0" in data:
            return found
        if _KEY.search(data):
            return "a private key"
        text = data.decode("utf-8", "replace")
        lines = [line for line in text.splitlines() if len(line) <= _LONGEST_LINE]
        for kind, shape in self._shapes:
            if any(map(shape.search, lines)):
                return f"what looks like a secret ({kind})"
        return None


def has_shapes() -> bool:
    """Whether detect-secrets is installed."""
    from importlib.util import find_spec

    return find_spec("detect_secrets") is not None


def _shapes() -> Iterator[tuple[str, re.Pattern[str]]]:
    from importlib import import_module

    for module, name in _SHAPES:
        detector = getattr(import_module(f"detect_secrets.plugins.{module}"), name)()
        for shape in detector.denylist:
            yield detector.secret_type, shape
