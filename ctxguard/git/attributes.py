"""What `.gitattributes` of a commit says of its paths, answered by git itself.

`git check-attr --source` is newer than many a git. So the tree is read into an index of its own, in
an empty git folder that borrows the objects: neither the user's attributes nor those of the
repository's `info/attributes` have a say there, as in a fresh clone.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence

from ctxguard.git.program import Git
from ctxguard.git.repository import Repository

_MOST_S = 30
"""Seconds. Many patterns on many paths take git very long."""
_SHA1_DIGITS = 40
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
        git = _borrowing(repository, commit, folder)
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


def _borrowing(repository: Repository, commit: str, folder: str) -> Git:
    os.makedirs(os.path.join(folder, "refs"))
    os.makedirs(os.path.join(folder, "objects"))
    _write(os.path.join(folder, "HEAD"), "ref: refs/heads/none\n")
    longer = len(commit) > _SHA1_DIGITS
    version, format_ = (1, "sha256") if longer else (0, "sha1")
    extension = f"[extensions]\n\tobjectformat = {format_}\n" if longer else ""
    core = f"[core]\n\trepositoryformatversion = {version}\n\tbare = true\n"
    _write(os.path.join(folder, "config"), core + extension)
    objects = os.path.join(repository.common_dir, "objects")
    return Git(folder, {"GIT_OBJECT_DIRECTORY": objects})


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
