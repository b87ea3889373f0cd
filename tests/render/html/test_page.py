"""The page in headless Chromium: zoom, search, colors, keys, and names that are scripts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from ctxguard.measurement import InstructionLine, Outline, OutlinedFolder, RuleLine
from ctxguard.render import html
from ctxguard.render.escape import line, unicode_text
from ctxguard.report import Report
from tests.consumers.browser import Opened, browser, opened
from tests.golden.canonical import (
    DEPENDENCIES,
    FAILURES,
    FINDINGS,
    HOSTILE,
    MEASUREMENT,
    NAME,
    OVER_BUDGET,
)

pytestmark = pytest.mark.slow

COPY = InstructionLine("Dockerfile", 2, "COPY . .")
SMALL = [f"s{at}.txt" for at in range(50)]
OUTLINE = Outline(
    folders=(
        OutlinedFolder("", ["README.md"], [200_000], [1], [0], ()),
        OutlinedFolder("data", ["a.mp4", "b.mkv"], [900_000, 500_000], [1, 1], [1, 0], ()),
        OutlinedFolder("data/small", SMALL, [10] * 50, [1] * 50, [0] * 50, ()),
        OutlinedFolder("src", ["main.py"], [300_000], [0], [0], ()),
    ),
    bringing=((), (COPY,)),
    asked_for=True,
    rules=(None, RuleLine(7, "!data/a.mp4", "data/a.mp4", negated=True)),
)  # fmt: skip
REPORT = replace(OVER_BUDGET, measurement=replace(MEASUREMENT, outline=OUTLINE), name="app")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as running:
        yield running


@pytest.fixture
def sample(chromium: Browser, tmp_path: Path) -> Iterator[Opened]:
    found = opened(chromium, html.render([REPORT]), tmp_path / "page.html")
    yield found
    assert found.requests == []
    assert found.complaints == []
    found.page.context.close()


def tiles(page: Page) -> list[str]:
    """Their names."""
    labels = page.locator(".tile").evaluate_all("all => all.map(each => each.ariaLabel)")
    return [label.partition(",")[0] for label in labels]


def tile(page: Page, name: str) -> str:
    return f'.tile[aria-label^="{name},"]'


def crumbs(page: Page) -> str:
    return page.locator(".crumbs").inner_text()


def test_what_is_there(sample: Opened) -> None:
    page = sample.page
    assert page.title() == "2.35GB critical: app"
    assert set(tiles(page)) >= {"app", "data/", "a.mp4", "b.mkv", "src/", "README.md", "main.py"}
    text = page.locator("main").inner_text()
    for finding in FINDINGS:
        assert finding.code in text
    assert "echo data/musicvideos >> .dockerignore" in text
    assert "over by 845.68MB" in text
    assert "logs/very-very" in text


def test_areas_are_shares(sample: Opened) -> None:
    page = sample.page
    areas = {}
    for name in ("a.mp4", "b.mkv"):
        box = page.locator(tile(page, name)).bounding_box()
        assert box is not None
        areas[name] = box["width"] * box["height"]
    assert areas["a.mp4"] / areas["b.mkv"] == pytest.approx(9 / 5, rel=0.02)


def test_zoom(sample: Opened) -> None:
    page = sample.page
    page.locator(tile(page, "data/")).click(position={"x": 10, "y": 8})
    assert crumbs(page) == "app / data"
    assert "README.md" not in tiles(page)
    assert {"a.mp4", "b.mkv"} <= set(tiles(page))
    page.locator(".crumbs button").first.click()
    assert crumbs(page) == "app"
    assert "README.md" in tiles(page)


def test_a_click_on_a_file_tells_of_it(sample: Opened) -> None:
    page = sample.page
    page.locator(tile(page, "a.mp4")).click()
    told = page.locator(".told").inner_text()
    for part in ("data/a.mp4", "900.00kB", "type: .mp4", "rule: line 7: !data/a.mp4", "COPY . ."):
        assert part in told


def test_search(sample: Opened) -> None:
    page = sample.page
    page.fill("#search", "A.MP")
    assert page.locator(".tile.hit").evaluate_all("all => all.map(each => each.ariaLabel)") == [
        "a.mp4, 900.00kB, 47.4 %"
    ]
    found = page.locator(".found").inner_text()
    assert "1 path found" in found
    assert "50 files" in found
    assert "not searched" in found
    page.locator(".found .link").click()
    assert crumbs(page) == "app / data"
    assert "rule: line 7" in page.locator(".told").inner_text()
    page.fill("#search", "no such name")
    assert "0 paths found" in page.locator(".found").inner_text()
    page.fill("#search", "")
    assert page.locator(".found").inner_text() == ""


COLORS = {
    "type": {".mp4 900.00kB", ".mkv 500.00kB", ".py 300.00kB", ".md 200.00kB", ".txt 500B"},
    "rule": {"line 7: !data/a.mp4 900.00kB", "no rule 1.00MB"},
    "instruction": {"no instruction 300.00kB", "Dockerfile:2  COPY . . 1.60MB"},
}


@pytest.mark.parametrize("by", COLORS)
def test_colors(sample: Opened, by: str) -> None:
    page = sample.page
    page.check(f'input[value="{by}"]')
    assert set(page.locator(".legend li").all_text_contents()) == COLORS[by]
    names = page.locator(".legend li").all_text_contents()
    kinds = page.locator(".legend i").evaluate_all("all => all.map(each => each.className)")
    assert len(set(kinds)) == len(names)
    mp4 = page.locator(tile(page, "a.mp4")).get_attribute("class")
    assert mp4 is not None
    assert mp4.split()[1] in kinds


def test_by_keys_alone(sample: Opened) -> None:
    page = sample.page
    page.locator(".map .tile").first.focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.ariaLabel").startswith("data/,")
    page.keyboard.press("Enter")
    assert crumbs(page) == "app / data"
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.ariaLabel").startswith("a.mp4,")
    assert "data/a.mp4" in page.locator(".told").inner_text()
    page.keyboard.press("Escape")
    assert crumbs(page) == "app"
    assert page.evaluate("document.activeElement.ariaLabel").startswith("data/,")
    page.keyboard.press("End")
    page.keyboard.press("Home")
    assert page.evaluate("document.activeElement.ariaLabel").startswith("app,")


@pytest.mark.parametrize("keys", ["Alt+ArrowLeft", "Control+Home", "Meta+ArrowLeft"])
def test_keys_of_the_browser_stay_its_own(sample: Opened, keys: str) -> None:
    page = sample.page
    page.locator(".map .tile").first.focus()
    page.evaluate(
        "window.addEventListener('keydown', (e) => { window.taken = e.defaultPrevented })"
    )
    page.keyboard.press(keys)
    assert page.evaluate("window.taken") is False


def test_what_a_screen_reader_is_told(sample: Opened) -> None:
    page = sample.page
    tree = page.get_by_role("tree", name="Treemap of the build context")
    items = tree.get_by_role("treeitem")
    assert items.count() == page.locator(".tile").count()
    assert items.first.get_attribute("aria-expanded") == "true"
    assert page.locator('.map [tabindex="0"]').count() == 1
    assert page.get_by_role("searchbox", name="Find").count() == 1
    assert page.get_by_role("radio").count() == 3
    assert page.locator("[role=status]").count() >= 1
    assert "Context size: 500.00MB" in (page.locator("svg.trend").get_attribute("aria-label") or "")


def test_the_history(sample: Opened) -> None:
    page = sample.page
    assert page.locator("svg.trend circle").count() == 2
    assert page.locator("svg.trend .budget").count() == 2
    assert "critical 1.50GB" in (page.locator("svg.trend").text_content() or "")
    text = page.get_by_role("region", name="History").inner_text()
    assert "2 measurements: 500.00MB on 2026-11-01, 2.10GB on 2026-11-20" in text


def test_the_dependencies(sample: Opened) -> None:
    region = sample.page.get_by_role("region", name="Dependencies")
    assert "148.70MB in 5 packages, measured in /srv/" in region.inner_text()
    sums, packages = region.locator("table").all()
    heads = [each.locator("th").all_text_contents() for each in (sums, packages)]
    assert heads == [
        ["verdict", "packages", "size", "of unknown size"],
        ["package", "frees", "verdict", "why", "declared"],
    ]
    assert sums.locator("tbody tr").nth(1).locator("td").all_text_contents() == [
        "needs verification", "1", "unknown", "1",
    ]  # fmt: skip
    assert packages.locator("tbody tr").first.locator("td").all_text_contents() == [
        "opencv-python-headless", "145.00MB", "unused", "no file imports cv2",
        "requirements.txt:3, worker/requirements.txt:1",
    ]  # fmt: skip
    names = packages.locator("tbody tr td:first-child").all_text_contents()
    assert names == [line(unicode_text(row.name)) for row in DEPENDENCIES.rows]
    assert region.locator("li").all_text_contents()[0] == "yaml in app/settings.py:5"
    assert region.locator("script, b, img, a").count() == 0


def test_dependencies_that_nobody_weighed(chromium: Browser, tmp_path: Path) -> None:
    report = replace(REPORT, dependencies=replace(DEPENDENCIES, measured=None))
    found = opened(chromium, html.render([report]), tmp_path / "page.html")
    region = found.page.get_by_role("region", name="Dependencies")
    assert "5 packages, weighed nowhere" in region.inner_text()
    assert region.locator("th").all_text_contents() == [
        *("verdict", "packages"),
        *("package", "verdict", "why", "declared"),
    ]
    assert found.complaints == []
    found.page.context.close()


def test_light_and_dark(chromium: Browser, tmp_path: Path) -> None:
    shades = []
    for dark in (False, True):
        page = opened(chromium, html.render([REPORT]), tmp_path / f"{dark}.html", dark=dark).page
        shades.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        page.context.close()
    assert shades == ["rgb(255, 255, 255)", "rgb(20, 24, 31)"]


def test_several_contexts(chromium: Browser, tmp_path: Path) -> None:
    web = replace(REPORT, name="web")
    found = opened(chromium, html.render([REPORT, web], FAILURES), tmp_path / "page.html")
    page = found.page
    assert "cannot be read" in page.locator("main").inner_text()
    pressed = page.locator(".choice button").evaluate_all(
        "all => all.map(each => each.ariaPressed)"
    )
    assert pressed == ["true", "false"]
    page.get_by_role("button", name="web").click()
    assert page.locator("h1").inner_text() == "web"
    page.context.close()


def hostile(report: Report) -> str:
    return html.render([report], FAILURES)


def test_names_that_are_scripts(chromium: Browser, tmp_path: Path) -> None:
    found = opened(chromium, hostile(OVER_BUDGET), tmp_path / "page.html")
    page = found.page
    assert page.locator("script").count() == 2
    text = page.locator("main").inner_text()
    assert line(HOSTILE) in text
    assert "\u202e" not in page.content()
    page.check('input[value="instruction"]')
    page.check('input[value="rule"]')
    assert line(HOSTILE) in page.locator(".legend").inner_text()
    page.fill("#search", "<script>")
    assert line(NAME) in page.locator(".found").inner_text()
    page.locator(".tile.hit:not(.open)").first.click()
    assert page.locator("main script, main b b, main a, main img").count() == 0
    assert found.complaints == []
    assert found.requests == []
    page.context.close()


ESCAPES = {
    "an inline script": "(() => {const s = document.createElement('script'); "
    "s.textContent = 'window.broken = 1'; document.body.append(s)})()",
    "a picture from elsewhere": "new Image().src = 'http://127.0.0.1:9/x.png'",
    "a request": "fetch('http://127.0.0.1:9/').catch(() => 0)",
    "markup with a handler": "document.body.insertAdjacentHTML('beforeend', "
    "'<img src=x onerror=\"window.broken = 1\">')",
    "a style": "document.body.insertAdjacentHTML('beforeend', '<b style=\"color: red\">x</b>')",
}


@pytest.mark.parametrize("name", ESCAPES)
def test_the_policy_holds(chromium: Browser, tmp_path: Path, name: str) -> None:
    found = opened(chromium, html.render([REPORT]), tmp_path / "page.html")
    found.page.evaluate(ESCAPES[name])
    found.page.wait_for_timeout(100)
    assert found.page.evaluate("window.broken") is None
    assert any("Content Security Policy" in each for each in found.complaints)
    found.page.context.close()


def test_the_smallest_context(chromium: Browser, tmp_path: Path) -> None:
    empty = OutlinedFolder("", ["a"], [0], [0], [0], ())
    outline = Outline((empty,), ((),), asked_for=False, rules=(None,))
    report = replace(REPORT, measurement=replace(MEASUREMENT, outline=outline), past=())
    found = opened(chromium, html.render([report]), tmp_path / "page.html")
    assert tiles(found.page) == ["app"]
    assert found.page.get_by_role("radio").count() == 2
    assert found.page.locator("svg.trend").count() == 0
    assert found.complaints == []
    found.page.context.close()
