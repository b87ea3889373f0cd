"""Files of a package, and what can be imported and run of them."""

from __future__ import annotations

import time

import pytest

from ctxguard.deps.installed.record import modules, programs, recorded
from tests.loops import one_loop

FOLDER = "x-1.0.dist-info"


@pytest.mark.parametrize(
    ("record", "paths"),
    [
        pytest.param("six.py,sha256=abc,10\n", {"six.py"}, id="plain"),
        pytest.param("a/b.py\n\n\na/c.py,,\n", {"a/b.py", "a/c.py"}, id="empty lines"),
        pytest.param("a/b.py,,\r\n", {"a/b.py"}, id="CRLF"),
        pytest.param('"a, ""b"".txt",,3\n', {'a, "b".txt'}, id="quoted"),
        pytest.param('"open,,3\nb.py,,\n', {"open,,3", "b.py"}, id="an open quote spoils no other"),
        pytest.param("a/./b//c.py,,\n", {"a/b/c.py"}, id="normalized"),
        pytest.param("../../../bin/x,,\n", {"../../../bin/x"}, id="beside"),
        pytest.param("/etc/passwd,,\n", {"/etc/passwd"}, id="absolute: whoever looks it up checks"),
        pytest.param(",,\n ,,\n", set(), id="no name"),
        pytest.param("a\0b,,\n", set(), id="NUL"),
        pytest.param("a" * 5000 + ",,\n", set(), id="too long"),
        pytest.param("a/" * 200 + "b,,\n", set(), id="too deep"),
        pytest.param('"' + "x" * 200_000 + '"\nb.py,,\n', {"b.py"}, id="a field that csv refuses"),
    ],
)
def test_recorded(record: str, paths: set[str]) -> None:
    assert recorded(FOLDER, {"RECORD": record}) == paths


def test_an_older_list_is_relative_to_the_metadata() -> None:
    texts = {"installed-files.txt": "../six.py\nPKG-INFO\n../../../../bin/six\n"}
    assert recorded("six-1.egg-info", texts) == {
        "six.py", "six-1.egg-info/PKG-INFO", "../../../bin/six",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        pytest.param(["cv2/__init__.py", "cv2/data/__init__.py"], {"cv2"}, id="package"),
        pytest.param(["six.py"], {"six"}, id="module"),
        pytest.param(["x.cpython-311-x86_64-linux-gnu.so"], {"x"}, id="extension"),
        pytest.param(["x.abi3.so", "y.pyd", "z.pyc"], {"x", "y", "z"}, id="other extensions"),
        pytest.param(["x/__init__.cpython-311-darwin.so"], {"x"}, id="compiled package"),
        pytest.param(
            ["google/cloud/storage/__init__.py", "google/cloud/storage/blob.py"],
            {"google.cloud.storage"},
            id="namespace",
        ),
        pytest.param(["ns/one.py", "ns/two/__init__.py"], {"ns.one", "ns.two"}, id="two parts"),
        pytest.param(["x/__pycache__/y.cpython-311.pyc", "x/__init__.py"], {"x"}, id="__pycache__"),
        pytest.param(["__pycache__/six.cpython-311.pyc"], set(), id="__pycache__ alone"),
        pytest.param(["x-1.0.dist-info/a.py", "foo-stubs/__init__.pyi"], set(), id="no names"),
        pytest.param(["x/data.json", "x.txt"], set(), id="data"),
        pytest.param(["../../../bin/tool.py", "/usr/lib/z.py"], set(), id="elsewhere"),
        pytest.param(["__editable___x_finder.py", "__editable__.x.pth"], set(), id="in place"),
        pytest.param(["a/" * 60 + "b.py"], set(), id="too deep"),
    ],
)  # fmt: skip
def test_modules(paths: list[str], names: set[str]) -> None:
    assert modules(paths, ()) == names


def test_a_shared_package_has_the_parts_below_it() -> None:
    paths = ["zope/__init__.py", "zope/event/__init__.py"]
    assert modules(paths, ("zope",)) == {"zope.event"}
    assert modules(paths, ()) == {"zope"}


def test_programs() -> None:
    paths = ["../../../bin/x", "../../Scripts/y.exe", "bin/z", "../../../share/man/x.1"]
    assert sorted(programs(paths)) == ["x", "y"]


def test_a_hostile_list_takes_no_longer_than_others() -> None:
    deep = "\n".join("/".join(f"n{at}{i}" for i in range(90)) + "/m.py,," for at in range(2_000))
    limit = one_loop() * 60
    start = time.process_time()
    modules(recorded(FOLDER, {"RECORD": deep}), ())
    assert time.process_time() - start < limit
