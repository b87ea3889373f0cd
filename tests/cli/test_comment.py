"""`ctxguard comment`: real repositories, and a server that behaves like GitHub's API."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli import process
from tests.conftest import File, Result, Tree
from tests.forge.conftest import loopback
from tests.forge.server import ISSUE, JANE, READ_ONLY, REPOSITORY, TOKEN, Answer, Forge, serving
from tests.git.repositories import Repo, git, make_repo
from tests.render.markdown_reader import page

__all__ = ["loopback"]
Run = Callable[..., Result]
CONFIGURATION = 'critical = "1MB"\nmax-growth = "100kB"\n'
MARKER = "<!-- ctxguard:context-size -->"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return make_repo(
        str(tmp_path / "app"),
        {
            "Dockerfile": "FROM scratch\nCOPY . /app\n",
            ".dockerignore": "recordings\n.git\n",
            "ctxguard.toml": CONFIGURATION,
            "app.py": "print()\n",
            "recordings": {"1.wav": File(size=50_000)},
        },
    )


@pytest.fixture(autouse=True)
def _no_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests themselves may run in a job."""
    for name in list(os.environ):
        if name.startswith("GITHUB_") or name in ("GH_TOKEN", "CI"):
            monkeypatch.delenv(name)


@pytest.fixture
def job(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loopback: None
) -> Iterator[Forge]:
    """A job for a pull request that the first commit of the repository is the base of."""
    event = {"pull_request": {"number": 7, "base": {"sha": repo.id()}}}
    (tmp_path / "event.json").write_text(json.dumps(event), encoding="utf-8")
    with serving() as forge:
        monkeypatch.setenv("GITHUB_API_URL", forge.url)
        monkeypatch.setenv("GITHUB_REPOSITORY", REPOSITORY)
        monkeypatch.setenv("GITHUB_EVENT_PATH", str(tmp_path / "event.json"))
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        yield forge


def comment(run_cli: Run, repo: Repo, *arguments: str, code: int = 0) -> Result:
    found = run_cli("comment", "-C", repo.root, *arguments)
    assert found.code == code, found.err
    assert TOKEN not in found.out + found.err
    return found


def summary(tmp_path: Path) -> str:
    return (tmp_path / "summary.md").read_text(encoding="utf-8")


def test_a_file_that_came(repo: Repo, run_cli: Run) -> None:
    repo.commit({"new.bin": "x" * 5000})
    out = comment(run_cli, repo, "HEAD~1", "HEAD").out
    assert out.startswith(f"{MARKER}\n\n### Build context: +5.00kB\n")
    assert "| +5.00kB | `new.bin` | entered |" in out
    assert "**OK**: 95.00kB left to the growth limit of 100.00kB" in out
    assert "| `app.py`" in out.partition("<details>")[2]
    assert page(out).comments == [" ctxguard:context-size "]


def test_a_rule_that_went(repo: Repo, run_cli: Run) -> None:
    repo.commit({".dockerignore": ".git\n"})
    out = comment(run_cli, repo, "HEAD~1..HEAD").out
    assert "| `.dockerignore:1` `recordings` | 1 file, which it kept out before |" in out
    assert "| `Dockerfile:2` `COPY . /app` |" in out
    assert "What would help: add `recordings/1.wav` to " in out


def test_the_work_tree_against_the_commit(repo: Repo, run_cli: Run) -> None:
    assert "### Build context: unchanged" in comment(run_cli, repo).out
    repo.write({"new.bin": "x" * 5000})
    assert "### Build context: +5.00kB" in comment(run_cli, repo).out


def test_a_raised_budget_is_first(repo: Repo, run_cli: Run) -> None:
    id_ = repo.commit({"ctxguard.toml": 'critical = "2MB"\nfail-on = "never"\n'})[:10]
    out = comment(run_cli, repo, "HEAD~1", "HEAD").out
    assert out.splitlines()[2:7] == [
        "**This change raises limits:**",
        "",
        f"- **critical** from 1.00MB to 2.00MB (`{id_}:ctxguard.toml:1`)",
        "- **max-growth** from 100.00kB to none (`default`)",
        f"- **fail-on** from critical to never (`{id_}:ctxguard.toml:2`)",
    ]


PATHS = {
    "higher": ({"z": "9kB"}, "**budget of z** from 4.00kB to 9.00kB"),
    "gone": ({}, "**budget of z** from 4.00kB to none"),
    "one below it": (
        {"z": "4kB", "z/sub": "1GB"},
        "**budget of `z/sub`** from 4.00kB with the rest of z to 1.00GB of its own",
    ),
}


@pytest.mark.parametrize("case", PATHS)
def test_raised_budgets_of_paths(repo: Repo, run_cli: Run, case: str) -> None:
    """Among many others, of which a line would not hold the names."""
    others = {f"some/long/folder-{at}": "10MB" for at in range(20)}
    repo.commit({"ctxguard.toml": budgets(others | {"z": "4kB"})})
    after, told = PATHS[case]
    repo.commit({"ctxguard.toml": budgets(others | after)})
    lines = comment(run_cli, repo, "HEAD~1", "HEAD").out.splitlines()
    raised = [line for line in lines if line.startswith("- **budget of")]
    assert len(raised) == 1
    assert raised[0].startswith(f"- {told} (")


@pytest.mark.parametrize("after", [{"z": "3kB"}, {"z": "4kB", "other": "1GB"}])
def test_budgets_of_paths_that_take_nothing(
    repo: Repo, run_cli: Run, after: dict[str, str]
) -> None:
    repo.commit({"ctxguard.toml": budgets({"z": "4kB"})})
    repo.commit({"ctxguard.toml": budgets(after)})
    assert "raises" not in comment(run_cli, repo, "HEAD~1", "HEAD").out


def budgets(paths: dict[str, str]) -> str:
    return "[budgets]\n" + "".join(f'"{path}" = "{size}"\n' for path, size in paths.items())


def test_the_change_that_mends_the_configuration(repo: Repo, run_cli: Run) -> None:
    repo.commit({"ctxguard.toml": 'critical = "1 elephant"\n'})
    repo.commit({"ctxguard.toml": CONFIGURATION})
    out = comment(run_cli, repo, "HEAD~1", "HEAD").out
    assert "within budget" in out
    assert "the configuration there is wrong" in out


def test_a_folder_that_is_gone_spoils_no_other(
    repo: Repo, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = "".join(
        f'[[contexts]]\nname = "{name}"\ncontext = "{name}"\n' for name in ("api", "web")
    )
    files: Tree = {"ctxguard.toml": named, "api": {"Dockerfile": "FROM scratch\n", "a": "x"}}
    repo.commit(files)
    monkeypatch.chdir(repo.root)
    found = run_cli("comment", "HEAD~1", "HEAD")
    assert found.code == 2
    assert "`api`" in found.out
    assert "**failed**" in found.out
    assert "web" in found.err


def test_a_lowered_budget_is_not_told(repo: Repo, run_cli: Run) -> None:
    repo.commit({"ctxguard.toml": CONFIGURATION.replace("1MB", "900kB")})
    assert "raises" not in comment(run_cli, repo, "HEAD~1", "HEAD").out


TRIPPED = [
    ("over budget", {"big": "x" * 2_000_000}, ("--max-growth", "9MB"), 1),
    ("grown too much", {"big": "x" * 200_000}, (), 1),
    ("within both", {"big": "x" * 20_000}, (), 0),
    ("only a warning", {"big": "x" * 20_000}, ("--warn", "1kB"), 0),
    ("a warning counts", {"big": "x" * 20_000}, ("--warn", "1kB", "--fail-on", "warning"), 1),
    ("never", {"big": "x" * 2_000_000}, ("--max-growth", "9MB", "--fail-on", "never"), 0),
    ("refused by docker", {".dockerignore": "[\n"}, (), 3),
]


@pytest.mark.parametrize(
    ("tree", "flags", "code"), [row[1:] for row in TRIPPED], ids=[row[0] for row in TRIPPED]
)
def test_exit_codes(
    repo: Repo, run_cli: Run, tree: dict[str, str], flags: tuple[str, ...], code: int
) -> None:
    repo.commit(tree)
    out = comment(run_cli, repo, "HEAD~1", "HEAD", *flags, code=code).out
    assert out.startswith(MARKER)


def test_what_cannot_be_measured_is_told(repo: Repo, run_cli: Run) -> None:
    repo.commit({".dockerignore": "[\n"})
    found = comment(run_cli, repo, "HEAD~1", "HEAD", code=3)
    assert "### Build contexts: 1 context not measured" in found.out
    assert "refused by Docker" in found.err
    repo.commit({".dockerignore": ".git\n"})
    mended = comment(run_cli, repo, "HEAD~1", "HEAD").out
    assert "### Build context: not compared" in mended
    assert "Nothing can be said of the change: " in mended


def test_several_contexts(repo: Repo, run_cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    named = '[[contexts]]\nname = "{0}"\ncontext = "{0}"\n'
    file = {"Dockerfile": "FROM scratch\nCOPY . /\n"}
    repo.commit({
        "ctxguard.toml": "".join(map(named.format, ("api", "docs", "site"))),
        "api": file, "docs": file, "site": file,
    })  # fmt: skip
    repo.commit({
        "ctxguard.toml": "".join(map(named.format, ("api", "new", "site"))),
        "api": {"a": "x" * 100}, "new": file,
    })  # fmt: skip
    monkeypatch.chdir(repo.root)
    out = run_cli("comment", "HEAD~1", "HEAD").out
    assert "- The configuration no longer names `docs`" in out
    assert "### Build contexts: +100B in `api` and 1 more" in out
    assert "| new | 22B | **ok** | `new` |" in out
    shown, _, folded = out.partition("<details><summary>1 unchanged context</summary>")
    assert "`site`" in folded
    assert "`site`" not in shown


def test_hostile_names_from_git(repo: Repo, run_cli: Run) -> None:
    name = "<img src=x>`|@octocat\n# www.example.com\u202e"
    repo.commit({name: "12345"})
    out = comment(run_cli, repo, "HEAD~1", "HEAD").out
    found = page(out)
    assert "img" not in found.elements
    assert found.attributes <= {"align"}
    assert "octocat" not in found.prose


def test_posted_and_updated(job: Forge, repo: Repo, run_cli: Run, tmp_path: Path) -> None:
    repo.commit({"new.bin": "x" * 5000})
    found = comment(run_cli, repo, "--post")
    assert found.err == f"ctxguard: created the comment on pull request 7 of {REPOSITORY}\n"
    assert [each["body"] for each in job.comments] == [found.out]
    assert summary(tmp_path) == found.out
    assert "### Build context: +5.00kB" in found.out
    assert f"more than `{repo.id('HEAD~1')[:10]}`" in found.out
    repo.commit({"new.bin": "x" * 6000})
    again = comment(run_cli, repo, "--post")
    assert again.err == f"ctxguard: updated the comment on pull request 7 of {REPOSITORY}\n"
    assert [each["body"] for each in job.comments] == [again.out]
    assert "### Build context: +6.00kB" in again.out


def test_quiet_posts_and_says_nothing(job: Forge, repo: Repo, run_cli: Run) -> None:
    assert comment(run_cli, repo, "--post", "-q").err == ""
    assert len(job.comments) == 1


def test_two_keys_are_two_comments(job: Forge, repo: Repo, run_cli: Run) -> None:
    for _ in range(2):
        comment(run_cli, repo, "--post", "--key", "api")
        comment(run_cli, repo, "--post", "--key", "api.2")
    assert [each["body"].splitlines()[0] for each in job.comments] == [
        "<!-- ctxguard:api -->", "<!-- ctxguard:api.2 -->",
    ]  # fmt: skip


@pytest.mark.parametrize("key", ["", "a b", "-->", "x" * 65, "a\n", "\u00e9"])
def test_a_key_that_is_none(repo: Repo, run_cli: Run, key: str) -> None:
    assert "a key has up to 64 letters" in comment(run_cli, repo, "--key", key, code=2).err


def test_the_verdict_stays_where_it_is_posted(job: Forge, repo: Repo, run_cli: Run) -> None:
    repo.commit({"big": "x" * 2_000_000})
    comment(run_cli, repo, "--post", code=1)
    assert "**CRITICAL**" in job.comments[0]["body"]


REFUSALS = [
    ("read-only", READ_ONLY, "Resource not accessible by integration"),
    ("locked", Answer(403, {"message": "Unable to create comment, issue is locked"}), "locked"),
    ("unknown", Answer(401, {"message": f"Bad credentials {TOKEN}"}), "Bad credentials ***"),
]


@pytest.mark.parametrize(
    ("answer", "told"), [row[1:] for row in REFUSALS], ids=[row[0] for row in REFUSALS]
)
def test_a_token_that_may_not_write(
    job: Forge, repo: Repo, run_cli: Run, *, tmp_path: Path, answer: Answer, told: str
) -> None:
    job.always("POST", answer)
    found = comment(run_cli, repo, "--post")
    assert told in found.err
    assert "the job summary has it" in found.err
    assert (summary(tmp_path), job.comments) == (found.out, [])


def test_a_token_that_may_not_write_without_a_summary(
    job: Forge, repo: Repo, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY")
    job.may_write = False
    assert "pull-requests: write" in comment(run_cli, repo, "--post", code=2).err
    repo.commit({"big": "x" * 2_000_000})
    comment(run_cli, repo, "--post", code=1)


def test_an_empty_token_is_that_of_a_fork(
    job: Forge, repo: Repo, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "")
    assert "the job summary has it" in comment(run_cli, repo, "--post").err
    assert job.asked == []


BROKEN = [
    ("not found", Answer(404, {"message": "Not Found"}), "404 Not Found"),
    ("a page", Answer(200, raw=b"<html>", kind="text/html"), "the reply is no JSON"),
    ("elsewhere", Answer(302, headers={"Location": "http://127.0.0.1:1/"}), "redirects are refu"),
    ("later", Answer(429, headers={"Retry-After": "3600"}), "429 Too Many Requests"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "told"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN]
)
def test_what_cannot_be_posted_does_not_hide_the_verdict(
    job: Forge, repo: Repo, run_cli: Run, answer: Answer, told: str
) -> None:
    job.always("GET", answer)
    found = comment(run_cli, repo, "--post", code=2)
    assert f"could not be posted on pull request 7 of {REPOSITORY}: " in found.err
    assert told in found.err
    assert found.out.startswith(MARKER)
    repo.commit({"big": "x" * 2_000_000})
    assert told in comment(run_cli, repo, "--post", code=1).err


def test_a_summary_without_room_is_told(
    job: Forge, repo: Repo, run_cli: Run, tmp_path: Path
) -> None:
    (tmp_path / "summary.md").write_bytes(b"x" * 1024 * 1024)
    found = comment(run_cli, repo)
    assert "the job summary has no room" in found.err
    assert (tmp_path / "summary.md").stat().st_size == 1024 * 1024
    job.may_write = False
    comment(run_cli, repo, "--post", code=2)


def test_a_job_for_no_pull_request(job: Forge, repo: Repo, run_cli: Run, tmp_path: Path) -> None:
    (tmp_path / "event.json").write_text('{"ref": "refs/heads/main"}', encoding="utf-8")
    found = comment(run_cli, repo, "--post")
    assert "this job runs for no pull request" in found.err
    assert job.asked == []
    assert summary(tmp_path) == found.out


@pytest.mark.parametrize("name", ["GITHUB_TOKEN", "GITHUB_REPOSITORY"])
def test_what_is_missing_is_told_before_anything_is_done(
    job: Forge, repo: Repo, run_cli: Run, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv(name)
    found = comment(run_cli, repo, "--post", code=2)
    assert name in found.err
    assert found.out == ""


def test_the_base_is_where_the_branch_left(
    job: Forge, repo: Repo, run_cli: Run, tmp_path: Path
) -> None:
    repo.git("checkout", "-q", "-b", "topic")
    repo.commit({"topic.bin": "x" * 10})
    repo.git("checkout", "-q", "main")
    base = repo.commit({"main.bin": "x" * 7})
    event = {"pull_request": {"number": 7, "base": {"sha": base}}}
    (tmp_path / "event.json").write_text(json.dumps(event), encoding="utf-8")
    repo.git("checkout", "-q", "topic")
    assert "### Build context: +10B" in comment(run_cli, repo).out
    repo.git("merge", "-q", "--no-edit", "main")
    assert "### Build context: +10B" in comment(run_cli, repo).out
    assert "### Build context: +7B" in comment(run_cli, repo, "HEAD~1", "HEAD").out


def test_an_event_that_is_not_needed_is_not_read(
    job: Forge, repo: Repo, run_cli: Run, tmp_path: Path
) -> None:
    (tmp_path / "event.json").write_text("{", encoding="utf-8")
    assert "GITHUB_EVENT_PATH" in comment(run_cli, repo, code=2).err
    comment(run_cli, repo, "HEAD", "HEAD")


def test_a_shallow_clone_is_told_what_it_lacks(
    job: Forge, repo: Repo, run_cli: Run, tmp_path: Path
) -> None:
    repo.commit({"a": "1"})
    repo.commit({"a": "2"})
    shallow = str(tmp_path / "shallow")
    git(str(tmp_path), "clone", "-q", "--depth", "1", f"file://{repo.root}", shallow)
    found = comment(run_cli, Repo(shallow), code=2)
    assert "fetch-depth: 0" in found.err


def test_to_a_file(repo: Repo, run_cli: Run, tmp_path: Path) -> None:
    found = comment(run_cli, repo, "-o", str(tmp_path / "comment.md"))
    assert found.out == ""
    assert (tmp_path / "comment.md").read_text(encoding="utf-8").startswith(MARKER)


@pytest.mark.parametrize("flags", [(), ("-v",)])
def test_as_a_process(job: Forge, repo: Repo, flags: tuple[str, ...]) -> None:
    """The token is in the environment of a process of its own, and in no output of it."""
    job.rules.append(lambda _: Answer(403, {"message": f"echo: Bearer {TOKEN}"}))
    done = process.run("comment", "-C", repo.root, "--post", *flags)
    assert done.returncode == 0, done.stderr
    assert TOKEN.encode() not in done.stdout + done.stderr
    assert all(each.headers["authorization"] == f"Bearer {TOKEN}" for each in job.asked)


def test_asked_for_by_nothing_but_its_own(job: Forge, repo: Repo, run_cli: Run) -> None:
    """A comment with the marker that a person wrote is left as it is."""
    id_ = job.add(f"{MARKER}\nall is well", JANE)
    comment(run_cli, repo, "--post")
    assert job.body(id_) == f"{MARKER}\nall is well"
    assert [each.path for each in job.asked][-1] == f"{ISSUE}/comments"
