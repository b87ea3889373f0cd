"""The hook put in its place and taken away; at no moment is a hook of someone else's lost.

The new file is written whole beside the old one, which then gets a second name, and only then is
replaced. Whatever happens between, git finds the old hook or the new one.

The old hook is kept in a folder beside that of the hooks, under its own name and next to links to
all that lay beside it: hooks look at the name they are called by, and for files next to them.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat as modes

from ctxguard.githook.folder import HooksFolder, content
from ctxguard.githook.script import Script, has_more
from ctxguard.githook.telling import HookError, told
from ctxguard.replacing import alone, replacing, unfinished


def install(folder: HooksFolder, script: Script) -> bool:
    """Put the hook in its place, and keep what was there.

    Returns:
        Whether anything had to be done.

    Raises:
        HookError: it cannot be done.
    """
    with told(f"put the hook into {folder.path}"):
        made = not os.path.isdir(folder.path)
        os.makedirs(folder.path, exist_ok=True)
        with alone(folder.path):
            before = folder.installed()
            made = before.script.made_folder if before is not None else made
            data = os.fsencode(Script(script.python, script.context, made).text())
            path = folder.hook if before is None else before.path
            if before is not None and _is_in_place(path, data):
                return False
            with replacing(path, data):
                if before is None and os.path.lexists(path):
                    _keep(folder)
    return True


def _is_in_place(path: str, data: bytes) -> bool:
    _refuse_edited(path)
    return content(path) == data and os.access(path, os.X_OK)


def _refuse_edited(path: str) -> None:
    if has_more(os.fsdecode(content(path))):
        raise HookError(
            "someone added lines to this hook, below its end, where they never run; "
            "take them out first",
            path=path,
        )


def _keep(folder: HooksFolder) -> None:
    """Give another program's hook its second name."""
    if os.path.isdir(folder.hook) and not os.path.islink(folder.hook):
        raise HookError("it is a folder; take it away", path=folder.hook)
    if os.path.lexists(folder.kept):
        if _are_same(folder.hook, folder.kept):
            return  # An installation was interrupted here.
        raise HookError(
            f"another program put its hook here, and {folder.kept} holds an older one; "
            "take one of them away, then install again",
            path=folder.hook,
        )
    os.makedirs(folder.kept_folder, exist_ok=True)
    _link_neighbours(folder)
    try:
        os.link(folder.hook, folder.kept, follow_symlinks=False)
    except (OSError, NotImplementedError):
        # Not every file system has hard links.
        half = f"{folder.kept}.half"
        shutil.copy2(folder.hook, half, follow_symlinks=False)
        os.replace(half, folder.kept)


def _link_neighbours(folder: HooksFolder) -> None:
    """Hooks look for files next to them; a link of their own among them still leads there."""
    above = os.path.join(os.pardir, os.path.basename(folder.path))
    for name in os.listdir(folder.path):
        if name not in (os.path.basename(folder.hook), os.path.basename(unfinished(folder.hook))):
            with contextlib.suppress(OSError):  # It is there, or the system has no links.
                os.symlink(os.path.join(above, name), os.path.join(folder.kept_folder, name))


def _are_same(one: str, other: str) -> bool:
    first, second = os.lstat(one), os.lstat(other)
    if os.path.samestat(first, second):
        return True
    if modes.S_ISLNK(first.st_mode) and modes.S_ISLNK(second.st_mode):
        return os.readlink(one) == os.readlink(other)
    if not (modes.S_ISREG(first.st_mode) and modes.S_ISREG(second.st_mode)):
        return False
    with open(one, "rb") as file, open(other, "rb") as copy:
        return file.read() == copy.read()


def uninstall(folder: HooksFolder) -> bool:
    """Put back what was there before.

    Returns:
        Whether our hook was there.

    Raises:
        HookError: it cannot be done.
    """
    if not os.path.isdir(folder.path):
        return False
    with told(f"take the hook out of {folder.path}"), alone(folder.path):
        found = folder.installed()
        if found is not None:
            _refuse_edited(found.path)
            _take_out(folder, found.path)
        _sweep(folder)
        if found is not None and found.script.made_folder:
            with contextlib.suppress(OSError):  # Someone else put something there.
                os.rmdir(folder.path)
    return found is not None


def _take_out(folder: HooksFolder, path: str) -> None:
    if os.path.lexists(folder.kept):
        os.replace(folder.kept, path)
    else:
        os.unlink(path)


def _sweep(folder: HooksFolder) -> None:
    """Take away what an interrupted installation left, and the folder that kept the old hook."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(unfinished(folder.hook))
    if not os.path.isdir(folder.kept_folder):
        return
    if os.path.lexists(folder.kept):
        if not (os.path.lexists(folder.hook) and _are_same(folder.hook, folder.kept)):
            return  # The only copy of someone's hook.
        os.unlink(folder.kept)
    for name in os.listdir(folder.kept_folder):
        path = os.path.join(folder.kept_folder, name)
        if os.path.islink(path) or name.endswith(".half"):
            os.unlink(path)
    with contextlib.suppress(OSError):  # Someone else put something there.
        os.rmdir(folder.kept_folder)
