"""What `ctxguard watch` costs on a large tree: `python -m benchmarks.watching --help`."""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from benchmarks import machine, trees
from benchmarks.memory import in_use
from benchmarks.process import run

_TICKS = os.sysconf("SC_CLK_TCK")
_FOLDERS, _KEPT = 50_000, 11_000


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.watching", description=__doc__)
    parser.add_argument("--trees", default=trees.default_folder(), type=os.path.abspath)
    parser.add_argument("--files", default=500_000, type=int, help="default: %(default)s")
    parser.add_argument("--writes", default=100, type=int, help="default: %(default)s")
    parser.add_argument("--idle", default=600, type=int, metavar="SECONDS")
    parser.add_argument("--events", default=1_000_000, type=int, help="default: %(default)s")
    parser.add_argument("--rounds", default=5, type=int, help="default: %(default)s")
    asked = parser.parse_args(arguments)
    print(machine.describe(asked.trees))
    _compare_starts(asked.trees, asked.rounds)
    tree = trees.provide(asked.trees, asked.files)
    tree.put_rules("")
    with _Watch(tree.path) as watch:
        _memory(watch, tree.files)
        _latency(watch, tree.path, asked.writes)
        _idle(watch, asked.idle)
        _events(watch, tree.path, asked.events)
    return 0


class _Watch:
    """A watch that runs, and what it says."""

    def __init__(self, root: str) -> None:
        self._out = tempfile.NamedTemporaryFile()  # noqa: SIM115
        command = [sys.executable, "-m", "ctxguard", "watch", root, "--format", "jsonl"]
        began = time.perf_counter()
        self.process = subprocess.Popen(command, stdout=self._out)
        self.wait_for(1)
        self.start_s = time.perf_counter() - began

    def __enter__(self) -> _Watch:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()
        self._out.close()

    def count(self) -> int:
        return Path(self._out.name).read_bytes().count(b"\n")

    def last(self) -> Any:
        return json.loads(Path(self._out.name).read_bytes().splitlines()[-1])

    def wait_for(self, lines: int) -> None:
        while self.count() < lines:
            if self.process.poll() is not None:
                raise SystemExit("the watch has ended")
            time.sleep(0.002)

    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS


def _compare_starts(folder: str, rounds: int) -> None:
    root = os.path.join(folder, "files-folders")
    if not os.path.isdir(root):
        for number in range(_FOLDERS):
            top = "kept" if number < _KEPT else "ignored"
            os.makedirs(f"{root}/{top}/{number % 97}/{number % 1009}/{number}")
        Path(root, "Dockerfile").write_text(trees.DOCKERFILE, encoding="utf-8")
        Path(root, ".dockerignore").write_text("ignored\n", encoding="utf-8")
    report = [sys.executable, "-m", "ctxguard", "report", root]
    reports, starts = [], []
    for _ in range(rounds + 1):
        reports.append(run(report)[0].wall)
        with _Watch(root) as watch:
            starts.append(watch.start_s)
    ratio = median(start / other for start, other in zip(starts[1:], reports[1:], strict=True))
    print(
        f"start, {_KEPT:,} of {_FOLDERS:,} folders not ignored: {median(starts[1:]):.2f} s to the "
        f"first figure, {ratio:.2f} x of a report ({median(reports[1:]):.2f} s); at most 1.5"
    )


def _memory(watch: _Watch, files: int) -> None:
    time.sleep(8)
    with tempfile.TemporaryDirectory() as empty, _Watch(empty) as other:
        time.sleep(2)
        own = in_use(other.process.pid)
    used = in_use(watch.process.pid)
    print(
        f"memory: {used / 1e6:.0f} MB, {(used - own) / files:.0f} bytes an entry beyond what an "
        "empty context takes; at most 150"
    )


def _latency(watch: _Watch, root: str, writes: int) -> None:
    folders = [path for path, _, _ in os.walk(root)]
    rng = random.Random(1)
    times = []
    for number in range(writes):
        time.sleep(0.4 + rng.random() * 0.3)
        path = os.path.join(rng.choice(folders), "ctxguard-was-here")
        known = watch.count()
        began = time.perf_counter()
        Path(path).write_bytes(b"x" * (number + 1))
        watch.wait_for(known + 1)
        times.append(time.perf_counter() - began)
        os.unlink(path)
        watch.wait_for(known + 2)
    worst = quantiles(times, n=20)[-1]
    print(
        f"from a write to the new figure: median {median(times) * 1000:.0f} ms, "
        f"p95 {worst * 1000:.0f} ms; at most 500"
    )


def _idle(watch: _Watch, seconds: int) -> None:
    time.sleep(2)
    before = watch.cpu_s()
    time.sleep(seconds)
    share = (watch.cpu_s() - before) / seconds
    print(f"idle: {share:.2%} of a processor over {seconds} s; under 1 %")


def _events(watch: _Watch, root: str, events: int) -> None:
    path = os.path.join(root, "ctxguard-was-here")
    before = in_use(watch.process.pid)
    with open(path, "wb", buffering=0) as file, open(f"{path}-too", "wb", buffering=0) as other:
        for number in range(events // 2):
            # In turn, so that the kernel does not make one event of many.
            file.write(b"x")
            other.write(b"x")
            if number % 5_000 == 0:
                time.sleep(0.1)
    time.sleep(5)
    after = in_use(watch.process.pid)
    os.unlink(path)
    os.unlink(f"{path}-too")
    print(f"after {events:,} events: {(after - before) / 1e6:+.1f} MB")


if __name__ == "__main__":
    sys.exit(main())
