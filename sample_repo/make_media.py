#!/usr/bin/env python3
"""Make the case that ctxguard was written for: a media application of 30 GB.

It copies this sample to a new folder, makes that a git repository, and grows it with sparse
files: files that have a size but take no space. It takes seconds and next to no disk.

    python sample_repo/make_media.py --into DIR

The standard library and git are all it needs.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SAMPLE = Path(__file__).resolve().parent

KB = 1000
MB = 1000 * KB
GB = 1000 * MB
TOTAL = 30 * GB
"""Sum of the sizes of all files, to the byte. What is missing goes into .git."""

# What running the sample leaves behind, and this script: not copied.
LEFTOVERS = shutil.ignore_patterns(
    "__pycache__",
    "*.pyc",
    ".git",
    ".venv",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    "backups",
    "catalogue.db*",
    Path(__file__).name,
)

ARTISTS = (
    "amber-signal",
    "blue-kiosk",
    "cold-lantern",
    "distant-relay",
    "evening-shift",
    "fern-and-wire",
    "glass-orchard",
    "harbour-lane",
    "idle-engines",
    "june-parade",
    "kite-weather",
    "lower-meadow",
    "marble-ghosts",
    "slow-ferry",
)
MOODS = (
    "broken",
    "distant",
    "empty",
    "golden",
    "hollow",
    "quiet",
    "restless",
    "silver",
    "sudden",
    "velvet",
)
THINGS = (
    "avenue",
    "bridge",
    "carousel",
    "daylight",
    "echo",
    "fountain",
    "garden",
    "highway",
    "island",
    "january",
    "kingdom",
    "letter",
    "mirror",
    "north",
)

PACKAGES = ".venv/lib/python3.12/site-packages"
# What developing and running leaves in the folder, and nobody wants in an image.
LITTER = {
    "data/downloads/amber-signal_last-broadcast.mp4.part": 84 * MB,
    "data/downloads/blue-kiosk_closing-time.mkv.part": 61 * MB,
    "data/downloads/evening-shift_neon-rain.mp4.part": 97 * MB,
    "data/downloads/june-parade_brass-and-paper.mp4.part": 38 * MB,
    "data/downloads/marble-ghosts_white-room.mkv.part": 80 * MB,
    f"{PACKAGES}/cv2/cv2.abi3.so": 64 * MB,
    f"{PACKAGES}/imageio_ffmpeg/binaries/ffmpeg-linux64": 80 * MB,
    f"{PACKAGES}/mypy/main.cpython-312-x86_64-linux-gnu.so": 40 * MB,
    f"{PACKAGES}/numpy.libs/libscipy_openblas64.so": 25 * MB,
    f"{PACKAGES}/numpy/_core/_multiarray_umath.cpython-312-x86_64-linux-gnu.so": 11 * MB,
    f"{PACKAGES}/opencv_python_headless.libs/libavcodec.so.59": 14 * MB,
    f"{PACKAGES}/pip/_vendor/certifi/cacert.pem": 300 * KB,
    ".venv/pyvenv.cfg": 320,
    ".pytest_cache/v/cache/nodeids": 2 * KB,
    "backups/musicvideos-20240301.tar.gz": 25 * MB,
    "backups/musicvideos-20240308.tar.gz": 26 * MB,
    "backups/musicvideos-20240315.tar.gz": 28 * MB,
    "tests/__pycache__/test_catalog.cpython-312.pyc": 6 * KB,
    "tests/__pycache__/test_scanner.cpython-312.pyc": 6 * KB,
}
# The same, but no rule of the ignore file matches it: `*.log` and `__pycache__/` are for the
# root folder only.
SLIPPED = {
    "logs/web.log": 1500 * KB,
    "musicvideos/__pycache__/catalog.cpython-312.pyc": 9 * KB,
    "musicvideos/__pycache__/cli.cpython-312.pyc": 12 * KB,
    "musicvideos/__pycache__/scanner.cpython-312.pyc": 6 * KB,
    "musicvideos/__pycache__/settings.cpython-312.pyc": 5 * KB,
    "musicvideos/__pycache__/web.cpython-312.pyc": 7 * KB,
}

GIT_IGNORED = """
# The media of this case are not for git.
/data/musicvideos/
/data/downloads/
/data/previews/
/data/thumbnails/
/logs/web.log
/.dockerignore.mended
"""

MISTAKE = "data/musicvideos/    # 28GB+ video files\n"
MENDING = "# 28GB+ video files\ndata/musicvideos\n"

GIT = (
    "git",
    "-c",
    "init.defaultBranch=main",
    "-c",
    "user.name=Sample",
    "-c",
    "user.email=sample@example.invalid",
    "-c",
    "commit.gpgSign=false",
    "-c",
    f"core.hooksPath={os.devnull}",
    "-c",
    f"core.excludesFile={os.devnull}",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.autocrlf=false",
    "-c",
    "gc.auto=0",
    "-c",
    "maintenance.auto=false",
)
COMMITTED_AT = "2024-03-18T09:00:00+0000"


class CaseError(Exception):
    """The case cannot be made here."""


@dataclass(frozen=True)
class Made:
    """What a folder holds."""

    files: int
    """Those of git are not counted: their number is git's affair."""
    size: int
    on_disk: int


def media() -> Iterator[tuple[str, int]]:
    """All sparse files but the one in .git: path and size."""
    titles = [f"{mood}-{thing}" for thing in THINGS for mood in MOODS]
    for number, title in enumerate(titles):
        artist = ARTISTS[number // 10]
        suffix = "mkv" if number % 4 == 3 else "mp4"
        # 156 to 250 MB; together 28.4 GB.
        yield f"data/musicvideos/{artist}/{title}.{suffix}", (156 + number * 37 % 95) * MB
    for number, title in enumerate(titles):
        artist = ARTISTS[number // 10]
        yield f"data/previews/{artist}_{title}.webm", 3380 * KB
        yield f"data/thumbnails/{artist}_{title}.jpg", 180 * KB
    yield from SLIPPED.items()
    yield from LITTER.items()


def on_disk(status: os.stat_result) -> int:
    """The space that a file takes; without an answer of the system, its size."""
    blocks: int | None = getattr(status, "st_blocks", None)
    return status.st_size if blocks is None else blocks * 512


def make_sparse(path: Path, size: int) -> None:
    """Make a file that is one hole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as stream:
        stream.truncate(size)


def check_sparse(path: Path) -> None:
    """End here if the hole takes the space that it should not take."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())
        status = os.fstat(stream.fileno())
    if on_disk(status) > status.st_size // 100:
        raise CaseError(
            "this file system cannot hold sparse files: "
            f"a file of {status.st_size} bytes takes {on_disk(status)} bytes of the disk"
        )


def grow(folder: Path, files: Iterable[tuple[str, int]]) -> None:
    """Make sparse files; the first one shows whether the file system can hold them."""
    for number, (path, size) in enumerate(files):
        make_sparse(folder / path, size)
        if number == 0:
            check_sparse(folder / path)


def copy_sample(folder: Path) -> None:
    """Copy what the sample consists of, and write the mended ignore file beside the other."""
    shutil.copytree(SAMPLE, folder, ignore=LEFTOVERS, dirs_exist_ok=True)
    with (folder / ".gitignore").open("a", encoding="utf-8", newline="\n") as stream:
        stream.write(GIT_IGNORED)
    rules = (folder / ".dockerignore").read_text(encoding="utf-8")
    if MISTAKE not in rules:
        raise CaseError(f"{SAMPLE / '.dockerignore'} does not hold the line {MISTAKE.strip()!r}")
    with (folder / ".dockerignore.mended").open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(rules.replace(MISTAKE, MENDING))


def git(folder: Path, *arguments: str) -> None:
    """Run git without the settings of the user, of the system, and of a git around us."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_DATE": COMMITTED_AT,
        "GIT_COMMITTER_DATE": COMMITTED_AT,
    }
    run = subprocess.run(
        [*GIT, *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if run.returncode:
        raise CaseError(f"git {arguments[0]} failed: {(run.stderr or run.stdout).strip()}")


def commit(folder: Path) -> None:
    """Make the folder a git repository with one commit."""
    if shutil.which("git") is None:
        raise CaseError("git is needed, and is not installed")
    git(folder, "init", "--quiet", "--template=")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=Add the application")


def fill_git(folder: Path) -> None:
    """Let .git weigh what is missing, as one object of git-lfs."""
    missing = TOTAL - look(folder).size
    if missing <= 0:
        raise CaseError(f"{SAMPLE} is too large to be the sample: {-missing} bytes too many")
    name = hashlib.sha256(b"the first version of a video").hexdigest()
    make_sparse(folder / ".git" / "lfs" / "objects" / name[:2] / name[2:4] / name, missing)


def look(folder: Path) -> Made:
    """Add up what the folder holds, as `du` would."""
    files = size = taken = 0
    for parent, _, names in os.walk(folder):
        taken += on_disk(os.lstat(parent))
        for name in names:
            status = os.lstat(os.path.join(parent, name))
            size += status.st_size
            taken += on_disk(status)
        if ".git" not in Path(parent).relative_to(folder).parts:
            files += len(names)
    return Made(files, size, taken)


@contextmanager
def all_or_nothing(folder: Path) -> Iterator[None]:
    """Leave the folder as it was if what is done in it fails or is interrupted."""
    existed = folder.exists()
    try:
        folder.mkdir(exist_ok=True)
        yield
    except BaseException:
        heeded = signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not stop it
        try:
            remove(folder, keep=existed)
        finally:
            signal.signal(signal.SIGINT, heeded)
        raise


def remove(folder: Path, *, keep: bool) -> None:
    """Remove what is in the folder, and the folder too unless it is to be kept."""
    if not folder.is_dir():
        return
    for child in folder.iterdir():
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child)
        else:
            child.unlink()
    if not keep:
        folder.rmdir()


def why_not(folder: Path) -> str | None:
    """What is wrong with the folder that was asked for, if anything."""
    if folder.is_dir():
        if any(folder.iterdir()):
            return f"{folder} is not empty"
    elif os.path.lexists(folder):
        return f"{folder} is not a folder"
    elif not folder.parent.is_dir():
        return f"{folder.parent} is not a folder"
    if folder.resolve().is_relative_to(SAMPLE):
        return f"{folder} is inside the sample"
    return None


def make(folder: Path) -> Made:
    """Make the case in an empty or new folder."""
    with all_or_nothing(folder):
        copy_sample(folder)
        commit(folder)
        grow(folder, media())
        fill_git(folder)
        return look(folder)


def summary(folder: Path, made: Made, seconds: float) -> str:
    """What was made, and what to type next."""
    return "\n".join(
        (
            f"Made {folder} in {seconds:.1f} seconds",
            f"  apparent size  {made.size} bytes, {made.size / GB:.2f} GB",
            f"  on the disk    {made.on_disk / MB:.1f} MB",
            f"  files          {made.files}, and those of git",
            "",
            "Now type:",
            f"  cd {shlex.quote(str(folder))} && ctxguard report -f Dockerfile.production",
        )
    )


def read_arguments(argv: Sequence[str] | None) -> Path:
    """The folder to make the case in; ends the program with 2 if it cannot be used."""
    parser = argparse.ArgumentParser(
        description="Copy this sample and grow it to 30 GB of sparse files that take no space."
    )
    parser.add_argument(
        "--into", metavar="DIR", required=True, help="a folder that does not exist or is empty"
    )
    folder = Path(os.path.abspath(parser.parse_args(argv).into))
    try:
        complaint = why_not(folder)
    except OSError as error:
        complaint = str(error)
    if complaint:
        parser.error(complaint)
    return folder


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; returns its exit code."""
    folder = read_arguments(argv)
    start = time.perf_counter()
    try:
        made = make(folder)
    except KeyboardInterrupt:
        print("make_media.py: interrupted; nothing is left behind", file=sys.stderr)
        return 130
    except (CaseError, OSError, shutil.Error) as error:
        print(f"make_media.py: {error}; nothing is left behind", file=sys.stderr)
        return 1
    print(summary(folder, made, time.perf_counter() - start))
    return 0


if __name__ == "__main__":
    sys.exit(main())
