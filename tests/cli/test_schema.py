"""What is printed is what the schemas describe, on a tree that has one of everything."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from tests.cli import documents
from tests.conftest import Fifo, File, Hardlink, Result, Socket, Symlink

Run = Callable[..., Result]
BAD = "bad\udcff"
TREE = {
    "Dockerfile": "FROM scratch\nCOPY . /\n",
    ".dockerignore": "*.log\nnode_modules\nsecret\n!secret/kept\n",
    "a b": "x",
    "new\nline": "x",
    "esc\x1b[31m": "x",
    "rtl\u202e": "x",
    BAD: "x",
    "big": File(size=3_000_000),
    "twin": Hardlink("big"),
    "link": Symlink("big"),
    "pipe": Fifo(),
    "socket": Socket(),
    "debug.log": "xxx",
    "node_modules": {"m": {"index.js": "x"}},
    "secret": {"kept": "x", "lost": "x"},
    "empty": {},
}


@pytest.fixture
def root(make_tree: Callable[..., str]) -> str:
    return make_tree(TREE)


@pytest.mark.parametrize("backend", ["buildkit", "legacy"])
@pytest.mark.parametrize(
    "more", [(), ("--by", "type"), ("--savings",), ("--top", "1"), ("--max-files", "1")]
)
def test_report(root: str, run_cli: Run, backend: str, more: tuple[str, ...]) -> None:
    found = run_cli("report", root, "--format", "json", "--backend", backend, *more)
    report = documents.only_report(found.out)
    assert report["context"]["backend"] == backend
    assert report["context"]["root"] == root
    assert (report["groups"] is not None) == ("--by" in more)
    assert (report["excluded"] is not None) == ("--savings" in more)
    assert report["size"]["bytes"] > 3_000_000


def test_report_of_what_could_not_be_measured_whole(
    root: str, run_cli: Run, without_rights: Callable[[], Any]
) -> None:
    os.chmod(os.path.join(root, "empty"), 0)
    os.chmod(os.path.join(root, "a b"), 0)
    with without_rights():
        found = run_cli("report", root, "--format", "json")
    os.chmod(os.path.join(root, "empty"), 0o755)
    report = documents.only_report(found.out)
    assert not report["complete"]
    assert {problem["effect"] for problem in report["problems"]} == {"build-fails", "sent-empty"}


def test_report_of_a_dormant_rule(make_tree: Callable[..., str], run_cli: Run) -> None:
    root = make_tree({"Dockerfile": "", ".dockerignore": "nothing\n\n![z-a]\n"})
    found = run_cli("report", root, "--format", "json")
    (finding,) = documents.only_report(found.out)["findings"]
    assert (finding["code"], finding["file"], finding["line"]) == ("CTX001", ".dockerignore", 3)


def test_report_of_what_buildkit_would_refuse(make_tree: Callable[..., str], run_cli: Run) -> None:
    # The classic builder never reads an ignore file beside the Dockerfile.
    root = make_tree({"Dockerfile": "", "Dockerfile.dockerignore": "a[\n", "f": "x"})
    found = run_cli("report", root, "--format", "json", "--backend", "legacy")
    transfer = documents.only_report(found.out)["transfer"]
    assert transfer["copy_all"] is None
    assert transfer["legacy"] is not None
    assert found.code == 0


def test_report_of_nothing(make_tree: Callable[..., str], run_cli: Run) -> None:
    report = documents.only_report(run_cli("report", make_tree({}), "--format", "json").out)
    assert (report["size"]["bytes"], report["heaviest"]) == (0, [])
    assert report["context"]["dockerfile"] is None
    assert report["transfer"]["legacy_reason"]


@pytest.mark.parametrize("backend", ["buildkit", "legacy"])
@pytest.mark.parametrize("more", [(), ("--all",), ("--ignored",)], ids=["", "all", "ignored"])
def test_ls(root: str, run_cli: Run, backend: str, more: tuple[str, ...]) -> None:
    found = run_cli("ls", root, "--format", "json", "--backend", backend, *more)
    document = documents.listing(found.out)
    assert document["context"]["backend"] == backend
    again = run_cli("ls", root, "--format", "jsonl", "--backend", backend, *more)
    assert documents.lines(again.out) == document["entries"]
    assert document["entries"]


def test_ls_of_nothing(make_tree: Callable[..., str], run_cli: Run) -> None:
    root = make_tree({})
    assert documents.listing(run_cli("ls", root, "--format", "json").out)["entries"] == []
    assert run_cli("ls", root, "--format", "jsonl").out == ""


def test_every_kind_and_every_reason_was_there(root: str, run_cli: Run) -> None:
    entries = documents.listing(run_cli("ls", root, "--format", "json", "--all").out)["entries"]
    kinds = {entry["kind"] for entry in entries}
    assert kinds == {"file", "directory", "symlink", "fifo", "socket"}
    assert {entry["because"] for entry in entries} == {"no-rule", "rule", "ancestor"}
    by_path = {entry["path"]: entry for entry in entries}
    assert by_path["twin"]["hardlink_of"] == "big"
    assert by_path["node_modules"]["pruned"]
    assert by_path["secret/lost"]["rule"] == {"file": ".dockerignore", "line": 3, "text": "secret"}


def test_a_path_that_is_no_utf8_has_its_bytes_beside_it(root: str, run_cli: Run) -> None:
    entries = documents.listing(run_cli("ls", root, "--format", "json").out)["entries"]
    with_bytes = [entry for entry in entries if "path_b64" in entry]
    assert [entry["path"] for entry in with_bytes] == ["bad\ufffd"]
    assert base64.b64decode(with_bytes[0]["path_b64"]) == os.fsencode(BAD)


# The schemas refuse what is wrong: without that, the tests above would prove nothing.


SPOILED: list[tuple[str, Callable[[Any], object]]] = [
    ("a field too few", lambda document: document["reports"][0].pop("size")),
    ("a field too many", lambda document: document["reports"][0].update(sise=1)),
    ("an unknown status", lambda document: document.update(status="fine")),
    ("a size as text", lambda document: document["reports"][0]["size"].update(bytes="1")),
    ("a negative size", lambda document: document["reports"][0]["size"].update(bytes=-1)),
    ("an unknown backend", lambda document: document["reports"][0]["context"].update(backend="x")),
    ("another version", lambda document: document.update(schema_version=2)),
    (
        "no tar and no reason",
        lambda document: document["reports"][0]["transfer"].update(legacy=None),
    ),
    (
        "an unknown effect",
        lambda document: document["reports"][0]["problems"].append(
            {"code": "x", "path": None, "message": "x", "effect": "none"}
        ),
    ),
]


@pytest.mark.parametrize("spoil", [row[1] for row in SPOILED], ids=[row[0] for row in SPOILED])
def test_the_schema_of_a_report_is_strict(
    root: str, run_cli: Run, spoil: Callable[[Any], object]
) -> None:
    document = json.loads(run_cli("report", root, "--format", "json").out)
    documents.check("report", document)
    spoil(document)
    with pytest.raises(jsonschema.ValidationError):
        documents.check("report", document)


ENTRY = {
    "path": "a",
    "kind": "file",
    "bytes": 3,
    "included": True,
    "because": "no-rule",
    "rule": None,
    "hardlink_of": None,
    "pruned": False,
}
SPOILED_ENTRIES: list[tuple[str, dict[str, Any]]] = [
    ("an unknown kind", {"kind": "folder"}),
    ("a reason without its rule", {"because": "rule"}),
    ("a rule without being the reason", {"rule": {"file": "f", "line": 1, "text": "a"}}),
    ("a folder with bytes", {"kind": "directory"}),
    ("excluded with bytes", {"included": False}),
    ("a later name with bytes", {"hardlink_of": "b"}),
    ("a file that was not entered", {"pruned": True, "included": False, "bytes": 0}),
    ("an excluded ancestor", {"because": "ancestor", "included": False, "bytes": 0}),
    ("a field too many", {"size": 3}),
]


@pytest.mark.parametrize(
    "change", [row[1] for row in SPOILED_ENTRIES], ids=[row[0] for row in SPOILED_ENTRIES]
)
def test_the_schema_of_an_entry_is_strict(change: dict[str, Any]) -> None:
    documents.check("ls", ENTRY, part="entry")
    with pytest.raises(jsonschema.ValidationError):
        documents.check("ls", {**ENTRY, **change}, part="entry")


def test_a_reader_of_version_1_bears_new_fields() -> None:
    later = {**documents.schema("ls")["$defs"]}
    validator = jsonschema.Draft202012Validator({"$defs": later, "$ref": "#/$defs/entry"})
    validator.validate({**ENTRY, "added_later": 1})


def test_a_context_is_the_same_in_both() -> None:
    report, ls = documents.schema("report")["$defs"], documents.schema("ls")["$defs"]
    for shared in ("context", "path", "raw", "count", "rule"):
        assert report[shared] == ls[shared]


def test_a_comparison_is_the_same_in_both() -> None:
    """`image --against` holds what `diff` prints, but never several."""
    report, diff = documents.schema("report")["$defs"], documents.schema("diff")
    assert {name: report[name] for name in diff["$defs"]} == diff["$defs"]
    properties = {name: each for name, each in diff["properties"].items() if name != "diffs"}
    assert report["diff"]["properties"] == properties
    assert report["diff"]["required"] == diff["required"] + diff["else"]["required"]
