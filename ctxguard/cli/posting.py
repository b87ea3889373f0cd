"""What commands share that can put a comment on a pull request."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Any, TypeVar

import click

from ctxguard.cli import options

_F = TypeVar("_F", bound=Callable[..., Any])
_KEY = re.compile(r"[A-Za-z0-9._-]{1,64}")

post_option = click.option(
    "--post", is_flag=True, help="Put it on the pull request that this job runs for."
)


def key_option(default: str) -> Callable[[_F], _F]:
    """`--key`."""
    return click.option(
        "--key",
        default=default,
        metavar="KEY",
        callback=_checked,
        help=f"Which comment to update, where there are several; default: {default}.",
    )


def _checked(_context: click.Context, _option: click.Parameter, value: str) -> str:
    if not _KEY.fullmatch(value):
        raise click.BadParameter("a key has up to 64 letters, digits, dots, _ and -")
    return value


def sum_up(text: str) -> bool:
    """Add it to the summary of the job, if there is one; whether it is there now."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return False
    from ctxguard.forge.errors import ForgeError
    from ctxguard.forge.summary import append

    try:
        append(path, text)
    except ForgeError as error:
        options.say(str(error))
        return False
    return True
