"""From metadata to a package."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxguard.deps.installed.distribution import Distribution
from ctxguard.deps.installed.metadata import Described, distribution, distributions
from tests.deps.wheels import metadata

SIZES = {"six.py": 10, "six/a.py": 5, "six/b.txt": 7, "../../../bin/six": 3}


def read(
    texts: Mapping[str, str], folder: str = "six-1.0.dist-info", below: Iterable[str] = ()
) -> Distribution | None:
    return distribution(folder, texts, SIZES.get, lambda _: below)


def found(texts: Mapping[str, str], folder: str = "six-1.0.dist-info") -> Distribution:
    read_ = read(texts, folder)
    assert read_ is not None
    return read_


def test_all_of_it() -> None:
    each = found(
        {
            "METADATA": metadata("Six.Seven", "2.0", ["a>1", 'b; extra == "x"']),
            "RECORD": "six.py,,\n../../../bin/six,,\nmissing.py,,\n",
            "entry_points.txt": "[console_scripts]\ns6 = six:main\n[pytest11]\n p = six\n",
        }
    )
    assert each == Distribution(
        name="Six.Seven", key="six-seven", version="2.0", bytes=13,
        requires=("a>1", 'b; extra == "x"'), modules=frozenset({"six", "missing"}),
        commands=frozenset({"six", "s6"}), plugs=(("pytest11", "p"),),
    )  # fmt: skip


def test_the_folder_names_it_where_the_metadata_does_not() -> None:
    each = found({"RECORD": "six.py,,\n"}, "six_x-3.1.dist-info")
    assert (each.name, each.key, each.version) == ("six_x", "six-x", "3.1")


@pytest.mark.parametrize(
    "name", ["../../x", "/etc/passwd", "a b", "-r", "--index-url=x", "", "x\x1b[31m", "ü", "x."]
)
def test_a_name_that_is_none(name: str) -> None:
    texts = {"METADATA": metadata(name, "1")}
    assert read(texts, f"{name}-1.dist-info") is None
    described = [(f"{name}-1.dist-info", texts), ("six-1.dist-info", {})]
    good, problems = distributions(described, SIZES.get, lambda _: ())
    assert list(good) == ["six"]
    assert len(problems) == 1


def test_top_level_counts_where_the_list_names_no_module() -> None:
    texts = {"RECORD": "__editable__.six.pth,,\n", "top_level.txt": "six\n../x\n_six\n\n"}
    assert found(texts).modules == {"six", "_six"}


def test_without_a_list_the_files_of_the_modules_count() -> None:
    texts = {"PKG-INFO": metadata("six", "1"), "top_level.txt": "six\n"}
    each = read(texts, "six-1.egg-info", ["six/a.py", "six/b.txt"])
    assert each is not None
    assert each.bytes == 12
    assert each.modules == {"six.a"}


def test_requirements_of_an_egg() -> None:
    text = 'a>1\n[x]\nb\n[:python_version<"3"]\nc\n[y:os_name=="nt"]\nd ==2\n'
    assert found({"requires.txt": text}, "six-1.egg-info").requires == (
        "a>1",
        'b ; extra == "x"',
        'c ; (python_version<"3")',
        'd ==2 ; (os_name=="nt") and extra == "y"',
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[console_scripts]\n\x1b[2Jx = a:b\n\u202ey = a:b\n", id="escape sequences"),
        pytest.param("[pytest11\n= a\n=\n[]\nx=1\n[a]\n\x00=1", id="broken"),
    ],
)
def test_hostile_entry_points(text: str) -> None:
    each = found({"entry_points.txt": text})
    assert all(name.isprintable() for name in each.commands)
    assert all((group + name).isprintable() for group, name in each.plugs)


def test_a_hostile_program_is_no_command() -> None:
    assert found({"RECORD": "../../../bin/\x1b[31mred,,\n"}).commands == frozenset()


def test_a_hostile_version_is_none() -> None:
    assert found({"METADATA": metadata("six", "1\x1b[0m")}).version == ""
    assert found({"METADATA": metadata("six", "1" * 101)}).version == ""


def test_the_description_is_no_header() -> None:
    assert found({"METADATA": "Name: a\n\nName: b\nRequires-Dist: c\n"}).requires == ()


def test_a_field_may_go_on_with_lines_that_seem_empty() -> None:
    text = "License: MIT\n        \n   Copyright: x\nName: a\nRequires-Dist: b\n  >=1\n\nName: c\n"
    each = found({"METADATA": text})
    assert (each.name, each.requires) == ("a", ("b >=1",))


def test_the_first_of_two_counts() -> None:
    described: list[Described] = [("six-1.dist-info", {}), ("six-2.dist-info", {})]
    good, _ = distributions(described, SIZES.get, lambda _: ())
    assert good["six"].version == "1"


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "METADATA",
                "RECORD",
                "entry_points.txt",
                "requires.txt",
                "top_level.txt",
                "namespace_packages.txt",
            ]
        ),
        st.text(),
    )
)
def test_no_text_breaks_it(texts: dict[str, str]) -> None:
    each = read(texts)
    assert each is None or each.bytes >= 0
