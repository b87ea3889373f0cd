"""What a replay of many commits costs: `python -m benchmarks.rebuilds --help`."""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks import machine
from benchmarks.process import run

_COMMAND = (sys.executable, "-m", "ctxguard", "rebuilds", "-q", "--format", "json")
_IGNORED = b"**/*.log\nd9\n!d9/s1\n"
_DOCKERFILE = """\
FROM node AS build
WORKDIR /app
COPY . .
RUN npm ci
RUN npm run build -- {number}
FROM nginx
ENV LEVEL={number}
COPY d1 /assets/
COPY d2/*.txt package.json /more/
RUN ls
COPY --from=build /app/dist /www
"""


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rebuilds", description=__doc__)
    parser.add_argument("--files", default=10_000, type=int, help="default: %(default)s")
    parser.add_argument("--commits", default=1_000, type=int, help="default: %(default)s")
    parser.add_argument("--rounds", default=5, type=int, help="default: %(default)s")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        print(machine.describe(folder))
        root = Path(folder) / "repository"
        _repository(root, asked.files, asked.commits)
        for what, more in (("", ()), (" for another target", ("--target", "build"))):
            taken = [_seconds(root, asked.commits, *more) for _ in range(asked.rounds)]
            print(
                f"{asked.commits:,} commits of {asked.files:,} files{what}: "
                f"{median(taken):.2f} s ({min(taken):.2f} to {max(taken):.2f})"
            )
    return 0


def _seconds(root: Path, commits: int, *more: str) -> float:
    began = time.perf_counter()
    command = [*_COMMAND, "-n", str(commits), *more]
    subprocess.run(command, cwd=root, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def _repository(root: Path, files: int, commits: int) -> None:
    """A commit changes one to eight files; one in 25 the Dockerfile, one in 40 the manifest, one in
    100 the ignore file.
    """
    run(["git", "init", "-q", "-b", "main", str(root)])
    importing = ["git", "-C", str(root), "fast-import", "--quiet"]
    subprocess.run(importing, input=b"".join(_stream(files, commits + 1)), check=True)
    run(["git", "-C", str(root), "reset", "-q", "--hard"])


def _stream(files: int, commits: int) -> Iterator[bytes]:
    chance = random.Random(1)
    names = [f"d{at // 500}/s{at // 20 % 25}/f{at % 20}.txt" for at in range(files)]
    for commit in range(commits):
        at = 1_700_000_000 + commit * 21_600
        head = f"commit refs/heads/main\ncommitter J <j@example.com> {at} +0000\ndata 1\nc\n"
        yield head.encode()
        changed = chance.sample(names, chance.randint(1, 8)) if commit else names
        contents = {name: b"y" * chance.randint(1, 4000) for name in changed}
        if commit % 25 == 0:
            contents["Dockerfile"] = _DOCKERFILE.format(number=commit).encode()
        if commit % 40 == 0:
            contents["package.json"] = b'{"v": %d}' % commit
        if commit % 100 == 0:
            contents[".dockerignore"] = _IGNORED + b"d8/s%d\n" % (commit // 100)
        for name, data in contents.items():
            yield f"M 100644 inline {name}\ndata {len(data)}\n".encode() + data + b"\n"


if __name__ == "__main__":
    sys.exit(main())
