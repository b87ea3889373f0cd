"""`ctxguard init`: a first configuration that fits what is there."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ctxguard.config import OnDisk, contexts, settings
from ctxguard.config.starting import Start, a_little_above, starting_text, written
from ctxguard.sizes import parse_size
from tests.cli import documents
from tests.conftest import File, Result

Make = Callable[..., str]
Run = Callable[..., Result]
COPY = "FROM scratch\nCOPY . /\n"


def uncommented(text: str) -> str:
    """With every example in force."""
    lines = (line.removeprefix("# ") for line in text.splitlines())
    return "\n".join(line for line in lines if "=" in line.split("  ")[0] or line.startswith("["))


def test_one_dockerfile(make_tree: Make, run_cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_tree({".git": {}, "Dockerfile": COPY, "data": {"a": File(size=7_123_456)}})
    monkeypatch.chdir(root)
    result = run_cli("init")
    assert (result.code, result.out) == (0, "")
    assert "wrote ctxguard.toml" in result.err
    text = Path("ctxguard.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text) == {"warn": "8.6 MB", "critical": "12.9 MB"}
    assert '# "data/" = ' not in text  # the file is all that is in it
    everything = tomllib.loads(uncommented(text))
    assert list(everything) == [
        *("warn", "critical", "max-growth", "record", "max-files", "budgets", "hook")
    ]
    Path("ctxguard.toml").write_text(uncommented(text), encoding="utf-8")
    assert settings(OnDisk("."), {}, {}).record
    assert run_cli("report").code == 0


def test_the_heaviest_folder_is_an_example(make_tree: Make, run_cli: Run) -> None:
    tree = {"a": File(size=900_000), "b": File(size=900_000)}
    root = make_tree({"Dockerfile": COPY, "data": tree})
    run_cli("init", root)
    assert '# "data/" = "2.2 MB"' in Path(root, "ctxguard.toml").read_text(encoding="utf-8")


def test_several_dockerfiles(
    make_tree: Make, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_tree(
        {
            ".git": {},
            "Dockerfile": COPY,
            "Dockerfile.prod": COPY,
            "Dockerfile.prod.dockerignore": "big\n",
            "test.Dockerfile": COPY,
            "big": File(size=2_000_000),
        }
    )
    monkeypatch.chdir(root)
    assert run_cli("init").code == 0
    found = contexts(OnDisk("."), {}, {})
    assert [(each.name, each.settings.warn) for each in found] == [
        ("default", 2_500_000),
        ("prod", 1_000_000),
        ("test", 2_500_000),
    ]
    document = documents.report(run_cli("report", "--format", "json").out)
    assert [each["verdict"]["status"] for each in document["reports"]] == ["ok", "ok", "ok"]
    text = Path("ctxguard.toml").read_text(encoding="utf-8")
    Path("ctxguard.toml").write_text(uncommented(text), encoding="utf-8")
    assert len(contexts(OnDisk("."), {}, {})) == 3


def test_names_that_would_be_the_same(make_tree: Make, run_cli: Run) -> None:
    root = make_tree({"Dockerfile.a": COPY, "a.Dockerfile": COPY})
    run_cli("init", root)
    assert [each.name for each in contexts(OnDisk(root), {}, {})] == [
        "Dockerfile.a",
        "a.Dockerfile",
    ]


def test_one_by_another_name(make_tree: Make, run_cli: Run) -> None:
    root = make_tree({"Dockerfile.prod": COPY})
    run_cli("init", root)
    assert settings(OnDisk(root), {}, {}).dockerfile == f"{root}/Dockerfile.prod"


def test_a_context_that_is_far_too_large(make_tree: Make, run_cli: Run) -> None:
    """A budget above that would keep it so."""
    root = make_tree({"Dockerfile": COPY, "big": File(size=30_000_000_000)})
    run_cli("init", root)
    text = Path(root, "ctxguard.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text) == {"warn": "1 GB", "critical": "1.5 GB"}
    assert "Measured: 30.00GB in 2 files, which is over these limits" in text
    assert run_cli("report", root).code == 1


def test_nothing_is_overwritten(make_tree: Make, run_cli: Run) -> None:
    root = make_tree({".git": {}, "pyproject.toml": "[tool.ctxguard]\n", "sub": {}})
    for folder in (root, f"{root}/sub"):
        result = run_cli("init", folder)
        assert result.code == 2
        assert "there is a configuration already, " in result.err
    assert not os.path.lexists(f"{root}/ctxguard.toml")


def test_a_folder_that_cannot_be_written(make_tree: Make, run_cli: Run) -> None:
    root = make_tree({"ctxguard.toml": {}})
    assert run_cli("init", root).code == 2
    assert "it is no regular file" in run_cli("init", root).err


def test_docker_refuses(make_tree: Make, run_cli: Run) -> None:
    root = make_tree({"Dockerfile": COPY, ".dockerignore": "[\n"})
    assert run_cli("init", root).code == 3
    assert not os.path.lexists(f"{root}/ctxguard.toml")


@given(size=st.integers(0, 10**15))
@example(33_102_079_527_430)
def test_a_little_above(size: int) -> None:
    above = a_little_above(size)
    assert max(size, 1_000_000) <= above
    assert above <= max(size * 6 / 5 * 1.1, 1_000_000)
    assert parse_size(written(above)) == above
    assert parse_size(written(size)) == size


NAMES = st.text(st.characters(codec="utf-8"), min_size=1)


@given(name=NAMES, folder=NAMES)
def test_any_name_is_written_as_it_is(name: str, folder: str) -> None:
    start = Start(name, name, 10**7, 3, (folder, 10**7))
    document = tomllib.loads(starting_text([start, start]))
    assert [each["name"] for each in document["contexts"]] == [name, name]
    assert document["contexts"][0]["dockerfile"] == name
