"""CTX033: what only developers need, installed into the image."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ctxguard.dockerfile.placing import origins
from ctxguard.dockerfile.touches import in_folder
from ctxguard.finding import Finding, Severity
from ctxguard.guard.checks.at_step import at_step, installs, is_for_development, named

if TYPE_CHECKING:
    from ctxguard.context.evidence.steps import BuildSteps
    from ctxguard.context.evidence.values import Evidence
    from ctxguard.dockerfile.installs import Install
    from ctxguard.dockerfile.steps import Step

CODE = "CTX033"
_DEV = r"(?:dev|devel|develop|development|tests?|testing|lint|linting|qa)"
_LIST = re.compile(rf"(?:.*[/_.-])?{_DEV}(?:[_.-].*)?\.(?:txt|in)", re.IGNORECASE)
_EXTRA = re.compile(rf"\[(?:[^\]]*,\s*)?{_DEV}(?:\s*,[^\]]*)?\]", re.IGNORECASE)
_TOOLS = re.compile(
    r"(pytest(?:-[a-z-]+)?|black|mypy|ruff|flake8|pylint|tox|nox|isort|pre-commit|coverage"
    r"|hypothesis|bandit|autopep8|yapf|ipdb|pyright)(?:\[[^\]]*\])?(?:[=<>!~].*)?",
    re.IGNORECASE,
)
_GROUPS = re.compile(r"^\s*group[ (].*:(?:development|test)\b", re.MULTILINE)
_FALSE = ("", "0", "false", "no", "off")
_DEVELOPING = re.compile(r"(?:^|[:-])(?:dev|develop|watch|test)$")


def development(evidence: Evidence) -> Iterator[Finding]:
    """They weigh, and what is not there needs no update either."""
    steps = evidence.steps
    if steps is None or is_for_development(steps) or _starts_developing(steps):
        return
    for at, step in steps.numbered():
        if step.own and not _prunes(step):
            for install, folder in installs(step):
                found = _found(steps, at, install, folder)
                if found is not None:
                    what, mend = found
                    text = f"{what} into the image, and only developers need that"
                    yield at_step(CODE, Severity.WARNING, steps, step, text, mend=mend)


def _starts_developing(steps: BuildSteps) -> bool:
    words = steps.plan.starts
    return any(_DEVELOPING.search(word) or _TOOLS.fullmatch(word) for word in words)


def _prunes(step: Step) -> bool:
    """Whether the step takes them away itself."""
    return any(
        not {"prune", "uninstall"}.isdisjoint(words[1:4])
        for words in (command.words for command in step.commands)
    )


def _found(
    steps: BuildSteps, at: int, install: Install, folder: str | None
) -> tuple[str, str] | None:
    """What is installed, and what to do about it."""
    if install.tool == "pip" or install.command.words[:2] == ("uv", "pip"):
        return _of_pip(install)
    rule = _RULES.get(install.tool)
    if rule is None or not install.lists or _is_set(steps.plan.steps[at], install, rule.variables):
        return None
    if install.has(*rule.options) or _says(install, rule.says) or _is_configured(steps, install):
        return None
    path = None if folder is None else in_folder(folder, install.lists[0])
    data = None if path is None else _content(steps, at, path)
    count = 0 if data is None else rule.count(data)
    if not count:
        return None
    return (
        f"{install.tool} installs {rule.what.format(count=count)} of {install.lists[0]}",
        rule.mend,
    )


def _of_pip(install: Install) -> tuple[str, str] | None:
    lists = [name for name in install.lists if _LIST.fullmatch(name) is not None]
    extras = [name for name in install.names if _EXTRA.search(name) is not None]
    tools = [name for name in install.names if _TOOLS.fullmatch(name) is not None]
    found = [*lists, *extras, *tools]
    if not found:
        return None
    is_list = bool(lists)
    mend = "install the list for production" if is_list else "leave them out"
    return (
        f"pip installs {named(found)}",
        f"{mend}, and these in a stage for development or tests",
    )


def _is_set(step: Step, install: Install, variables: Mapping[str, str]) -> bool:
    values = {**step.variables, **dict(install.command.variables)}
    return any(
        name in values
        and (values[name] == wanted if wanted else values[name].lower() not in _FALSE)
        for name, wanted in variables.items()
    )


def _says(install: Install, says: tuple[tuple[str, str], ...]) -> bool:
    """Whether an option has a value of which a part tells that they are left out."""
    return any(part in re.split(r"[,: ]", install.value(option) or "") for option, part in says)


def _is_configured(steps: BuildSteps, install: Install) -> bool:
    """By `bundle config set without …`, wherever that stands."""
    return install.tool == "bundle" and any(
        command.words[:2] == ("bundle", "config") and "without" in " ".join(command.words)
        for step in steps.plan.steps
        for command in step.commands
    )


def _content(steps: BuildSteps, at: int, path: str) -> bytes | None:
    """What lies at a path of the image, if a step before has brought it from the context."""
    for _, each, copied in steps.copying(at):
        if each.own or each.stage == steps.plan.steps[at].stage:
            for origin in origins(copied, path):
                if origin in steps.lists:
                    return steps.lists[origin]
    return None


class _Rule:
    """How one tool is told to leave them out, and how it is seen that there are any."""

    def __init__(
        self, count: Callable[[bytes], int], what: str, mend: str, *, options: tuple[str, ...],
        says: tuple[tuple[str, str], ...] = (), variables: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.count = count
        self.what = what
        self.mend = mend
        self.options = options
        self.says = says
        self.variables = variables or {}


def _in_json(*path: str) -> Callable[[bytes], int]:
    def count(data: bytes) -> int:
        import json

        try:
            value: Any = json.loads(data)
        except (ValueError, RecursionError):
            return 0
        return _size(value, path)

    return count


def _size(value: Any, path: tuple[str, ...]) -> int:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return len(value) if isinstance(value, dict | list) else 0


def _in_pyproject(*paths: tuple[str, ...]) -> Callable[[bytes], int]:
    def count(data: bytes) -> int:
        import tomllib

        try:
            value = tomllib.loads(data.decode())
        except (ValueError, RecursionError):
            return 0
        return sum(_size(value, path) for path in paths)

    return count


def _in_gemfile(data: bytes) -> int:
    return len(_GROUPS.findall(data.decode("utf-8", "replace")))


_NODE = "{count} development dependencies"
_RULES: Mapping[str, _Rule] = {
    "npm": _Rule(
        _in_json("devDependencies"), _NODE, "add --omit=dev",
        options=("--production", "--prod"),
        says=(("--omit", "dev"), ("--only", "prod"), ("--only", "production")),
        variables={"NODE_ENV": "production", "NPM_CONFIG_OMIT": "dev", "NPM_CONFIG_PRODUCTION": ""},
    ),
    "yarn": _Rule(
        _in_json("devDependencies"), _NODE, "add --production",
        options=("--production", "--prod"),
        variables={"NODE_ENV": "production", "YARN_PRODUCTION": ""},
    ),
    "pnpm": _Rule(
        _in_json("devDependencies"), _NODE, "add --prod",
        options=("--production", "--prod", "-P"), variables={"NODE_ENV": "production"},
    ),
    "poetry": _Rule(
        _in_pyproject(
            ("tool", "poetry", "group", "dev", "dependencies"),
            ("tool", "poetry", "dev-dependencies"),
            ("dependency-groups", "dev"),
        ),
        _NODE, "add --only main",
        options=("--no-dev", "--only-root"),
        says=(("--only", "main"), ("--without", "dev")),
    ),
    "uv": _Rule(
        _in_pyproject(("dependency-groups", "dev"), ("tool", "uv", "dev-dependencies")),
        _NODE, "add --no-dev",
        options=("--no-dev", "--no-default-groups", "--only-group"),
        says=(("--no-group", "dev"),), variables={"UV_NO_DEV": ""},
    ),
    "composer": _Rule(
        _in_json("require-dev"), _NODE, "add --no-dev",
        options=("--no-dev",), variables={"COMPOSER_NO_DEV": ""},
    ),
    "bundle": _Rule(
        _in_gemfile, "{count} groups for development and tests",
        "set BUNDLE_WITHOUT=development:test",
        options=("--without",), variables={"BUNDLE_WITHOUT": ""},
    ),
}  # fmt: skip
