"""Ignore lines rich in odd things, and small paths that often match them."""

from __future__ import annotations

from hypothesis import strategies as st

from ctxguard.errors import PatternError
from ctxguard.ignore import DockerIgnorePattern, DockerIgnoreSpec, IgnoreRule

_NAMES = st.text("aab1.-é", min_size=1, max_size=3).filter(lambda name: name not in (".", ".."))
_ODD_NAMES = st.text("ab1_|^{}[]*!\\ \n\udcff\ufffd", min_size=1, max_size=3)

names = st.one_of(_NAMES, _NAMES, _NAMES, _ODD_NAMES)
paths = st.lists(names, min_size=1, max_size=4).map("/".join)
trees = st.lists(paths, min_size=1, max_size=8)

_PLAIN = ["a", "a", "b", "ab", "1", "é", ".", "-", "/", "/", "/"]
_WILD = ["*", "*", "?", "**", "**/", "/**", "**/*", "*.", "/*/"]
_CLASSES = ["[ab]", "[^a]", "[!a]", "[a-b]", "[^/]", "[/]", "[[:digit:]]", "[[:^alpha:]]", r"[\d-]"]
_ESCAPES = [r"\a", r"\*", r"\[", r"\d", r"\W", r"\s", r"\b", r"\B", r"\A", r"\z", r"\n", r"\_"]
_ODD = ["|", "^", "$", "{2}", "{0,1}", "{1,}", "{,2}", "{", "}", "+", "(", ")", "]", "!", "#", " "]
_OFTEN_BROKEN = [r"\q", r"\1", "[b-a]", "[[:x:]]", "[", "\\", "{2}{2}", "{2,1}", "\udcff", "\ufffd"]

_tokens = st.one_of(
    st.sampled_from(_PLAIN),
    st.sampled_from(_PLAIN),
    st.sampled_from(_WILD),
    st.sampled_from(_WILD),
    st.sampled_from(_CLASSES),
    st.sampled_from(_ESCAPES),
    st.sampled_from(_ODD),
    st.sampled_from(_OFTEN_BROKEN),
)
_simple_tokens = st.one_of(st.sampled_from(_PLAIN), st.sampled_from(_WILD))
_bodies = st.one_of(
    paths,
    st.lists(_simple_tokens, min_size=1, max_size=5).map("".join),
    st.lists(_simple_tokens, min_size=1, max_size=5).map("".join),
    st.lists(_tokens, min_size=1, max_size=6).map("".join),
)


def rule_of(line: str) -> IgnoreRule | None:
    """The rule of a line that Docker does not refuse outright."""
    try:
        return DockerIgnorePattern(line).rule
    except PatternError:
        return None


def _is_rule(line: str) -> bool:
    return rule_of(line) is not None


def _is_sound(line: str) -> bool:
    return DockerIgnorePattern(line).broken is None


lines = st.tuples(st.sampled_from(["", "", "!"]), _bodies).map("".join).filter(_is_rule)
"""Lines with a rule; Docker may be unable to compile it."""

sound_lines = lines.filter(_is_sound)

files = st.lists(lines, min_size=1, max_size=5)
sound_files = st.lists(sound_lines, min_size=1, max_size=6)
allow_lists = st.lists(sound_lines, max_size=4).map(lambda rest: ["*", *rest])
_near = st.sampled_from(
    ["a", "a/b", "a/b/a", "**/b", "a/**", "a*", "*", "*/b", "?/?", "b", "**/a/b", "[^a]", r"\q"]
)
_tangled_lines = st.tuples(st.sampled_from(["", "!"]), _near).map("".join)
tangled_files = st.lists(_tangled_lines.filter(_is_sound), min_size=2, max_size=6)
"""Rules and exceptions that get in each other's way on `small_trees`."""

tangled_broken_files = st.lists(_tangled_lines, min_size=2, max_size=6)

small_trees = st.lists(
    st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=4).map("/".join),
    min_size=1,
    max_size=6,
)

empty_lines = st.sampled_from(["", "   ", "\t", "# a", "#", "#!a", "/ /"])


def spec_of(file: list[str]) -> DockerIgnoreSpec:
    return DockerIgnoreSpec(map(DockerIgnorePattern, file))
