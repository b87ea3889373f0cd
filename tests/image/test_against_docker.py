"""Held against a real docker: layers against `docker history`, files against `docker export`.

Runs where a docker with BuildKit answers; `CTXGUARD_DOCKER` names the client to ask, and
`CTXGUARD_DOCKER_CONTEXTS` a folder that it can see.
"""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ctxguard.image.measuring import ImageRequest, MeasuredImage, measure_image
from ctxguard.image.opening import Named

_DOCKER = os.environ.get("CTXGUARD_DOCKER") or "docker"
_CONTEXTS = os.environ.get("CTXGUARD_DOCKER_CONTEXTS")
_TAG = "ctxguard-test-image"
_DOCKERFILE = """\
FROM scratch AS files
COPY . /all

FROM scratch
COPY big.bin /opt/
COPY app /app
COPY src /src
COPY --from=files /all/big.bin /opt/again
COPY src/a.txt /app/.git/pack
CMD ["sh"]
"""
_MADE_BY_THE_ENGINE = {
    *("dev/console", ".dockerenv", "etc/hostname", "etc/hosts", "etc/mtab", "etc/resolv.conf"),
}


def docker(*arguments: str) -> bytes:
    return subprocess.run([_DOCKER, *arguments], capture_output=True, check=True).stdout


def _answers() -> bool:
    try:
        docker("info", "--format", "{{.ServerVersion}}")
        docker("buildx", "version")
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def image() -> Iterator[MeasuredImage]:
    if not _answers():
        pytest.skip("no docker with BuildKit answers")
    with tempfile.TemporaryDirectory(dir=_CONTEXTS) as place:
        root = Path(place)
        (root / "big.bin").write_bytes(os.urandom(300_000))
        for folder in ("app/.git", "src"):
            (root / folder).mkdir(parents=True)
        (root / "app/.git/pack").write_bytes(os.urandom(150_000))
        (root / "src/a.txt").write_text("hi\n")
        (root / "src/b.txt").hardlink_to(root / "src/a.txt")
        (root / "src/l").symlink_to("a.txt")
        (root / "Dockerfile").write_text(_DOCKERFILE)
        docker("buildx", "build", "--no-cache", "--load", "-q", "-t", _TAG, place)
        yield measure_image(ImageRequest(Named(_TAG, docker=_DOCKER)))
        docker("image", "rm", "-f", _TAG)


def test_sizes_are_those_of_its_history(image: MeasuredImage) -> None:
    form = "{{.Size}} {{.CreatedBy}}"
    out = docker("history", "--no-trunc", "--human=false", "--format", form, _TAG)
    rows = [row.split(" ", 1) for row in reversed(out.decode().splitlines())]
    told = [int(size) for size, by in rows if not by.startswith("CMD")]
    assert [layer.bytes for layer in image.image.layers] == told


def test_tars_are_as_long_as_they_are_saved(image: MeasuredImage) -> None:
    with tarfile.open(fileobj=io.BytesIO(docker("image", "save", _TAG))) as saved:
        sizes = [member.size for member in saved if member.isreg()]
    for layer in image.image.layers:
        assert layer.tar_bytes in sizes


def test_the_final_files_are_those_of_an_export(image: MeasuredImage) -> None:
    container = docker("create", _TAG).decode().strip()
    with tarfile.open(fileobj=io.BytesIO(docker("export", container))) as exported:
        theirs = {
            member.name.removeprefix("./"): 0 if member.issym() else _size(exported, member)
            for member in exported.getmembers()
            if not member.isdir()
        }
    docker("rm", container)
    ours = {
        f"{folder}/{name}".lstrip("/"): inode.bytes
        for folder, inner in image.files.shown()
        for name, inode in inner.items()
    }
    assert ours == {path: size for path, size in theirs.items() if path not in _MADE_BY_THE_ENGINE}


def _size(tar: tarfile.TarFile, member: tarfile.TarInfo) -> int:
    return tar.getmember(member.linkname).size if member.islnk() else member.size
