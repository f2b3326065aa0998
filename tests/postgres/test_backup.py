"""The same backup on PostgreSQL, by pg_dump and pg_restore."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.backup import BackupError, back_up, restore
from bot.settings import parse_settings
from models.db import Database
from models.event import Event
from tests.chat import Company
from tests.models.database import Server

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(shutil.which("pg_dump") is None, reason="pg_dump is not installed"),
]


def test_a_company_is_put_back_into_an_empty_database(server: Server, tmp_path: Path) -> None:
    media = str(tmp_path / "media")
    company = Company(tmp_path, database={"url": server.new(), "media_dir": media})
    company.say("zhouhang", "拜访 华东机械")
    back_up(company.settings, tmp_path / "backup")
    with company.session() as session:
        events = session.scalar(select(func.count()).select_from(Event))
    company.close()
    empty = parse_settings({"database": {"url": server.new(), "media_dir": media}})
    restore(empty, tmp_path / "backup")
    database = Database(empty.database.url)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Event)) == events
    database.close()
    with pytest.raises(BackupError, match="pg_restore"):
        restore(empty, tmp_path / "backup")
