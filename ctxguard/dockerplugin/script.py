"""The text of the plugin: a shell script that becomes ctxguard, or says why it cannot."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

from ctxguard.dockerplugin.metadata import ASK, metadata

_VERSION = 1
_MARK = re.compile(r"# ctxguard docker plugin, version \d{1,9}")
_PYTHON = re.compile(r"""^python=((?:'[^']*'|"'"|[^\n'"\\])*)$""", re.MULTILINE)

_TEMPLATE = """\
#!/bin/sh
# ctxguard docker plugin, version {version}
# Made by `ctxguard docker-plugin install`; `ctxguard docker-plugin uninstall` takes it away.
python={python}
there=no
if [ -f "$python" ] && [ -x "$python" ]; then there=yes; fi

# -P: nothing is imported from the current folder.
if [ "$1" = {ask} ]; then
  if [ $there = yes ] && "$python" -P -c '
import sys
from ctxguard.dockerplugin.metadata import metadata
sys.stdout.write(metadata())' 2>/dev/null; then exit 0; fi
  # docker runs only what answers, and only what runs can say what is wrong.
  printf '%s\\n' {metadata}
  exit 0
fi

if [ $there = yes ]; then
  # exec: signals reach ctxguard itself, and its exit code is the one that counts.
  exec "$python" -P -c '
import os, sys
try:
    from ctxguard.cli import main
except Exception:
    python, plugin = ascii(sys.executable), ascii(sys.argv[1])
    sys.stderr.write(
        f"ctxguard: {{python}} cannot import ctxguard any more; "
        f"run `ctxguard docker-plugin install` again, or delete {{plugin}}\\n"
    )
    sys.exit(3)
sys.exit(main(["docker-plugin", "run", "--", *sys.argv[2:]]))' "$0" "$@"
fi
{{
  {{
    printf 'ctxguard: %s is gone, which this plugin ran; ' "$python"
    printf 'run `ctxguard docker-plugin install` again, or delete %s' "$0"
  }} | LC_ALL=C tr '\\001-\\037\\177' '[?*]'  # A name must not steer the terminal.
  echo
}} >&2
exit 3
"""


@dataclass(frozen=True, slots=True)
class Script:
    """What a plugin of ours was made with."""

    python: str
    """The interpreter in which ctxguard is installed."""

    def text(self) -> str:
        """The whole file."""
        return _TEMPLATE.format(
            version=_VERSION,
            python=shlex.quote(self.python),
            ask=ASK,
            metadata=shlex.quote(metadata(version=None).rstrip("\n")),
        )


def read(text: str) -> Script | None:
    """What a file was made with, by any version; None if it is none of ours."""
    if not any(map(_MARK.fullmatch, text.splitlines()[:2])):
        return None
    found = _PYTHON.search(text)
    words = shlex.split(found[1]) if found else []
    return Script(words[0] if words else "")
