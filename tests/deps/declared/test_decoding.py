"""Bytes to text, and back to the same bytes."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxguard.deps.declared.decoding import decode

TEXT = "flask  # déjà vu\r\n"


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        (TEXT.encode(), TEXT, "utf-8"),
        (codecs.BOM_UTF8 + TEXT.encode(), TEXT, "utf-8"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), TEXT, "utf-16-le"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), TEXT, "utf-16-be"),
        (codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"), TEXT, "utf-32-le"),
        (TEXT.encode("latin-1"), TEXT, "latin-1"),
        ("# coding: cp1252\n€".encode("cp1252"), "# coding: cp1252\n€", "cp1252"),
        ("\n# -*- coding=koi8-r -*-\nж".encode("koi8-r"), "\n# -*- coding=koi8-r -*-\nж", "koi8-r"),
        ("\n\n# coding: cp1252\né".encode(), "\n\n# coding: cp1252\né", "utf-8"),
        (b"", "", "utf-8"),
    ],
    ids=repr,
)
def test_each_encoding(data: bytes, text: str, encoding: str) -> None:
    found = decode(data)
    assert (found.text, found.encoding) == (text, encoding)
    assert found.encoded(found.text) == data


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"# coding: rot13\nx", "is not in its encoding"),
        (b"# coding: no-such\nx", 'encoding "no-such" is unknown'),
        (b"# coding: idna\nx", "is unknown"),
        (b"# coding: unicode_escape\n\\x41", "is unknown"),
        (b"# coding: ..os\nx", "is unknown"),
        (b"# coding: utf-8\n\xff", "is not in its encoding, utf-8"),
        (codecs.BOM_UTF8 + b"\xff", "is not in its encoding"),
        (codecs.BOM_UTF16_LE + b"a", "is not in its encoding"),
    ],
    ids=repr,
)
def test_what_is_in_no_encoding(data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        decode(data)


@given(st.binary(max_size=60))
@settings(deadline=None)
def test_bytes_come_back(data: bytes) -> None:
    try:
        found = decode(data)
    except ValueError:
        return
    assert found.encoded(found.text) == data
