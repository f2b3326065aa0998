"""A served practice chat for each test, and one that tests share which leave no trace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bot.adapters.practice.playhouse import Playhouse


@pytest.fixture
def playhouse(tmp_path: Path) -> Iterator[Playhouse]:
    made = Playhouse(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playhouse]:
    made = Playhouse(tmp_path_factory.mktemp("practice"))
    yield made
    made.close()
