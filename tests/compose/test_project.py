"""Compose files: what they ask to be built, and what is refused."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from ctxguard.composed import Composed, composed
from ctxguard.context.measure import Request
from ctxguard.errors import UsageError
from tests.conftest import Tree

Make = Callable[..., str]
COPY = "FROM scratch\nCOPY . /\n"
TREE: Tree = {
    "Dockerfile": COPY,
    "api": {"Dockerfile": COPY, "prod.df": COPY},
    "assets": {"a": "1"},
    "other": {"Dockerfile": COPY, "in": {"Dockerfile": COPY}},
}


@pytest.fixture
def root(make_tree: Make, monkeypatch: pytest.MonkeyPatch) -> str:
    folder = make_tree(TREE)
    monkeypatch.chdir(folder)
    return folder


def read(
    text: str,
    more: Mapping[str, str] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
) -> Composed:
    for name, content in {"compose.yaml": text, **(more or {})}.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(content, encoding="utf-8")
    return composed("compose.yaml", {}, environment or {})


def requests(found: Composed) -> dict[str | None, Request]:
    return {each.name: each.request() for each in found.chosen}


def one(text: str, more: Mapping[str, str] | None = None) -> Request:
    (found,) = requests(read(text, more)).values()
    return found


def build(lines: str) -> str:
    inner = "".join(f"      {line}\n" for line in lines.splitlines())
    return f"services:\n  web:\n    build:\n{inner}"


# ── what is asked for ──────────────────────────────────────────────────────────────────────────


def test_a_service(root: str) -> None:
    found = one(build("context: api\ndockerfile: prod.df\ntarget: t\nargs: {A: 1.10, B: no}"))
    assert found.source.root == f"{root}/api"
    assert found.dockerfile.real == "prod.df"
    assert found.build.target == "t"
    assert found.build.arguments == {"A": "1.1", "B": "no"}


def test_the_short_form_and_the_default(root: str) -> None:
    assert one("services:\n  web:\n    build: ./api\n").source.root == f"{root}/api"
    assert one(build("dockerfile: api/prod.df")).source.root == root


def test_arguments_of_the_environment(root: str) -> None:
    text = build("args:\n  - A=1\n  - B\n  - C\n  - D=")
    found = read(text, {".env": "C=c\nB=x\n"}, environment={"B": "b"})
    (request,) = requests(found).values()
    assert request.build.arguments == {"A": "1", "B": "b", "C": "c", "D": ""}


def test_variables(root: str) -> None:
    text = build("context: ${DIR:-api}\ntarget: ${T}\nargs: {V: '$$1-${N-x}'}")
    found = one(text, {".env": "T=from-env\n"})
    assert found.source.root == f"{root}/api"
    assert found.build.target == "from-env"
    assert found.build.arguments == {"V": "$1-x"}


def test_platforms(root: str) -> None:
    assert one(build("platforms: [linux/arm64, linux/amd64]")).build.platform == "linux/arm64"
    text = "services:\n  web:\n    build: .\n    platform: linux/s390x\n"
    assert one(text).build.platform == "linux/s390x"


def test_inline(root: str) -> None:
    found = one(build("dockerfile_inline: |\n  FROM scratch\n  COPY $$A /\n"))
    assert found.dockerfile.text == b"FROM scratch\nCOPY $A /\n"
    assert found.dockerfile.name == "compose.yaml, dockerfile of web"


def test_merge_keys_and_anchors(root: str) -> None:
    text = """\
x-a: &a {context: api, args: {A: 1}}
x-b: &b
  target: b
  context: other
services:
  one:
    build:
      <<: *a
      target: own
  two:
    build:
      <<: [*a, *b]
  three:
    build: *a
"""
    found = requests(read(text))
    assert [os.path.basename(each.source.root) for each in found.values()] == ["api", "api", "api"]
    assert [each.build.target for each in found.values()] == ["own", "b", None]
    assert [dict(each.build.arguments) for each in found.values()] == [{"A": "1"}] * 3


def test_an_override(root: str) -> None:
    """Read with it only where no file is named, as Compose does."""
    over = """\
services:
  web:
    build:
      target: over
      args: {B: 2}
  more:
    build: other
"""
    text = build("context: api\ntarget: base\nargs: {A: 1, B: 1}")
    assert one(text, {"compose.override.yaml": over}).build.target == "base"
    found = requests(composed("", {}, {}))
    assert list(found) == ["web", "more"]
    assert found["web"].build.target == "over"
    assert found["web"].build.arguments == {"A": "1", "B": "2"}
    assert found["web"].source.root == f"{root}/api"


@pytest.mark.parametrize(
    ("lines", "target", "arguments", "folder"),
    [
        ("target: !reset null", None, {"A": "1"}, "api"),
        ("target: !reset x", None, {"A": "1"}, "api"),
        ("args: !override {B: 2}", "base", {"B": "2"}, "api"),
        ("args: !reset {}", "base", {}, "api"),
    ],
)
def test_reset_and_override(
    root: str, lines: str, target: str | None, arguments: dict[str, str], folder: str
) -> None:
    Path("compose.yaml").write_text(
        build("context: api\ntarget: base\nargs: {A: 1}"), encoding="utf-8"
    )
    Path("compose.override.yaml").write_text(build(lines), encoding="utf-8")
    (found,) = requests(composed("", {}, {})).values()
    assert (found.build.target, found.build.arguments) == (target, arguments)
    assert found.source.root == f"{root}/{folder}"


def test_reset_within_tables(root: str) -> None:
    base = build("context: .\nargs: {A: 1, V: 2}\nadditional_contexts: {n: ./assets}")
    Path("compose.yaml").write_text(f"{base}  more:\n    build: api\n", encoding="utf-8")
    over = build("args: {V: !reset null}\nadditional_contexts: {n: !reset null}")
    Path("compose.override.yaml").write_text(f"{over}  more: !reset null\n", encoding="utf-8")
    (found,) = composed("", {}, {}).chosen
    assert found.request().build.arguments == {"A": "1"}
    assert found.request().build.contexts == frozenset()


def test_a_whole_build_is_replaced(root: str) -> None:
    Path("compose.yaml").write_text(build("context: api\ntarget: base"), encoding="utf-8")
    over = "services:\n  web:\n    build: !override\n      context: other\n"
    Path("compose.override.yaml").write_text(over, encoding="utf-8")
    (found,) = requests(composed("", {}, {})).values()
    assert (found.build.target, found.source.root) == (None, f"{root}/other")
    over = "services:\n  web:\n    build: !reset null\n"
    Path("compose.override.yaml").write_text(over, encoding="utf-8")
    with pytest.raises(UsageError, match="nothing to measure"):
        composed("", {}, {})


def test_extends(root: str) -> None:
    base = "services:\n  base:\n    build: {context: in, target: t, args: {A: 1, B: 1}}\n"
    text = """\
services:
  web:
    extends: {file: other/base.yaml, service: base}
    build: {args: {B: 2}}
  again:
    extends: web
    build: {target: mine}
"""
    found = requests(read(text, {"other/base.yaml": base}))
    assert {each.source.root for each in found.values()} == {f"{root}/other/in"}
    assert [each.build.target for each in found.values()] == ["t", "mine"]
    assert found["again"].build.arguments == {"A": "1", "B": "2"}


def test_include(root: str) -> None:
    inner = "services:\n  inner:\n    build: in\n"
    text = f"include:\n  - other/compose.yaml\n{build('context: api')}"
    found = requests(read(text, {"other/compose.yaml": inner}))
    assert {name: each.source.root for name, each in found.items()} == {
        "inner": f"{root}/other/in",
        "web": f"{root}/api",
    }
    text = "include:\n  - path: [other/compose.yaml]\n    project_directory: .\n"
    inner = "services:\n  inner:\n    build: api\n"
    found = requests(read(text, {"other/compose.yaml": inner}))
    assert found["inner"].source.root == f"{root}/api"


def test_found_from_below(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read(build("context: api"))
    monkeypatch.chdir("other/in")
    (found,) = composed("", {}, {}).chosen
    assert found.place.source.root == f"{root}/api"


def test_additional_contexts(root: str) -> None:
    Path("Dockerfile").write_text("FROM scratch\nCOPY --from=assets a /\n", encoding="utf-8")
    text = build(
        "context: .\nadditional_contexts:\n  assets: ./assets\n  base: docker-image://alpine\n"
        "  remote: https://example.com/x.git\n  sibling: service:api"
    )
    found = read(text)
    web, assets = requests(found).values()
    assert [each.name for each in found.chosen] == ["web", "web:assets"]
    assert web.build.contexts == {"assets", "base", "remote", "sibling"}
    assert assets.source.root == f"{root}/assets"
    assert assets.build.of == "assets"
    assert assets.dockerfile.text == Path("Dockerfile").read_bytes()
    assert len(found.notes) == 3


def test_what_lies_elsewhere_is_noted(root: str) -> None:
    text = build("context: https://github.com/a/b.git") + "  api:\n    build: api\n"
    found = read(text)
    assert [each.name for each in found.chosen] == ["api"]
    assert found.notes == (
        "web: its context https://github.com/a/b.git is no folder; not measured",
    )


def test_the_configuration_has_limits_by_name(root: str) -> None:
    Path("ctxguard.toml").write_text(
        'warn = "3 kB"\n[[contexts]]\nname = "web"\ncritical = "7 kB"\ntarget = "x"\n',
        encoding="utf-8",
    )
    os.mkdir(".git")
    (web,) = read(build("context: api\ntarget: y")).chosen
    assert (web.settings.warn, web.settings.critical) == (3000, 7000)
    assert web.settings.target == "y"
    assert str(web.settings.origin("target")) == "compose.yaml:5"


# ── what is refused ────────────────────────────────────────────────────────────────────────────

REFUSED = [
    ("no YAML", "services: [", 2, "this is no valid YAML"),
    ("a tab", "services:\n\tweb: 1", 2, "this is no valid YAML"),
    ("nothing", "# empty\n", None, "there is nothing in it"),
    ("a list", "- a\n", 1, "a Compose file is a mapping, not a list"),
    ("no build", "services:\n  web:\n    image: x\n", None, "none of its services has a `build`"),
    ("no services", "name: x\n", None, "there is nothing to measure"),
    ("services", "services: [a]\n", 1, "services is a mapping, not a list"),
    ("a service", "services:\n  web: x\n", 2, 'the service web is a mapping, not "x"'),
    ("a name", "services:\n  'a b':\n    build: .\n", 3, "is no name for a service"),
    ("twice", "services:\n  web:\n    build: .\n    build: api\n", 4, "is given twice"),
    ("build", "services:\n  web:\n    build: [a]\n", 3, "build takes a folder or a mapping"),
    ("no folder", build("context: nowhere"), 4, "does not exist; name a folder"),
    ("a file", build("context: Dockerfile"), 4, "is no folder"),
    ("a list of contexts", build("context: [a]"), 4, "it takes a text, not a list"),
    ("no text", build("target:"), 4, "it takes a text, and there is none"),
    ("arguments", build("args: 3"), 4, "a mapping or a list of NAME=value"),
    ("an argument", build("args: {A: [1]}"), 4, "it takes a text, not a list"),
    ("no name", build("args: ['=1']"), 4, "it has no name; write NAME=value"),
    ("a variable", build("target: ${T:?set it}"), 4, "T has to be set: set it"),
    ("malformed", build("target: ${T"), 4, "is malformed"),
    ("platform", build("platforms: [nonsense/x/y/z]"), 4, "web: platform: "),
    ("platforms", build("platforms: linux/amd64"), 4, "it takes a list"),
    ("both", build("dockerfile: a\ndockerfile_inline: FROM x"), 5, "cannot both be given"),
    (
        "a context",
        build("additional_contexts: {a: nowhere}"),
        4,
        "additional context a",
    ),
    ("no value", build("additional_contexts: {a: }"), 4, 'context "a" has no value'),
    ("no anchor", "x: *a\n", 1, "there is no anchor a above"),
    ("of itself", "x: &a [*a]\n", 1, "the anchor a contains itself"),
    ("no merge", "x: {<<: 3}\n", 1, "<< takes a mapping"),
    ("a key", "? [a]\n: 1\n", 1, "a key is a text"),
    ("extends", "services:\n  a: {extends: b}\n", 2, 'there is no service "b" to extend'),
    ("a circle", "services:\n  a: {extends: b}\n  b: {extends: a}\n", 2, "extends itself"),
    ("no file", "services:\n  a: {extends: {file: x, service: y}}\n", 2, "there is no file x"),
    ("no include", "include: [x.yaml]\n", 1, "there is no file x.yaml"),
    ("include", "include: x\n", 1, "include takes a list"),
    ("itself", "include: [compose.yaml]\n", 1, "includes itself"),
    ("deep", "a: " + "[" * 150, 1, "nested far too deeply"),
    ("escapes", 'services:\n  web:\n    build: "\\e[31m"\n', 3, "does not exist"),
]


@pytest.mark.parametrize(
    ("text", "line", "message"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_refused(root: str, text: str, line: int | None, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(text)
    assert message in caught.value.message
    assert (caught.value.path, caught.value.line) == ("compose.yaml", line)
    assert len(str(caught.value)) < 300


def test_bytes_that_are_no_text(root: str) -> None:
    Path("compose.yaml").write_bytes(b"services: \xff\xfe\n")
    with pytest.raises(UsageError, match="not encoded as UTF-8"):
        composed("compose.yaml", {}, {})


def test_no_file(root: str) -> None:
    with pytest.raises(UsageError, match=r"there is no compose\.yaml in .* or above it"):
        composed("", {}, {})
    with pytest.raises(UsageError, match="there is no such file"):
        composed("none.yaml", {}, {})


def test_a_wrong_dotenv(root: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(build("context: api"), {".env": "A=1\n=nonsense\n"})
    assert (caught.value.path, caught.value.line) == (".env", 2)


def _merging(number: int) -> str:
    before = ",".join([f"*m{number - 1}"] * 9)
    return f"m{number}: &m{number} {{<<: [{before}], k{number}: 1}}\n"


BOMBS: dict[str, str] = {
    "aliases": "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 60))
    + "services: {web: {build: {context: api, args: *a59}}}\n",
    "merges": "m0: &m0 {k: 1}\n"
    + "".join(map(_merging, range(1, 60)))
    + "services: {web: {build: {context: api, args: *m59}}}\n",
    "the same mapping": "a: &a {"
    + ",".join(f"k{n}: 1" for n in range(9000))
    + "}\nb: {<<: ["
    + "*a," * 100_000
    + "]}\n",
    "arguments": "x: &b {context: api, args: {"
    + ",".join(f"k{n}: 1" for n in range(9000))
    + "}}\nservices:\n"
    + "".join(f"  s{n}: {{build: *b}}\n" for n in range(900)),
    "extends": "services:\n  s0: {build: api}\n"
    + "".join(f"  s{n}: {{extends: s{n - 1}}}\n" for n in range(1, 900)),
    "extends, backwards": "services:\n  s900: {build: api}\n"
    + "".join(f"  s{n}: {{extends: s{n + 1}}}\n" for n in range(900)),
    "many": "services:\n" + "".join(f"  s{n}: {{image: x}}\n" for n in range(20_000)),
    "large": "x: " + "y" * 5_000_000,
    "wide": "x: {" + ",".join(f"k{n}: {n}" for n in range(150_000)) + "}\n",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_bombs_take_no_time(root: str, name: str) -> None:
    started = time.monotonic()
    with suppress(UsageError):
        read(BOMBS[name])
    assert time.monotonic() - started < 20


def test_includes_that_double_take_no_time(root: str) -> None:
    for at in range(30):
        text = f"include: [i{at + 1}.yaml, i{at + 1}.yaml]\n"
        Path(f"i{at}.yaml").write_text(text, encoding="utf-8")
    Path("i30.yaml").write_text("services: {}\n", encoding="utf-8")
    with pytest.raises(UsageError, match="far too many"):
        composed("i0.yaml", {}, {})


def test_without_pyyaml(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(UsageError, match=r'pip install "docker-ctxguard\[compose\]"'):
        read(build("context: api"))
