"""The cases: which tree, which rules, and who is compared there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources

from benchmarks import contenders as who
from benchmarks import repositories, shapes
from benchmarks.contenders import Absent, Contender
from benchmarks.engine import Engine
from benchmarks.process import FailedError
from benchmarks.trees import Tree

_NINE_TENTHS = "# What no build needs.\n.git\n**/__pycache__\n" + "".join(
    f"{area.name}\n" for area in shapes.HEAVY
)
_ALLOW_LIST = "*\n!src/**/*.py\n"
NO_RULES = ", no rules"
MANY_RULES = ", 200 rules"
NO_DOCKERFILE = ", no Dockerfile"
ONE_TARGET = ", a target"
ALL_TARGETS = ", nine targets"
NO_FINDINGS = ", no findings"
_FEW_RULES = "**/*.log\n**/build\n.cache\n"
LARGE, SMALL, FEW = 500_000, 100_000, 10_000
_Line = list[Contender | Absent]


@dataclass(frozen=True, slots=True)
class Setting:
    """What all cases of a run share."""

    engine: Engine | FailedError
    rounds: int


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    about: str
    files: int
    """Of the tree."""
    contenders: Callable[[Tree, Setting], _Line]

    def title(self, tree: Tree) -> str:
        return self.about.format(files=tree.files, sent=tree.sent, ignored=tree.files - tree.sent)


def many_rules() -> str:
    return resources.files("benchmarks").joinpath("rules.txt").read_text("utf-8")


def _all(tree: Tree, setting: Setting) -> _Line:
    line = _quick(tree, "", lambda files: files == tree.files)
    return line if tree.files > 100_000 else [*line, *_build(tree, "", setting)]


def _ignored(tree: Tree, setting: Setting) -> _Line:
    line = _quick(tree, _NINE_TENTHS, lambda files: files == tree.sent)
    return [*line, *_build(tree, _NINE_TENTHS, setting)]


def _allowed(tree: Tree, setting: Setting) -> _Line:
    # Docker sends no Dockerfile with the context unless a rule lets it.
    line = _quick(tree, _ALLOW_LIST, lambda files: files == tree.python_in_src)
    return [*line, *_build(tree, _ALLOW_LIST, setting)]


def _quick(tree: Tree, rules: str, expected: Callable[[int], bool]) -> _Line:
    return [
        who.du(tree),
        who.ctxguard(tree, rules, expected),
        who.pathspec(tree, rules),
        who.contextleak(tree, rules, alone=1),
    ]


def _rules_large(tree: Tree, _setting: Setting) -> _Line:
    rules = many_rules()
    return [
        who.du(tree),
        who.ctxguard(tree, "", lambda files: files == tree.files, NO_RULES),
        who.ctxguard(tree, rules, _nearly_all(tree), MANY_RULES),
        who.pathspec(tree, rules, MANY_RULES, alone=1),
    ]


def _rules_small(tree: Tree, _setting: Setting) -> _Line:
    rules = many_rules()
    return [
        who.du(tree),
        who.ctxguard(tree, rules, _nearly_all(tree)),
        who.pathspec(tree, rules, alone=1),
        who.contextleak(tree, rules, alone=1),
        who.docker_library(tree, rules),
    ]


def _targets(tree: Tree, _setting: Setting) -> _Line:
    def everything(files: int) -> bool:
        return files == tree.files

    flags = ("-f", who.STAGES)
    return [
        who.du(tree),
        who.ctxguard(tree, "", everything, NO_DOCKERFILE, ("-f", f"{tree.path}/none")),
        who.ctxguard(tree, "", everything, ONE_TARGET, flags),
        who.ctxguard(tree, "", everything, ALL_TARGETS, (*flags, "--all-targets")),
    ]


def _advice(tree: Tree, _setting: Setting) -> _Line:
    return [
        who.du(tree),
        who.ctxguard(tree, _FEW_RULES, _nearly_all(tree), NO_FINDINGS, ("--no-findings",)),
        who.ctxguard(tree, _FEW_RULES, _nearly_all(tree)),
        who.advice(tree, _FEW_RULES, who.LINT),
        who.advice(tree, _FEW_RULES, who.SUGGEST),
    ]


def _commit(tree: Tree, _setting: Setting) -> _Line:
    repository = repositories.provide(tree)
    return [
        who.du(tree),
        who.ctxguard(tree, "", lambda files: files == tree.files),
        who.ctxguard_commit(tree, repository),
        who.git_listing(repository),
        who.clone_and_report(tree, repository),
    ]


def _push(tree: Tree, _setting: Setting) -> _Line:
    repository = repositories.provide(tree)
    return [who.du(tree), who.hook(repository), who.git_listing(repository)]


def _nearly_all(tree: Tree) -> Callable[[int], bool]:
    return lambda files: 0.95 * tree.files < files < tree.files


def _build(tree: Tree, rules: str, setting: Setting) -> _Line:
    return who.docker_build(setting.engine, tree, rules, setting.rounds)


CASES = (
    Case("all-large", "{files:,} files, all sent", LARGE, _all),
    Case("all-small", "{files:,} files, all sent", SMALL, _all),
    Case("ignored-small", "{sent:,} files beside {ignored:,} ignored", SMALL, _ignored),
    Case("ignored-large", "{sent:,} files beside {ignored:,} ignored", LARGE, _ignored),
    Case("allow-list", "{files:,} files, `*` and `!src/**/*.py`", LARGE, _allowed),
    Case("rules-large", "{files:,} files, 200 rules", LARGE, _rules_large),
    Case("targets-large", "{files:,} files, and what a Dockerfile asks for", LARGE, _targets),
    Case("advice-large", "{files:,} files, and what would help", LARGE, _advice),
    Case("commit-small", "{files:,} files, in a commit", SMALL, _commit),
    Case("push-few", "a push of ten commits on {files:,} files", FEW, _push),
    Case("rules-small", "{files:,} files, 200 rules", SMALL, _rules_small),
)
NOTES = (
    "Wall and CPU are medians of whole processes run in turn, with the files' metadata in the "
    "system's cache; the ratios are medians of the ratios of each round to its du.",
    "Memory is the most that was in use at once: PSS of the process and all below it, read every "
    "20 ms in a run of its own.",
    "* is slow, and ran once when the rounds were over. `docker build` too: its wall time is that "
    "of the step `load build context`, the first time and again (the median of up to 3 runs).",
    "PyPI docker takes over a minute for 200 rules on 100,000 files: it is asked only there.",
    "contextleak looks for secrets in what a Dockerfile copies: it walks and matches a context, "
    "but measures no sizes. pathspec lists files by the rules of .gitignore, with no sizes either.",
    "docker build is not asked where more than 100,000 files would be sent: the engine would keep "
    "a copy of each.",
)
