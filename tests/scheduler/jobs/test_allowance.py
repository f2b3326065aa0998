from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.adapters.dingtalk.quota import Kind
from bot.outbox import Address, Note
from tests.stream_company import StreamCompany


@pytest.fixture
def frugal(tmp_path: Path) -> Iterator[StreamCompany]:
    """A free organisation of a hundred calls, on a Monday morning."""
    company = StreamCompany(tmp_path, at="2026-11-16 09:00", monthly_api_limit=100)
    yield company
    company.close()


def warnings(company: StreamCompany) -> list[str]:
    return [seen.text for seen in company.inbox("akai") if seen.text.startswith("⚠")]


def use(company: StreamCompany, count: int) -> None:
    company.adapter._quota.count(Kind.API, company.now, count)


def test_the_administrator_hears_of_each_line_once_and_of_the_day_it_ends(frugal: StreamCompany) -> None:
    use(frugal, 69 - 10)
    frugal.advance_to("2026-11-16 09:11")
    assert warnings(frugal) == []
    use(frugal, 20)
    frugal.advance_to("2026-11-17 15:30")
    (first,) = warnings(frugal)
    assert "日用完" in first
    use(frugal, 15)
    frugal.advance_to("2026-11-18 15:30")
    assert len(warnings(frugal)) == 2


def test_from_ninety_percent_on_normal_pushes_wait_for_the_mornings_digest_and_urgent_ones_do_not(
    frugal: StreamCompany,
) -> None:
    use(frugal, 92)
    owe(frugal, "a", 5)
    owe(frugal, "b", 5)
    owe(frugal, "c", 1)
    frugal.runtime.settle()
    assert [seen.text for seen in frugal.inbox("zhouhang")] == ["c"]
    frugal.advance_to("2026-11-17 08:30")
    digest = frugal.last("zhouhang").text
    assert "a" in digest
    assert "b" in digest
    assert len(frugal.ding.state.reached("zhouhang")) == 2


def test_a_reply_never_waits(frugal: StreamCompany) -> None:
    use(frugal, 99)
    assert frugal.say("zhouhang", "帮助")


def owe(company: StreamCompany, text: str, priority: int) -> None:
    services = company.app.services
    with services.database.write() as session:
        note = Note(f"{text}@p:zhouhang", text, priority=priority)
        services.outbox.owe(session, Address(person_id="zhouhang"), note, company.now)
