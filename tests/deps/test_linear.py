"""No text takes time out of proportion to its length."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Callable, Iterator

import pytest

from ctxguard.deps import files, known, roles, uses
from ctxguard.deps.files import Kind, ProjectFiles, SourceFile
from ctxguard.deps.imports import Imports
from ctxguard.deps.modules import brings
from ctxguard.deps.uses.looking import look
from tests.deps.tables import table

SMALL, LARGE = 8_000, 64_000
FOUR_TIMES_TOO_MUCH = 4 * LARGE / SMALL
NOTHING = 0.05
"""Seconds, below which a clock says little."""
SEEDS = [
    " ", "\n", "a", "_", "A", "a.", "a.A", "'a", "'a'", '"a.b', "(", "a(", "class a(", "import ",
    "import a, ", "from a import b;", "a+", "a://", "+a", "@a.", "@", "#", "# via", "# ", "[tool.a",
    "[", "APPS=", "A_", "-k ", "--worker-class ", ".task(", ".read_excel", "BCrypt", "e-", "!a ",
    '"!', "%load_ext a", "import_module('", "a: ", "command: ", "a = ", "a=", "a\n ", " \n", "/a",
    "a/", "\t", "\\\n", "flask ", "'flask', ", "\"flask\" ", "flask.a ", "RUN a && ", "$(",
    "<<E\n", "a\tb ",
]  # fmt: skip


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    modules = [files, roles]
    inside = pkgutil.iter_modules(uses.__path__, f"{uses.__name__}.")
    modules += [importlib.import_module(each.name) for each in inside]
    for module in modules:
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                yield f"{module.__name__}.{name}", value
    for key, framework in known.frameworks().items():
        yield key, framework.signs.pattern
    for name in sorted(
        {name.rstrip("*") for row in table("plugins")["plugin"] for name in row["names"]}
    ):
        for at, plugin in enumerate(known.plugins(name)):
            if plugin.signs is not None:
                yield f"{name}-{at}", plugin.signs.pattern


def seconds(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def is_out_of_proportion(run: Callable[[str], object], seed: str) -> bool:
    """Measured again if it seems so: somebody else may have had the processor."""
    small, large = (seed * (size // len(seed)) for size in (SMALL, LARGE))
    for _ in range(3):
        taken = seconds(lambda: run(large))
        if taken < NOTHING or taken < FOUR_TIMES_TOO_MUCH * seconds(lambda: run(small)):
            return False
    return True


PATTERNS = list(dict(patterns()).items())
AT_START = ("commands._KEY", "commands._NO_COMMANDS", "commands._OF_DOCKERFILE", "commands._PATH",
            "commands._RECIPE", "declaring_tables._TABLE", "settings._CLASS", "loaded._MODULE",
            "loaded._PROGRAM", "imported._FROM")  # fmt: skip
"""Those that are only tried where a text begins."""


def searched(name: str, pattern: re.Pattern[str]) -> Callable[[str], object]:
    if name.endswith(AT_START):
        return lambda text: (pattern.match(text), pattern.fullmatch(text))
    return lambda text: sum(1 for _ in pattern.finditer(text))


@pytest.mark.slow
@pytest.mark.parametrize(("name", "pattern"), PATTERNS, ids=[row[0] for row in PATTERNS])
def test_patterns(name: str, pattern: re.Pattern[str]) -> None:
    run = searched(name, pattern)
    assert [seed for seed in SEEDS if is_out_of_proportion(run, seed)] == []


@pytest.mark.slow
def test_each_pattern_is_known_here() -> None:
    names = [name for name, _ in PATTERNS]
    assert [each for each in AT_START if not any(name.endswith(each) for name in names)] == []


class _OneText(ProjectFiles):
    """A project with one file, that is not on the disk."""

    held = ""

    def text(self, file: SourceFile) -> str | None:
        return self.held


PATHS = {
    Kind.PYTHON: "app.py", Kind.NOTEBOOK: "a.ipynb", Kind.DOCKERFILE: "Dockerfile",
    Kind.COMMANDS: "Procfile", Kind.SETTINGS: "pyproject.toml",
}  # fmt: skip
KEYS = ("flask", "celery", "psycopg2", "acme-part", "gunicorn", "black", "openpyxl", "bcrypt")


def looked_through(kind: Kind, text: str) -> None:
    project = _OneText("/", (SourceFile(PATHS[kind], kind, False),), (), ())
    project.__class__.held = text
    of = {key: brings(key, None) for key in KEYS}
    look(project, Imports((), (PATHS[kind],)), KEYS, of, ())


@pytest.mark.slow
@pytest.mark.parametrize("kind", Kind)
def test_whole_texts(kind: Kind) -> None:
    bad = [
        seed
        for seed in SEEDS
        if is_out_of_proportion(lambda text: looked_through(kind, f"flask {text}"), seed)
    ]
    assert bad == []
