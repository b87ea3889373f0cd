"""Headless Chromium, driven by Playwright. Whatever a page asks for from elsewhere is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.consumers.finding import program

_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@contextmanager
def browser() -> Iterator[Browser]:
    """A running Chromium."""
    executable = program("chromium", "chromium-browser", "google-chrome")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable, args=_FLAGS)
        yield running
        running.close()


@dataclass
class Opened:
    """A page, with what it did besides showing itself."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    """Errors, refusals of the content security policy, dialogs."""


def opened(browser: Browser, text: str, file: Path, *, dark: bool = False) -> Opened:
    """Open a page as a person does who was sent the file."""
    file.write_text(text, encoding="utf-8")
    context = browser.new_context(
        viewport={"width": 1200, "height": 900}, color_scheme="dark" if dark else "light"
    )
    found = Opened(context.new_page())
    address = file.as_uri()
    found.page.on("request", lambda each: found.requests.append(each.url))
    found.page.on("console", lambda each: found.complaints.append(each.text))
    found.page.on("pageerror", lambda each: found.complaints.append(str(each)))
    found.page.on("dialog", lambda each: found.complaints.append(f"dialog {each.message}"))
    found.page.goto(address)
    found.page.wait_for_selector(".map .tile")
    found.requests.remove(address)
    return found
