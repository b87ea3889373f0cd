"""What a user may name as a context, before anything of it is looked at."""

from __future__ import annotations

import os
import re

from ctxguard.errors import UsageError

_URL = re.compile(
    r"(https?|git|ssh|s3|oci-layout|docker-image)://|git@|github\.com/", re.IGNORECASE
)

ONLY_FOLDERS = "only local folders can be measured"
INLINE = ", dockerfile of "
"""What stands between a Compose file and the service that has its Dockerfile in it."""
STANDARD_INPUT = "-"
"""What names it, as in `docker build -f -`."""


def check_context_name(context: str) -> None:
    """Raises UsageError for a context that can be no folder, whatever lies on the disk."""
    if context == "-":
        raise UsageError(
            f"a context on standard input: {ONLY_FOLDERS}; unpack it and name the folder"
        )
    if _URL.match(context) and not os.path.exists(context):
        raise UsageError(
            f"the context {context} is a URL: {ONLY_FOLDERS}; clone it and name the folder"
        )
    if not context:
        raise UsageError("the context has no name; name a folder, or leave it out for this one")
    if not os.path.isabs(context):
        check_current_folder()


def check_current_folder() -> None:
    """Raises UsageError if the current folder is gone."""
    try:
        os.getcwd()
    except OSError as error:
        reason = (error.strerror or "").lower()
        raise UsageError(
            f"the current folder cannot be found ({reason}); go to one that exists"
        ) from error
