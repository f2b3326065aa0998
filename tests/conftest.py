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
