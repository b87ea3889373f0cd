"""The text of the hook: a shell script that finds ctxguard, or warns and lets the push pass."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

NAME = "pre-push"
KEPT = f"{NAME}.kept-by-ctxguard"
"""Another program's hook, beside ours, which runs it first."""
_MARK = "# ctxguard pre-push hook, version 1"
_NOT_THERE = 120
"""Exit code of an interpreter that cannot import ctxguard."""

_TEMPLATE = """\
#!/bin/sh
{mark}
# Made by `ctxguard hook install`; `ctxguard hook uninstall` puts back what was here before.
python={python}
context={context}
made_folder={made_folder}

refs=$(cat 2>/dev/null; echo .)
refs=${{refs%.}}
kept=$(dirname -- "$0")/{kept}
if [ -x "$kept" ]; then
  printf %s "$refs" | "$kept" "$@" || exit
fi

code={not_there}
if [ -x "$python" ]; then
  # -P: nothing is imported from the repository.
  printf %s "$refs" | "$python" -P -c '
import sys
try:
    from ctxguard.cli import main
except Exception:
    sys.exit({not_there})
sys.exit(main(["hook", "run", *sys.argv[1:]]))' -C "$context" -- "$@"
  code=$?
fi
if [ "$code" = {not_there} ] && ctxguard --version >/dev/null 2>&1; then
  printf %s "$refs" | ctxguard hook run -C "$context" -- "$@"
  code=$?
fi
case $code in
0 | 1 | 3 | 130) exit "$code" ;;
{not_there}) why="it is neither in $python nor on the PATH; install it again, or delete $0" ;;
*) why="it failed with exit code $code" ;;
esac
echo "ctxguard: this push is not checked: $why" >&2
exit 0
"""


@dataclass(frozen=True, slots=True)
class Script:
    """What a hook of ours was made with."""

    python: str
    """The interpreter in which ctxguard is installed."""
    context: str
    """Relative to where git runs hooks: the top of the work tree."""
    made_folder: bool
    """The folder for hooks was not there before."""

    def text(self) -> str:
        """The whole file."""
        return _TEMPLATE.format(
            mark=_MARK,
            python=shlex.quote(self.python),
            context=shlex.quote(self.context),
            made_folder="yes" if self.made_folder else "no",
            kept=KEPT,
            not_there=_NOT_THERE,
        )


def read(text: str) -> Script | None:
    """What a hook file was made with; None if it is none of ours."""
    if _MARK not in text.splitlines()[:2]:
        return None
    values = {name: _value(text, name) for name in ("python", "context", "made_folder")}
    return Script(values["python"], values["context"], values["made_folder"] == "yes")


def _value(text: str, name: str) -> str:
    found = re.search(rf"^{name}=((?:'[^']*'|\"'\"|[^\n])*)$", text, re.MULTILINE)
    try:
        words = shlex.split(found[1]) if found else []
    except ValueError:
        words = []
    return words[0] if words else ""
