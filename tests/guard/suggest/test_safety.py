"""Random trees, rules and Dockerfiles: what is suggested is safe, and saves what it says."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctxguard.context.drafting import scene_of
from ctxguard.context.evidence.gather import evidence
from ctxguard.context.measure import measure
from ctxguard.context.tracking import Tracking
from ctxguard.errors import MeasureError
from ctxguard.git.untracked import Untracked
from ctxguard.guard.catalogue import CATALOGUE
from ctxguard.guard.lint import lint
from ctxguard.guard.suggest.advice import Advice, advise
from ctxguard.measurement import Backend
from tests.conftest import File, Hardlink, Tree
from tests.context.measuring import BOTH, request_for, sent_paths
from tests.context.trees import RULE, fresh_roots, plant

__all__ = ["fresh_roots"]

NAMES = ["a", "b", "c.py", "x.mp4", "node_modules", ".venv", "tests", "env"]
FILES = st.one_of(
    st.integers(0, 3000).map(lambda size: File(size=size * 1000)),
    st.just(Hardlink("Dockerfile")),
)
FOLDERS: st.SearchStrategy[Tree] = st.recursive(
    st.dictionaries(st.sampled_from([*NAMES, "pyvenv.cfg"]), FILES, max_size=4),
    lambda inner: st.dictionaries(st.sampled_from(NAMES), FILES | inner, max_size=4),
    max_leaves=20,
)
PARTS = st.sampled_from([*NAMES, *NAMES, "*", "*.py", "?", "*e*"])
SOURCES = st.one_of(st.just("."), st.lists(PARTS, min_size=1, max_size=3).map("/".join))
BIND = "--mount=type=bind,target=/z,source="
DOCKERFILES = st.lists(
    st.builds(
        lambda form, source: form.format(source),
        st.sampled_from(["COPY {} /x/", "ADD {} /y/", f"RUN {BIND}{{}} ls"]),
        SOURCES,
    ),
    max_size=3,
)
LINES = st.one_of(
    RULE, st.sampled_from([f"{name} # why" for name in NAMES]), st.sampled_from(NAMES)
)
IGNORED = st.lists(st.lists(st.sampled_from(NAMES), min_size=1, max_size=2), max_size=2)
DERIVED = {name for kind in CATALOGUE if kind.derived for name in kind.names}


@pytest.mark.slow
@BOTH
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    tree=FOLDERS,
    rules=st.lists(LINES, max_size=4),
    instructions=DOCKERFILES,
    ignored=IGNORED,
    enough=st.integers(0, 10_000_000),
)
def test_it_is_safe_and_saves_what_it_says(
    fresh_roots: Iterator[str],
    backend: Backend,
    *,
    tree: Tree,
    rules: list[str],
    instructions: list[str],
    ignored: list[list[str]],
    enough: int,
) -> None:
    root = plant(next(fresh_roots), tree, rules)
    text = "\n".join(["FROM scratch", *instructions])
    Path(root, "Dockerfile").write_text(text, encoding="utf-8")
    unknown = frozenset("/".join(parts) for parts in ignored)
    before = request_for(root, backend)
    scene = scene_of(before)
    try:
        seen = evidence(scene)
    except MeasureError:
        return
    tracking = Tracking(Untracked(ignored=unknown))
    found = advise(scene, seen.measurement, lint(seen, scene), tracking, enough)
    sent = sent_paths(root, backend)
    ignore = Path(root, ".dockerignore")
    old = ignore.read_bytes()
    assert old == found.ignore.data
    ignore.write_bytes(found.text)
    again = measure(request_for(root, backend))
    assert again.size == found.after.size
    assert again.copy_all is None or found.after.copy_all is not None
    left = sent_paths(root, backend)
    assert (".dockerignore" in left) == (".dockerignore" in sent)
    _sums_up(found, len(found.text) - len(old) if ".dockerignore" in sent else 0)
    for source in (line.split()[1].removeprefix(BIND) for line in instructions):
        _check_source(source, Outcome(root, unknown, sent, left))


def _sums_up(found: Advice, own: int) -> None:
    saved = sum(each.saved.bytes for each in found.suggestions)
    less = found.before.size.bytes - found.after.size.bytes
    assert saved == less + own
    least = found.before.size.bytes / 100
    assert all(each.saved.bytes >= max(10_000, least) for each in found.suggestions)
    assert len(found.suggestions) <= 10


@dataclass(frozen=True)
class Outcome:
    """What became of a context."""

    root: str
    ignored: frozenset[str]
    """By git."""
    sent: Sequence[str]
    left: Sequence[str]

    def is_expendable(self, names: Sequence[str]) -> bool:
        """Ignored by git, or derived."""
        above = ["/".join(names[: depth + 1]) for depth in range(len(names))]
        return (
            not DERIVED.isdisjoint(names)
            or not self.ignored.isdisjoint(above)
            or any(os.path.exists(f"{self.root}/{path}/pyvenv.cfg") for path in above)
        )


def _check_source(source: str, found: Outcome) -> None:
    parts = [] if source == "." else source.split("/")
    for path in set(found.sent).difference(found.left):
        names = path.rstrip("/").split("/")
        if not _matches(parts, names[: len(parts)]):
            continue
        folder = path.endswith("/")
        if len(names) == len(parts):
            assert folder, f"{path} is what {source} asks for"
            assert parts[-1] == "*", f"{path} is what {source} asks for"
        assert folder or found.is_expendable(names), f"{path} lies below {source}"
    if any(_is_file_of(parts, path) for path in found.sent):
        assert any(_is_file_of(parts, path) for path in found.left), f"nothing left of {source}"


def _matches(parts: Sequence[str], names: Sequence[str]) -> bool:
    return len(parts) == len(names) and all(
        fnmatch.fnmatchcase(name, part) for part, name in zip(parts, names, strict=True)
    )


def _is_file_of(parts: Sequence[str], path: str) -> bool:
    return not path.endswith("/") and _matches(parts, path.split("/")[: len(parts)])
