"""The comment put on its pull request, and what is said of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ctxguard.cli.options import say
from ctxguard.errors import ExitCode
from ctxguard.forge import posting
from ctxguard.forge.client import Client
from ctxguard.forge.errors import ForgeError, RefusedError
from ctxguard.forge.token import Token, token_of
from ctxguard.forge.whereabouts import Event, Pull, pull_of


@dataclass(frozen=True, slots=True)
class Desk:
    """Where to post, and with what; found before anything is measured."""

    pull: Pull | None
    """None if the job runs for no pull request."""
    token: Token | None
    """None if it is empty."""

    def post(self, marker: str, text: str, *, summed_up: bool, quiet: bool) -> ExitCode:
        """Post the comment.

        Args:
            summed_up: the summary of the job has it already.

        Returns:
            What the process says of this; nothing bad where the summary stands in.
        """
        if self.pull is None:
            say("nothing is posted, for this job runs for no pull request", quiet=quiet)
            return ExitCode.OK
        if self.token is None:
            return _refused("the token is empty, as a secret is for a fork", summed_up=summed_up)
        try:
            done = posting.post(Client(self.pull.api, self.token), self.pull, marker, text)
        except RefusedError as error:
            return _refused(str(error), summed_up=summed_up)
        except ForgeError as error:
            say(f"the comment could not be posted on {self.pull}: {error}")
            return ExitCode.USAGE
        say(f"{done.value} the comment on {self.pull}", quiet=quiet)
        return ExitCode.OK


def _refused(why: str, *, summed_up: bool) -> ExitCode:
    """A fork's token may only read: that is no fault of who opened the pull request."""
    if summed_up:
        say(f"the comment may not be posted ({why}); the job summary has it")
        return ExitCode.OK
    say(
        f"the comment may not be posted ({why}), and there is no job summary; "
        "in a workflow, permissions: pull-requests: write lets it be posted"
    )
    return ExitCode.USAGE


def desk_of(environment: Mapping[str, str], event: Event) -> Desk:
    """Find out where to post.

    Raises:
        UsageError: the environment does not say it, or there is no token.
    """
    return Desk(pull_of(environment, event), token_of(environment))
