"""The commits of the past: each as `report --rev` measures it, each distinct tree once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ctxguard.context import again
from ctxguard.context.measure import measure
from ctxguard.git.repository import find
from ctxguard.history.recorded import Recorded
from ctxguard.history.store import Store
from ctxguard.place import in_commit
from tests.conftest import File, Result, Symlink, Tree
from tests.git.repositories import Repo, make_repo

Run = Callable[..., Result]
COPY = "FROM scratch\nCOPY . /\n"
APP: Tree = {
    "Dockerfile": COPY,
    "services": {"api": {"Dockerfile": COPY, "a": "1"}, "web": {"b": "22"}},
    "docs": {"x": "333"},
}
CONTEXTS = """
[[contexts]]
name = "api"
context = "services/api"
[[contexts]]
name = "all"
"""


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    found = make_repo(str(tmp_path / "repository"), APP)
    monkeypatch.chdir(found.root)
    return found


def kept(repo: Repo) -> list[Recorded]:
    with Store(f"{repo.root}/.git/ctxguard/history.db", writing=False) as store:
        return store.measurements()


def assert_as_alone(repo: Repo, found: list[Recorded], folder: str = "") -> None:
    spot = find(f"{repo.root}/{folder}")
    for each in found:
        assert each.revision is not None
        place = in_commit(f"{repo.root}/{folder}", spot, each.revision)
        alone = measure(place.request(place.settings()))
        buildkit, legacy = alone.chosen_target.buildkit, alone.legacy
        assert (each.bytes, each.files) == (alone.size.bytes, alone.size.files)
        assert each.transfer == (None if buildkit is None else buildkit.bytes)
        assert each.legacy == (None if legacy is None else legacy.bytes)


def test_each_as_if_alone(repo: Repo, run_cli: Run) -> None:
    repo.commit({"docs": {"x": File(b"x" * 5000)}, ".dockerignore": "services/web\n"})
    repo.commit({"docs": {"l": Symlink("x")}, "new": {"y": {"z": "1"}}})
    repo.git("rm", "-q", "Dockerfile")
    repo.commit()
    repo.commit({"Dockerfile": "FROM scratch\nCOPY docs /\n"})
    result = run_cli("history", "backfill", "HEAD")
    assert (result.code, result.out) == (0, "")
    assert "5 measurements of 5 commits, 5 different; kept in " in result.err
    found = kept(repo)
    assert [each.revision for each in found] == repo.git("rev-list", "--reverse", "HEAD").split()
    assert_as_alone(repo, found)
    assert {each.branch for each in found} == {"main"}
    assert {each.time for each in found} == {"2023-11-14T22:13:20.000000Z"}
    assert all(each.dirty is False and each.name == "." for each in found)


def test_each_distinct_tree_once(repo: Repo, run_cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit({"ctxguard.toml": CONTEXTS})
    for at in range(4):
        repo.commit({"docs": {"x": f"{at % 2}"}})
    repo.commit({"services": {"api": {"a": "12"}}})
    measured = []
    original = again.Again.measure
    monkeypatch.setattr("ctxguard.history.backfill.useful_processes", lambda: 1)

    def counting(self: again.Again, changed: again.Changed | None = None) -> object:
        measured.append(changed)
        return original(self, changed)

    monkeypatch.setattr(again.Again, "measure", counting)
    result = run_cli("history", "backfill", "HEAD")
    assert "14 measurements of 7 commits, 7 different" in result.err
    assert len(measured) == 7
    found = kept(repo)
    assert_as_alone(repo, [each for each in found if each.name == "api"], "services/api")
    assert_as_alone(repo, [each for each in found if each.name == "all"])


def test_several_processes(repo: Repo, run_cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctxguard.history.backfill._COMMITS", 2)
    monkeypatch.setattr("ctxguard.history.backfill.useful_processes", lambda: 3)
    for at in range(9):
        repo.commit({"docs": {f"f{at}": File(b"x" * at)}})
    assert run_cli("history", "backfill", "HEAD").code == 0
    assert_as_alone(repo, kept(repo))
    assert len(kept(repo)) == 10


def test_again_only_what_is_new(repo: Repo, run_cli: Run) -> None:
    repo.commit({"docs": {"x": "4444"}})
    run_cli("history", "backfill", "HEAD~1..HEAD")
    assert len(kept(repo)) == 1
    result = run_cli("history", "backfill", "HEAD")
    assert "1 measurement of 2 commits, 1 different" in result.err
    result = run_cli("history", "backfill", "HEAD")
    assert "0 measurements of 2 commits, 0 different" in result.err
    assert len(kept(repo)) == 2


def test_a_merge_is_one_step(repo: Repo, run_cli: Run) -> None:
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"side": "1"})
    repo.commit({"side": "2"})
    repo.git("checkout", "-q", "main")
    repo.commit({"main": "1"})
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "side")
    run_cli("history", "backfill", "HEAD")
    assert len(kept(repo)) == 3


def test_where_the_folder_was_not_there_yet(repo: Repo, run_cli: Run) -> None:
    repo.commit({"ctxguard.toml": '[[contexts]]\nname = "new"\ncontext = "new"\n'})
    repo.commit({"new": {"Dockerfile": COPY}})
    result = run_cli("history", "backfill", "HEAD")
    assert result.code == 0
    assert "2 measurements less: the folder was not there yet" in result.err
    assert [each.name for each in kept(repo)] == ["new"]


def test_one_that_docker_refuses(repo: Repo, run_cli: Run) -> None:
    repo.commit({".dockerignore": "[\n"})
    repo.commit({".dockerignore": ""})
    result = run_cli("history", "backfill", "HEAD")
    assert result.code == 3
    assert '.dockerignore:1: pattern "["' in result.err
    assert "it is left out" in result.err
    assert len(kept(repo)) == 2


def test_by_the_settings_of_today(repo: Repo, run_cli: Run) -> None:
    repo.commit({"ctxguard.toml": 'critical = "1 B"\ndockerfile = "docs/D"\n', "docs": {"D": COPY}})
    run_cli("history", "backfill", "HEAD")
    found = kept(repo)
    assert [each.status for each in found] == ["critical", "critical"]
    assert [each.dockerfile for each in found] == [None, "docs/D"]
    assert found[0].limits[1].limit == 1


def test_a_dockerfile_elsewhere_is_no_part_of_the_tree(repo: Repo, run_cli: Run) -> None:
    """The context is the same in both commits, what is asked of it is not."""
    text = '[[contexts]]\nname = "api"\ncontext = "services/api"\ndockerfile = "docker/D"\n'
    repo.commit({"ctxguard.toml": text, "docker": {"D": COPY}})
    repo.commit({"docker": {"D": "FROM scratch\nCOPY a /\n"}})
    run_cli("history", "backfill", "HEAD~1..HEAD")
    run_cli("history", "backfill", "HEAD~2..HEAD~1")
    assert len({each.transfer for each in kept(repo)}) == 2
    repo.git("rm", "-q", "-r", "docker")
    repo.commit({"docker": Symlink("docker2"), "docker2": {"D": "FROM scratch\nCOPY a /x\n"}})
    assert run_cli("history", "backfill", "HEAD").code == 0


@pytest.mark.parametrize(
    ("revisions", "message"),
    [
        ("nothing..HEAD", "there is no revision nothing"),
        ("HEAD...HEAD", "is no way from one commit to another"),
        ("--all", "no such option"),
        ("HEAD:docs", "names a tree, no commit"),
    ],
)
def test_no_range(repo: Repo, run_cli: Run, revisions: str, message: str) -> None:
    result = run_cli("history", "backfill", revisions)
    assert result.code == 2
    assert message in result.err.lower() or message in result.err


def test_an_empty_range(repo: Repo, run_cli: Run) -> None:
    assert "0 measurements of 0 commits" in run_cli("history", "backfill", "HEAD..HEAD").err


def test_in_a_bare_repository(
    repo: Repo, run_cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = str(tmp_path / "bare.git")
    repo.git("clone", "-q", "--bare", repo.root, bare)
    monkeypatch.chdir(bare)
    assert "1 measurement of 1 commit" in run_cli("history", "backfill", "main").err
    assert "1 measurement" in run_cli("history").out


def test_links_with_line_ends(repo: Repo, run_cli: Run) -> None:
    """Git tells where such a link leads in as many lines."""
    text = '[[contexts]]\nname = "api"\ncontext = "services/api"\ndockerfile = "docker/D"\n'
    repo.commit({"ctxguard.toml": text, "docker": {"D": Symlink("/x\n1\n2\n3\n4\n5")}})
    repo.commit({"docker": {"D": COPY}})
    repo.commit({"docs": {"x": "4"}})
    repo.commit({"services": {"api": {"big": File(b"x" * 5000)}}})
    run_cli("history", "backfill", "HEAD~4..HEAD")
    assert [each.bytes for each in kept(repo)][-1] > 5000


@pytest.mark.parametrize("date", ["99999999999999", "253402300800", "18446744073709551615", "-5"])
def test_a_date_that_is_none(repo: Repo, run_cli: Run, date: str) -> None:
    tree = repo.git("rev-parse", "HEAD^{tree}").strip()
    text = f"tree {tree}\nauthor J <j@e.x> {date} +0000\ncommitter J <j@e.x> {date} +0000\n\nx\n"
    id_ = repo.git(
        "hash-object", "-t", "commit", "-w", "--literally", "--stdin", data=text.encode()
    )
    result = run_cli("history", "backfill", id_.strip())
    assert (result.code, len(kept(repo))) == (0, 1)
    result = run_cli("report", "--rev", id_.strip(), "--record", "--critical", "1B")
    assert result.code == 1
    assert "recorded before" in result.err
    assert run_cli("history").code == run_cli("history", "trend").code == 0


def test_another_folder_under_the_same_name(repo: Repo, run_cli: Run) -> None:
    entry = '[[contexts]]\nname = "x"\ncontext = "{}"\n'
    repo.commit({"ctxguard.toml": entry.format("services/web")})
    run_cli("history", "backfill", "HEAD~1..HEAD")
    repo.write({"ctxguard.toml": entry.format("docs")})
    assert "1 measurement of 1 commit" in run_cli("history", "backfill", "HEAD~1..HEAD").err
    assert [each.bytes for each in kept(repo)] == [2, 3]


def test_the_branch_that_is_named(repo: Repo, run_cli: Run) -> None:
    repo.git("checkout", "-q", "-b", "feature/x")
    repo.commit({"docs": {"x": "1"}})
    repo.git("checkout", "-q", "main")
    run_cli("history", "backfill", "main..feature/x")
    run_cli("history", "backfill", repo.id())
    assert [each.branch for each in kept(repo)] == ["feature/x", None]
