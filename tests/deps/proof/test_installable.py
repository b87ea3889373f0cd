"""What of a requirements file pip gets."""

from __future__ import annotations

import pytest

from ctxguard.deps.proof.installable import installable
from ctxguard.errors import UsageError

SUM = "0" * 64


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("flask==3.0.3  # web\n", "flask==3.0.3"),
        ("a[y,x]>=1,<2", "a[x,y]<2,>=1"),
        (f"a==1 \\\n    --hash=sha256:{SUM} \\\n    --hash=sha384:{SUM}\n",
         f"a==1 --hash=sha256:{SUM} --hash=sha384:{SUM}"),
        ('a; python_version >= "3"', "a"),
        ("a @ https://example.org/a-1-py3-none-any.whl", "a @ https://example.org/a-1-py3-none-any.whl"),
        ("a==1 --config-settings=x=y --global-option=--evil", "a==1"),
    ],
)  # fmt: skip
def test_what_is_installed(text: str, line: str) -> None:
    found = installable(text)
    assert found.lines == (line,)
    assert found.notes == ()
    assert set(found.roots) <= {"a", "flask"}


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://example.org/simple",
        "-i https://example.org/simple",
        "--extra-index-url=https://example.org",
        "--find-links /tmp",
        "-r other.txt",
        "-c constraints.txt",
        "-e .",
        "./local",
        "b @ file:///tmp/b-1-py3-none-any.whl",
        "c @ http://example.org/c-1-py3-none-any.whl",
        "git+ssh://example.org/d#egg=d",
        "=== nonsense",
        'e; "x --index-url=https://example.org" == os_name or --pre',
        "f===${HOME}",
        "--nonsense",
    ],
)
def test_what_is_left_out_and_told(line: str) -> None:
    found = installable(f"a==1\n{line}\n")
    assert found.lines == ("a==1",)
    assert found.roots == {"a": frozenset()}
    assert len(found.notes) == 1
    assert found.notes[0].startswith("line 2, ")


def test_a_marker_is_decided_and_never_passed_on() -> None:
    text = 'a\nb; python_version < "3"\nc; "x--index-url=https://example.org" != os_name\n'
    assert installable(text).lines == ("a", "c")


def test_extras_of_all_lines_count() -> None:
    assert installable("a[x]\nA[y]\n").roots == {"a": {"x", "y"}}


@pytest.mark.parametrize("text", ["", "# nothing\n", "-r other.txt\n", 'a; python_version < "3"\n'])
def test_nothing_to_install(text: str) -> None:
    with pytest.raises(UsageError, match="no requirement"):
        installable(text)
