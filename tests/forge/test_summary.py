"""The summary of a job: a text is in it whole, or not at all."""

from __future__ import annotations

import os
import resource
import signal
from pathlib import Path

import pytest

from ctxguard.forge.errors import ForgeError
from ctxguard.forge.summary import MOST_BYTES, append


def test_made_and_appended_to(tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    append(str(path), "one\n")
    append(str(path), "two\n")
    assert path.read_text(encoding="utf-8") == "one\n\n\ntwo\n"


def test_the_limit_counts_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    path.write_bytes(b"x" * (MOST_BYTES - 5))
    with pytest.raises(ForgeError, match="no room: it holds 1,048,571 bytes"):
        append(str(path), "\u00e9\u00e9")
    assert path.stat().st_size == MOST_BYTES - 5
    append(str(path), "\u00e9x")
    assert path.stat().st_size == MOST_BYTES


def test_what_is_no_file_is_not_written(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine", encoding="utf-8")
    (tmp_path / "link").symlink_to(victim)
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe", "", "missing/summary.md"):
        with pytest.raises(ForgeError, match="cannot write the job summary"):
            append(f"{tmp_path}/{name}", "text")
    assert victim.read_text(encoding="utf-8") == "mine"
    with pytest.raises(ForgeError, match="names no file"):
        append("/dev/null", "text")


def test_a_disk_that_is_full_leaves_it_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    path.write_bytes(b"before")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
        with pytest.raises(ForgeError, match="file too large"):
            append(str(path), "x" * 5000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_bytes() == b"before"
