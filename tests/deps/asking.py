"""Texts of requirements files for tests of laws."""

from __future__ import annotations

from hypothesis import strategies as st

_PIECES = (
    *("flask==3.0.3", "Foo_Bar>=1,<2", "a.b", "requests[socks]", "x @ https://h/x.zip", "y"),
    *(" ; python_version < '3'", " --hash=sha256:ab12", ' --hash "sha256:cd"', "-e git+https://h/r#egg=n"),
    *("-e", "-i https://h/simple", "--pre", "--extra-index-url=https://h", "-f 'a b'"),
    *("# text", " # text", "#", "#x", "  ", "\t", "\\", "\\\\", "\x0b", "\u2028", "é", "'", " "),
    *("\n", "\n", "\n", "\r\n", "\\\n", " \\\n", " \\\r\n", "\r", "\x0c"),
)  # fmt: skip
requirement_texts = st.lists(st.sampled_from(_PIECES), max_size=25).map("".join)
"""Lines that pip may take or refuse, put together at random."""
