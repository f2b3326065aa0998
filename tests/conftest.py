"""Fixtures every test may use; keep it small."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chat import Company


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    """The demo company on Monday 2026-11-16, 09:00."""
    made = Company(tmp_path)
    yield made
    made.close()


@pytest.fixture
def quiet_company(tmp_path: Path) -> Iterator[Company]:
    """The demo company, which asks nobody for daily reports."""
    made = Company(tmp_path, rules={"daily_report": {"enabled": False}})
    yield made
    made.close()
