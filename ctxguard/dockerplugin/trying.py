"""Whether docker could run the plugin."""

from __future__ import annotations

import os
import subprocess

from ctxguard.dockerplugin.metadata import ASK, metadata
from ctxguard.dockerplugin.script import Script
from ctxguard.dockerplugin.where import Place, content

_MOST_S = 20
_AGAIN = "install it again"


def is_same(python: str, other: str) -> bool:
    """Whether two interpreters are of one installation: an environment is known by its folder."""
    folders = {os.path.realpath(os.path.dirname(path)) for path in (python, other)}
    return len(folders) == 1 and os.path.realpath(python) == os.path.realpath(other)


def trouble(place: Place, script: Script, python: str) -> str | None:
    """Why it does not work; None if nothing is wrong.

    It is run only if it is our own text, with this very interpreter: another file could be
    anybody's.

    Args:
        script: what the plugin was made with.
        python: the interpreter that we run in.
    """
    if not os.access(place.path, os.X_OK):
        return f"it is not executable; {_AGAIN}"
    if not (os.path.isfile(script.python) and os.access(script.python, os.X_OK)):
        return f"{script.python or 'the Python that it uses'} is gone; {_AGAIN}"
    if content(place.path) != os.fsencode(script.text()):
        return f"it was made by another version of ctxguard, or edited; {_AGAIN}"
    return _answers_wrong(place.path) if is_same(script.python, python) else None


def _answers_wrong(path: str) -> str | None:
    try:
        done = subprocess.run(
            [path, ASK],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_MOST_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"it does not answer within {_MOST_S} seconds"
    except OSError as error:
        return f"it cannot be run: {(error.strerror or str(error)).lower()}"
    if done.stdout != metadata().encode():
        return f"its answer to {ASK} is not that of this ctxguard; {_AGAIN}"
    return None
