"""Nobody sees what is not his: every person × every command, number, quote, button, export and group answer (M11).

The company holds secrets: words, telephone numbers and pictures that stand in one record each. Who may know a secret is
written down here by hand, not computed by the code under test. After everything a person can try, no chat of anybody
holds a secret that he may not know, and no record of anybody else has changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.reply import Card, Document
from bot.update import Chat, ChatKind, Press, UpdateKind
from models.chat import OutboxRow
from models.commitment import Commitment
from models.contract import Contract
from models.customer import Contact, Customer
from models.daily_report import DailyReport, DailyReportItem
from models.visit import NextStep, Visit, VisitPlan
from tests.chat import Company, Shown
from tests.readers import ScriptedReader, chat_screenshot, contract_page, licence, site_photo

LINE = frozenset({"chenmin", "hechuan", "duli"})
"""Those above 周航 and 林可."""


@dataclass(frozen=True)
class Secret:
    """Something that stands in one record, and who may know it."""

    text: str
    known_to: frozenset[str]


GATE, CHAT = b"a picture of the gate", b"a picture of a chat"
PAGE, LICENCE = b"a signature page", b"a licence"
SECRETS = {
    "a visit's summary": Secret("锚点甲", LINE | {"zhouhang"}),
    "a promise": Secret("锚点乙", LINE | {"zhouhang", "tianye", "xieyuan"}),
    "a promise about a contract": Secret("锚点丙", LINE | {"zhouhang", "fangqing"}),
    "a report's line": Secret("锚点丁", LINE | {"linke"}),
    "a competitor's move": Secret("锚点戊", LINE | {"linke"}),
    "a call for support": Secret("锚点己", LINE | {"linke"}),
    "the reason of a correction": Secret("锚点庚", LINE | {"linke"}),
    "an address": Secret("锚点辛", LINE | {"zhouhang"}),
    "a masked mobile": Secret("139****7777", LINE | {"zhouhang"}),
    "a contract": Secret("签约日 2026-10-13", LINE | {"zhouhang", "fangqing"}),
    "a contract's paper": Secret("锚点壬", LINE | {"zhouhang", "fangqing"}),
    "a mobile": Secret("13988887777", frozenset()),
}
CAST = (
    "duli", "hechuan", "chenmin", "zhouhang", "linke", "sun", "xieyuan", "tianye", "fangqing", "liuqing", "wugui", "akai",
    "waibu", "mosheng",
)  # fmt: skip
GROUPS = {
    "huadong-sales": ("hechuan", "chenmin", "zhouhang", "linke", "sun", "waibu"),
    "huadong-team": ("chenmin", "zhouhang", "linke", "sun"),
    "hq": ("duli", "hechuan", "fangqing", "liuqing", "wugui", "akai"),
}
NUMBERS = ("V-20261116-001", "CN-20261116-001", "HT-20261013-01", "1")
WORDS = ("", "华东机械", "恒信", "林可", "最近3条", "昨天日报")
QUOTED_WITH = ("撤销", "更正", "改成周四，给蓝海", "改到周五，因为客户要求", "稍后 1小时", "寄了 SF1390021", "这是什么")


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Company]:
    """The company with every secret in its record, and cards about them in the chats of those who may know."""
    reader = ScriptedReader()
    reader.show(GATE, site_photo("2026-11-16", "15:00"))
    reader.show(CHAT, chat_screenshot("王建国", "采购经理"))
    reader.show(PAGE, contract_page("2026-10-13", "华东机械有限公司"))
    reader.show(LICENCE, licence("锚点壬有限公司"))
    made = Company(tmp_path, at="2026-11-16 15:00", reader=reader)
    _hide_in_customer(made)
    _visit(made)
    made.say("zhouhang", "承诺 周五下午3点前给华东机械寄样品锚点乙")
    made.say("zhouhang", "承诺 明天给蓝海发合同锚点丙")
    made.say("zhouhang", "合同签了 HT-20261013-01", images=[PAGE])
    made.say("zhouhang", "对")
    made.say("zhouhang", images=[LICENCE])
    made.press("zhouhang", "看错了,转方晴")
    made.say("linke", "日报 客户拜访 恒信 锚点丁；竞对反馈 恒信 锚点戊；需支持 锚点己")
    made.advance(minutes=11)
    made.say("linke", "更正 11-16 日报 因为锚点庚")
    made.say("linke", "拜访 恒信")
    made.say("zhouhang", "/计划 后天10点 华东机械")
    made.say("chenmin", "/口径 三要素完整率")
    yield made
    made.close()


def _hide_in_customer(company: Company) -> None:
    with company.database.write() as session:
        session.execute(update(Customer).where(Customer.id == "C1001").values(address="上海市锚点辛路 1 号"))
        session.execute(update(Contact).where(Contact.name == "王建国").values(mobile="13988887777"))


def _visit(company: Company) -> None:
    company.say("zhouhang", "拜访 华东机械")
    company.say("zhouhang", location=(31.2317, 121.4737))
    company.say("zhouhang", images=[GATE])
    company.say("zhouhang", images=[CHAT])
    company.say("zhouhang", "他们认可方案，但嫌贵，锚点甲，周五前给新报价")
    company.press("zhouhang", "改突破点")
    company.press("zhouhang", "价格让步")
    company.press("zhouhang", "都对")


# -- what can be tried -------------------------------------------------------------------------------------------------


def commands(company: Company, who: str) -> None:
    """Say every command of the registry with every number, and with words in turn; then every number alone."""
    for place, name in enumerate(company.app.services.registry.commands):
        turn = place + CAST.index(who)
        for rest in (*NUMBERS, WORDS[turn % len(WORDS)], WORDS[(turn + 1) % len(WORDS)]):
            company.say(who, f"/{name} {rest}", settle=False)
        company.say(who, "取消")
    for number in NUMBERS:
        company.say(who, number)


def quotes(company: Company, who: str) -> None:
    """Quote every message of everybody else, by our key and by the platform's."""
    for place, shown in enumerate(_of_others(company, who)):
        turn = place + CAST.index(who)
        for key, text in zip((shown.key, f"m-{shown.key}", shown.key), _three(QUOTED_WITH, turn), strict=True):
            company.say(who, text, quote=Shown(key, shown.chat, "", shown.at), settle=False)
        company.settle()


def _three(texts: tuple[str, ...], turn: int) -> list[str]:
    return [texts[(turn + n) % len(texts)] for n in range(3)]


def presses(company: Company, who: str) -> None:
    """Press every button of everybody else's cards: on their card, on none, and on a card of his own."""
    own = next((m.key for m in company.inbox(who) if isinstance(m.content, Card)), "")
    for shown in _of_others(company, who):
        if not isinstance(shown.content, Card):
            continue
        for button in shown.content.buttons:
            for card in {shown.key, "", own}:
                _press(company, who, str(button.action), card)
        company.settle()


def _press(company: Company, who: str, value: str, card: str) -> None:
    # no verb presses what one was not shown
    company._deliver(who, UpdateKind.ACTION, settle=False, press=Press(value, message_id=card))


def exports(company: Company, who: str) -> None:
    """Ask for every number, and take it out as a file."""
    for name in ("三要素完整率", "承诺闭环率", "日报准时率"):
        company.say(who, f"/口径 {name}")
        for shown in company.inbox(who)[-1:]:
            for button in shown.buttons:
                company.press(who, button, on=shown)


def _of_others(company: Company, who: str) -> list[Shown]:
    return [m for m in company.platform.shown.values() if m.chat.id not in {who, *GROUPS}]


ATTEMPTS = {"quotes": quotes, "presses": presses, "exports": exports, "commands": commands}

# -- what must hold ----------------------------------------------------------------------------------------------------


def leaks(company: Company) -> list[str]:
    """Return every place where somebody was shown what he may not know."""
    return [
        f"{shown.chat.id} was shown {what} by {shown.key}"
        for shown in company.platform.shown.values()
        for what, secret in SECRETS.items()
        if secret.text in _words(company, shown) and not _may_know(shown.chat, secret)
    ] + [
        f"{m.chat.id} was given a picture by {m.key}"
        for m in company.platform.shown.values()
        if _is_foreign_picture(company, m)
    ]


def _words(company: Company, shown: Shown) -> str:
    """All words of a message, those in a file too."""
    if isinstance(shown.content, Document):
        data = company.app.services.media.get(shown.content.key) or b""
        return f"{shown.text} {data.decode('utf-8', 'ignore')}"
    return f"{shown.text} {shown.content}"


def _may_know(chat: Chat, secret: Secret) -> bool:
    if chat.kind is ChatKind.GROUP:
        return set(GROUPS[chat.id]) <= secret.known_to
    return chat.id in secret.known_to


def _is_foreign_picture(company: Company, shown: Shown) -> bool:
    if not isinstance(shown.content, Document):
        return False
    picture = company.app.services.media.get(shown.content.key) in {GATE, CHAT, PAGE, LICENCE}
    return picture and shown.chat.id not in LINE | {"zhouhang"}


def records(company: Company, besides: str) -> list[tuple[object, ...]]:
    """Every record of everybody but one person, column by column."""
    tables: tuple[type[Any], ...] = (Visit, NextStep, VisitPlan, Commitment, Contract, DailyReport)
    with company.session() as session:
        rows = [row for table in tables for row in session.scalars(select(table)) if row.owner_id != besides]
        found = [tuple(getattr(row, column.key) for column in row.__table__.columns) for row in rows]
        items = session.execute(
            select(DailyReportItem.id, DailyReportItem.text).join(DailyReport).where(DailyReport.owner_id != besides)
        )
        return [*(tuple(map(str, row)) for row in found), *(tuple(map(str, row)) for row in items)]


@pytest.mark.parametrize("who", CAST)
def test_whatever_a_person_tries_nobody_learns_or_changes_what_is_not_his(full: Company, who: str) -> None:
    before = records(full, besides=who)
    for name, attempt in ATTEMPTS.items():
        attempt(full, who)
        assert (name, leaks(full)) == (name, [])
        assert (name, records(full, besides=who)) == (name, before)


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_answer_holds_only_what_everybody_present_may_know(full: Company, group: str) -> None:
    people = (*GROUPS[group], "mosheng")
    sees_most = max(GROUPS[group], key=lambda who: sum(who in secret.known_to for secret in SECRETS.values()))
    for place, name in enumerate(full.app.services.registry.commands):
        for rest in ("", "V-20261116-001", "华东机械", "恒信", "三要素完整率"):
            for who in {sees_most, people[place % len(people)]}:
                full.say(who, f"/{name} {rest}", group=group, settle=False)
        full.settle()
    assert leaks(full) == []


def test_every_secret_is_shown_to_somebody_who_may_know_it(full: Company) -> None:
    for said in ("/穿透 V-20261116-001", "/客户 华东机械", "/客户 恒信", "/查合同 HT-20261013-01"):
        full.say("chenmin", said)
    for what, secret in SECRETS.items():
        assert not secret.known_to or any(secret.text in full.said(who) for who in secret.known_to), what


def test_the_check_itself_notices_a_leak(full: Company) -> None:
    with full.database.write() as session:
        row = session.scalars(select(OutboxRow).where(OutboxRow.person_id == "sun")).first()
        assert row is None
    full.platform.shown["x"] = Shown("x", Chat(ChatKind.DIRECT, "sun"), "锚点甲", full.now)
    assert leaks(full) == ["sun was shown a visit's summary by x"]
