"""Whether an application does without some packages, as values; nothing here runs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Outcome(Enum):
    """How a command ended."""

    PASSED = "passed"
    FAILED = "failed"
    STOPPED = "stopped"
    """It took too long."""
    UNCHANGED = "unchanged"
    """It was not run: what is no longer declared stays, since something else needs it."""


@dataclass(frozen=True, slots=True)
class Trial:
    """The command, run once in an environment of its own."""

    removed: str | None
    """The key of the one package that is no longer declared; None for an environment with all."""
    gone: tuple[str, ...]
    """Keys of all packages that go with it, itself among them."""
    outcome: Outcome
    code: int | None
    """The exit code; negative for a signal; None if it did not end, or was not run."""
    output: tuple[str, ...]
    """The last lines that the command wrote, as they came: not to be shown without escaping."""

    @property
    def broke(self) -> bool:
        return self.outcome in (Outcome.FAILED, Outcome.STOPPED)


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of all trials."""

    command: str
    trials: tuple[Trial, ...]
    """The first one is with everything that was to be installed."""
    notes: tuple[str, ...]
    """What is not as the requirements say, such as lines that are not installed."""

    @property
    def holds(self) -> bool:
        """The command passed each time that it was run."""
        return not any(trial.broke for trial in self.trials)

    @property
    def fails_anyway(self) -> bool:
        """The command fails even with all of them, so that it proves nothing."""
        return self.trials[0].broke

    @property
    def missed(self) -> tuple[Trial, ...]:
        """Removals that break the command."""
        return tuple(trial for trial in self.trials[1:] if trial.broke)
