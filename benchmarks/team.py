"""What several contexts and a history cost: `python -m benchmarks.team --help`."""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from benchmarks import machine, trees
from benchmarks.process import run
from ctxguard.history.recorded import Recorded, RecordedLimit, time_of
from ctxguard.history.store import Store

_RULES = {"all": "", "no logs": "**/*.log\n**/node_modules\n", "Python": "*\n!src\n!**/*.py\n"}
_COMMAND = (sys.executable, "-m", "ctxguard")
_DOCKERFILE = "FROM scratch\nCOPY . /\n"


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.team", description=__doc__)
    parser.add_argument("--trees", default=trees.default_folder(), type=os.path.abspath)
    parser.add_argument("--files", default=500_000, type=int, help="default: %(default)s")
    parser.add_argument("--commits", default=500, type=int, help="default: %(default)s")
    parser.add_argument("--measurements", default=10_000, type=int, help="default: %(default)s")
    parser.add_argument("--rounds", default=5, type=int, help="default: %(default)s")
    asked = parser.parse_args(arguments)
    print(machine.describe(asked.trees))
    with tempfile.TemporaryDirectory() as folder:
        _contexts(asked.trees, asked.files, asked.rounds, Path(folder))
        _history(asked.measurements, asked.rounds, Path(folder))
        _backfill(asked.commits, asked.rounds, Path(folder))
    return 0


def _seconds(*arguments: str, cwd: str | None = None) -> float:
    began = time.perf_counter()
    subprocess.run([*_COMMAND, *arguments], cwd=cwd, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def _told(what: str, seconds: Sequence[float]) -> None:
    print(f"{what}: {median(seconds):.2f} s ({min(seconds):.2f} to {max(seconds):.2f})")


# ── several contexts ───────────────────────────────────────────────────────────────────────────


def _contexts(folder: str, files: int, rounds: int, place: Path) -> None:
    """One root with three ignore files, together and one by one."""
    tree = trees.provide(folder, files)
    tree.put_rules("")
    entries, single = [], []
    for at, (name, rules) in enumerate(_RULES.items()):
        dockerfile = place / f"{at}.Dockerfile"
        dockerfile.write_text(_DOCKERFILE)
        Path(f"{dockerfile}.dockerignore").write_text(rules)
        entries.append(f"  {name.replace(' ', '-')}:\n    build:\n      context: {tree.path}\n")
        entries.append(f"      dockerfile: {dockerfile}\n")
        single.append((tree.path, "-f", str(dockerfile)))
    compose = place / "compose.yaml"
    compose.write_text(f"services:\n{''.join(entries)}")
    together, largest = [], []
    for _ in range(rounds):
        together.append(_seconds("report", "-q", "--fail-on", "never", "--compose", str(compose)))
        largest.append(
            max(_seconds("report", "-q", "--fail-on", "never", *each) for each in single)
        )
    _told(f"{tree.files:,} files, the largest of three contexts alone", largest)
    _told("all three together", together)
    ratios = [one / other for one, other in zip(together, largest, strict=True)]
    print(f"together / largest: {median(ratios):.2f}")


# ── the history ────────────────────────────────────────────────────────────────────────────────


def _history(count: int, rounds: int, place: Path) -> None:
    path = str(place / "history.db")
    with Store(path, writing=True) as store:
        store.add(_made_up(count))
    for form in ("terminal", "json", "csv"):
        asked = ("history", "--history", path, "--format", form)
        _told(f"history of {count:,} as {form}", [_seconds(*asked) for _ in range(rounds)])
    trend = ("history", "trend", "--history", path)
    _told("its trend", [_seconds(*trend) for _ in range(rounds)])


def _made_up(count: int) -> list[Recorded]:
    chance = random.Random(2)
    moment, size, found = datetime(2024, 1, 1, tzinfo=UTC), 3 * 10**8, []
    for at in range(count):
        moment += timedelta(minutes=90)
        size = max(10**6, size + chance.randint(-(10**5), 2 * 10**5))
        limits = tuple(
            RecordedLimit("context-size", None, tier, "bytes", limit, size)
            for tier, limit in (("warning", 10**9), ("critical", 15 * 10**8))
        )
        found.append(
            Recorded(
                f"{at:032x}", time_of(moment), ("api", "web", "db", "all")[at % 4], f"{at:040x}",
                "main" if at % 3 else "feature/x", at % 5 == 0, "worktree", "buildkit",
                "Dockerfile", None, None, size, 3000 + at, 200, size + 10**5, size, 10**5,
                size + 10**6, True, "ok", "0.1.0", limits=limits,
                folders=tuple((f"folder{each}/sub", size // (each + 2)) for each in range(40)),
            )
        )  # fmt: skip
    return found


# ── the past ───────────────────────────────────────────────────────────────────────────────────


def _backfill(commits: int, rounds: int, place: Path) -> None:
    root = place / "repository"
    files = _repository(root, commits)
    taken = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as fresh:
            file = os.path.join(fresh, "h.db")
            asked = ("history", "backfill", "-q", "HEAD", "--history", file)
            taken.append(_seconds(*asked, cwd=str(root)))
    _told(f"backfill of {commits:,} commits of {files:,} files", taken)


def _repository(root: Path, commits: int) -> int:
    """250 folders of 20 files; a commit changes one to eight of them."""
    root.mkdir()
    run(["git", "init", "-q", "-b", "main", str(root)])
    chance = random.Random(1)
    names = [f"d{at // 25}/s{at % 25}/f{each}.txt" for at in range(250) for each in range(20)]
    stream: list[bytes] = []
    for commit in range(commits):
        at = 1_700_000_000 + commit * 21_600
        head = f"commit refs/heads/main\ncommitter J <j@example.com> {at} +0000\ndata 1\nc\n"
        stream.append(head.encode())
        changed = chance.sample(names, chance.randint(1, 8)) if commit else names
        contents = {name: b"y" * chance.randint(1, 4000) for name in changed}
        if not commit:
            contents |= {".dockerignore": b"**/*.log\nd9\n", "Dockerfile": _DOCKERFILE.encode()}
        for name, data in contents.items():
            stream.append(f"M 100644 inline {name}\ndata {len(data)}\n".encode() + data + b"\n")
    importing = ["git", "-C", str(root), "fast-import", "--quiet"]
    subprocess.run(importing, input=b"".join(stream), check=True)
    run(["git", "-C", str(root), "reset", "-q", "--hard"])
    return len(names) + 2


if __name__ == "__main__":
    sys.exit(main())
