"""One way to run git: nothing a repository configures is run, nothing is fetched, nobody is asked.

A repository's own configuration can name programs: `core.fsmonitor`, hooks, pagers, filters,
transports. The first ones are switched off for every call; the calls made here need none of the
others, and a partial clone fetches nothing, since no transport is allowed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from ctxguard.errors import MeasureError

if TYPE_CHECKING:
    import subprocess

_SAFE = (
    "--no-pager",
    "--no-replace-objects",
    *("-c", "core.fsmonitor=false"),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", f"core.attributesFile={os.devnull}"),
)
_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ATTR_NOSYSTEM": "1",
    "LC_ALL": "C",
}
_MOST_COMPLAINT = 500
"""Characters of what git says in an error, and bytes that are read for it."""


class GitError(MeasureError):
    """git is not there, or does not answer; `complaint` holds its own words."""

    def __init__(self, message: str, complaint: str = "") -> None:
        super().__init__(message)
        self.complaint = complaint


class Git:
    """git in one repository.

    Args:
        git_dir: absolute; None while it is still to be found.
        environment: what to set beside the safe values.
    """

    def __init__(
        self, git_dir: str | None = None, environment: Mapping[str, str] | None = None
    ) -> None:
        self._where = () if git_dir is None else (f"--git-dir={git_dir}",)
        # What the caller's environment says of a repository counts for finding it, and no longer.
        inherited = os.environ if git_dir is None else _without_git(os.environ)
        self._environment = {**inherited, **_ENVIRONMENT, **(environment or {})}

    def run(
        self, *arguments: str, data: bytes = b"", folder: str | None = None, most_s: float = 600
    ) -> bytes:
        """What git prints.

        Args:
            data: its standard input.
            folder: where to run it.
            most_s: seconds it may take.

        Raises:
            GitError: it fails, or takes too long.
        """
        import subprocess

        command = self._command(arguments)
        try:
            done = subprocess.run(
                command,
                input=data,
                capture_output=True,
                cwd=folder,
                env=self._environment,
                check=False,
                timeout=most_s,
            )
        except subprocess.TimeoutExpired as error:
            raise GitError(f"git {arguments[0]} takes more than {most_s:g} s; given up") from error
        except OSError as error:
            raise _not_run(error) from error
        if done.returncode != 0:
            raise _failed(arguments[0], done.returncode, done.stderr)
        return done.stdout

    def succeeds(self, *arguments: str) -> bool:
        """Whether git exits with 0."""
        try:
            self.run(*arguments)
        except GitError:
            return False
        return True

    @contextmanager
    def reading(self, *arguments: str) -> Iterator[IO[bytes]]:
        """What git prints, as it comes.

        Raises:
            GitError: it fails; at the end, too.
        """
        import subprocess
        import tempfile

        command = self._command(arguments)
        # Into a file: git never waits for a reader of its complaints.
        with tempfile.TemporaryFile() as complaints:
            try:
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=complaints,
                    env=self._environment,
                )
            except OSError as error:
                raise _not_run(error) from error
            assert process.stdout is not None
            with process:
                try:
                    yield process.stdout
                except BaseException:
                    process.kill()
                    raise
            if process.returncode != 0:
                complaints.seek(0)
                raise _failed(arguments[0], process.returncode, complaints.read(_MOST_COMPLAINT))

    def talking(self, *arguments: str) -> subprocess.Popen[bytes]:
        """A git that is asked by its standard input, again and again.

        Raises:
            GitError: it cannot be run.
        """
        import subprocess

        try:
            return subprocess.Popen(
                self._command(arguments),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=self._environment,
            )
        except OSError as error:
            raise _not_run(error) from error

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        return [_program(), *_SAFE, *self._where, *arguments]


def _program() -> str:
    import shutil

    program = shutil.which("git")
    if program is None:
        raise GitError("git was not found; install it, or put it on the PATH")
    return program


def _without_git(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if not name.startswith("GIT_")}


def _not_run(error: OSError) -> GitError:
    return GitError(f"git cannot be run: {(error.strerror or str(error)).lower()}")


def _failed(command: str, code: int, complaint: bytes) -> GitError:
    words = " ".join(complaint.decode("utf-8", "replace").split())[:_MOST_COMPLAINT]
    if "promisor remote" in words:
        return GitError(
            "this clone is partial and lacks objects of the commit; "
            "git fetch --refetch --no-filter brings them",
            words,
        )
    return GitError(f"git {command} failed: {words or f'exit code {code}'}", words)
