"""Where an interpreter looks for packages, asked so that nothing but the interpreter runs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

from ctxguard.errors import UsageError

_ASK = """
import json, sys, sysconfig
schemes = [None, *({"deb_system", "posix_prefix"} & set(sysconfig.get_scheme_names()))]
paths = [sysconfig.get_paths(each) if each else sysconfig.get_paths() for each in schemes]
homes = [[each["data"], each[lib]] for each in paths for lib in ("purelib", "platlib")]
json.dump(homes, sys.stdout)
"""
_MOST_S = 30
_MOST_BYTES = 1 << 16


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
    the environment brings code in.

    Raises:
        UsageError: it is no interpreter.
    """
    try:
        done = subprocess.run(
            [python, "-I", "-S", "-c", _ASK], stdin=subprocess.DEVNULL, capture_output=True,
            timeout=_MOST_S, check=False,
        )  # fmt: skip
        return [(str(root), str(home)) for root, home in json.loads(done.stdout[:_MOST_BYTES])]
    except subprocess.TimeoutExpired:
        raise UsageError(f"{python} does not answer within {_MOST_S} seconds") from None
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise UsageError(f"{python} cannot be run: {why}") from error
    except (ValueError, TypeError, RecursionError):
        raise UsageError(f"{python} does not say where its packages lie; is it a Python?") from None
