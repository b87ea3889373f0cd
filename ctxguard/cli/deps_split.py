"""`ctxguard deps split`: requirements for production and for development, proved and written."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ctxguard.cli import deps_sources, options, output
from ctxguard.cli.deps_sources import Asked
from ctxguard.cli.ending import ended_by_signals
from ctxguard.cli.screen import screen
from ctxguard.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from ctxguard.dependencies import Dependencies
    from ctxguard.deps.declared.declaring import Survey
    from ctxguard.deps.proof.trial import Proof
    from ctxguard.deps.split.applications import Application
    from ctxguard.deps.split.splitting import Text
    from ctxguard.render.look import Terminal

_ALL = "all requirements"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be done with the files."""

    write: bool
    force: bool
    prove: str | None
    each: bool
    timeout: float
    color: str

    def check(self) -> None:
        """Raises UsageError for what does not go together."""
        if self.force and not self.write:
            raise UsageError("--force is about --write; nothing is written without that")
        if self.prove is None and self.each:
            raise UsageError("--each is about --prove; say which command is to run")
        if self.prove is not None and not self.prove.strip():
            raise UsageError("--prove wants a command")


@ended_by_signals()
def run(asked: Asked, wanted: Wanted) -> int:
    """Show the files, prove them and write them, as far as that is wanted."""
    wanted.check()
    survey, found = deps_sources.looked_at(asked)
    from ctxguard.deps.split.applications import applications

    _note_missing(found, quiet=asked.quiet)
    return _Splitting(asked, wanted, survey, applications(survey, found)).run()


def _note_missing(found: Dependencies, *, quiet: bool) -> None:
    """What is declared for development alone is put into production if the application needs it."""
    from ctxguard.deps.checks import findings

    for each in findings(found):
        if each.code == "PKG005":
            options.say(f"{each.file}:{each.line}: {each.message}", quiet=quiet)


@dataclass(frozen=True, slots=True)
class _Splitting:
    asked: Asked
    wanted: Wanted
    survey: Survey
    applications: Sequence[Application]

    @property
    def _texts(self) -> list[Text]:
        return [text for each in self.applications for text in each.split.texts]

    @property
    def _terminal(self) -> Terminal:
        return screen(file=None, color=self.wanted.color, brief=self.asked.quiet)

    def run(self) -> ExitCode:
        self._say_problems()
        changed = self._show()
        there = [file for file in changed if os.path.lexists(os.path.join(self._project, file))]
        if self.wanted.write and there and not self.wanted.force:
            raise UsageError(
                "this file is there already; look at the differences, then use --force",
                path=there[0],
            )
        if self.wanted.prove is not None and not self._prove(self.wanted.prove):
            return ExitCode.TRIPPED
        if self.wanted.write:
            self._write()
        elif changed:
            self._say_next(there)
        return ExitCode.OK

    @property
    def _project(self) -> str:
        return self.asked.project

    def _say(self, message: str) -> None:
        options.say(message, quiet=self.asked.quiet)

    def _say_problems(self) -> None:
        for problem in self.survey.declaration.problems:
            self._say(problem)
        for each in self.applications:
            for problem in each.split.problems:
                self._say(problem)

    def _show(self) -> list[str]:
        """The differences; gives back the files that would change."""
        from ctxguard.deps.split.writing import differences
        from ctxguard.render.deps_split import diff_text

        changed = []
        for text in self._texts:
            found = differences(self._project, [text])
            changed += [text.file] if found else []
            if not self.asked.quiet:
                output.write(diff_text(found, self._terminal), None)
        if not changed:
            self._say("all files are there already, as they would be written")
        return changed

    def _prove(self, command: str) -> bool:
        """Whether the command passes with all that is to be written."""
        from ctxguard.render.deps_split import missed_text

        proofs = []
        for proof, what in self._proofs(command):
            self._show_proof(proof, what)
            proofs.append((proof, what))
        if all(proof.holds for proof, _ in proofs):
            return True
        why = missed_text([proof for proof, what in proofs if what == _ALL]) or self._hint
        # Not a note: it says why nothing is written.
        options.say(f"the proof fails, and nothing is written: {why}")
        return False

    @property
    def _hint(self) -> str:
        if self.wanted.each:
            return "each package can go alone, but not all of them together"
        return "--each tells which removal breaks it"

    def _proofs(self, command: str) -> Iterator[tuple[Proof, str]]:
        from ctxguard.deps.proof.proving import prove, prove_each

        chosen = deps_sources.indexes(self.asked, self.survey)
        most_s = self.wanted.timeout
        for each in self.applications:
            if self.wanted.each and each.leaving:
                proof = prove_each(
                    _content(each.whole), each.leaving, command, project=self._project,
                    options=chosen, progress=self._say, most_s=most_s,
                )  # fmt: skip
                yield proof, _ALL
                if not proof.holds:
                    continue
            for text in _distinct(each):
                told = partial(prove, project=self._project, options=chosen, progress=self._say)
                yield told(_content(text), command, most_s=most_s), text.file

    def _show_proof(self, proof: Proof, what: str) -> None:
        from ctxguard.render.deps_split import proof_text

        output.write(proof_text(proof, what, self._terminal), None)

    def _write(self) -> None:
        from ctxguard.deps.split.writing import write

        sources = [file for each in self.applications for file in each.split.sources]
        for file in write(self._project, self._texts, force=self.wanted.force, sources=sources):
            self._say(f"{os.path.join(self.asked.path, file)} is written")

    def _say_next(self, there: Sequence[str]) -> None:
        named = f" {shlex.quote(self.asked.named)}" if self.asked.named else ""
        force = " --force" if there else ""
        over = f" over {', '.join(there)}" if there else ""
        self._say(
            f"nothing is written; ctxguard deps split{named} --write{force} writes them{over}"
        )


def _distinct(application: Application) -> Iterator[Text]:
    """Of what is installed in production; the conservative file only if it has more."""
    production, conservative = application.split.production, application.split.conservative
    yield production
    if conservative.data != production.data:
        yield conservative


def _content(text: Text) -> str:
    return text.data.decode("utf-8", "surrogateescape")
