"""Environments on the disk: real trees, real interpreters, and nothing of a project run."""

from __future__ import annotations

import importlib.metadata
import os
import stat
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from ctxguard.deps.installed import interpreter
from ctxguard.deps.installed.distribution import Installed
from ctxguard.deps.installed.environment import default_environment, of_environment
from ctxguard.errors import UsageError
from tests.conftest import Fifo, File, Hardlink, Symlink, Tree
from tests.deps.wheels import metadata

Make = Callable[..., str]
SITE = "lib/python3.11/site-packages"
MARK = "home = /usr/bin\nversion = 3.11.7\n"


def package(name: str, record: str, version: str = "1.0") -> dict[str, str]:
    return {"METADATA": metadata(name, version), "RECORD": record}


def venv(packages: Tree, mark: str = MARK, site: str = SITE, more: Tree | None = None) -> Tree:
    return {"pyvenv.cfg": mark, site: packages, **(more or {})}


def sizes(found: Installed) -> dict[str, int]:
    return {key: each.bytes for key, each in found.found.items()}


def read(make_tree: Make, tree: Tree) -> Installed:
    return of_environment(venv=make_tree(tree, "env"))


def test_only_what_is_recorded_counts(make_tree: Make) -> None:
    rows = [
        "six.py",
        "__pycache__/six.cpython-311.pyc",
        "../../../bin/six",
        "six-1.0.dist-info/RECORD",
    ]
    record = "".join(f"{row},,\n" for row in rows)
    tree = venv(
        {
            "six.py": "x" * 100,
            "__pycache__": {"six.cpython-311.pyc": "x" * 1000, "other.cpython-311.pyc": "x" * 7},
            "loose.py": "x" * 10_000,
            "six-1.0.dist-info": package("six", record),
        },
        more={"bin": {"six": "x" * 10}},
    )
    found = read(make_tree, tree)
    assert sizes(found) == {"six": 1110 + len(record)}
    assert found.found["six"].commands == {"six"}
    assert found.problems == ()
    assert "env" in found.where


@pytest.mark.parametrize(
    "site",
    [
        "lib/python3.11/site-packages",
        "lib64/python3.11/site-packages",
        "Lib/site-packages",
        "lib/python3/dist-packages",
        "lib/pypy3.11/site-packages",
        "local/lib/python3.11/dist-packages",
    ],
)
def test_wherever_packages_lie(make_tree: Make, site: str) -> None:
    tree = venv({"a.py": "xyz", "a-1.dist-info": package("a", "a.py,,\n")}, site=site)
    assert sizes(read(make_tree, tree)) == {"a": 3}


def test_a_link_to_the_same_folder_counts_once(make_tree: Make) -> None:
    tree = venv(
        {"a.py": "xyz", "a-1.dist-info": package("a", "a.py,,\n")}, more={"lib64": Symlink("lib")}
    )
    assert sizes(read(make_tree, tree)) == {"a": 3}


def test_what_an_older_python_left_does_not_count(make_tree: Make) -> None:
    old: Tree = {"a.py": "x" * 50, "a-0.dist-info": package("a", "a.py,,\n", "0")}
    tree = venv(
        {"b.py": "xyz", "b-1.dist-info": package("b", "b.py,,\n")},
        more={"lib/python3.9/site-packages": old},
    )
    assert sizes(read(make_tree, tree)) == {"b": 3}


def test_a_file_counts_once(make_tree: Make) -> None:
    tree = venv(
        {
            "a.py": "x" * 10,
            "b.py": Hardlink(f"{SITE}/a.py"),
            "a-1.dist-info": package("a", "a.py,,\na.py,,\n./a.py,,\n"),
            "b-1.dist-info": package("b", "b.py,,\na.py,,\n"),
        }
    )
    assert sizes(read(make_tree, tree)) == {"a": 10, "b": 0}


def test_nothing_outside_counts(make_tree: Make, tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "key.py").write_text("x" * 999)
    record = "\n".join(
        [
            "/etc/passwd,,", "../../../../secret/key.py,,", "../../../../../../../../etc/passwd,,",
            "out/key.py,,", "key.py,,", "loop/x.py,,", "pipe,,", "folder,,", "own.py,,",
            f"{tmp_path}/secret/key.py,,", f"{tmp_path}/env/{SITE}/absolute.py,,",
        ]
    )  # fmt: skip
    tree = venv(
        {
            "out": Symlink(str(tmp_path / "secret")),
            "key.py": Symlink(str(tmp_path / "secret" / "key.py")),
            "loop": Symlink("loop"),
            "own.py": Symlink("real.py"),
            "real.py": "1234",
            "absolute.py": "12345",
            "pipe": Fifo(),
            "folder": {"a.txt": "x"},
            "bad-1.dist-info": package("bad", record),
            "linked-1.dist-info": Symlink(str(tmp_path / "secret")),
            "waits-1.dist-info": {"METADATA": Fifo(), "RECORD": Fifo()},
            "sees-1.dist-info": dict.fromkeys(("METADATA", "RECORD"), Symlink("/etc/passwd")),
        }
    )  # fmt: skip
    found = read(make_tree, tree)
    assert sizes(found) == {"bad": 9, "sees": 0, "waits": 0}
    assert found.found["sees"].requires == ()


def test_folders_of_packages_that_lead_out_are_not_read(make_tree: Make, tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "x-1.dist-info").mkdir()
    tree: Tree = {"pyvenv.cfg": MARK, SITE: Symlink(str(tmp_path / "secret"))}
    assert read(make_tree, tree).found == {}


def test_a_name_that_is_none_is_a_problem(make_tree: Make) -> None:
    found = read(make_tree, venv({"x-1.dist-info": package("../../x", "")}))
    assert found.found == {}
    assert len(found.problems) == 1


def test_huge_metadata_is_read_in_part(make_tree: Make) -> None:
    huge = File(metadata("a", "1.0", ["b"]), size=1 << 32)
    tree = venv(
        {
            "a.py": "xyz",
            "a-1.dist-info": {"METADATA": huge, "RECORD": File("a.py,,\n", size=1 << 32)},
        }
    )
    found = read(make_tree, tree)
    assert sizes(found) == {"a": 3}
    assert found.found["a"].requires == ("b",)


def test_eggs(make_tree: Make) -> None:
    tree = venv(
        {
            "old": {"__init__.py": "x" * 20, "deep": {"data.bin": "x" * 30}},
            "old_more": {"__init__.py": "x" * 500},
            "old-1.egg-info": {
                "PKG-INFO": metadata("old", "1"), "top_level.txt": "old\n",
                "requires.txt": "six>1\n",
            },
            "single-2.egg-info": metadata("single", "2"),
        }
    )  # fmt: skip
    found = read(make_tree, tree)
    assert sizes(found) == {"old": 50, "single": 0}
    assert found.found["old"].modules == {"old"}
    assert found.found["old"].requires == ("six>1",)


def test_packages_of_the_system_are_a_problem(make_tree: Make) -> None:
    found = read(make_tree, venv({}, mark="include-system-site-packages = True\n"))
    assert "system" in found.problems[0]


def test_no_environment(make_tree: Make, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no pyvenv\.cfg"):
        of_environment(venv=make_tree({"bin": {}}))
    with pytest.raises(UsageError, match="either"):
        of_environment()
    with pytest.raises(UsageError, match="no Python at"):
        of_environment(python=str(tmp_path / "python"))


@pytest.mark.parametrize("name", [".venv", "venv"])
def test_the_environment_of_a_project(make_tree: Make, name: str) -> None:
    project = make_tree({name: {"pyvenv.cfg": MARK}})
    assert default_environment(project) == f"{project}/{name}"


def test_a_project_without_one(make_tree: Make) -> None:
    assert default_environment(make_tree({".venv": {"bin": {}}, "venv": "a file"})) is None


def program(path: Path, text: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_the_interpreter_of_an_environment_is_not_run(make_tree: Make, tmp_path: Path) -> None:
    root = make_tree(venv({"a.py": "xyz", "a-1.dist-info": package("a", "a.py,,\n")}), "env")
    python = program(Path(root, "bin", "python"), f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    assert sizes(of_environment(python=python)) == {"a": 3}
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "text",
    [
        "echo nothing",
        "exit 3",
        "echo '[[1]]'",
        "echo '[1, 2]'",
        "echo '{'",
        "echo '[]'",
        "echo 1",
        "yes '[' | head -c 60000",
        "exec yes",
        'echo \'["a", "b"]\'; exec yes',
    ],
)
def test_what_is_no_interpreter(tmp_path: Path, text: str) -> None:
    python = program(tmp_path / "bin" / "python", f"#!/bin/sh\n{text}\n")
    with pytest.raises(UsageError, match="is it a Python"):
        of_environment(python=python)


def test_one_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = program(tmp_path / "bin" / "python", "#!/bin/sh\nsleep 100 & wait\n")
    monkeypatch.setattr(interpreter, "_MOST_S", 0.2)
    with pytest.raises(UsageError, match=r"does not answer within 0\.2 seconds"):
        of_environment(python=python)


def test_an_interpreter_runs_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sitecustomize.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    (tmp_path / "json.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    base = os.path.join(sys.base_prefix, "bin", f"python3.{sys.version_info[1]}")
    found = of_environment(python=base)
    assert not (tmp_path / "ran").exists()
    assert found.where == f"the packages of {base}"


def test_the_same_as_the_library_finds() -> None:
    """The environment that this runs in, if it is one."""
    if sys.prefix == sys.base_prefix:
        pytest.skip("no virtual environment")
    found = of_environment(venv=sys.prefix)
    homes = [path for path in sys.path if path.startswith(sys.prefix + os.sep)]
    peers = {each.metadata["Name"]: each for each in importlib.metadata.distributions(path=homes)}
    assert {each.name for each in found.found.values()} == set(peers)
    paths = {name: files_of(peer) for name, peer in peers.items()}
    uses = Counter(path for each in paths.values() for path in each)
    for each in found.found.values():
        peer = peers[each.name]
        assert each.version == peer.version
        assert list(each.requires) == [" ".join(text.split()) for text in peer.requires or ()]
        whole = sum(os.path.getsize(path) for path in paths[each.name])
        shared = sum(os.path.getsize(path) for path in paths[each.name] if uses[path] > 1)
        assert whole - shared <= each.bytes <= whole
        points = peer.entry_points.select(group="console_scripts")
        assert {point.name for point in points} <= each.commands


def files_of(peer: importlib.metadata.Distribution) -> set[str]:
    paths = {os.path.realpath(str(path.locate())) for path in peer.files or ()}
    return {path for path in paths if os.path.isfile(path)}
