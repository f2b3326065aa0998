"""One server for the whole test process, one database for each test."""

from __future__ import annotations

import pytest

from tests.models.database import Server, shared_server


@pytest.fixture(scope="session")
def server() -> Server:
    return shared_server()
