"""Proof that an application does without some packages: a command, run in fresh environments.

This is the one place where code of a project runs, and of the packages that it installs: the user
asks for it, and says which command.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ctxguard.deps.declared.asked import key_of
from ctxguard.deps.installed.closure import only_for
from ctxguard.deps.installed.environment import of_environment
from ctxguard.deps.pip.pipline import index_options
from ctxguard.deps.proof.installable import Installable, installable
from ctxguard.deps.proof.throwaway import ThrowAway
from ctxguard.deps.proof.trial import Outcome, Proof, Trial
from ctxguard.deps.running import run
from ctxguard.errors import UsageError

_SHELL = "/bin/sh"
_NOT_OURS = frozenset({"PYTHONHOME", "PYTHONPATH"})

Progress = Callable[[str], None]


def prove(
    text: str,
    command: str,
    *,
    project: str,
    options: Sequence[str] = (),
    progress: Progress | None = None,
    most_s: float = 600,
) -> Proof:
    """Install requirements in a fresh virtual environment, and run a command there.

    Args:
        text: of a requirements file.
        command: for the shell; it runs in the project's folder.
        options: where packages come from, if pip's own settings do not say it.
        progress: told what is being done.
        most_s: seconds that the command may take.

    Raises:
        UsageError: there is nothing to install, no command or no such folder.
        MeasureError: there is no environment to be made, or pip does not install them.
    """
    told = progress or (lambda _: None)
    wanted = installable(text)
    with tempfile.TemporaryDirectory(prefix="ctxguard-", ignore_cleanup_errors=True) as work:
        trying = _trying(work, command, project, options, most_s)
        trying.make(wanted, told)
        told("running the command")
        return Proof(command, (trying.run(None, ()),), wanted.notes)


def prove_each(
    text: str,
    removals: Sequence[str],
    command: str,
    *,
    project: str,
    options: Sequence[str] = (),
    progress: Progress | None = None,
    most_s: float = 600,
) -> Proof:
    """Run a command with all requirements, and then without each of some packages alone.

    What only the removed one needs goes with it; all else stays as it is, in the same versions.
    Each time the command gets a copy of an environment in which nothing has run. If it fails even
    with all of them, nothing is removed.

    Args:
        text: of a requirements file that has all of them.
        removals: names of the packages.

    Others, and what it raises: see `prove`.
    """
    told = progress or (lambda _: None)
    wanted = installable(text)
    with tempfile.TemporaryDirectory(prefix="ctxguard-", ignore_cleanup_errors=True) as work:
        trying = _trying(work, command, project, options, most_s)
        trying.make(wanted, told)
        trials = trying.each([key_of(name) for name in removals], wanted.roots, told)
        return Proof(command, tuple(trials), wanted.notes)


def _trying(
    work: str, command: str, project: str, options: Sequence[str], most_s: float
) -> _Trying:
    if not command.strip():
        raise UsageError("say which command is to run")
    if not os.path.isdir(project):
        raise UsageError(f"there is no folder {project} to run the command in")
    if not os.path.exists(_SHELL):
        raise UsageError(f"a command can be proved only where there is {_SHELL}")
    environment = ThrowAway(os.path.realpath(work), index_options(options))
    return _Trying(environment, command, project, most_s)


@dataclass(frozen=True, slots=True)
class _Trying:
    environment: ThrowAway
    command: str
    project: str
    most_s: float

    def make(self, wanted: Installable, told: Progress) -> None:
        number = len(wanted.lines)
        what = "requirement" if number == 1 else "requirements"
        told(f"installing {number:,} {what} in a fresh environment")
        self.environment.make(wanted.lines)

    def each(
        self, removals: Sequence[str], roots: Mapping[str, frozenset[str]], told: Progress
    ) -> list[Trial]:
        going = only_for(of_environment(venv=self.environment.folder), roots)
        self.environment.keep()
        told("running the command with all packages")
        trials = [self._without(None, frozenset())]
        for at, key in enumerate([] if trials[0].broke else removals, start=1):
            told(f"running the command without {key} ({at:,} of {len(removals):,})")
            trials.append(self._without(key, going.get(key, frozenset())))
        return trials

    def _without(self, removed: str | None, gone: frozenset[str]) -> Trial:
        if removed is not None and not gone:
            return Trial(removed, (), Outcome.UNCHANGED, None, ())
        self.environment.copy(gone)
        return self.run(removed, tuple(sorted(gone)))

    def run(self, removed: str | None, gone: tuple[str, ...]) -> Trial:
        ran = run(
            [_SHELL, "-c", self.command],
            self._variables(),
            most_s=self.most_s,
            folder=self.project,
        )
        outcome = {0: Outcome.PASSED, None: Outcome.STOPPED}.get(ran.code, Outcome.FAILED)
        return Trial(removed, gone, outcome, ran.code, ran.lines)

    def _variables(self) -> dict[str, str]:
        """Those of the user, with the environment before all else, as if it were activated."""
        kept = {name: value for name, value in os.environ.items() if name not in _NOT_OURS}
        path = os.pathsep.join(filter(None, (self.environment.programs, kept.get("PATH"))))
        own = {"PATH": path, "VIRTUAL_ENV": self.environment.folder}
        # Nothing is left in the project's folder but what the command itself writes.
        return {**kept, **own, "PYTHONDONTWRITEBYTECODE": "1"}
