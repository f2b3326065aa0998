"""One server for the whole folder, one database for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.models.database import Server, postgres_server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with postgres_server() as running:
        yield running
