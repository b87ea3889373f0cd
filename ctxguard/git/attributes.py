"""What `.gitattributes` of a commit says of its paths, answered by git itself.

`git check-attr --source` is newer than many a git. So the tree is read into an index of its own, in
an empty git folder that borrows the objects: neither the user's attributes nor those of the
repository's `info/attributes` have a say there, as in a fresh clone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from ctxguard.git.borrowing import borrowing
from ctxguard.git.repository import Repository

_MOST_S = 30
"""Seconds. Many patterns on many paths take git very long."""
_UNSAID = ("unspecified",)


def attributes(
    repository: Repository, commit: str, names: Sequence[str], paths: Sequence[str]
) -> Mapping[str, Mapping[str, str]]:
    """By path, the attributes among `names` that are said of it; `set`, `unset` or a value.

    Args:
        commit: full id.
        paths: relative to the top of its tree.

    Raises:
        GitError: git fails, or takes too long.
    """
    import tempfile

    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    with tempfile.TemporaryDirectory(prefix="ctxguard-") as folder:
        git = borrowing(repository, commit, folder)
        git.run("read-tree", "--end-of-options", commit)
        asked = b"".join(path.encode("utf-8", "surrogateescape") + b"\0" for path in paths)
        said = git.run(
            "check-attr", "--cached", "--stdin", "-z", *names, data=asked, most_s=_MOST_S
        )
    words = said.decode("utf-8", "surrogateescape").split("\0")
    for path, name, value in zip(words[0::3], words[1::3], words[2::3], strict=False):
        if value not in _UNSAID:
            found[path][name] = value
    return found
