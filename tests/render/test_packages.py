"""The packages that a project asks for, in the cases that the canonical report does not have."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from rich.cells import cell_len

from ctxguard.dependencies import Dependencies, Dependency, Place, Verdict
from ctxguard.render import FORMATS, terminal
from ctxguard.render.look import Terminal
from ctxguard.render.packages import as_json
from ctxguard.render.packages_page import packages_part
from ctxguard.report import Limit, Report, Tier
from tests.cli.documents import check
from tests.golden.canonical import DEPENDENCIES, HOSTILE, OF_AN_IMAGE, OVER_BUDGET

UNWEIGHED = replace(
    DEPENDENCIES,
    measured=None,
    rows=tuple(
        replace(row, version=None, bytes=None, exclusive_bytes=None) for row in DEPENDENCIES.rows
    ),
    sums=tuple(replace(each, bytes=0, unknown=each.packages) for each in DEPENDENCIES.sums),
)
EMPTY = replace(
    UNWEIGHED,
    rows=(),
    sums=tuple(replace(each, packages=0, unknown=0) for each in UNWEIGHED.sums),
    undeclared=(),
    problems=(),
)


def many(number: int, **fields: Any) -> tuple[Dependency, ...]:
    return tuple(replace(DEPENDENCIES.rows[0], name=f"p{at}", **fields) for at in range(number))


def lines(found: Dependencies, width: int | None = None) -> list[str]:
    return packages_part(found, Terminal(width=width)).splitlines()


def with_packages(found: Dependencies) -> Report:
    return replace(OVER_BUDGET, dependencies=found)


def test_a_line_for_each_verdict() -> None:
    assert lines(replace(DEPENDENCIES, measured=".venv", problems=()))[:5] == [
        "Dependencies: 148.70MB in 5 packages (.venv)",
        "     1.20MB used, 2 packages, 1 of unknown size",
        "    unknown needs verification, 1 package",
        "     2.50MB development, 1 package",
        "   145.00MB unused, 1 package",
    ]


def test_without_a_measurement_there_is_no_size() -> None:
    shown = lines(UNWEIGHED)
    assert shown[:3] == [
        "Dependencies: 5 packages",
        "  used, 2 packages",
        "  needs verification, 1 package",
    ]
    assert "  opencv-python-headless, unused" in shown
    assert "unknown" not in "\n".join(shown)


def _page(report: Report) -> str:
    text = terminal.render([report], Terminal())
    return text.partition("\nDependencies: ")[2].partition("\nFindings")[0]


def _of_section(text: str) -> str:
    return text.partition("#### Dependencies")[2].partition("\n#### ")[0]


SIZE = re.compile(r"\b[0-9.]+(?:k|M|G)?B\b|unknown")
UNSIZED: list[tuple[str, Callable[[Report], str]]] = [
    ("context", _page),
    ("image", lambda report: _page(replace(OF_AN_IMAGE, dependencies=report.dependencies))),
    ("markdown", lambda report: _of_section(FORMATS["markdown"]([report]))),
]


@pytest.mark.parametrize("shown", [row[1] for row in UNSIZED], ids=[row[0] for row in UNSIZED])
def test_formats_without_a_measurement(shown: Callable[[Report], str]) -> None:
    assert SIZE.search(shown(with_packages(DEPENDENCIES)))
    text = shown(with_packages(UNWEIGHED))
    assert "5 packages" in text
    assert not SIZE.search(text)


@pytest.mark.parametrize(
    ("name", "gone", "kept"),
    [
        ("openmetrics", "ctxguard_dependencies_bytes", "ctxguard_dependencies_packages"),
        ("csv", "dependencies,api,unused,1", "dependencies,api,unused,,"),
    ],
)
def test_figures_without_a_measurement(name: str, gone: str, kept: str) -> None:
    assert gone in FORMATS[name]([with_packages(DEPENDENCIES)])
    without = FORMATS[name]([with_packages(UNWEIGHED)])
    assert gone not in without
    assert kept in without


@pytest.mark.parametrize("found", [UNWEIGHED, EMPTY], ids=["unweighed", "empty"])
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_takes_it(name: str, found: Dependencies) -> None:
    assert FORMATS[name]([with_packages(found)])
    assert FORMATS[name]([replace(OF_AN_IMAGE, dependencies=found)])


def test_a_project_that_asks_for_nothing() -> None:
    assert lines(EMPTY) == ["Dependencies: 0 packages"]


@pytest.mark.parametrize("found", [DEPENDENCIES, UNWEIGHED, EMPTY])
def test_the_schema(found: Dependencies) -> None:
    value = as_json(found)
    check("report", value, part="dependencies")
    assert (value["measured"] is None) == (value["bytes"] is None)
    assert list(value["sums"]) == [verdict.value for verdict in Verdict]


def test_of_an_image_too() -> None:
    document = json.loads(FORMATS["json"]([OF_AN_IMAGE]))
    (report,) = document["reports"]
    assert report["dependencies"] == as_json(DEPENDENCIES)
    check("report", report["dependencies"], part="dependencies")
    without = json.loads(FORMATS["json"]([replace(OF_AN_IMAGE, dependencies=None)]))
    assert "dependencies" not in without["reports"][0]


SPOILED: list[tuple[str, Callable[[Any], object]]] = [
    ("an unknown verdict", lambda value: value["rows"][0].update(verdict="fine")),
    ("a verdict without a sum", lambda value: value["sums"].pop("unused")),
    ("a sum too many", lambda value: value["sums"].update(fine=value["sums"]["used"])),
    ("an unknown kind", lambda value: value["rows"][0]["evidence"][0].update(kind="guess")),
    ("a negative size", lambda value: value["rows"][0].update(bytes=-1)),
    ("line 0", lambda value: value["rows"][0]["declared"][0].update(line=0)),
]


@pytest.mark.parametrize("spoil", [row[1] for row in SPOILED], ids=[row[0] for row in SPOILED])
def test_the_schema_is_strict(spoil: Callable[[Any], object]) -> None:
    import jsonschema

    value = as_json(DEPENDENCIES)
    spoil(value)
    with pytest.raises(jsonschema.ValidationError):
        check("report", value, part="dependencies")


@pytest.mark.parametrize("width", [60, 80])
@pytest.mark.parametrize("found", [DEPENDENCIES, UNWEIGHED], ids=["weighed", "unweighed"])
@pytest.mark.parametrize("name", [HOSTILE, "\u97f3\u697d" * 60, "a" * 300])
def test_it_fits(found: Dependencies, width: int, name: str) -> None:
    rows = tuple(replace(row, name=name) for row in found.rows)
    measured = found.measured and f"/{name}/.venv"
    problems = (name, f"{name}: {name}")
    shown = lines(replace(found, rows=rows, measured=measured, problems=problems), width)
    assert max(map(cell_len, shown)) <= width


@pytest.mark.parametrize("name", ["::error::x", " ::error::x", "##[error]x"])
def test_no_line_is_a_workflow_command(name: str) -> None:
    rows = many(1)
    found = replace(DEPENDENCIES, rows=(replace(rows[0], name=name),), problems=(name,))
    for width in (None, 80):
        shown = lines(replace(found, measured=name), width)
        assert not any(each.lstrip().startswith("::") or "##[" in each for each in shown)


def test_the_heaviest_come_first() -> None:
    sizes = (5, None, 7, 0, 6, 8, 9)
    rows = many(len(sizes), verdict=Verdict.DEVELOPMENT)
    rows = tuple(replace(row, exclusive_bytes=size) for row, size in zip(rows, sizes, strict=True))
    used = replace(rows[0], name="used", verdict=Verdict.USED, exclusive_bytes=10**9)
    shown = lines(replace(DEPENDENCIES, rows=(used, *rows)))
    assert shown[-6:] == [
        "         9B p6, development",
        "         8B p5, development",
        "         7B p2, development",
        "         6B p4, development",
        "         5B p0, development",
        "  and 2 more; --format json lists all",
    ]


def test_at_most_three_problems() -> None:
    shown = lines(replace(DEPENDENCIES, rows=(), problems=("a", "b", "c", "d", "e")))
    assert shown[-4:] == [
        "  not looked at: a",
        "  not looked at: b",
        "  not looked at: c",
        "  and 2 more problems; --format json has all",
    ]


def data(report: Report) -> Any:
    """What the script of a page is given."""
    text = FORMATS["html"]([report])
    return json.loads(text.partition('id="data">')[2].partition("</script>")[0])


def of_page(found: Dependencies) -> Any:
    (report,) = data(with_packages(found))["reports"]
    return report["dependencies"]


BOUNDED: list[tuple[str, Sequence[Any]]] = [
    ("rows", many(250)),
    ("undeclared", DEPENDENCIES.undeclared * 125),
    ("problems", ("x",) * 250),
]


@pytest.mark.parametrize(("part", "values"), BOUNDED, ids=[row[0] for row in BOUNDED])
def test_a_page_is_bounded(part: str, values: Sequence[Any]) -> None:
    more: dict[str, Any] = {part: tuple(values)}
    found = of_page(replace(DEPENDENCIES, **more))
    assert len(found[part]) == 200
    assert found[f"{part}_left_out"] == 50
    few = of_page(DEPENDENCIES)
    assert few[f"{part}_left_out"] == 0


def test_a_row_of_a_page_is_bounded() -> None:
    row = replace(
        DEPENDENCIES.rows[0],
        evidence=DEPENDENCIES.rows[0].evidence * 9,
        redundant_with=("x",) * 9,
        declared=(Place("a", 1),) * 9,
    )
    (shown,) = of_page(replace(DEPENDENCIES, rows=(row,)))["rows"]
    assert [len(shown[name]) for name in ("evidence", "redundant_with", "declared")] == [5, 5, 5]


def test_markdown_is_bounded() -> None:
    text = FORMATS["markdown"]([with_packages(replace(DEPENDENCIES, rows=many(150)))])
    assert "| `p99` |" in text
    assert "| `p100` |" not in text
    assert "and 50 more; `--format json` lists all" in text


def test_the_name_of_the_limit() -> None:
    limit = Limit("dependencies", Tier.CRITICAL, "bytes", 100_000_000, 148_700_000)
    verdict = replace(OVER_BUDGET.verdict, limits=(limit,), unknown=None)
    shown = terminal.render([replace(OVER_BUDGET, verdict=verdict)], Terminal())
    assert "over the critical limit of 100.00MB for dependencies by 48.70MB" in shown


@pytest.mark.parametrize("name", ["github", "sarif"])
def test_a_finding_has_its_place_and_its_rule(name: str) -> None:
    text = FORMATS[name]([OVER_BUDGET])
    if name == "github":
        place = "file=services/music videos/requirements.txt,line=3"
        assert f"::warning {place},title=Unused package (PKG001)::" in text
        return
    (run,) = json.loads(text)["runs"]
    (result,) = [each for each in run["results"] if each["ruleId"] == "PKG001"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "services/music%20videos/requirements.txt"
    assert place["region"] == {"startLine": 3}
    rules = {each["id"]: each["shortDescription"] for each in run["tool"]["driver"]["rules"]}
    assert rules["PKG001"] == {"text": "Unused package"}


@pytest.mark.parametrize("name", ["github", "sarif"])
def test_what_could_not_be_looked_at_is_remarked(name: str) -> None:
    told = FORMATS[name]([with_packages(replace(DEPENDENCIES, problems=("a.txt: no file",)))])
    assert "a.txt: no file" in told
    assert "a.txt: no file" not in FORMATS[name]([with_packages(EMPTY)])
