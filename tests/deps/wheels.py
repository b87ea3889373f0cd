"""Wheels and installed packages, written byte by byte, and pip kept to the ones in a folder."""

from __future__ import annotations

import base64
import hashlib
import os
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

Content = str | bytes | int
"""Text, bytes, or so many zeros."""


def content(of: Content) -> bytes:
    return of.encode() if isinstance(of, str) else bytes(of) if isinstance(of, int) else of


def metadata(
    name: str, version: str, requires: Sequence[str] = (), extras: Sequence[str] = ()
) -> str:
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines += [f"Provides-Extra: {each}" for each in extras]
    lines += [f"Requires-Dist: {each}" for each in requires]
    return "\n".join([*lines, "", "A description.", ""])


def write_wheel(
    folder: Path,
    name: str,
    version: str = "1.0",
    *,
    files: Mapping[str, Content] | None = None,
    requires: Sequence[str] = (),
    extras: Sequence[str] = (),
    scripts: Sequence[str] = (),
    about: str | None = None,
    tag: str = "py3-none-any",
) -> Path:
    """One wheel; by default it brings one module of its own name.

    Args:
        scripts: `name = module:function`.
        about: its METADATA, if that is to be odd.
    """
    stem = f"{name.replace('-', '_')}-{version}"
    inner = f"{stem}.dist-info"
    module = name.replace("-", "_")
    members = {each: content(of) for each, of in (files or {f"{module}.py": "X = 1\n"}).items()}
    told = metadata(name, version, requires, extras) if about is None else about
    members[f"{inner}/METADATA"] = told.encode()
    members[f"{inner}/WHEEL"] = (
        f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n".encode()
    )
    if scripts:
        members[f"{inner}/entry_points.txt"] = "\n".join(["[console_scripts]", *scripts]).encode()
    record = [f"{each},{_digest(data)},{len(data)}" for each, data in members.items()]
    members[f"{inner}/RECORD"] = "\n".join([*record, f"{inner}/RECORD,,", ""]).encode()
    folder.mkdir(exist_ok=True)
    path = folder / f"{stem}-{tag}.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for each, data in members.items():
            archive.writestr(each, data)
    return path


def _digest(data: bytes) -> str:
    raw = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=")
    return f"sha256={raw.decode()}"


def keep_to(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pip know nothing but the wheels in a folder."""
    without_settings(monkeypatch)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))


def without_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pip have no settings at all."""
    for name in list(os.environ):
        if name.startswith("PIP_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
