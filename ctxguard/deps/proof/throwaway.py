"""Virtual environments that are used once: made fresh, copied, and rid of single packages."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Collection, Mapping, Sequence

from ctxguard.deps.declared.asked import key_of
from ctxguard.deps.installed.environment import folders_in, homes
from ctxguard.deps.installed.metadata import named
from ctxguard.deps.installed.record import recorded
from ctxguard.deps.pip.complaints import first_error
from ctxguard.deps.pip.program import TEMPORARY, Pip
from ctxguard.deps.proof.clone import Clone
from ctxguard.deps.running import run
from ctxguard.errors import MeasureError

_MOST_MAKE_S = 300
_MOST_INSTALL_S = 1800


class ThrowAway:
    """One virtual environment at one place, since its programs know where they lie.

    Args:
        work: a folder that somebody else removes.
        options: index options, checked.
    """

    def __init__(self, work: str, options: Sequence[str]) -> None:
        self._work = work
        self._whole = os.path.join(work, "whole")
        self._options = tuple(options)
        self.folder = os.path.join(work, "environment")
        self._clone = Clone(self._whole, self.folder)

    @property
    def programs(self) -> str:
        """The folder of its programs."""
        return os.path.join(self.folder, "Scripts" if sys.platform == "win32" else "bin")

    def make(self, lines: Sequence[str]) -> None:
        """Make it, and install requirements in it.

        Raises:
            MeasureError: it cannot be made, or pip does not install them.
        """
        temporary = os.path.join(self._work, "temporary")
        os.mkdir(temporary)
        self._make_empty(temporary)
        pip = Pip(os.path.join(self.programs, "python"), temporary, self._options)
        ran = pip.install(lines, (), most_s=_MOST_INSTALL_S)
        shutil.rmtree(temporary, ignore_errors=True)
        if ran.code != 0:
            raise MeasureError(f"pip does not install the requirements: {first_error(ran.lines)}")

    def _make_empty(self, temporary: str) -> None:
        ours = {name: each for name, each in os.environ.items() if not name.startswith("PYTHON")}
        ours |= dict.fromkeys(TEMPORARY, temporary)
        argv = [sys.executable, "-I", "-m", "venv", self.folder]
        made = run(argv, ours, most_s=_MOST_MAKE_S)
        if made.code != 0:
            raise MeasureError(
                f"no virtual environment can be made: {first_error(made.lines)}; on Debian, "
                "python3-venv has to be installed"
            )

    def keep(self) -> None:
        """Put it aside as it is, so that copies can be made; none is at its place then."""
        os.rename(self.folder, self._whole)

    def copy(self, without: Collection[str]) -> None:
        """Put a copy in its place that lacks packages, and nothing else.

        Whatever was done to the last copy is undone. A file that another package has too stays: it
        would be there without them.

        Args:
            without: keys.

        Raises:
            MeasureError: the last copy cannot be put right.
        """
        self._clone.refresh()
        files = self._files()
        kept = {path for key, each in files.items() if key not in without for path in each}
        gone = {path for key in without for path in files.get(key, ())}
        for path in gone - kept:
            self._remove(path)

    def _files(self) -> Mapping[str, set[str]]:
        """By key: the files of each package."""
        found: dict[str, set[str]] = {}
        for home in homes(folders_in(self.folder)[0]):
            for folder, texts in home.described():
                name, _ = named(folder, texts)
                if name is not None:
                    paths = map(home.inside, recorded(folder, texts))
                    found.setdefault(key_of(name), set()).update(filter(None, paths))
        return found

    def _remove(self, path: str) -> None:
        """A file, with the folders that are empty without it: one would still be a package."""
        root = os.path.realpath(self.folder)
        with contextlib.suppress(OSError):
            os.unlink(path)
            folder = os.path.dirname(path)
            while folder != root:
                os.rmdir(folder)
                folder = os.path.dirname(folder)
