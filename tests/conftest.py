"""Fixtures every test may use; keep it small."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chat import Company
from tests.models.database import why_no_postgres
from tests.stores import POSTGRES, SQLITE, choose, stores_for


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Play companies on SQLite and on PostgreSQL."""
    played = "company" in metafunc.fixturenames or any(made in vars(metafunc.module) for made in COMPANIES)
    if played and not metafunc.definition.get_closest_marker("postgres"):
        alone = metafunc.definition.get_closest_marker("sqlite_only")
        shared = metafunc.definition.get_closest_marker("postgres_only")
        stores = [SQLITE] if alone else [POSTGRES] if shared else stores_for(metafunc.definition.nodeid)
        metafunc.parametrize("store", [_param(store) for store in stores], indirect=True, scope="function")


COMPANIES = ("Company", "StreamCompany", "WecomCompany")


def _param(store: str) -> object:
    if store != POSTGRES:
        return store
    marks = [pytest.mark.postgres, *([pytest.mark.skip(reason)] if (reason := why_no_postgres()) else [])]
    return pytest.param(store, marks=marks)


@pytest.fixture(autouse=True)
def store(request: pytest.FixtureRequest) -> Iterator[str]:
    """The database this test's companies live on."""
    chosen = getattr(request, "param", "sqlite")
    with choose(chosen):
        yield chosen


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
