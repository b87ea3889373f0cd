"""`ctxguard image`: what it says, its formats and its exit codes."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ctxguard.render import FORMATS
from tests.cli import documents
from tests.conftest import Result
from tests.forge.conftest import loopback
from tests.forge.server import REPOSITORY, TOKEN, Forge, serving
from tests.image.archives import Layer, layout_of, save_of, tar_of

__all__ = ["loopback"]

Run = Callable[..., Result]
LAYERS: list[Layer] = [{"usr/a": 1_500_000}, {"usr/a": 2_000_000, "app/.git/pack": 600_000}]
STEPS = ["RUN /bin/sh -c make a # buildkit", "COPY . /app # buildkit"]


@pytest.fixture
def archive(tmp_path: Path) -> str:
    path = tmp_path / "app.tar"
    path.write_bytes(save_of(LAYERS, steps=STEPS))
    return str(path)


def test_for_a_person(archive: str, run_cli: Run) -> None:
    found = run_cli("image", archive)
    assert found.code == 0
    assert found.out.splitlines()[:2] == [
        f"Image {archive}: 4.10MB in 2 layers",
        "OK: within budget, 995.90MB left to the warning limit of 1.00GB",
    ]
    for part in (
        "1.50MB  36.6%",
        "  1  2026-11-27  RUN make a, 1.50MB wasted",
        "  2  2026-11-27  COPY . /app",
        "usr/a, written in layer 1, overwritten in 2",
        "version control from the build context, most of it from layer 2: COPY . /app (IMG006)",
    ):
        assert part in found.out
    assert run_cli("image", archive, "-q").out.count("\n") == 2
    assert "IMG" not in run_cli("image", archive, "--no-findings").out


BUDGETS = [
    ((), 0, "ok"),
    (("--warn", "4MB"), 0, "warning"),
    (("--warn", "4MB", "--fail-on", "warning"), 1, "warning"),
    (("--critical", "4MB"), 1, "critical"),
    (("--critical", "4MB", "--fail-on", "never"), 0, "critical"),
    (("--max-layer", "2.5MB"), 1, "critical"),
    (("--max-layer", "2.6MB"), 0, "ok"),
    (("--max-wasted", "1MB"), 1, "critical"),
]


@pytest.mark.parametrize(("flags", "code", "status"), BUDGETS)
def test_budgets(
    archive: str, run_cli: Run, flags: tuple[str, ...], code: int, status: str
) -> None:
    found = run_cli("image", archive, "--format", "json", *flags)
    assert found.code == code
    document = documents.report(found.out)
    assert document["status"] == status
    (report,) = document["reports"]
    assert report["kind"] == "image"
    assert report["size"]["bytes"] == sum(layer["bytes"] for layer in report["image"]["layers"])


@pytest.mark.parametrize("format_", FORMATS)
def test_each_format(archive: str, run_cli: Run, format_: str) -> None:
    found = run_cli("image", archive, "--critical", "1MB", "--format", format_)
    assert found.code == 1
    assert "IMG006" in found.out
    assert "Traceback" not in found.err


def test_as_a_table(archive: str, run_cli: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(run_cli("image", archive, "--format", "csv").out)))
    layers = [(row["name"], row["bytes"]) for row in rows if row["section"] == "layer"]
    assert layers == [("RUN make a", "1500000"), ("COPY . /app", "2600000")]


def test_several_formats(archive: str, run_cli: Run, tmp_path: Path) -> None:
    page = tmp_path / "image.html"
    found = run_cli("image", archive, "--format", "html", "-o", str(page), "--format", "json")
    assert json.loads(found.out)["status"] == "ok"
    assert "COPY . /app" in page.read_text(encoding="utf-8")


@pytest.fixture
def older(tmp_path: Path) -> str:
    path = tmp_path / "older.tar"
    layers: list[Layer] = [{"usr/a": 1_000_000, "x": 5000}]
    path.write_bytes(save_of(layers, steps=STEPS[:1]))
    return str(path)


def test_against_another(archive: str, older: str, run_cli: Run) -> None:
    out = run_cli("image", archive, "--against", older).out
    assert f"Image {archive}: 4.10MB in 3 files, 3.10MB more than {older}" in out
    assert "+600.00kB app/.git/pack, entered" in out
    assert "-5.00kB x, left" in out
    assert "layer:2  COPY . /app, 0B before" in out
    found = run_cli("image", archive, "--against", older, "--format", "json")
    document = documents.report(found.out)
    assert document["against"]["growth"]["bytes"] == 3_095_000
    assert sum(each["bytes"] for each in document["against"]["files"]) == 1_595_000
    documents.check("diff", document["against"])


SPOILED: dict[str, Callable[[Any], object]] = {
    "a field too few": lambda found: found.pop("growth"),
    "a field too many": lambda found: found.update(sise=1),
    "a size as text": lambda found: found["head"]["size"].update(bytes="1"),
    "an unknown change": lambda found: found["files"][0].update(change="moved"),
    "several": lambda found: found.update(diffs=[]),
}


@pytest.mark.parametrize("name", SPOILED)
def test_the_schema_of_what_changed_is_strict(
    archive: str, older: str, run_cli: Run, name: str
) -> None:
    argv = ("image", archive, "--against", older, "--max-growth", "1MB", "--format", "json")
    document = documents.report(run_cli(*argv).out)
    assert document["against"]["growth"]["limit"]["status"] == "critical"
    SPOILED[name](document["against"])
    with pytest.raises(jsonschema.ValidationError):
        documents.check("report", document)


@pytest.fixture
def several(tmp_path: Path) -> str:
    """An archive with two images."""
    path = tmp_path / "several.tar"
    app, web = layout_of(LAYERS, steps=STEPS), layout_of([{"x": 3}], tag="web:2")
    saved = [*json.loads(app["manifest.json"]), *json.loads(web["manifest.json"])]
    path.write_bytes(tar_of({**app, **web, "manifest.json": json.dumps(saved).encode()}))
    return str(path)


def test_a_tag_is_about_both_archives(
    several: str, older: str, run_cli: Run, tmp_path: Path
) -> None:
    before = tmp_path / "before.tar"
    before.write_bytes(Path(several).read_bytes())
    found = run_cli("image", several, "--tag", "web:2", "--against", str(before))
    assert "3B in 1 file, as much as" in found.out
    found = run_cli("image", several, "--tag", "web:2", "--against", older)
    assert (found.code, found.out) == (2, "")
    assert f"{older} holds no web:2; there is app:1" in found.err


@pytest.mark.parametrize(
    ("ref", "base", "why"),
    [
        ("app:2", "several", ""),
        ("several", "app:2", ""),
        ("app:2", None, "--tag is about archives, and app:2 is asked of the engine"),
        ("app:2", "app", "write the tag into the name, as NAME:TAG"),
    ],
)
def test_a_tag_and_the_engine(
    several: str, older: str, run_cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    *, ref: str, base: str | None, why: str,
) -> None:  # fmt: skip
    """A name of the engine has its tag; `--tag` is then about the archive beside it."""
    docker = tmp_path / "bin" / "docker"
    docker.parent.mkdir()
    docker.write_text(f'#!/bin/sh\ntest "$*" = "image save -- app:2" && exec cat {older}\n')
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", str(docker.parent), prepend=os.pathsep)
    named = {"several": several}
    more = () if base is None else ("--against", named.get(base, base))
    found = run_cli("image", named.get(ref, ref), "--tag", "app:1", *more)
    assert found.code == (2 if why else 0), found.err
    assert why in found.err


@pytest.mark.parametrize(("most", "code"), [("3MB", 1), ("3.1MB", 0), ("10%", 1), ("400%", 0)])
def test_growth(archive: str, older: str, run_cli: Run, most: str, code: int) -> None:
    argv = ("image", archive, "--against", older, "--max-growth", most)
    assert run_cli(*argv).code == code
    assert run_cli(*argv, "--fail-on", "never").code == code


def test_the_line_of_the_ignore_file(
    archive: str, run_cli: Run, make_tree: Callable[..., str]
) -> None:
    root = make_tree({"web": {".dockerignore": "# x\n.git\n", "Dockerfile": ""}})
    subprocess.run(["git", "init", "-q", root], check=True)
    argv = ("image", archive, "-C", f"{root}/web")
    shown = run_cli(*argv).out
    assert ".dockerignore:2: version control from the build context" in shown
    assert "COPY . /app; .git keeps .git out now (IMG006): build it anew" in shown
    assert "file=web/.dockerignore,line=2" in run_cli(*argv, "--format", "github").out
    document = documents.report(run_cli(*argv, "--format", "json").out)
    places = [
        (each["code"], each["file"], each["line"]) for each in document["reports"][0]["findings"]
    ]
    assert ("IMG006", ".dockerignore", 2) in places


def test_kept_in_the_history(
    archive: str, run_cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    history = str(tmp_path / "history.db")
    for _ in range(2):
        assert run_cli("image", archive, "--history", history).code == 0
    found = documents.history(run_cli("history", "--history", history, "--format", "json").out)
    rows = [(row["name"], row["bytes"], row["source"]) for row in found["measurements"]]
    assert rows == [(f"image {archive}", 4_100_000, "image")] * 2
    exported = run_cli("history", "export", "--history", history).out
    assert exported.count("\n") == 2
    (tmp_path / "lines").write_text(exported)
    assert run_cli("history", "import", "--history", str(tmp_path / "b.db"), "lines").code == 0


WRONG = [
    (("none.tar",), 2, "there is no none.tar"),
    (("",), 2, "REF is empty"),
    (("--", "-x"), 2, "-x is no name of an image"),
    (("archive", "--tag", "other"), 2, "holds no other; there is app:1"),
    (("archive", "--platform", "linux/arm64"), 2, "for linux/amd64, and none for linux/arm64"),
    (("archive", "-C", "nowhere"), 2, "the context nowhere does not exist"),
    (("archive", "-f", "Dockerfile"), 2, "-f is about --context"),
    (("archive", "--warn", "much"), 2, '"much" is not a size'),
    (("archive", "--max-growth", "1%"), 2, "--max-growth is about --against"),
    (("archive", "--against", "archive", "--format", "csv"), 2, "not as csv"),
    (("archive", "--against", ""), 2, "REF is empty"),
    (("README",), 3, "no tar|no number|neither"),
]


@pytest.mark.parametrize(("argv", "code", "why"), WRONG)
def test_wrong(
    archive: str, run_cli: Run, monkeypatch: pytest.MonkeyPatch, argv: tuple[str, ...], *,
    code: int, why: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(os.path.dirname(archive))
    Path("README").write_text("x" * 600)
    found = run_cli("image", *(archive if part == "archive" else part for part in argv))
    assert found.code == code
    assert any(part in found.err for part in why.split("|")), found.err


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loopback: None) -> Iterator[Forge]:
    """A job for a pull request."""
    for name in [name for name in os.environ if name.startswith("GITHUB_") or name == "GH_TOKEN"]:
        monkeypatch.delenv(name)
    event = {"pull_request": {"number": 7, "base": {"sha": "0" * 40}}}
    (tmp_path / "event.json").write_text(json.dumps(event), encoding="utf-8")
    with serving() as forge:
        monkeypatch.setenv("GITHUB_API_URL", forge.url)
        monkeypatch.setenv("GITHUB_REPOSITORY", REPOSITORY)
        monkeypatch.setenv("GITHUB_EVENT_PATH", str(tmp_path / "event.json"))
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        yield forge


def test_the_comment(job: Forge, archive: str, older: str, run_cli: Run, tmp_path: Path) -> None:
    for verb in ("created", "updated"):
        found = run_cli("image", archive, "--against", older, "--post")
        assert found.code == 0
        assert f"{verb} the comment" in found.err
        assert TOKEN not in found.out + found.err
    (comment,) = job.comments
    body = comment["body"]
    assert body.startswith("<!-- ctxguard:image-size -->\n\n### Image: +3.10MB\n")
    assert "`app/.git/pack`" in body
    assert "COPY . /app" in body
    assert body in (tmp_path / "summary.md").read_text()


def test_the_verdict_is_not_hidden_by_what_is_posted(
    job: Forge, archive: str, run_cli: Run
) -> None:
    assert run_cli("image", archive, "--critical", "1MB", "--post").code == 1
    assert "### Image: new" in job.comments[0]["body"]
