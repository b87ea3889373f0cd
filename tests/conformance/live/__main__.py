"""Compares ctxguard with the docker at hand: `python -m tests.conformance.live --help`."""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import sys

from tests.conformance.live.docker import NoDockerError, find
from tests.conformance.live.session import Options, compare_all


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0 all alike or nothing to compare with, 1 a difference."""
    asked = _parser().parse_args(arguments)
    try:
        engine = find(asked.docker)
    except NoDockerError as error:
        print(f"skipped: {error}")
        return int(asked.require)
    options = Options(
        seed=random.randrange(10**6) if asked.seed is None else asked.seed,
        cases=asked.cases,
        contexts=asked.contexts,
        socket_folder=asked.socket_dir,
        keep=asked.keep,
        bad_rules=asked.bad_rules,
        image=asked.image,
        replay=asked.replay,
    )
    try:
        return compare_all(engine, options)
    except NoDockerError as error:
        print(f"failed: docker stopped answering: {error}")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.conformance.live",
        description="Make random build contexts and compare what ctxguard says of them with "
        "what docker does, with both builders. The engine is found as docker itself finds it.",
    )
    add = parser.add_argument
    add(
        "--docker",
        metavar="PROGRAM",
        default=os.environ.get("CTXGUARD_DOCKER") or "docker",
        help="the client to use (default: $CTXGUARD_DOCKER, else docker)",
    )
    add("--cases", metavar="N", type=int, default=60, help="how many (default: %(default)s)")
    add("--seed", metavar="S", type=int, help="of the random cases (default: a new one, printed)")
    add(
        "--contexts",
        metavar="DIR",
        help="where to make the contexts; the client must see it (default: a temporary folder)",
    )
    add(
        "--socket-dir",
        metavar="DIR",
        help="where to listen for the classic builder; the client must see it (default: a new "
        "folder among the contexts)",
    )
    add("--keep", action="store_true", help="keep the contexts of cases that fail")
    add("--require", action="store_true", help="fail if there is no docker to compare with")
    add(
        "--bad-rules",
        action="store_true",
        help="also rules that are refused only when a path meets them (they crash some engines)",
    )
    add(
        "--image",
        metavar="IMAGE",
        help="one with a shell that is there: RUN stands on it (default: none, and RUN fails, but "
        "only after what it mounts was transferred)",
    )
    add("--replay", metavar="FILE", help="compare the cases of a file that holds printed ones")
    return parser


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
    sys.exit(130)
