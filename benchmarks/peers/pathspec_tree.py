"""What `pathspec` itself makes of a tree, with the rules read as in a .gitignore."""

from __future__ import annotations

import sys

from pathspec import GitIgnoreSpec


def main(context: str, ignore_file: str) -> None:
    with open(ignore_file, encoding="utf-8") as lines:
        spec = GitIgnoreSpec.from_lines(lines)
    print(sum(1 for _ in spec.match_tree_files(context, negate=True)))


if __name__ == "__main__":
    main(*sys.argv[1:])
