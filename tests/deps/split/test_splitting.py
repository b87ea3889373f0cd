"""Three files from the sources: nothing is lost on the way, and what stays stays as it was."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pip._internal.network.session import PipSession
from pip._internal.req.constructors import install_req_from_parsed_requirement
from pip._internal.req.req_file import parse_requirements

from ctxguard.dependencies import Place, Verdict
from ctxguard.deps.declared import marking
from ctxguard.deps.declared.declaration import Requirement
from ctxguard.deps.declared.declaring import survey
from ctxguard.deps.declared.requirementsfile import RequirementsFile, read_requirements
from ctxguard.deps.split.splitting import Split, Text, line_of, split
from tests.conftest import Tree, grow

Make = Callable[..., str]
USED, DEVELOPMENT, UNUSED, DOUBTFUL = (
    Verdict.USED,
    Verdict.DEVELOPMENT,
    Verdict.UNUSED,
    Verdict.NEEDS_VERIFICATION,
)
BY_NAME = {"u": USED, "d": DEVELOPMENT, "n": UNUSED, "q": DOUBTFUL}


def verdicts(*keys: str) -> dict[str, Verdict]:
    """By the first letter of a key."""
    return {key: BY_NAME[key[0]] for key in keys if key[0] in BY_NAME}


def splits(root: str, reasons: Mapping[str, str] | None = None) -> tuple[Split, ...]:
    found = survey(root)
    keys = [each.key for each in found.declaration.requirements]
    return split(found, verdicts(*keys), reasons)


def body(text: Text) -> str:
    """Without the head."""
    end = "\r\n" if b"\r\n" in text.data else "\n"
    return text.data.decode().partition(end + end)[2]


def bodies(root: str) -> tuple[str, str, str]:
    (found,) = splits(root)
    production, development, conservative = map(body, found.texts)
    assert development.startswith("-r requirements-prod.txt\n")
    return production, development.partition("\n")[2].removeprefix("\n"), conservative


HASHED = """\
--index-url https://h/simple

u1==1 ; os_name == 'nt' \\
    --hash=sha256:ab \\
    --hash=sha256:cd
    # via x
"""
MOVED = """\
# base
u1
--constraint requirements/pins.txt # why
--find-links requirements/wheels
-f https://h

u2
--requirement requirements/none.txt
"""
SECTIONS = """\
# The application

# Web
u1==1  # why
n1

# Jobs
n2
q1>=2


# Tests
d1
# of style
d2
"""
CASES: dict[str, tuple[Tree, tuple[str, str, str]]] = {
    "sections": (
        {"requirements.txt": SECTIONS},
        (
            "# The application\n\n# Web\nu1==1  # why\n",
            "# The application\n\n# Tests\nd1\n# of style\nd2\n\n# removed: n1 (unused)\n"
            "# removed: n2 (unused)\n"
            "# removed: q1 (needs verification; it stays in requirements-prod-conservative.txt)\n",
            "# The application\n\n# Web\nu1==1  # why\n\n# Jobs\nq1>=2\n",
        ),
    ),
    "hashes, markers, options": (
        {
            "requirements.txt": f"{HASHED}n1==1 \\\n    --hash=sha256:ef\n    # via\n    #   y\n"
            "d1==1 --hash=sha256:01\n"
        },
        (
            HASHED,
            "d1==1 --hash=sha256:01\n\n# removed: n1 (unused)\n",
            HASHED,
        ),
    ),
    "what nothing is known of stays": (
        {"requirements.txt": "x\n-e ./lib\n./x.whl\n-r https://h/x.txt\n-c https://h/c.txt\n--pre"},
        (
            "x\n-e ./lib\n./x.whl\n-r https://h/x.txt\n-c https://h/c.txt\n--pre\n",
            "",
            "x\n-e ./lib\n./x.whl\n-r https://h/x.txt\n-c https://h/c.txt\n--pre\n",
        ),
    ),
    "somebody's own file for development": (
        {
            "requirements.txt": "u1\nd1\n",
            "requirements-dev.txt": "# mine\n-r requirements.txt\nu2==1\n-i https://h\nn1\nd2 #x\n",
        },
        (
            "u1\n",
            "d1\n\n# mine\nu2==1\n-i https://h\nd2 #x\n\n# removed: n1 (unused)\n",
            "u1\n",
        ),
    ),
    "includes": (
        {
            "requirements": {
                "base.txt": "# base\nu1\nd1\n-c pins.txt  # why\n-f wheels\n-f https://h\n",
                "wheels": {},
                "pins.txt": "",
                "prod.txt": "-r base.txt\nu2\n-r none.txt\n",
                "dev.txt": "-r base.txt\nd2\n",
            }
        },
        (
            MOVED,
            "# base\nd1\n\nd2\n",
            MOVED,
        ),
    ),
    "an include in the midst": (
        {"requirements.txt": "u1\n-r a.in\n-r b.in\nu3\n", "a.in": "u2", "b.in": "d1\n-r a.in"},
        (
            "u1\n# included: a.in\nu2\nu3\n",
            "# included: b.in\nd1\n",
            "u1\n# included: a.in\nu2\nu3\n",
        ),
    ),
    "files that include each other": (
        {"requirements.txt": "-r b.in\nu1\n", "b.in": "-r requirements.txt\nu2\n"},
        ("# included: b.in\nu2\nu1\n", "", "# included: b.in\nu2\nu1\n"),
    ),
    "what is said twice": (
        {"requirements.txt": "u1==1\nu1==1\nU1[x]==1\n", "requirements-x.txt": "u1==1\nu2\n"},
        ("u1==1\nU1[x]==1\n\nu2\n", "", "u1==1\nU1[x]==1\n\nu2\n"),
    ),
    "a last line that goes on": (
        {"requirements.txt": "u1 \\", "requirements-x.txt": "u2\\\n"},
        ("u1 \n\nu2\n", "", "u1 \n\nu2\n"),
    ),
    "pyproject alone": (
        {
            "pyproject.toml": '[project]\ndependencies = ["u1 >= 1", "n1"]\n'
            '[project.optional-dependencies]\nweb = ["u2[x]; os_name == \'nt\'", "d1"]\n'
            '[dependency-groups]\ndev = ["d2", "u3"]\n'
            '[tool.poetry.dependencies]\nu4 = {path = "../u4"}\n'
        },
        (
            'u1>=1\n../u4  # u4\n\n# web\nu2[x] ; os_name == "nt"\n',
            "# web\nd1\n\n# dev\nd2\nu3\n\n# removed: n1 (unused)\n",
            'u1>=1\n../u4  # u4\n\n# web\nu2[x] ; os_name == "nt"\n',
        ),
    ),
    "pyproject, and a file for development": (
        {"pyproject.toml": '[project]\ndependencies = ["u1"]\n', "requirements-dev.txt": "d1\n"},
        ("u1\n", "d1\n", "u1\n"),
    ),
    "pyproject, and files that count": (
        {"pyproject.toml": '[project]\ndependencies = ["u1"]\n', "requirements.txt": "u2\n"},
        ("u2\n", "", "u2\n"),
    ),
    "an encoding of its own": (
        {"requirements.txt": "# coding: latin-1\n# déjà vu\nu1\n".encode("latin-1")},
        ("# déjà vu\nu1\n", "", "# déjà vu\nu1\n"),
    ),
}


NOT_FOR_PIP = ("what nothing is known of stays", "includes", "pyproject alone")
"""They name folders or files that are not there."""


@pytest.mark.parametrize("name", CASES)
def test_what_stays(make_tree: Make, name: str) -> None:
    tree, wanted = CASES[name]
    assert bodies(make_tree(tree)) == wanted


@pytest.mark.parametrize("name", [name for name in CASES if name not in NOT_FOR_PIP])
def test_pip_finds_all_that_stays(make_tree: Make, name: str) -> None:
    root = make_tree(CASES[name][0])
    (found,) = splits(root)
    for text in found.texts:
        with open(os.path.join(root, text.file), "wb") as file:
            file.write(text.data)
    peer = parse_requirements(os.path.join(root, found.development.file), PipSession())
    theirs = sorted(install_req_from_parsed_requirement(each).name or "" for each in peer)
    ours = [read_requirements(text.data) for text in (found.production, found.development)]
    assert theirs == sorted(key for file in ours for key in names(file))


def test_heads_and_reasons(make_tree: Make) -> None:
    root = make_tree(
        {"requirements.txt": "u1\nn1\nq1\n", "requirements-dev.txt": "-r requirements.txt"}
    )
    (found,) = splits(root, {"n1": "nothing\nimports\x1b it", "q1": "is it run?"})
    assert found.sources == ("requirements.txt",)
    assert found.production.data.decode() == (
        "# Written by `ctxguard deps split`.\n"
        "# It is made from the files below; edit them, then split again.\n"
        "# source: requirements.txt\n\nu1\n"
    )
    assert found.development.data.decode().endswith(
        "# removed: n1 (nothing imports? it)\n"
        "# removed: q1 (is it run?; it stays in requirements-prod-conservative.txt)\n"
    )
    assert [each.name for each in found.removed] == ["n1", "q1"]


def test_line_ends_are_kept(make_tree: Make) -> None:
    (found,) = splits(make_tree({"requirements.txt": "# a\r\nu1\r\nn1\r\nd1\r\n"}))
    for text in found.texts:
        assert text.data.count(b"\n") == text.data.count(b"\r\n")
    assert body(found.production) == "# a\r\nu1\r\n"


def test_hashes_on_one_side_alone(make_tree: Make) -> None:
    root = make_tree(
        {"requirements.txt": "u1==1 --hash=sha256:ab\n", "requirements-dev.txt": "d1\n"}
    )
    (found,) = splits(root)
    assert body(found.development) == "\n".join((*marking.APART, "", "d1", ""))


def test_pins_that_cannot_both_be_had(make_tree: Make) -> None:
    tree = {
        "requirements-cpu.txt": "u1==1\n",
        "requirements-gpu.txt": "\nu1==2\nu2 ; os_name=='a'\n",
    }
    (found,) = splits(make_tree(tree))
    assert found.problems == (
        "requirements-gpu.txt:2: u1 is asked for in another version than at "
        "requirements-cpu.txt:1; say which files count",
    )


def test_each_application_has_its_own_files(make_tree: Make) -> None:
    root = make_tree(
        {
            "api": {"requirements.txt": "-r ../common.in\nu1\n-c pins.txt\n"},
            "web": {"pyproject.toml": '[project]\ndependencies = ["u2", "d1"]\n'},
            "docs": {"requirements.txt": "d2\n"},
            "common.in": "u3\n-c pins.txt\n",
        }
    )
    assert {text.file: body(text) for found in splits(root) for text in found.texts} == {
        "api/requirements-prod.txt": "# included: ../common.in\nu3\n--constraint ../pins.txt\n"
        "u1\n-c pins.txt\n",
        "api/requirements-dev.txt": "-r requirements-prod.txt\n",
        "api/requirements-prod-conservative.txt": "# included: ../common.in\nu3\n"
        "--constraint ../pins.txt\nu1\n-c pins.txt\n",
        "web/requirements-prod.txt": "u2\n",
        "web/requirements-dev.txt": "-r requirements-prod.txt\n\nd1\n",
        "web/requirements-prod-conservative.txt": "u2\n",
    }


def test_written_over_somebodys_lines_and_split_again(make_tree: Make) -> None:
    root = make_tree({"requirements.txt": "u1\nd1\nn1\n", "requirements-dev.txt": "# mine\nd2\n"})
    (first,) = splits(root)
    for text in first.texts:
        with open(os.path.join(root, text.file), "wb") as file:
            file.write(text.data)
    (second,) = splits(root)
    assert second.texts == first.texts


def requirement(**changes: str | None) -> Requirement:
    values = {"specifier": "", "marker": None, "url": None, **changes}
    return Requirement(
        name="a",
        key="a",
        extras=(),
        specifier=values["specifier"] or "",
        marker=values["marker"],
        url=values["url"],
        group="",
        development=False,
        place=Place("pyproject.toml", 1),
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "https://h/x\n--index-url=https://evil"},
        {"url": "https://h/x\u2028b"},
        {"url": "./x --index-url=https://evil"},
        {"url": "./x #"},
        {"marker": 'os_name == "a -i https://evil"'},
        {"marker": 'os_name == "a #b"'},
        {"specifier": ">=1 --pre"},
        {"specifier": ">=1\\"},
    ],
)
def test_what_would_be_more_than_a_requirement_is_not_written(changes: dict[str, str]) -> None:
    assert line_of(requirement(**changes)) is None


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"specifier": ">=1"}, "a>=1"),
        ({"url": "https://h/x"}, "a @ https://h/x"),
        ({"url": "../x", "marker": 'os_name == "nt"'}, '../x ; os_name == "nt"  # a'),
    ],
)
def test_what_is_written(changes: dict[str, str], line: str) -> None:
    assert line_of(requirement(**changes)) == line


def test_such_a_one_is_a_problem(make_tree: Make) -> None:
    root = make_tree(
        {
            "pyproject.toml": "[project]\ndependencies = [\n\"u1; os_name == 'a -i https://h'\",\n'u2']\n"
        }
    )
    (found,) = splits(root)
    assert body(found.production) == "u2\n"
    assert found.problems[0].startswith("pyproject.toml:3: u1 cannot be written on a line")


_NAMES = st.builds("{}{}".format, st.sampled_from("udnqx"), st.integers(0, 5))
_ROWS = st.one_of(
    _NAMES,
    st.builds("{}==1  # c".format, _NAMES),
    st.builds("{}==2 \\\n  --hash=sha256:ab".format, _NAMES),
    st.builds("{} ; os_name == 'nt'".format, _NAMES),
    st.sampled_from(["", "# c", "  # c", "--pre", "-r a.in", "-r b.in", "-r requirements.txt"]),
    st.sampled_from(["-e ./x", "-r none.in", "\\", "-c pins.in", "#", "x y", "-r 'q"]),
)
_TEXTS = st.builds(
    lambda rows, end, last: end.join(rows) + last,
    st.lists(_ROWS, max_size=10),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "\n", "\\"]),
)
_FILES = ("requirements.txt", "requirements-dev.txt", "requirements-x.txt", "a.in", "b.in")


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(_FILES, _TEXTS)))
@settings(max_examples=60, deadline=None)
def test_laws(texts: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as root:
        grow(root, {"requirements-y.txt": "u9\n", **texts})
        found = survey(root)
        (parts,) = splits(root)
    asked = {each.key for each in found.declaration.requirements}
    production, development, conservative = (read_requirements(text.data) for text in parts.texts)
    removed = {each.key for each in parts.removed}
    for key in asked:
        stays = key in set(keys(production))
        develops = key in set(keys(development))
        assert (stays or develops) != (key in removed)
        # Only who has a file for development of his own asks for a package twice.
        assert not (stays and develops) or "requirements-dev.txt" in texts
        assert not (BY_NAME.get(key[0]) is UNUSED and (stays or develops))
        assert not (BY_NAME.get(key[0]) is DEVELOPMENT and stays)
    assert {*keys(production), *keys(development), *removed} == asked
    assert not Counter(rows(production)) - Counter(rows(conservative))
    lines = {line for source in found.sources for line in rows(source.content)}
    for text in (production, development, conservative):
        assert {line for line in rows(text) if line != "-r requirements-prod.txt"} <= lines


def keys(file: RequirementsFile) -> Iterator[str]:
    return (line.asked.key for line in file.lines if line.asked is not None)


def names(file: RequirementsFile) -> Iterator[str]:
    return (line.asked.name for line in file.lines if line.asked is not None)


def rows(file: RequirementsFile) -> list[str]:
    return [line.of.text for line in file.lines if line.of.text]
