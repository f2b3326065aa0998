"""Answering a reminder without handling it: known, later, paused with a reason, resumed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from models.deadline import Deadline, Start, Subject, start_deadline, stop_deadlines
from models.rules.clock import Clock
from models.rules.clocks import CLOCKS
from models.world import World
from tests.chat import Company, shanghai

PAYMENT = Subject("contract", "HT-20261102-01")


def begin(company: Company, clock: str, subject: Subject, owner: str) -> None:
    with company.database.write() as session:
        world = World(session, company.app.services.calendar, company.now)
        start_deadline(session, plain(CLOCKS[clock]), subject, Start(owner, company.now, "zhouhang"), world)


def plain(clock: Clock) -> Clock:
    """Return a clock with the plain cards, which speak of any subject."""
    return replace(clock, steps=tuple(replace(step, card=f"plain_{step.card}") for step in clock.steps))


def stored(company: Company) -> Deadline:
    with company.session() as session:
        return session.scalars(select(Deadline)).one()


@pytest.fixture
def company(quiet_company: Company) -> Company:
    """The company without daily reports, whose clocks would stand beside the one a test is about."""
    return quiet_company


@pytest.fixture
def silent(company: Company) -> Company:
    """Monday 09:00 the invoice went out; on Wednesday 09:00 both hear that nothing happened since."""
    begin(company, "payment_silence", PAYMENT, "zhouhang")
    company.advance_to("2026-11-18 09:00")
    return company


def test_zhouhang_is_reminded_again_in_an_hour(silent: Company) -> None:
    assert silent.say("zhouhang", "稍后 1小时")[0].text == "好，10:00 再提醒你。"
    silent.advance_to("2026-11-18 09:59")
    assert len([m for m in silent.inbox("zhouhang") if "回款静默" in m.text]) == 1
    silent.advance_to("2026-11-18 10:00")
    assert len([m for m in silent.inbox("zhouhang") if "回款静默" in m.text]) == 2


def test_a_button_snoozes_too_and_another_day_is_named(silent: Company) -> None:
    assert silent.press("zhouhang", "1 小时后再提醒")[0].text == "好，10:00 再提醒你。"
    assert silent.say("zhouhang", "稍后 明天9点半")[0].text == "好，11-19 09:30 再提醒你。"


def test_pausing_needs_a_reason_and_the_manager_sees_it(silent: Company) -> None:
    assert "请带上原因" in silent.say("zhouhang", "暂停到 11-24")[0].text
    assert "停到 11-24 09:00" in silent.say("zhouhang", "暂停到 11-24 因为客户走OA要3天")[0].text
    seen = silent.last("chenmin").text
    assert "周航暂停了" in seen
    assert "客户走OA要3天" in seen
    assert stored(silent).running.pauses[0].until_at == shanghai("2026-11-24 09:00")


def test_after_the_pause_the_silence_is_reported_again(silent: Company) -> None:
    silent.say("zhouhang", "暂停到 11-24 因为客户走OA")
    silent.advance_to("2026-11-26 08:59")
    assert len([m for m in silent.inbox("zhouhang") if "回款静默 HT" in m.text]) == 1
    silent.advance_to("2026-11-26 09:00")
    assert len([m for m in silent.inbox("zhouhang") if "回款静默 HT" in m.text]) == 2


def test_the_third_pause_in_a_row_is_yellow(silent: Company) -> None:
    for day in ("19", "20", "21"):
        silent.say("zhouhang", f"暂停到 11-{day} 因为客户走OA")
    assert "🟡" in silent.last("chenmin").text
    assert "3 次" in silent.last("chenmin").text


def test_resuming_ends_the_pause(silent: Company) -> None:
    assert "没有在暂停" in silent.say("zhouhang", "恢复")[0].text
    silent.say("zhouhang", "暂停到 11-24 因为客户走OA")
    assert "接着走" in silent.say("zhouhang", "恢复")[0].text
    assert stored(silent).running.is_paused(silent.now) is False


def test_nobody_pauses_the_clock_that_watches_himself_but_his_boss_may(company: Company) -> None:
    company.advance_to("2026-11-16 15:00")
    begin(company, "next_step_confirmation", Subject("visit", "V-1"), "chenmin")
    company.advance_to("2026-11-18 15:00")
    assert "不能自己暂停" in company.say("chenmin", "暂停到 11-24 因为出差")[0].text
    assert "停到 11-24 09:00" in company.say("hechuan", "暂停到 11-24 因为她出差")[0].text


def test_known_is_not_handled(company: Company) -> None:
    company.advance_to("2026-11-16 15:00")
    begin(company, "next_step_confirmation", Subject("visit", "V-1"), "chenmin")
    company.advance_to("2026-11-18 13:00")
    assert "还没算完" in company.press("chenmin", "知道了")[0].text
    company.advance_to("2026-11-18 15:00")
    assert "陈敏到时间还没处理" in company.last("hechuan").text


def test_a_button_of_something_handled_says_so_and_turns_grey(silent: Company) -> None:
    with silent.database.write() as session:
        stop_deadlines(session, PAYMENT, silent.now, "signed for")
    card = silent.last("zhouhang")
    assert "已经处理过了" in silent.press("zhouhang", "知道了", on=card)[0].text
    assert card.buttons == []


def test_a_stranger_to_the_matter_changes_nothing(silent: Company) -> None:
    assert "没找到在催的事" in silent.say("linke", "稍后 1小时")[0].text
    assert stored(silent).running.snooze is None


@pytest.mark.parametrize("said", ["稍后 昨天", "稍后 11-30", "稍后 2月30日", "稍后 看情况"])
def test_a_time_that_makes_no_sense_is_refused_with_an_example(silent: Company, said: str) -> None:
    assert silent.say("zhouhang", said)[0].text
    assert stored(silent).running.snooze is None
