"""Which steps a commit builds again, case by case."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ctxguard.context.demand.targets import BuildOptions
from ctxguard.errors import MeasureError, UsageError
from ctxguard.rebuilds.replay import Commit, as_it_was
from tests.conftest import File, Symlink, Tree
from tests.git.repositories import Repo, make_repo
from tests.rebuilds.replaying import replayed, replaying

APP = "FROM busybox\nCOPY requirements.txt ./\nRUN install\nCOPY src /app\nRUN build\n"
START: Tree = {
    "Dockerfile": APP,
    "requirements.txt": "a",
    "src": {"a.py": "1", "b.py": "2"},
    "README.md": "r",
}
ALL = ("COPY requirements.txt ./", "RUN install", "COPY src /app", "RUN build")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return make_repo(str(tmp_path / "repository"), START)


def built(repo: Repo, options: BuildOptions | None = None) -> list[tuple[str, ...] | None]:
    """For each commit but the first, the texts of the steps that it builds."""
    with replaying(repo.root, options=options or BuildOptions()) as replay:
        return [None if found is None else _built(found) for found in replay.commits()][1:]


def _built(commit: Commit) -> tuple[str, ...]:
    rows = zip(commit.steps, commit.built, strict=True)
    return tuple(step.text for step, is_new in rows if is_new and step.builds)


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        pytest.param({"README.md": "x"}, (), id="what nothing asks for"),
        pytest.param({"src": {"a.py": "x"}}, ALL[2:], id="a source"),
        pytest.param({"src": {"new": {"c.py": ""}}}, ALL[2:], id="a new folder"),
        pytest.param({"requirements.txt": "x"}, ALL, id="a manifest"),
        pytest.param({"src": {"a.py": File("1", mode=0o755)}}, ALL[2:], id="a mode"),
        pytest.param({"Dockerfile": APP + "# end\n"}, (), id="a comment"),
        pytest.param({"Dockerfile": APP.replace("build", "b")}, ("RUN b",), id="a command"),
        pytest.param(
            {"Dockerfile": APP.replace("COPY src", "COPY ./src/.")},
            (),
            id="the same source in other words",
        ),
        pytest.param(
            {"Dockerfile": APP.replace("/app", "/other")},
            ("COPY src /other", "RUN build"),
            id="another destination",
        ),
        pytest.param(
            {"Dockerfile": APP.replace("RUN build", "LABEL a=b\nEXPOSE 80\nRUN build\nCMD x")},
            (),
            id="what only says something of the image",
        ),
        pytest.param(
            {"Dockerfile": APP.replace("RUN build", "ENV A=1\nRUN build")},
            ("RUN build",),
            id="a variable is seen by all that runs after it",
        ),
        pytest.param(
            {"Dockerfile": APP.replace("RUN install", "USER 1\nRUN install")},
            ALL[1:],
            id="a user",
        ),
        pytest.param({".dockerignore": "README.md\n"}, (), id="a rule for what is not asked for"),
        pytest.param({".dockerignore": "src/b.py\n"}, ALL[2:], id="a rule that takes a file away"),
        pytest.param({"Dockerfile": APP.replace("busybox", "alpine")}, ALL, id="another image"),
    ],
)
def test_a_change(repo: Repo, tree: Tree, expected: Sequence[str]) -> None:
    repo.commit(tree)
    assert built(repo) == [tuple(expected)]


def test_a_revert_is_a_hit(repo: Repo) -> None:
    repo.commit({"src": {"a.py": "x"}})
    repo.commit({"src": {"a.py": "1"}})
    repo.commit({"src": {"a.py": "x"}})
    assert built(repo) == [ALL[2:], (), ()]


def test_what_is_ignored_breaks_nothing_but_its_folder(repo: Repo) -> None:
    """A folder of which all files are ignored is sent all the same, empty."""
    repo.commit({".dockerignore": "**/*.log\n"})
    repo.commit({"src": {"x.log": "1"}})
    repo.commit({"src": {"logs": {"x.log": "1"}}})
    repo.commit({"src": {"logs": {"x.log": "2"}}})
    assert built(repo) == [(), (), ALL[2:], ()]


def test_a_source_renamed_with_its_dockerfile(repo: Repo) -> None:
    """BuildKit keys a source by its last name: `other/src` is what `src` was."""
    repo.git("mv", "src", "old")
    repo.write({"other": {}})
    repo.git("mv", "old", "other/src")
    repo.commit({"Dockerfile": APP.replace("COPY src", "COPY other/src")})
    repo.git("mv", "other/src", "other/lib")
    repo.commit({"Dockerfile": APP.replace("COPY src", "COPY other/lib")})
    assert built(repo) == [(), ("COPY other/lib /app", "RUN build")]


def test_a_link_is_followed(repo: Repo) -> None:
    repo.commit(
        {
            "Dockerfile": "FROM scratch\nCOPY link /x\n",
            "link": Symlink("src/a.py"),
        }
    )
    repo.commit({"src": {"a.py": "x"}})
    repo.commit({"src": {"b.py": "x"}})
    repo.commit({"link": Symlink("src/b.py")})
    repo.commit({"link": Symlink("requirements.txt")})
    copy = ("COPY link /x",)
    assert built(repo)[1:] == [copy, (), (), copy]


def test_a_linked_copy_stands_alone(repo: Repo) -> None:
    text = "FROM busybox\nCOPY requirements.txt /r\nCOPY --link src /app\nRUN build\n"
    repo.commit({"Dockerfile": text})
    repo.commit({"requirements.txt": "x"})
    assert built(repo)[1:] == [("COPY requirements.txt /r", "RUN build")]


LINKED = "FROM busybox\nCOPY requirements.txt /r\nCOPY --link src /app\nRUN build\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            LINKED.replace("busybox", "alpine"),
            ("COPY requirements.txt /r", "RUN build"),
            id="another image",
        ),
        pytest.param(LINKED.replace("--link", "--link=true"), (), id="the same in other words"),
        pytest.param(
            LINKED.replace("--link ", ""), ("COPY src /app", "RUN build"), id="linked no more"
        ),
        pytest.param(
            LINKED.replace("/app", "/other"),
            ("COPY --link src /other", "RUN build"),
            id="another destination",
        ),
    ],
)
def test_a_linked_copy_that_changes(repo: Repo, text: str, expected: Sequence[str]) -> None:
    repo.commit({"Dockerfile": LINKED})
    repo.commit({"Dockerfile": text})
    assert built(repo)[1:] == [tuple(expected)]


def test_a_linked_copy_with_a_mode_is_like_any_other(repo: Repo) -> None:
    text = LINKED.replace("--link", "--link --chmod=755")
    repo.commit({"Dockerfile": text})
    repo.commit({"requirements.txt": "x"})
    assert built(repo)[1:] == [
        ("COPY requirements.txt /r", "COPY --link --chmod=755 src /app", "RUN build")
    ]


def test_a_copy_onto_nothing_is_as_good_as_linked(repo: Repo) -> None:
    text = "FROM scratch\nCOPY {}src /app\nCOPY requirements.txt /r\n"
    repo.commit({"Dockerfile": text.format("")})
    repo.commit({"Dockerfile": text.format("--link ")})
    assert built(repo)[1:] == [()]


def test_what_follows_a_linked_copy_is_at_most_as_what_it_lies_on(repo: Repo) -> None:
    text = "FROM busybox AS b\nRUN x\nFROM busybox\nCOPY --from=b /s /s\n"
    repo.commit({"Dockerfile": f"{text}COPY --link src /t\nRUN build\n"})
    found = replayed(repo.root).tallies[0]
    assert [each.at_most for each in found if each.step.builds] == [False, True, False, True]


def test_what_takes_from_another_stage_is_at_most(repo: Repo) -> None:
    text = "FROM busybox AS b\nCOPY src /s\nRUN x\nFROM scratch\nCOPY --from=b /s /s\nCOPY src /t\n"
    repo.commit({"Dockerfile": text})
    repo.commit({"src": {"a.py": "x"}})
    found = replayed(repo.root).tallies[0]
    assert [(each.step.text, each.at_most) for each in found if each.step.builds] == [
        ("COPY src /s", False),
        ("RUN x", False),
        ("COPY --from=b /s /s", True),
        ("COPY src /t", True),
    ]


@pytest.mark.parametrize(
    ("mount", "path", "is_built"),
    [
        ("type=bind,source=src,target=/s", "src", True),
        ("type=bind,source=src,target=/s", "docs", False),
        ("type=bind,target=/s", "docs", True),
        ("type=cache,target=/s", "src", False),
    ],
)
def test_a_mount(repo: Repo, mount: str, path: str, *, is_built: bool) -> None:
    run = f"RUN --mount={mount} build"
    repo.commit({"Dockerfile": f"FROM busybox\n{run}\n", "docs": {"x": "1"}})
    repo.commit({path: {"more": "1"}})
    assert built(repo)[1:] == [(run,) if is_built else ()]


def test_a_here_document_is_part_of_its_command(repo: Repo) -> None:
    text = "FROM busybox\nRUN <<EOF\n{}\nEOF\n# end\n"
    repo.commit({"Dockerfile": text.format("one")})
    repo.commit({"Dockerfile": text.format("one") + "# more\n"})
    repo.commit({"Dockerfile": text.format("two")})
    assert built(repo)[1:] == [(), ("RUN <<EOF",)]


def test_a_build_argument_is_seen_by_what_runs(repo: Repo) -> None:
    repo.commit({"Dockerfile": "FROM busybox\nARG V=1\nRUN build\n"})
    repo.commit({"Dockerfile": "FROM busybox\nARG V=2\nRUN build\n"})
    assert built(repo)[1:] == [("RUN build",)]
    assert built(repo, BuildOptions(arguments={"V": "3"}))[1:] == [()]


def test_variables_count_in_the_order_they_are_set(repo: Repo) -> None:
    text = "FROM busybox\nENV {}\nRUN build\n"
    for variables in ("A=1 B=2", "B=2 A=1", "A=0 B=2 A=1"):
        repo.commit({"Dockerfile": text.format(variables)})
    assert built(repo)[1:] == [("RUN build",), ()]


def test_only_the_stages_of_the_target(repo: Repo) -> None:
    text = "FROM busybox AS one\nCOPY src /s\nFROM busybox AS two\nCOPY requirements.txt /\n"
    repo.commit({"Dockerfile": text})
    found = replayed(repo.root, options=BuildOptions("one")).tallies[0]
    assert [each.step.text for each in found] == ["FROM busybox AS one", "COPY src /s"]


def test_own_changes_and_those_from_above(repo: Repo) -> None:
    repo.commit({"src": {"a.py": "x"}})
    repo.commit({"requirements.txt": "x"})
    repo.commit({"requirements.txt": "y", "src": {"b.py": "y"}})
    found = {each.step.text: each for each in replayed(repo.root).tallies[0]}
    copy = found["COPY src /app"]
    assert (copy.rebuilt, copy.own) == (3, 2)
    assert {path: len(commits) for path, commits in copy.causes.items()} == {
        "src/a.py": 1,
        "src/b.py": 1,
    }
    assert (found["RUN install"].rebuilt, found["RUN install"].own) == (2, 0)


def test_causes_that_are_no_sources(repo: Repo) -> None:
    repo.commit({".dockerignore": "src/b.py\n"})
    repo.commit({"Dockerfile": APP.replace("RUN build", "RUN more")})
    found = replayed(repo.root).tallies[0]
    causes = {each.step.text: set(each.causes) for each in found if each.causes}
    assert causes == {"COPY src /app": {".dockerignore"}, "RUN more": {"Dockerfile"}}


@pytest.mark.parametrize(
    ("tree", "why"),
    [
        ({"Dockerfile": "FROM\n"}, "FROM requires either one or three arguments"),
        ({"Dockerfile": "FROM busybox\nCOPY gone /\n"}, "gone is not there, or it is ignored"),
        ({".dockerignore": "src\n"}, "src is not there, or it is ignored"),
        ({".dockerignore": "[\n"}, "is refused by Docker"),
    ],
)
def test_a_commit_that_cannot_be_built_is_passed_over(repo: Repo, tree: Tree, why: str) -> None:
    bad = repo.commit(tree)
    repo.git("revert", "--no-edit", "HEAD")
    repo.commit({"src": {"a.py": "x"}})
    assert built(repo) == [None, (), ALL[2:]]
    found = replayed(repo.root)
    assert found.count == 2
    assert [each.revision for each in found.skipped] == [bad]
    assert why in found.skipped[0].why


def test_a_dockerfile_that_vanishes_and_comes_back(repo: Repo) -> None:
    repo.git("rm", "-q", "Dockerfile")
    repo.commit()
    repo.commit({"Dockerfile": APP, "requirements.txt": "x"})
    assert built(repo) == [None, ALL]


def test_a_folder_that_comes_late(tmp_path: Path) -> None:
    repo = make_repo(str(tmp_path / "late"), {"other": "1"})
    repo.commit({"app": START})
    repo.commit({"other": "2"})
    repo.commit({"app": {"src": {"a.py": "x"}}})
    found = replayed(f"{repo.root}/app")
    assert found.count == 2
    assert [each.why for each in found.skipped] == [
        "there is no folder app; it came later, or was not fetched"
    ]
    assert [each.rebuilt for each in found.tallies[0]] == [0, 0, 0, 1, 1]


def test_the_last_commit_has_to_be_readable(repo: Repo) -> None:
    repo.git("rm", "-q", "Dockerfile")
    repo.commit()
    with pytest.raises(MeasureError, match="does not exist"):
        replayed(repo.root)


def test_an_unknown_target(repo: Repo) -> None:
    with pytest.raises(UsageError, match="has no such stage"):
        replayed(repo.root, options=BuildOptions("none"))


def test_steps_are_those_of_today(repo: Repo) -> None:
    """A command that was edited is the same step; one that came later is counted from then on."""
    repo.commit({"Dockerfile": APP.replace("RUN install", "RUN install -q")})
    repo.commit({"Dockerfile": APP.replace("RUN install", "RUN apt\nRUN install -q")})
    repo.commit({"requirements.txt": "x"})
    found = {each.step.text: each.rebuilt for each in replayed(repo.root).tallies[0]}
    assert found["RUN install -q"] == 3
    assert found["RUN apt"] == 2
    assert found["RUN build"] == 3


def test_renamed_stages_and_merges(repo: Repo) -> None:
    """Of a merge, what it changes to its first parent is one change."""
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"src": {"a.py": "x"}})
    repo.commit({"src": {"a.py": "y"}})
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "--no-edit", "side")
    assert built(repo) == [ALL[2:]]


def test_a_rewrite_that_breaks_an_older_dockerfile(repo: Repo) -> None:
    """The commit counts all the same, with the Dockerfile as it was."""
    repo.commit({"Dockerfile": APP.replace("RUN build", "RUN other")})
    repo.commit({"Dockerfile": APP})
    rewrites = (as_it_was, lambda text: b"NO" if b"other" in text else text)
    found = replayed(repo.root, rewrites=rewrites)
    assert (found.count, found.skipped) == (2, ())
    one, other = ([each.rebuilt for each in tallies] for tallies in found.tallies)
    assert one == other
