"""Commands, options, formats and pictures each have their place in the docs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from ctxguard.cli.copies import TERMINAL
from ctxguard.cli.group import ctxguard
from ctxguard.render import FORMATS

_DOCS = Path(__file__).parent.parent / "docs"
_COMMANDS = _DOCS / "commands"
_FORMATS = _DOCS / "formats"
_PICTURES = _DOCS / "pictures"
_SHARED = "options.md"
_CONTEXT = click.Context(ctxguard)
_NAMES = ctxguard.list_commands(_CONTEXT)
_SHARED_ROW = re.compile(
    r"^\| (?P<options>`-.*?) \| .* \| (?P<commands>[a-z, -]+) \|$", re.MULTILINE
)


def _command(name: str) -> click.Command:
    found = ctxguard.get_command(_CONTEXT, name)
    assert found is not None
    return found


def _subcommands(command: click.Command) -> dict[str, click.Command]:
    below = command.commands if isinstance(command, click.Group) else {}
    return {name: each for name, each in below.items() if not each.hidden}


def _options(name: str) -> Iterator[tuple[str, ...]]:
    """The names of each option of a command and of those below it."""
    command = _command(name)
    for each in (command, *_subcommands(command).values()):
        for option in each.get_params(click.Context(each)):
            if isinstance(option, click.Option):
                yield tuple(option.opts)


def _text(page: Path) -> str:
    return page.read_text("utf-8")


def _linked(page: Path) -> set[str]:
    return set(re.findall(r"(?<!!)\[[^\]]*\]\(([^)#]+)", _text(page)))


def _named(text: str) -> set[str]:
    """The options that stand in a page as code."""
    code = re.findall(r"`([^`\n]+)`", text)
    return {word for each in code for word in re.findall(r"(?<![\w-])--?\w[\w-]*", each)}


def _shared() -> dict[str, set[str]]:
    """By option, the commands that the shared page says it belongs to."""
    return {
        option: set(row["commands"].split(", "))
        for row in _SHARED_ROW.finditer(_text(_COMMANDS / _SHARED))
        for option in _named(row["options"])
    }


@pytest.mark.parametrize("name", _NAMES)
def test_each_command_has_a_page(name: str) -> None:
    assert f"{name}.md" in _linked(_COMMANDS / "README.md")
    assert (_COMMANDS / f"{name}.md").is_file()


def test_each_page_is_one_of_a_command() -> None:
    pages = {page.stem for page in _COMMANDS.glob("*.md")}
    assert pages == {*_NAMES, "README", "options"}


@pytest.mark.parametrize("name", _NAMES)
def test_each_option_is_named(name: str) -> None:
    page = _COMMANDS / f"{name}.md"
    named = _named(_text(page))
    if _SHARED in _linked(page):
        named |= {option for option, commands in _shared().items() if name in commands}
    missing = [names for names in _options(name) if not named.issuperset(names[-1:])]
    assert missing == []


@pytest.mark.parametrize("name", _NAMES)
def test_no_other_option_is_said_to_be_shared(name: str) -> None:
    taken = {option for names in _options(name) for option in names}
    said = {option for option, commands in _shared().items() if name in commands}
    assert said - taken == set()


def test_the_shared_options_are_those_of_commands() -> None:
    assert set().union(*_shared().values()) == set(_NAMES)


@pytest.mark.parametrize("name", _NAMES)
def test_each_command_below_it_is_named(name: str) -> None:
    text = _text(_COMMANDS / f"{name}.md")
    missing = [each for each in _subcommands(_command(name)) if f"{name} {each}" not in text]
    assert missing == []


@pytest.mark.parametrize("name", _NAMES)
def test_exit_codes_are_told(name: str) -> None:
    assert "exit code" in _text(_COMMANDS / f"{name}.md").lower()


@pytest.mark.parametrize("name", [TERMINAL, *FORMATS])
def test_each_format_has_a_page(name: str) -> None:
    assert f"{name}.md" in _linked(_FORMATS / "README.md")
    text = _text(_FORMATS / f"{name}.md")
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert {"How to use it", "Hostile names", "What is left out"} <= set(headings)


def test_each_format_page_is_one_of_a_format() -> None:
    assert {page.stem for page in _FORMATS.glob("*.md")} == {TERMINAL, *FORMATS, "README"}


def test_each_picture_is_shown_and_told() -> None:
    shown = {
        (page.parent / path).resolve(): told
        for page in _DOCS.glob("**/*.md")
        for told, path in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", _text(page))
    }
    assert set(shown) == {path.resolve() for path in _PICTURES.iterdir()}
    assert [told for told in shown.values() if len(told) < 20] == []
