"""The hook put in its place and taken away; at no moment is a hook of someone else's lost.

The new file is written whole beside the old one, which then gets a second name, and only then is
replaced. Whatever happens between, git finds the old hook or the new one.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat as modes
import sys
from collections.abc import Iterator

from ctxguard.errors import CtxguardError
from ctxguard.githook.folder import HooksFolder
from ctxguard.githook.script import NAME, Script

_NEW = f"{NAME}.new-by-ctxguard"


class HookError(CtxguardError):
    """The hook cannot be put there or taken away; what was there is still there."""


def install(folder: HooksFolder, script: Script) -> bool:
    """Put the hook in its place, and keep what was there.

    Returns:
        Whether anything had to be done.

    Raises:
        HookError: it cannot be done.
    """
    with _told(folder, "put the hook into"):
        made = not os.path.isdir(folder.path)
        os.makedirs(folder.path, exist_ok=True)
        with _alone(folder.path):
            before = folder.installed()
            made = before.made_folder if before is not None else made
            data = Script(script.python, script.context, made).text().encode()
            if before is not None and _is_in_place(folder.hook, data):
                return False
            _put(folder, data, ours=before is not None)
    return True


def _is_in_place(hook: str, data: bytes) -> bool:
    with open(hook, "rb") as file:
        return file.read() == data and os.access(hook, os.X_OK)


def _put(folder: HooksFolder, data: bytes, *, ours: bool) -> None:
    new = os.path.join(folder.path, _NEW)
    try:
        _write(new, data)
        if not ours and os.path.lexists(folder.hook):
            _keep(folder)
        os.replace(new, folder.hook)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(new)
        raise


def _write(path: str, data: bytes) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o755), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
        if hasattr(os, "fchmod"):
            os.fchmod(file.fileno(), 0o755)


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
    try:
        os.link(folder.hook, folder.kept, follow_symlinks=False)
    except (OSError, NotImplementedError):
        # Not every file system has hard links.
        half = f"{folder.kept}.half"
        shutil.copy2(folder.hook, half, follow_symlinks=False)
        os.replace(half, folder.kept)


def _are_same(one: str, other: str) -> bool:
    first, second = os.lstat(one), os.lstat(other)
    if os.path.samestat(first, second):
        return True
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
    with _told(folder, "take the hook out of"), _alone(folder.path):
        script = folder.installed()
        if script is None:
            return False
        if os.path.lexists(folder.kept):
            os.replace(folder.kept, folder.hook)
        else:
            os.unlink(folder.hook)
            if script.made_folder:
                with contextlib.suppress(OSError):  # Someone else put something there.
                    os.rmdir(folder.path)
    return True


@contextlib.contextmanager
def _told(folder: HooksFolder, what: str) -> Iterator[None]:
    """An error of the system, in words."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise HookError(
            f"cannot {what} {folder.path}: {reason}; what was there is as it was"
        ) from error


@contextlib.contextmanager
def _alone(folder: str) -> Iterator[None]:
    """Two at once take turns."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
