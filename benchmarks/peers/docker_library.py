"""What PyPI's `docker` makes of a tree, as its client reads the ignore file before a build."""

from __future__ import annotations

import importlib
import os
import sys


def main(context: str, ignore_file: str) -> None:
    build = importlib.import_module("docker.utils.build")
    with open(ignore_file, encoding="utf-8") as file:
        lines = [line.strip() for line in file.read().splitlines()]
    patterns = [line for line in lines if line and not line.startswith("#")]
    paths = build.exclude_paths(context, patterns)
    print(sum(1 for path in paths if not os.path.isdir(os.path.join(context, path))))


if __name__ == "__main__":
    main(*sys.argv[1:])
