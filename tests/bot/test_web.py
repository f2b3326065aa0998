"""What an administrator's monitoring sees."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from tests.chat import Company


@contextmanager
def away() -> Iterator[Any]:
    raise OperationalError("SELECT 1", {}, ConnectionError())
    yield


def test_the_numbers_of_the_process_are_there_while_the_database_is_away(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = company.app.web.test_client()
    assert "database_up 1.0" in client.get("/metrics").get_data(as_text=True)
    monkeypatch.setattr(company.database, "read", away)
    answer = client.get("/metrics")
    told = answer.get_data(as_text=True)
    assert (answer.status_code, "database_up 0.0" in told, "python_info" in told) == (200, True, True)
    assert client.get("/healthz").status_code == 503
