"""The text of the hook: a shell script that finds ctxguard, or warns and lets the push pass."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

NAME = "pre-push"
KEPT_FOLDER = ".kept-by-ctxguard"
"""What the name of the hooks folder ends with where another program's hook is kept."""
_VERSION = 1
_MARK = re.compile(r"# ctxguard pre-push hook, version \d{1,9}")
_END = "# End of the hook of ctxguard."
_NOT_THERE = 120
"""Exit code of an interpreter that cannot import ctxguard."""
_STOPPED = 121
"""Exit code for a push that is stopped: an interpreter that cannot even start exits with 1."""

_TEMPLATE = """\
#!/bin/sh
# ctxguard pre-push hook, version {version}
# Made by `ctxguard hook install`; `ctxguard hook uninstall` puts back what was here before.
python={python}
context={context}
made_folder={made_folder}

refs=$(cat 2>/dev/null; echo .)
refs=${{refs%.}}
# A hook of another program may call this one again, for the same push.
push=$(printf %s "$*:$refs" | cksum)
if [ -n "$push" ] && [ "$push" = "$CTXGUARD_PUSH" ]; then exit 0; fi
CTXGUARD_PUSH=$push
export CTXGUARD_PUSH

kept=$(dirname -- "$0"){kept_folder}/{name}
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
code = main(["hook", "run", *sys.argv[1:]])
sys.exit({stopped} if code == 1 else code)' -C "$context" -- "$@"
  code=$?
  if [ "$code" = 1 ]; then code="1, before it could run ctxguard"; fi
fi
if [ "$code" = {not_there} ] && ctxguard --version >/dev/null 2>&1; then
  printf %s "$refs" | ctxguard hook run -C "$context" -- "$@"
  code=$?
fi
case $code in
1 | {stopped}) exit 1 ;;
0 | 3 | 130) exit "$code" ;;
{not_there}) why="it is neither in $python nor on the PATH; install it again, or delete $0" ;;
*) why="it failed with exit code $code" ;;
esac
echo "ctxguard: this push is not checked: $why" >&2
exit 0
{end}
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
            version=_VERSION,
            python=shlex.quote(self.python),
            context=shlex.quote(self.context),
            made_folder="yes" if self.made_folder else "no",
            kept_folder=KEPT_FOLDER,
            name=NAME,
            not_there=_NOT_THERE,
            stopped=_STOPPED,
            end=_END,
        )


def read(text: str) -> Script | None:
    """What a hook file was made with, by any version; None if it is none of ours."""
    if not any(map(_MARK.fullmatch, text.splitlines()[:2])):
        return None
    values = {name: _value(text, name) for name in ("python", "context", "made_folder")}
    return Script(values["python"], values["context"], values["made_folder"] == "yes")


def has_more(text: str) -> bool:
    """Whether someone wrote something below the end of a hook of ours."""
    _, end, rest = text.partition(f"{_END}\n")
    return bool(end and rest.strip())


def _value(text: str, name: str) -> str:
    found = re.search(rf"^{name}=((?:'[^']*'|\"'\"|[^\n])*)$", text, re.MULTILINE)
    try:
        words = shlex.split(found[1]) if found else []
    except ValueError:
        words = []
    return words[0] if words else ""
