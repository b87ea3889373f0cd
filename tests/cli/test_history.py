"""`ctxguard history`, and `report --record` before it."""

from __future__ import annotations

import csv
import os
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from ctxguard.history.recorded import Recorded
from ctxguard.history.store import Store
from tests.cli import documents
from tests.conftest import File, Result
from tests.git.repositories import Repo, make_repo
from tests.history.recorded import a_limit, a_measurement

Run = Callable[..., Result]
Make = Callable[..., str]
Rights = Callable[[], AbstractContextManager[None]]
COPY = "FROM scratch\nCOPY . /\n"
APP = {"Dockerfile": COPY, ".dockerignore": ".git\n", "a": "1"}


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("GITHUB_HEAD_REF", "GITHUB_REF_NAME", "CI_COMMIT_REF_NAME", "BRANCH_NAME"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    found = make_repo(str(tmp_path / "repository"), APP)
    monkeypatch.chdir(found.root)
    return found


def kept(path: str = ".git/ctxguard/history.db") -> list[Recorded]:
    with Store(path, writing=False) as store:
        return store.measurements()


def listed(run_cli: Run, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = documents.history(
        run_cli("history", "--format", "json", *arguments).out
    )["measurements"]
    return found


# ── recording ──────────────────────────────────────────────────────────────────────────────────


def test_a_report_is_kept(repo: Repo, run_cli: Run) -> None:
    plain = run_cli("report", "--format", "json")
    result = run_cli("report", "--format", "json", "--record")
    assert (result.code, result.out) == (0, plain.out)
    assert result.err.startswith("ctxguard: recorded in ")
    (found,) = kept()
    report = documents.only_report(plain.out)
    assert found.bytes == report["size"]["bytes"]
    assert found.legacy == report["transfer"]["legacy"]["bytes"]
    assert found.transfer == report["transfer"]["targets"][0]["buildkit"]["bytes"]
    assert (found.name, found.branch, found.dirty) == (".", "main", False)
    assert (found.revision, found.source) == (repo.id(), "worktree")
    assert [limit.limit for limit in found.limits] == [1_000_000_000, 1_500_000_000]


def test_by_the_configuration(repo: Repo, run_cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.write({"ctxguard.toml": "record = true\n"})
    run_cli("report", "--no-findings")
    monkeypatch.setenv("CTXGUARD_RECORD", "false")
    run_cli("report")
    assert len(kept()) == 1


def test_dirty_is_what_is_not_committed(repo: Repo, run_cli: Run) -> None:
    changes: list[Callable[[], object]] = [
        lambda: None,
        lambda: repo.write({"new": "untracked"}),
        lambda: repo.git("add", "new"),
        repo.commit,
        lambda: repo.write({"a": "changed"}),
        lambda: repo.commit({".gitignore": "ignored\n", "ignored": "x"}),
        lambda: os.utime("a", (1, 1)),
        lambda: os.unlink("a"),
    ]
    for change in changes:
        change()
        run_cli("report", "--record")
    assert [each.dirty for each in kept()] == [False, True, True, False, True, False, False, True]


def test_no_filter_of_the_repository_runs(repo: Repo, run_cli: Run, tmp_path: Path) -> None:
    trap = tmp_path / "ran"
    repo.git("config", "filter.evil.clean", f"touch {trap}; cat")
    repo.git("config", "core.fsmonitor", f"touch {trap}")
    Path(".git/info/attributes").write_text("* filter=evil\n", encoding="utf-8")
    repo.write({".gitattributes": "* filter=evil\n"})
    os.utime("a", (1, 1))
    run_cli("report", "--record")
    assert kept()[0].dirty is True
    assert not trap.exists()


def test_git_that_is_sent_is_not_written_to(repo: Repo, run_cli: Run) -> None:
    """What is kept must not make what is measured larger."""
    repo.commit({".dockerignore": ""})
    before = run_cli("report", "--format", "json").out
    for _ in range(3):
        assert run_cli("report", "--record").code == 0
    assert run_cli("report", "--format", "json").out == before
    assert not os.path.lexists(".git/ctxguard")
    assert len(listed(run_cli)) == 3
    repo.commit({".dockerignore": ".git\n"})
    run_cli("report", "--record")
    assert len(kept()) == 1
    assert len(listed(run_cli)) == 4


def test_work_trees_share_it(repo: Repo, run_cli: Run, tmp_path: Path) -> None:
    other = str(tmp_path / "other")
    repo.git("worktree", "add", "-q", "-b", "side", other)
    run_cli("report", "--record")
    run_cli("report", "--record", other)
    assert [(each.name, each.branch) for each in kept()] == [(".", "main"), (".", "side")]


def test_outside_of_git(make_tree: Make, run_cli: Run, tmp_path: Path) -> None:
    root = make_tree(APP)
    run_cli("report", "--record", root)
    (found,) = listed(run_cli, "-C", root)
    assert (found["name"], found["revision"], found["dirty"]) == (".", None, None)
    (file,) = (tmp_path / "state" / "ctxguard").glob("history-*.db")
    assert len(kept(str(file))) == 1


def test_a_commit_is_kept_once(repo: Repo, run_cli: Run) -> None:
    for _ in range(2):
        run_cli("report", "--rev", "HEAD", "--record")
    (found,) = kept()
    assert (found.source, found.time) == ("commit", "2023-11-14T22:13:20.000000Z")
    assert (found.branch, found.dirty) == ("main", False)
    run_cli("history", "backfill", "HEAD")
    assert len(kept()) == 1


def test_a_detached_head(repo: Repo, run_cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.git("checkout", "-q", "--detach")
    run_cli("report", "--record")
    monkeypatch.setenv("GITHUB_REF_NAME", "of-the-service")
    run_cli("report", "--record")
    assert [each.branch for each in kept()] == [None, "of-the-service"]


def test_several_contexts(repo: Repo, run_cli: Run) -> None:
    repo.write(
        {
            "ctxguard.toml": '[[contexts]]\nname = "x"\ntarget = "t"\n[[contexts]]\nname = "y"\n',
            "Dockerfile": "FROM scratch AS t\nCOPY a /\nFROM scratch\nCOPY . /\n",
        }
    )
    run_cli("report", "--record")
    assert [(each.name, each.target) for each in kept()] == [("x", "t"), ("y", None)]
    assert [each["name"] for each in listed(run_cli, "--name", "y")] == ["y"]


def test_a_file_of_its_own(repo: Repo, run_cli: Run, tmp_path: Path) -> None:
    file = str(tmp_path / "new" / "h.db")
    run_cli("report", "--history", file)
    assert len(kept(file)) == 1
    assert len(listed(run_cli, "--history", file)) == 1
    assert not os.path.lexists(".git/ctxguard")


def test_what_a_build_took(repo: Repo, run_cli: Run) -> None:
    log = str(Path(__file__).parents[1] / "history" / "data" / "build.rawjson")
    assert run_cli("report", "--build-log", log).code == 0
    assert kept()[0].transferred == 300_222
    row = run_cli("history").out.splitlines()[-1].split()
    assert row[-3:] == ["300.22kB", "0.1", "s"]
    result = run_cli("report", "--build-log", "Dockerfile")
    assert result.code == 2
    assert "there is nothing of a build in it" in result.err
    assert "cannot be read" in run_cli("report", "--build-log", "none").err


def execute(path: str, command: str) -> None:
    database = sqlite3.connect(path)
    database.execute(command)
    database.close()


def to_folder(path: str) -> None:
    os.unlink(path)
    os.mkdir(path)


DAMAGES: list[tuple[str, Callable[[str], object], str]] = [
    ("cut off", lambda path: os.truncate(path, 3000), "is damaged (it is cut off)"),
    ("nonsense", lambda path: Path(path).write_bytes(b"x" * 9000), "is damaged"),
    ("newer", lambda path: execute(path, "PRAGMA user_version = 9"), "by a newer ctxguard"),
    ("another's", lambda path: execute(path, "PRAGMA application_id = 9"), "another program"),
    ("a folder", to_folder, "cannot be "),
]


@pytest.mark.parametrize(
    ("damage", "message"), [row[1:] for row in DAMAGES], ids=[row[0] for row in DAMAGES]
)
def test_the_report_comes_out_whatever_the_history_is(
    *,
    damage: Callable[[str], object],
    message: str,
    repo: Repo,
    run_cli: Run,
) -> None:
    run_cli("report", "--record")
    path = f"{repo.root}/.git/ctxguard/history.db"
    damage(path)
    before = Path(path).read_bytes() if os.path.isfile(path) else b""
    assert run_cli("report", "--record").code == 0
    result = run_cli("report", "--record", "--critical", "1B")
    assert result.code == 1
    assert result.out.startswith("Build context ")
    assert f"ctxguard: not recorded: {path}: " in result.err
    assert message in result.err
    assert before == (Path(path).read_bytes() if os.path.isfile(path) else b"")
    for command in ((), ("trend",), ("export",), ("prune", "--keep", "1"), ("backfill", "HEAD")):
        result = run_cli("history", *command)
        assert result.code == 3
        assert message in result.err


def test_locked(repo: Repo, run_cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctxguard.history.store.WAIT_S", 0.1)
    run_cli("report", "--record")
    database = sqlite3.connect(".git/ctxguard/history.db", isolation_level=None)
    database.execute("BEGIN IMMEDIATE")
    result = run_cli("report", "--record", "--critical", "1B")
    assert result.code == 1
    assert "another program keeps the history locked; try again" in result.err
    assert len(listed(run_cli)) == 1
    database.close()


def test_read_only(repo: Repo, run_cli: Run, without_rights: Rights) -> None:
    run_cli("report", "--record")
    os.chmod(".git/ctxguard", 0o555)
    os.chmod(".git/ctxguard/history.db", 0o444)
    os.chmod("a", 0o644)
    with without_rights():
        result = run_cli("report", "--history", ".git/ctxguard/history.db")
        assert result.code == 0
        assert "the history cannot be written" in result.err
        assert len(listed(run_cli, "--history", ".git/ctxguard/history.db")) == 1


# ── showing ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def file(tmp_path: Path) -> str:
    rows = [
        a_measurement(
            day,
            size,
            revision=f"{day:040x}",
            dirty=day == 2,
            status="critical" if size > 5000 else "ok",
            limits=(a_limit(5000, size),),
            folders=(("src", 900), ("src/media", size - 500)),
        )
        for day, size in enumerate([1000, 1100, 900, 9000])
    ]
    rows.append(a_measurement(1, 5, name="=cmd()|' /C'!A0", branch="\x1b[31mred", revision=None))
    path = str(tmp_path / "h.db")
    with Store(path, writing=True) as store:
        store.add(rows)
    return path


def test_the_table(file: str, run_cli: Run) -> None:
    result = run_cli("history", "--history", file)
    assert (result.code, result.err) == (0, "")
    assert result.out == (
        "=cmd()|' /C'!A0 (Dockerfile): 1 measurement\n"
        "  ▁\n"
        "  time              revision    branch                    size     change     files  "
        "transfer\n"
        "  2026-01-02 00:00              \\x1b[31mred                 5B                    3  "
        "    105B\n"
        "\n"
        "api (Dockerfile): 4 measurements\n"
        "  ▁▁▁█\n"
        "  time              revision    branch                    size     change     files  "
        "transfer\n"
        "  2026-01-01 00:00  0000000000  main                    1.00kB                    3  "
        "  1.10kB\n"
        "  2026-01-02 00:00  0000000000  main                    1.10kB      +100B         3  "
        "  1.20kB\n"
        "  2026-01-03 00:00  0000000000* main                      900B      -200B         3  "
        "  1.00kB\n"
        "  2026-01-04 00:00  0000000000  main                    9.00kB    +8.10kB         3  "
        "  9.10kB\n"
        "  * with changes that were not committed\n"
    )


def test_what_is_asked_for(file: str, run_cli: Run) -> None:
    def sizes(*arguments: str) -> list[int]:
        return [each["bytes"] for each in listed(run_cli, "--history", file, *arguments)]

    assert sizes() == [1000, 1100, 5, 900, 9000]
    assert sizes("--name", "api") == [1000, 1100, 900, 9000]
    assert sizes("--since", "2026-01-03") == [900, 9000]
    assert sizes("--since", "2026-01-03T00:01") == [9000]
    assert sizes("--since", "2026-01-03T01:00+02:00") == [900, 9000]
    assert sizes("--since", "1h") == []
    assert len(sizes("--since", "90y")) == 5
    assert sizes("--branch", "none") == []


@pytest.mark.parametrize("since", ["yesterday", "", "99999999d", "2026-13-01", "d"])
def test_no_time(file: str, run_cli: Run, since: str) -> None:
    result = run_cli("history", "--history", file, "--since", since)
    assert result.code == 2
    assert "is no time; write it like 2026-11-27" in result.err


def test_csv(file: str, run_cli: Run, tmp_path: Path) -> None:
    out = str(tmp_path / "out.csv")
    run_cli("history", "--history", file, "--format", "csv", "-o", out)
    with open(out, encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["bytes"] for row in rows] == ["1000", "1100", "5", "900", "9000"]
    assert rows[2]["name"] == "'=cmd()|' /C'!A0"
    assert rows[2]["branch"] == "\\x1b[31mred"
    assert rows[0]["legacy"] == ""


def test_json_lines_up(file: str, run_cli: Run) -> None:
    found = listed(run_cli, "--history", file)
    assert list(found[0])[:6] == ["time", "name", "revision", "branch", "dirty", "source"]
    text = run_cli("history", "--history", file, "--format", "json").out
    assert text.count('\n    {"time": ') == 5


def test_many_are_shown_from_the_end(tmp_path: Path, run_cli: Run) -> None:
    path = str(tmp_path / "h.db")
    with Store(path, writing=True) as store:
        store.add(a_measurement(day, day + 1) for day in range(100))
    shown = run_cli("history", "--history", path).out.splitlines()
    assert shown[-1] == "  80 earlier ones; --since shows them"
    assert len(shown) == 24
    assert len(shown[1].strip()) == 40
    assert (
        len(run_cli("history", "--history", path, "--since", "2020-01-01").out.splitlines()) == 103
    )


def test_trend(file: str, run_cli: Run) -> None:
    result = run_cli("history", "trend", "--history", file, "--name", "api")
    assert (result.code, result.err) == (0, "")
    assert result.out == (
        "api (Dockerfile): 9.00kB, 4 measurements in 3 days\n"
        "  ▁▁▁█\n"
        "  growth   +1.38kB a day, +9.68kB a week (the median slope)\n"
        "  budgets  critical limit of 5.00kB: over it\n"
        "  jumped   2026-01-04 00:00 at 0000000000 (main): +8.10kB to 9.00kB\n"
        "                +8.10kB src/media/\n"
    )
    document = documents.trend(
        run_cli("history", "trend", "--history", file, "--format", "json").out
    )
    assert [each["name"] for each in document["trends"]] == ["=cmd()|' /C'!A0", "api"]
    (jump,) = document["trends"][1]["jumps"]
    assert jump["folders"] == [{"path": "src/media", "bytes": 8100}]
    assert document["trends"][1]["limits"][0]["days"] == 0


def test_nothing_is_recorded(repo: Repo, run_cli: Run) -> None:
    for command in ((), ("trend",)):
        result = run_cli("history", *command)
        assert (result.code, result.out) == (0, "")
        assert "nothing is recorded; ctxguard report --record keeps" in result.err
    assert listed(run_cli) == []
    assert run_cli("history", "export").out == ""
    assert not os.path.lexists(".git/ctxguard")


@pytest.mark.parametrize("command", [(), ("trend",), ("export",), ("prune", "--keep", "1")])
def test_a_file_that_is_not_there(repo: Repo, run_cli: Run, command: tuple[str, ...]) -> None:
    result = run_cli("history", *command, "--history", "none.db")
    assert result.code == 2
    assert "--history none.db: there is no such file" in result.err
    assert not os.path.lexists("none.db")


# ── moving and dropping ────────────────────────────────────────────────────────────────────────


def test_there_and_back(file: str, repo: Repo, run_cli: Run) -> None:
    assert run_cli("history", "export", "--history", file, "-o", "out.jsonl").code == 0
    result = run_cli("history", "import", "out.jsonl")
    assert (result.code, result.out) == (0, "")
    assert "5 new, 0 there already, in " in result.err
    assert kept() == kept(file)
    assert "0 new, 5 there already" in run_cli("history", "import", "out.jsonl").err
    assert kept() == kept(file)


def test_a_line_that_is_none(file: str, repo: Repo, run_cli: Run) -> None:
    good = run_cli("history", "export", "--history", file).out
    repo.write({"bad.jsonl": f"{good}nonsense\n"})
    result = run_cli("history", "import", "bad.jsonl")
    assert result.code == 2
    assert "bad.jsonl:6: this is no line of `ctxguard history export`" in result.err
    assert not os.path.lexists(".git/ctxguard")
    assert "none cannot be read: no such file" in run_cli("history", "import", "none").err


def test_prune(file: str, run_cli: Run) -> None:
    def sizes() -> list[int]:
        return [each.bytes for each in kept(file)]

    assert run_cli("history", "prune", "--history", file).code == 2
    result = run_cli("history", "prune", "--history", file, "--before", "2026-01-02")
    assert result.code == 0
    assert "dropped 1 of 5 in " in result.err
    assert sizes() == [1100, 5, 900, 9000]
    run_cli("history", "prune", "--history", file, "--before", "2026-01-04", "--keep", "2")
    assert sizes() == [5, 900, 9000]
    run_cli("history", "prune", "--history", file, "--keep", "1")
    assert sizes() == [5, 9000]


def test_hostile_text_reaches_no_terminal(tmp_path: Path, run_cli: Run) -> None:
    path = str(tmp_path / "h.db")
    evil = "\x1b]0;x\x07\u202e\n"
    limits = (a_limit(1, 2, scope=evil), a_limit(9, 2))
    with Store(path, writing=True) as store:
        for day in range(3):
            store.add(
                [
                    a_measurement(
                        day, 10 ** (day + 3), name=evil, branch=evil, revision=evil, target=evil,
                        dockerfile=evil, platform=evil, limits=limits,
                        folders=((evil, 10 ** (day + 3)),),
                    )
                ]
            )  # fmt: skip
    for command in ((), ("trend",), ("--format", "csv"), ("--format", "json"), ("export",)):
        shown = run_cli("history", *command, "--history", path).out
        assert not {"\x1b", "\x07", "\u202e"}.intersection(shown), command


def test_the_folder_of_a_jump(repo: Repo, run_cli: Run) -> None:
    """From real reports."""
    repo.write({"data": {"videos": {"a": File(size=1000)}}})
    run_cli("report", "--record")
    repo.write({"data": {"videos": {"b": File(size=5_000_000)}}})
    run_cli("report", "--record")
    assert "+5.00MB data/videos/" in run_cli("history", "trend").out


# ── what a repository that came from elsewhere could do ────────────────────────────────────────


def test_no_link_leads_out_of_git(repo: Repo, run_cli: Run, tmp_path: Path) -> None:
    (tmp_path / "victim").mkdir()
    os.symlink(tmp_path / "victim", ".git/ctxguard")
    result = run_cli("report", "--record", "--critical", "1B")
    assert result.code == 1
    assert "the history would lie behind this link" in result.err
    assert run_cli("history").code == 2
    os.unlink(".git/ctxguard")
    os.mkdir(".git/ctxguard")
    os.symlink(tmp_path / "victim" / "new", ".git/ctxguard/history.db")
    assert "behind this link" in run_cli("report", "--record").err
    assert list((tmp_path / "victim").iterdir()) == []


def test_nothing_hangs_on_a_pipe(repo: Repo, run_cli: Run) -> None:
    os.mkdir(".git/ctxguard")
    os.mkfifo(".git/ctxguard/history.db")
    assert "it is no regular file" in run_cli("report", "--record").err
    assert run_cli("history").code == 3


@pytest.mark.parametrize(
    "evil",
    [
        "CREATE TRIGGER t AFTER INSERT ON measurements BEGIN DELETE FROM measurements; END",
        "CREATE VIEW v AS SELECT 1",
    ],
)
def test_nothing_in_a_database_runs(repo: Repo, run_cli: Run, evil: str) -> None:
    run_cli("report", "--record")
    execute(".git/ctxguard/history.db", evil)
    assert "a database of another program" in run_cli("report", "--record").err
    assert run_cli("history").code == 3


@pytest.mark.parametrize(
    "change",
    [
        "bytes = x'00'",
        "bytes = -1",
        "status = 'fine'",
        "name = x'ff'",
        "time = 'now'",
        "time = '2026-13-01T00:00:00.000000Z'",
        "transfer = 'much'",
        "seconds = 'long'",
    ],
)
def test_values_of_the_wrong_kind(repo: Repo, run_cli: Run, change: str) -> None:
    run_cli("report", "--record")
    database = sqlite3.connect(".git/ctxguard/history.db")
    database.execute(f"UPDATE measurements SET {change}")
    database.commit()
    database.close()
    for command in ((), ("trend",), ("export",), ("--format", "json"), ("--format", "csv")):
        result = run_cli("history", *command)
        assert result.code == 3
        assert "what is in it makes no sense" in result.err


# ── what a clumsy hand could do ────────────────────────────────────────────────────────────────


def test_the_output_is_not_the_history(file: str, repo: Repo, run_cli: Run) -> None:
    before = Path(file).read_bytes()
    for command in (
        ("history", "--format", "csv"),
        ("history", "trend"),
        ("history", "export"),
        ("report",),
    ):
        result = run_cli(*command, "--history", file, "-o", file)
        assert result.code == 2
        assert "is the history itself; name another file" in result.err
    assert Path(file).read_bytes() == before


def test_names_of_any_bytes(run_cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_repo(str(tmp_path / "n\udcff"), APP).root
    monkeypatch.chdir(root)
    assert "recorded in" in run_cli("report", "--record").err
    assert len(listed(run_cli)) == 1
    assert listed(run_cli, "--name", "\udcff") == listed(run_cli, "--branch", "\udcff") == []


def test_long_ago(file: str, run_cli: Run) -> None:
    assert len(listed(run_cli, "--history", file, "--since", "1500y")) == 5
    run_cli("history", "prune", "--history", file, "--before", "500000d")
    assert len(kept(file)) == 5


def test_what_would_be_is_not_kept(repo: Repo, run_cli: Run) -> None:
    repo.write({"draft": "*\n"})
    result = run_cli("report", "--ignore-file", "draft", "--record")
    assert result.code == 2
    assert "that is not recorded" in result.err
    repo.write({"ctxguard.toml": "record = true\n"})
    assert run_cli("report", "--ignore-file", "draft").code == 0
    assert listed(run_cli) == []


def test_just_at_a_limit(tmp_path: Path, run_cli: Run) -> None:
    path = str(tmp_path / "h.db")
    with Store(path, writing=True) as store:
        for day, size in ((0, 3), (1, 9)):
            store.add([a_measurement(day, size, limits=(a_limit(9, size),))])
    assert "critical limit of 9B: reached" in run_cli("history", "trend", "--history", path).out


def test_an_option_that_would_be_lost(file: str, run_cli: Run) -> None:
    result = run_cli("history", "--history", file, "trend")
    assert result.code == 2
    assert "options stand behind the command: ctxguard history trend ..." in result.err


def test_the_trend_of_one(repo: Repo, run_cli: Run) -> None:
    run_cli("report", "--record")
    assert run_cli("history", "trend").out.splitlines()[0].endswith(", 1 measurement")
