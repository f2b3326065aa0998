"""周航 at a customer's gate, and a reader that reads what the test says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chat import Company
from tests.readers import ScriptedReader


@pytest.fixture
def reader() -> ScriptedReader:
    return ScriptedReader()


@pytest.fixture
def visiting(tmp_path: Path, reader: ScriptedReader) -> Iterator[Company]:
    """周航 stands at the gate of 华东机械 at 16:40."""
    made = Company(tmp_path, at="2026-11-16 16:40", reader=reader)
    made.say("zhouhang", "拜访 华东机械")
    yield made
    made.close()
