"""A sender that dies between the platform's yes and our mark: what may be repeated is, what may not is told as unknown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.outbox import NORMAL, URGENT, Address, Note
from bot.reply import Button, Card, CardState, Content
from models.chat import OutboxRow, OutboxState
from tests.chat import Company
from tests.stream_company import StreamCompany

KEY = "remind:42:1@p:linke"
CARD = Card("拜访提醒", "7号门店 14:00", buttons=(Button("已完成", "visit.ok~42~sig"),))


def died_while_sending(company: Any, content: Content, *, priority: int = NORMAL) -> None:
    """Owe Linke a message that somebody claimed and never marked; his claim has lapsed."""
    services = company.app.services
    with services.database.write() as session:
        note = Note(KEY, content, priority=priority)
        row = services.outbox.owe(session, Address(person_id="linke"), note, services.clock.now())
        row.claimed_by, row.claimed_until, row.attempts = "dead:1", company.runtime.lease_clock.now(), 1


def state(company: Any) -> str:
    with company.app.services.database.read() as session:
        return session.scalars(select(OutboxRow.state).where(OutboxRow.key == KEY)).one()


def test_a_platform_with_keys_gets_it_again(company: Company) -> None:
    died_while_sending(company, "提醒")
    company.settle()
    assert [(delivery.repeat, state(company)) for delivery in company.platform.attempts] == [(True, OutboxState.SENT)]


@pytest.mark.parametrize(
    ("priority", "attempts", "fate"), [(NORMAL, 0, OutboxState.UNKNOWN), (URGENT, 1, OutboxState.SENT)]
)
def test_a_platform_without_keys_gets_only_what_is_urgent_again(
    company: Company, priority: int, attempts: int, fate: OutboxState
) -> None:
    company.platform.capabilities = replace(company.platform.capabilities, keyed=False)
    died_while_sending(company, "提醒", priority=priority)
    company.settle()
    assert [delivery.repeat for delivery in company.platform.attempts] == [True] * attempts
    assert state(company) == fate


def test_a_repeat_bears_its_number_and_equal_words_bear_another(company: Company) -> None:
    services = company.app.services
    died_while_sending(company, "今天没有安排")
    with services.database.write() as session:
        services.outbox.owe(session, Address(person_id="linke"), Note("second", "今天没有安排"), services.clock.now())
        numbers = {row.key: row.id for row in session.scalars(select(OutboxRow))}
    company.settle()
    attempts = [(delivery.recipients[0].key, delivery.number) for delivery in company.platform.attempts]
    assert attempts == [(KEY, numbers[KEY]), ("second", numbers["second"])]
    assert numbers[KEY] != numbers["second"]


def test_what_is_of_unknown_fate_stays_so_when_it_changes(company: Company) -> None:
    company.platform.capabilities = replace(company.platform.capabilities, keyed=False)
    died_while_sending(company, CARD)
    company.settle()
    with company.database.write() as session:
        assert company.app.services.outbox.change(
            session, KEY, CARD.closed("已撤销", state=CardState.VOID), company.now
        )
    company.settle()
    assert state(company) == OutboxState.UNKNOWN
    assert not company.platform.attempts


@pytest.fixture
def on_dingtalk(tmp_path: Path) -> Iterator[StreamCompany]:
    company = StreamCompany(tmp_path, at="2026-11-16 09:10", card_template_id="template-1")
    yield company
    company.close()


@pytest.mark.parametrize(
    ("content", "shown", "fate"), [(CARD, 1, OutboxState.SENT), ("提醒", 0, OutboxState.UNKNOWN)], ids=["card", "text"]
)
def test_on_dingtalk_a_card_goes_out_again_under_its_track_and_a_text_does_not(
    on_dingtalk: StreamCompany, content: Content, shown: int, fate: OutboxState
) -> None:
    died_while_sending(on_dingtalk, content)
    on_dingtalk.runtime.settle()
    assert len(on_dingtalk.inbox("linke")) == shown
    assert state(on_dingtalk) == fate
