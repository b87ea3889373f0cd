"""Hooks that lie in the work tree, where ctxguard adds a few lines to what people edit."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Result
from tests.githook.pushing import BIG, FOREIGN, Pair, state, write_hook

Run = Callable[..., Result]
# What version 9 of husky puts into its own folder: `h`, and a file of one line for each hook.
HUSKY = """#!/usr/bin/env sh
[ "$HUSKY" = "2" ] && set -x
n=$(basename "$0")
s=$(dirname "$(dirname "$0")")/$n
[ ! -f "$s" ] && exit 0
i="${XDG_CONFIG_HOME:-$HOME/.config}/husky/init.sh"
[ -f "$i" ] && . "$i"
[ "${HUSKY-}" = "0" ] && exit 0
export PATH="node_modules/.bin:$PATH"
sh -e "$s" "$@"
c=$?
[ $c != 0 ] && echo "husky - $n script failed (code $c)"
[ $c = 127 ] && echo "husky - command not found in PATH=$PATH"
exit $c
"""
ON_THE_PATH = {"PATH": f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}"}


def with_husky(pair: Pair) -> Path:
    """Returns: the hook that people edit."""
    own = Path(pair.local.root, ".husky/_")
    write_hook(own / "h", HUSKY)
    write_hook(own / "pre-push", '#!/usr/bin/env sh\n. "$(dirname "$0")/h"\n')
    pair.local.git("config", "core.hooksPath", ".husky/_")
    return Path(pair.local.root, ".husky/pre-push")


def with_tracked_hooks(pair: Pair) -> Path:
    pair.local.git("config", "core.hooksPath", "hooks")
    Path(pair.local.root, "hooks").mkdir()
    return Path(pair.local.root, "hooks/pre-push")


WAYS = pytest.mark.parametrize("way", [with_husky, with_tracked_hooks])


@pytest.mark.slow
@WAYS
@pytest.mark.parametrize("by_hand", [True, False])
@pytest.mark.parametrize("there", [True, False])
def test_the_lines_guard_a_push(
    pair: Pair, run_cli: Run, tmp_path: Path, way: Callable[[Pair], Path], *,
    by_hand: bool, there: bool,
) -> None:  # fmt: skip
    hook = way(pair)
    if there:
        write_hook(hook)
    before = state(hook.parent)
    where = ("-C", pair.local.root)
    found = run_cli("hook", "install", *where)
    assert (found.code, state(hook.parent)) == (2, before)
    said, lines = found.out.split("\n", 1)
    assert said.endswith(f"at the start of {hook}, below #!, or use --force:")
    assert run_cli("hook", "status", *where).code == 1
    if by_hand:
        write_hook(hook, f"#!/bin/sh\n{lines}{FOREIGN.partition(chr(10))[2] if there else ''}")
    else:
        assert run_cli("hook", "install", *where, "--force").out.startswith(f"added to {hook}\n")
    assert run_cli("hook", "status", *where).out.startswith(f"installed in {hook}")
    assert run_cli("hook", "install", *where).out == f"{hook} runs ctxguard already\n"

    log = tmp_path / "log"
    pushed = pair.push(env={**ON_THE_PATH, "LOG": str(log)})
    assert pushed.code == 0, pushed.err
    assert len(pushed.told) == 1
    if there:  # It reads what git says, though ctxguard has read it before.
        assert f"refs/heads/main {pair.local.id()}" in log.read_text(encoding="utf-8")
    pair.local.commit({"clip.mp4": BIG})
    refused = pair.push(env={**ON_THE_PATH, "LOG": str(log)})
    assert (refused.code, refused.told[0][:15]) == (1, "main is stopped"), refused.err

    assert run_cli("hook", "uninstall", *where).out == f"taken out of {hook}\n"
    if not by_hand:
        names = {name: each[::2] for name, each in before.items()}
        assert {name: each[::2] for name, each in state(hook.parent).items()} == names


@WAYS
def test_without_ctxguard_on_the_path_a_push_passes(
    pair: Pair, run_cli: Run, way: Callable[[Pair], Path]
) -> None:
    way(pair)
    run_cli("hook", "install", "-C", pair.local.root, "--force")
    pair.local.commit({"clip.mp4": BIG})
    without = ":".join(
        each for each in os.environ["PATH"].split(":") if not os.path.exists(f"{each}/ctxguard")
    )
    found = pair.push(env={"PATH": without})
    assert (found.code, found.told) == (
        0, ["this push is not checked: ctxguard is not on the PATH"],
    )  # fmt: skip


def test_a_subfolder_with_an_odd_name(pair: Pair, run_cli: Run) -> None:
    with_husky(pair)
    pair.local.commit({"it's $HOME": {"Dockerfile": "FROM scratch\nCOPY . /\n", "a": BIG}})
    there = ("-C", f"{pair.local.root}/it's $HOME")
    run_cli("hook", "install", *there, "--force")
    refused = pair.push(env=ON_THE_PATH)
    assert (refused.code, refused.told[0][:15]) == (1, "main is stopped"), refused.err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("#!/usr/bin/env python3\nprint(1)\n", "it is no shell script; let it run"),
        (None, "it is no regular file; edit what it leads to by hand"),
    ],
)
def test_what_is_not_edited(pair: Pair, run_cli: Run, text: str | None, words: str) -> None:
    hook = with_tracked_hooks(pair)
    if text is None:
        write_hook(Path(pair.local.root, "elsewhere"))
        hook.symlink_to("../elsewhere")
    else:
        write_hook(hook, text)
    before = state(hook.parent)
    found = run_cli("hook", "install", "-C", pair.local.root, "--force")
    assert (found.code, words in found.err) == (2, True)
    assert state(hook.parent) == before


def test_a_line_that_someone_wrote(pair: Pair, run_cli: Run) -> None:
    hook = with_tracked_hooks(pair)
    write_hook(hook, "#!/bin/sh\n# ctxguard hook run\n")
    where = ("-C", pair.local.root)
    assert run_cli("hook", "status", *where).code == 1
    write_hook(hook, '#!/bin/sh\nctxguard hook run -- "$@"\n')
    hook.chmod(0o644)
    before = state(hook.parent)
    status = run_cli("hook", "status", *where)
    assert (status.code, "git passes over it" in status.out) == (0, True)
    assert "by a line that someone wrote" in run_cli("hook", "uninstall", *where).out
    assert run_cli("hook", "install", *where, "--force").out.startswith("there already, in")
    assert state(hook.parent) == before
