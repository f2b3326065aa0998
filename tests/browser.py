"""A real browser for tests that look at a page; skips with the reason where there is none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
PHONE: Final = {"width": 390, "height": 844}
DESKTOP: Final = {"width": 1360, "height": 860}


@contextmanager
def launched() -> Iterator[Any]:
    """A running browser."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="browser tests need Playwright: uv sync")
    found = os.environ.get("SALES_BOT_BROWSER") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("no browser installed: apt-get install chromium, or set SALES_BOT_BROWSER")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield started
        started.close()


@contextmanager
def opened(browser: Any, **how: Any) -> Iterator[Any]:
    """A page in a context of its own; a script error or a breach of the content policy fails the test."""
    context = browser.new_context(locale="zh-CN", reduced_motion="reduce", **how)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: problems.append(line.text) if "Content Security Policy" in line.text else None)
    page.set_default_timeout(15_000)
    yield page
    context.close()
    assert problems == []


def width_needed(page: Any) -> int:
    return int(page.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"))
