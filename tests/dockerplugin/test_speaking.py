"""What docker says to the plugin, understood."""

from __future__ import annotations

import pytest

from ctxguard.dockerplugin.speaking import Call, understood
from ctxguard.errors import UsageError

CALLS = [
    ("a command", "ctxguard report .", Call(("report", "."))),
    ("nothing more", "ctxguard", Call(())),
    ("what follows is not docker's", "ctxguard -D help", Call(("-D", "help"))),
    ("flags of docker", "-D --tls --tlsverify=0 ctxguard ls", Call(("ls",))),
    ("values of flags", "-c help --host ctxguard -l x ctxguard ls", Call(("ls",))),
    ("values in flags", "-cx --host=ctxguard -l=x ctxguard ls", Call(("ls",))),
    ("a value in a short flag", "-cx ctxguard ls", Call(("ls",))),
    ("short flags together", "-DH ctxguard ctxguard ls", Call(("ls",))),
    ("a value that looks like a flag", "--tlskey -D ctxguard ls", Call(("ls",))),
    ("the end of flags", "-- ctxguard ls", Call(("ls",))),
    ("a configuration", "--config /x ctxguard ls", Call(("ls",), config_folder="/x")),
    ("the last one", "--config /x --config=/y=z ctxguard", Call((), config_folder="/y=z")),
    ("help", "help ctxguard", Call(("--help",))),
    ("help for a command", "-D help ctxguard hook install", Call(("hook", "install", "--help"))),
    ("help before a name", "--help ctxguard report", Call(("report", "--help"))),
    ("help behind a name", "ctxguard report --help", Call(("report", "--help"))),
    ("help is no value", "help ctxguard report -o", Call(("report", "--help"))),
    ("a shell asks", "__complete ctxguard report --f", Call(("report", "--f"), completes=True)),
    ("a shell asks for help", "__complete ctxguard --help", Call(("--help",), completes=True)),
]


@pytest.mark.parametrize(("said", "meant"), [row[1:] for row in CALLS], ids=[r[0] for r in CALLS])
def test_understood(said: str, meant: Call) -> None:
    assert understood(said.split(" ")) == meant


def test_an_empty_word_to_complete() -> None:
    assert understood(["__complete", "ctxguard", "ls", ""]) == Call(("ls", ""), completes=True)


@pytest.mark.parametrize("said", ["", "report .", "help", "-D", "--config", "__complete", "-l"])
def test_what_docker_never_says(said: str) -> None:
    with pytest.raises(UsageError, match="use `docker ctxguard`, or ctxguard itself"):
        understood(said.split())
