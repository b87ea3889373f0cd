"""The form in which cobra tells shells what could come next."""

from __future__ import annotations

from ctxguard.dockerplugin.completing import Candidate, Directive, answer


def test_lines_and_a_directive() -> None:
    found = [Candidate("ls", "List\n  what is\tsent."), Candidate("why", "")]
    assert answer(found, Directive.NOTHING) == "ls\tList what is sent.\nwhy\n:4\n"
    assert answer((), Directive.FOLDERS) == ":16\n"


def test_what_would_be_another_line_is_left_out() -> None:
    found = [
        Candidate("a\nb", ""),
        Candidate("a\tb", ""),
        Candidate("\x1b", ""),
        Candidate("c", ""),
    ]
    assert answer(found, Directive.FILES) == "c\n:0\n"
