"""Single requirements, in every form that pip takes."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ctxguard.deps.declared.asked import Asked, NamelessError, holds, read_asked
from tests.loops import one_loop

GIT = "git+https://h/r.git@v1"
WHEEL = "./dist/Some_App-1.0-py3-none-any.whl"
CASES: dict[str, dict[str, Any]] = {
    "Foo.Bar": {"name": "Foo.Bar", "key": "foo-bar"},
    "a [ y , x ] >= 1 , < 2": {"extras": ("x", "y"), "specifier": "<2,>=1"},
    "a @ https://h/x.zip": {"url": "https://h/x.zip"},
    f"a[x] @ {GIT}": {"url": GIT, "extras": ("x",)},
    "a @ https://${TOKEN}@h/x.zip": {"url": "https://${TOKEN}@h/x.zip"},
    f"{GIT}#egg=a[x]&subdirectory=s": {"extras": ("x",)},
    f"{GIT}#subdirectory=s&egg=a ; python_version > '3'": {"marker": 'python_version > "3"'},
    "https://h/a-1.0-py3-none-any.whl": {},
    WHEEL: {"name": "Some_App", "key": "some-app", "url": WHEEL},
    f"{WHEEL}[x] ; os_name == 'nt'": {"url": WHEEL, "extras": ("x",), "applies": False},
    "a ; sys_platform == 'win32'": {"applies": False},
    "a ; sys_platform == 'linux' and os_name == 'posix'": {"applies": True},
}


@pytest.mark.parametrize(("text", "wanted"), CASES.items())
def test_what_is_read(text: str, wanted: dict[str, Any]) -> None:
    found = read_asked(text)
    name = "Some_App" if text.startswith(WHEEL) else "a"
    wanted = {"name": name, "key": name.lower().replace("_", "-"), **wanted}
    assert {name: getattr(found, name) for name in wanted} == wanted


@pytest.mark.parametrize("text", CASES)
def test_what_is_written_is_read_again(text: str) -> None:
    found = read_asked(text)
    assert read_asked(str(found)) == found


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (".", "."),
        ("./lib[x]", "./lib"),
        ("lib/x", "lib/x"),
        ("../x ; os_name == 'nt'", "../x"),
        ("x.tar.gz", "x.tar.gz"),
        (GIT, GIT),
        ("file:///a/b", "file:///a/b"),
    ],
)
@pytest.mark.parametrize("editable", [True, False])
def test_what_has_no_name(text: str, where: str, *, editable: bool) -> None:
    with pytest.raises(NamelessError, match="does not say which package") as caught:
        read_asked(text, editable=editable)
    assert caught.value.where == where


def test_an_editable_word_is_a_path() -> None:
    with pytest.raises(NamelessError):
        read_asked("flask", editable=True)
    assert read_asked(f"flask @ {GIT}", editable=True).key == "flask"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a==", "is no requirement"),
        ("a b", "is no requirement"),
        ("${NAME}==1", "depends on the environment"),
        ("a ; nonsense", "is no requirement"),
        (f"{GIT}#egg=a ; nonsense", "has a marker that is none"),
        (f"{GIT}#egg=!", "is no requirement"),
        (f"{GIT}#egg=a==1", "more than the name"),
        ("a\x1b[2J", "control characters"),
        ("a @ https://h/\x00", "control characters"),
        ("a @ https://h/\n--index-url=https://evil", "control characters"),
        ("a" * 70_000, "far too long"),
        ("a ; " + "(" * 60_000, "is no requirement"),
    ],
    ids=lambda value: value[:30],
)
def test_what_is_none(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        read_asked(text)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("marker", "applies"),
    [(None, True), ("os_name == 'posix'", True), ("platform_system == 'Windows'", False),
     ("extra == 'x'", False), ("nonsense", True), ("python_version ~= 'x'", True)],
)  # fmt: skip
def test_markers(marker: str | None, *, applies: bool) -> None:
    assert holds(marker) is applies


@pytest.mark.parametrize(
    "text",
    ["a==1" + ",==1" * 16_000, "a[" + "b," * 32_000, "https://" + "#egg=" * 12_000,
     "./" + "-a" * 30_000 + ".whl", "./x" + "[" * 60_000, "a" + " " * 60_000 + "!",
     "git+x:" + " ;" * 30_000, "a ; " + "os_name=='a' and " * 3_000 + "os_name=='a'"],
    ids=lambda text: text[:8],
)  # fmt: skip
def test_hostile_texts_in_time(text: str) -> None:
    loop = one_loop()
    start = time.process_time()
    try:
        assert isinstance(read_asked(text), Asked)
    except ValueError as error:
        assert len(str(error)) < 200  # noqa: PT017
    assert time.process_time() - start < 25 * loop
