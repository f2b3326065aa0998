"""Everybody gets what is stored about himself; an administrator erases one person, and the event chain holds."""

from __future__ import annotations

import importlib
import io
import json
import pkgutil
import zipfile
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select, text, update

import models
from bot.reply import Document
from models.chat import MediaRow
from models.db import Base
from models.event import Event, erase, record, verify
from models.person import Person
from models.personal import BLANK, KEPT, PERSONAL
from tests.bot.photo.hostile import saved
from tests.chat import Company

NAMES = {
    "owner_id", "person_id", "actor_id", "by_person_id", "sender", "submitter_id", "viewer_id", "approver_id", "lane",
}  # fmt: skip
WORDS = "王建国嫌交期太长 绝密口令"


@pytest.fixture
def told(company: Company) -> Company:
    """周航 has a day behind him with words and pictures of his own; 林可 too."""
    company.say("zhouhang", "拜访 华东机械")
    company.say("zhouhang", images=[saved(Image.new("RGB", (300, 200), "teal"), "JPEG")])
    company.say("zhouhang", WORDS)
    company.say("zhouhang", "承诺 周五前给华东机械寄样品")
    company.say("zhouhang", "/请假 11-25")
    company.say("linke", "拜访 恒信暖通")
    company.say("linke", "林可自己的话")
    return company


def pack_of(company: Company, who: str) -> zipfile.ZipFile:
    company.say(who, "我的数据")
    shown = company.last(who).content
    assert isinstance(shown, Document)
    return zipfile.ZipFile(io.BytesIO(company.app.services.media.get(shown.key) or b""))


def test_a_rep_gets_everything_of_his_own_and_nothing_of_others(told: Company) -> None:
    with pack_of(told, "zhouhang") as pack:
        everything = "\n".join(pack.read(name).decode("utf-8", "replace") for name in pack.namelist())
        kinds = json.loads(pack.read("全部.json"))
        photos = [name for name in pack.namelist() if name.startswith("附件/")]
    assert {"个人资料", "账号", "我发的消息", "拜访", "承诺", "请假", "操作记录", "发给我的消息"} <= set(kinds)
    assert WORDS in everything
    assert "林可自己的话" not in everything
    assert len(photos) == 1
    assert photos[0].endswith(".jpg")


def test_the_file_goes_to_the_asker_alone_and_never_to_a_group(told: Company) -> None:
    before = len(told.inbox("huadong-sales"))
    told.say("zhouhang", "我的数据", group="huadong-sales")
    assert "私聊" in told.last("zhouhang").text
    assert all(not isinstance(shown.content, Document) for shown in told.inbox("huadong-sales")[before:])
    told.say("chenmin", "我的数据 周航")  # his manager gets her own
    shown = told.last("chenmin").content
    assert isinstance(shown, Document)
    assert "chenmin" in shown.name


def test_only_an_administrator_may_erase_and_not_himself(told: Company) -> None:
    assert "只有管理员" in told.say("chenmin", "/清除个人数据 周航")[-1].text
    assert "不能清除自己" in told.say("akai", "/清除个人数据 阿凯")[-1].text
    assert "清除谁" in told.say("akai", "/清除个人数据 张不存在")[-1].text


def test_nothing_is_erased_before_the_button(told: Company) -> None:
    (preview,) = told.say("akai", "/清除个人数据 周航")
    assert "不能恢复" in preview.text
    assert "拜访" in preview.text
    assert "1 张照片" in preview.text
    told.press("akai", "算了")
    with told.session() as session:
        assert session.get_one(Person, "zhouhang").name == "周航"


def erased(company: Company) -> None:
    company.say("akai", "/清除个人数据 周航")
    assert "已清除" in company.press("akai", "确认清除")[-1].text


def test_after_erasure_no_table_holds_his_words_and_the_chain_is_whole(told: Company) -> None:
    with told.session() as session:
        assert verify(session) is None
    erased(told)
    with told.session() as session:
        assert verify(session) is None
        kept = "\n".join(
            str(row)
            for table in Base.metadata.sorted_tables
            for row in session.execute(select(table))
            if table.name != "sequence"
        )
        person = session.get_one(Person, "zhouhang")
        assert (person.name, person.active) == (BLANK, False)
    assert "绝密口令" not in kept
    assert "林可自己的话" in kept
    assert "不认识你" in told.say("zhouhang", "在吗")[-1].text


def test_his_photos_go_in_the_night_and_a_shared_one_stays(told: Company) -> None:
    picture = saved(Image.new("RGB", (300, 200), "red"), "JPEG")
    told.say("zhouhang", images=[picture])
    told.say("linke", images=[picture])
    erased(told)
    told.advance_to("2026-11-17 03:09")
    media = told.app.services.media
    with told.session() as session:
        keys = list(session.scalars(select(MediaRow.key).where(MediaRow.kind == "image")))
    assert sum(media.get(key) is not None for key in keys) == 2
    told.advance_to("2026-11-17 03:11")
    assert sum(media.get(key) is not None for key in keys) == 1


def test_an_entry_emptied_without_an_order_breaks_the_chain(told: Company) -> None:
    with told.database.write() as session:
        entry = session.scalars(select(Event).where(Event.kind == "visit.started").limit(1)).one()
        erase(session, [entry.id])
        broken = verify(session)
        assert broken is not None
        assert (broken.id, "without an order" in broken.reason) == (entry.id, True)
        record(session, "person.erased", "person", "zhouhang", at=told.now, data={"events": [entry.id]})
        assert verify(session) is None


@pytest.mark.parametrize("column", ["data", "data_hash", "salt"])
def test_a_changed_entry_still_breaks_the_chain(told: Company, column: str) -> None:
    with told.database.write() as session:
        value = {"customer": "another"} if column == "data" else "0" * 32
        first = session.scalars(select(Event.id).order_by(Event.id).limit(1)).one()
        session.execute(update(Event.__table__).where(Event.id == first).values({column: value}))  # type: ignore[arg-type]
        session.expire_all()
        broken = verify(session)
        assert broken is not None
        assert broken.id == first


def test_undo_still_reads_what_it_needs(told: Company) -> None:
    assert "撤" in told.say("zhouhang", "撤销")[-1].text


def test_every_table_that_names_a_person_is_exported_or_kept_for_a_reason() -> None:
    for module in pkgutil.walk_packages(models.__path__, "models."):
        if "migrations" not in module.name:
            importlib.import_module(module.name)
    naming = {table.name for table in Base.metadata.sorted_tables if NAMES & set(table.c.keys())}
    assert naming - {kind.table for kind in PERSONAL} <= set(KEPT)


def test_a_file_is_kept_until_its_day_and_then_goes(company: Company) -> None:
    company.say("zhouhang", images=[saved(Image.new("RGB", (300, 200), "teal"), "JPEG")])
    with company.database.write() as session:
        row = session.scalars(select(MediaRow)).one()
        row.delete_on = company.now + timedelta(days=2)
        key = row.key
        session.execute(text("SELECT 1"))
    company.advance(days=1)
    assert company.app.services.media.get(key) is not None
    company.advance(days=2)
    assert company.app.services.media.get(key) is None
