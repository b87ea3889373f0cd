"""Hooks that lie in the work tree: they are everybody's and edited by hand, so ours is a few lines.

The lines stand at the start of a shell script, for what comes below may end it, or read what git
says to the end; they leave its standard input as they found it.
"""

from __future__ import annotations

import os
import re
import shlex
import stat as modes

from ctxguard.githook.folder import HooksFolder, content
from ctxguard.githook.telling import HookError, told
from ctxguard.replacing import alone, replacing

_START = "# >>> ctxguard pre-push hook >>>"
_END = "# <<< ctxguard pre-push hook <<<"
_LINES = f"""\
{_START}
ctxguard_refs=$(cat)
if ctxguard --version >/dev/null 2>&1; then
  printf '%s\\n' "$ctxguard_refs" | ctxguard hook run{{context}} -- "$@" ||
    case $? in 1 | 3 | 130) exit ;; esac
else
  echo "ctxguard: this push is not checked: ctxguard is not on the PATH" >&2
fi
exec <<CTXGUARD
$ctxguard_refs
CTXGUARD
{_END}
"""
_BLOCK = re.compile(rf"^{re.escape(_START)}\n.*?^{re.escape(_END)}\n", re.MULTILINE | re.DOTALL)
_BY_HAND = re.compile(r"^[^#\n]*\bctxguard hook run\b", re.MULTILINE)
_MADE = "#!/bin/sh\n# This file was made for the lines below.\n"
_SHELLS = ("sh", "bash", "dash", "ksh", "zsh", "ash")


def lines(context: str) -> str:
    """What is to stand in the hook.

    Args:
        context: relative to the top of the work tree; "" for the top.
    """
    return _LINES.format(context=f" -C {shlex.quote(context)}" if context else "")


def has_lines(folder: HooksFolder) -> bool:
    """Whether the hook that people edit calls ctxguard, by our lines or by their own."""
    return _BY_HAND.search(_text(folder.editable)) is not None


def add(folder: HooksFolder, context: str) -> bool:
    """Put the lines at the start of the hook, or in place of those that are there.

    Returns:
        Whether anything had to be done.

    Raises:
        HookError: it cannot be done.
    """
    path = folder.editable
    with told(f"edit {path}"):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with alone(os.path.dirname(path)):
            before = _text(path) if os.path.lexists(path) else _MADE
            after = _with_lines(before, lines(context), path)
            if after == before:
                return False
            _replace(path, after)
    return True


def remove(folder: HooksFolder) -> bool:
    """Take our lines away; what was there before is as it was.

    Returns:
        Whether they were there.

    Raises:
        HookError: it cannot be done.
    """
    path = folder.editable
    if _BLOCK.search(_text(path)) is None:
        return False
    with told(f"edit {path}"), alone(os.path.dirname(path)):
        after = _BLOCK.sub("", _text(path), count=1)
        if after == _MADE:
            os.unlink(path)
        else:
            _replace(path, after)
    return True


def _with_lines(before: str, ours: str, path: str) -> str:
    if _BLOCK.search(before) is not None:
        return _BLOCK.sub(lambda _: ours, before, count=1)
    if _BY_HAND.search(before) is not None:
        return before
    head = _head(before)
    if head.startswith("#!") and not _is_shell(head):
        raise HookError(
            'it is no shell script; let it run `ctxguard hook run -- "$@"` with what git says '
            "on standard input",
            path=path,
        )
    return head + ours + before[len(head) :]


def _head(text: str) -> str:
    """What stays above our lines."""
    if text.startswith(_MADE):
        return _MADE
    return text[: text.find("\n") + 1] if text.startswith("#!") else ""


def _is_shell(shebang: str) -> bool:
    words = shebang.partition("\n")[0].removeprefix("#!").split()
    return any(os.path.basename(word) in _SHELLS for word in words)


def _text(path: str) -> str:
    return content(path).decode("utf-8", "surrogateescape")


def _replace(path: str, text: str) -> None:
    mode = 0o755
    if os.path.lexists(path):
        stat = os.lstat(path)
        if not modes.S_ISREG(stat.st_mode):
            raise HookError("it is no regular file; edit what it leads to by hand", path=path)
        mode = modes.S_IMODE(stat.st_mode)
    with replacing(path, text.encode("utf-8", "surrogateescape"), mode):
        pass
