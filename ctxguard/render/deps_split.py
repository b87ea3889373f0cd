"""A split of requirements for a person: what would be written, and whether it was proved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ctxguard.deps.proof.trial import Outcome, Proof, Trial
from ctxguard.render.amounts import counted
from ctxguard.render.escape import at_start, line, quoted
from ctxguard.render.look import Terminal

_COLORS = {"+": "green", "-": "red", "@": "cyan"}
_MOST_OUTPUT = 20
"""Lines of what a command said last."""
_OUTPUT = "    | "
"""In front of what a command said, so that a line of it is nothing else."""


def diff_text(differences: str, terminal: Terminal) -> str:
    """A unified diff, harmless on a terminal."""
    rows = differences.removesuffix("\n").split("\n") if differences else []
    return "".join(f"{_diff_line(row, terminal)}\n" for row in rows)


def _diff_line(row: str, terminal: Terminal) -> str:
    shown = at_start(row.removesuffix("\r"))
    if row.startswith(("--- ", "+++ ")):
        return terminal.styled(shown, bold=True)
    color = _COLORS.get(row[:1])
    return shown if color is None else terminal.styled(shown, fg=color)


def proof_text(proof: Proof, what: str, terminal: Terminal) -> str:
    """What came of a proof: a line for each trial, and the last words of what failed.

    Args:
        what: was installed, such as the name of a file.
    """
    lines = [terminal.styled(f"`{line(proof.command)}` with {quoted(what)}", bold=True)]
    lines += [f"  {at_start(note)}" for note in proof.notes] if not terminal.brief else []
    for trial in proof.trials:
        lines += _trial(trial, terminal)
    return "".join(f"{each}\n" for each in lines)


def _trial(trial: Trial, terminal: Terminal) -> Iterator[str]:
    color = "red" if trial.broke else "green"
    told = terminal.styled(_outcome(trial), fg=color, bold=trial.broke or None)
    yield f"  {told}{_without(trial)}"
    if trial.broke:
        shown = trial.output[-_MOST_OUTPUT:]
        left = len(trial.output) - len(shown)
        if left:
            yield f"{_OUTPUT}({counted(left, 'line')} before)"
        yield from (_OUTPUT + line(each.rstrip()) for each in shown)


def _outcome(trial: Trial) -> str:
    if trial.outcome is Outcome.PASSED:
        return "passes"
    if trial.outcome is Outcome.UNCHANGED:
        return "nothing to try"
    if trial.outcome is Outcome.STOPPED:
        return "FAILS: it took too long"
    assert trial.code is not None
    how = f"signal {-trial.code}" if trial.code < 0 else f"exit code {trial.code}"
    return f"FAILS: {how}"


def _without(trial: Trial) -> str:
    if trial.removed is None:
        return ""
    removed = quoted(trial.removed)
    if trial.outcome is Outcome.UNCHANGED:
        return f" without {removed}: others that are installed need it"
    others = len(trial.gone) - 1
    more = f" and {counted(others, 'package')} that only it needs" if others else ""
    return f" without {removed}{more}"


def missed_text(proofs: Sequence[Proof]) -> str:
    """Which removals broke the command, in a sentence; "" if none did.

    Args:
        proofs: of each removal alone.
    """
    names = [trial.removed for proof in proofs for trial in proof.missed if trial.removed]
    if any(proof.fails_anyway for proof in proofs):
        return "the command fails even with all packages, so that it proves nothing"
    if names:
        return f"the command does not do without {', '.join(map(quoted, names))}"
    return ""
