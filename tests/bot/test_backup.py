"""A backup that was never put back is none: taken while the bot runs, put back elsewhere, the chain checked."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.backup import BackupError, back_up, restore
from bot.settings import Settings, parse_settings
from models.chat import OutboxRow
from models.db import Database
from models.event import Event
from models.visit import Visit
from tests.chat import Company

pytestmark = pytest.mark.sqlite_only


def _elsewhere(folder: Path) -> Settings:
    return parse_settings({"database": {"url": f"sqlite:///{folder}/new/bot.db", "media_dir": f"{folder}/new/media"}})


def _counts(database: Database) -> list[int]:
    with database.read() as session:
        return [
            session.scalar(select(func.count()).select_from(table)) or 0 for table in (Event, Visit, OutboxRow)
        ]  # fmt: skip


def test_a_company_is_put_back_elsewhere(company: Company, tmp_path: Path) -> None:
    company.say("zhouhang", "拜访 华东机械")
    key = company.app.services.media.put(b"a photo")
    with company.database.write() as session:  # somebody is writing at this moment
        session.execute(select(1))
        back_up(company.settings, tmp_path / "backup")
    restore(_elsewhere(tmp_path), tmp_path / "backup")
    database = Database(_elsewhere(tmp_path).database.url)
    assert _counts(database) == _counts(company.database)
    database.close()
    assert (tmp_path / "new" / "media" / key[:2] / key).read_bytes() == b"a photo"


def test_what_was_taken_and_not_yet_moved_is_in_the_backup(company: Company, tmp_path: Path) -> None:
    with company.database.write():  # the one writer is busy: what comes in is set aside
        company.say("zhouhang", "拜访 华东机械", settle=False)
        back_up(company.settings, tmp_path / "backup")
    restore(_elsewhere(tmp_path), tmp_path / "backup")
    spool = sqlite3.connect(tmp_path / "new" / "bot.db.spool")
    assert spool.execute("SELECT count(*) FROM spool").fetchone() == (1,)
    spool.close()
    company.settle()


def test_a_changed_event_is_noticed(company: Company, tmp_path: Path) -> None:
    company.say("zhouhang", "拜访 华东机械")
    back_up(company.settings, tmp_path / "backup")
    copy = sqlite3.connect(tmp_path / "backup" / "bot.db")
    copy.execute("UPDATE event SET actor_id = 'linke' WHERE id = 1")
    copy.commit()
    copy.close()
    with pytest.raises(BackupError, match="entry 1"):
        restore(_elsewhere(tmp_path), tmp_path / "backup")


def test_nothing_is_overwritten(company: Company, tmp_path: Path) -> None:
    back_up(company.settings, tmp_path / "backup")
    with pytest.raises(BackupError, match="not empty"):
        back_up(company.settings, tmp_path / "backup")
    with pytest.raises(BackupError, match="exists"):
        restore(company.settings, tmp_path / "backup")
