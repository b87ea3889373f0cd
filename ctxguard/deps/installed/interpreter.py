"""Where an interpreter looks for packages, asked so that nothing but the interpreter runs."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable

from ctxguard.deps.running import run
from ctxguard.errors import UsageError

_ASK = """
import json, sys, sysconfig
schemes = [None, *({"deb_system", "posix_prefix"} & set(sysconfig.get_scheme_names()))]
paths = [sysconfig.get_paths(each) if each else sysconfig.get_paths() for each in schemes]
for each in paths:
    for lib in ("purelib", "platlib"):
        print(json.dumps([each["data"], each[lib]]))
"""
_MOST_S = 30
_MOST_LINES = 100


def interpreter_at(python: str) -> str:
    """The program that a name or a path stands for, links not followed.

    Raises:
        UsageError: there is none.
    """
    found = shutil.which(python)
    if found is None:
        raise UsageError(
            f"there is no Python at {python}; name an interpreter, or an environment with --venv"
        )
    return os.path.abspath(found)


def folders_of(python: str) -> list[tuple[str, str]]:
    """Its folders of packages, each behind the folder of the installation that it is part of.

    It runs isolated and without `site` (`-I -S`): no `.pth` file, `sitecustomize` or variable of
    the environment brings code in. What is none may say anything, for ever.

    Raises:
        UsageError: it is no interpreter.
    """
    said = 0

    def enough(_: str) -> bool:
        nonlocal said
        said += 1
        return said > _MOST_LINES

    try:
        argv = [python, "-I", "-S", "-c", _ASK]
        ran = run(argv, os.environ, most_s=_MOST_S, enough=enough)
        if ran.code is None and said <= _MOST_LINES:
            raise UsageError(f"{python} does not answer within {_MOST_S} seconds")
        return _pairs(ran.lines)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise UsageError(f"{python} cannot be run: {why}") from error
    except (ValueError, RecursionError):
        raise UsageError(f"{python} does not say where its packages lie; is it a Python?") from None


def _pairs(lines: Iterable[str]) -> list[tuple[str, str]]:
    """Raises ValueError for a list that is not of two texts, and if there is none at all."""
    # An interpreter may warn of something besides.
    found = [json.loads(line) for line in lines if line.startswith("[")]
    told = [(root, home) for root, home in found if isinstance(root, str) and isinstance(home, str)]
    if not told or len(told) < len(found):
        raise ValueError("these are no paths")
    return told
