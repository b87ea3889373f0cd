"""pip, run as a program: isolated from the project, asking nobody, and leaving nothing behind.

Its own settings, in files and in the environment, are the user's, and hold. Only those that would
install something else, or elsewhere, are set aside.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ctxguard.deps.running import Ran, run

_SET_ASIDE = frozenset(
    (
        *("PIP_REQUIREMENT", "PIP_EDITABLE", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_SRC"),
        *("PIP_REPORT", "PIP_LOG", "PIP_DRY_RUN", "PIP_PYTHON", "PIP_GROUP"),
        *("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV"),
    )
)
_SET = {
    "PIP_USER": "0",
    "PIP_REQUIRE_VIRTUALENV": "0",
    "PIP_NO_COLOR": "1",
    "LC_ALL": "C.UTF-8",
}
_QUIETLY = (
    *("--no-input", "--disable-pip-version-check", "--quiet", "--progress-bar", "off"),
    *("--retries", "1", "--timeout", "15"),
)
_REQUIREMENTS = "requirements.txt"
TEMPORARY = ("TMPDIR", "TEMP", "TMP")
"""Variables that say where temporary files go."""


@dataclass(frozen=True, slots=True)
class Pip:
    """The pip of one interpreter.

    Args:
        python: the interpreter.
        work: a throw-away folder, for its temporary files too.
        options: index options, checked.
    """

    python: str
    work: str
    options: tuple[str, ...] = ()

    def install(
        self,
        lines: Sequence[str],
        arguments: Sequence[str],
        *,
        most_s: float,
        enough: Callable[[str], bool] | None = None,
    ) -> Ran:
        """Install requirements; see `running.run`.

        Args:
            lines: of a requirements file, made by `pipline`.
        """
        path = os.path.join(self.work, _REQUIREMENTS)
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
        own = ["--no-warn-script-location", *self.options, *arguments, "--requirement", path]
        return self._run(["install", *_QUIETLY, *own], most_s, enough)

    def settings(self) -> tuple[str, ...]:
        """Its settings, as it lists them."""
        return self._run(["config", "list"], 60, None).lines

    def _run(
        self, arguments: Sequence[str], most_s: float, enough: Callable[[str], bool] | None
    ) -> Ran:
        argv = [self.python, "-I", "-m", "pip", *arguments]
        return run(argv, self._environment(), most_s=most_s, enough=enough)

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in _SET_ASIDE}
        temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), self.work)
        return {**kept, **_SET, **temporary}
