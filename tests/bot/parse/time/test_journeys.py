"""What Zhou Hang and Lin Ke type in the journeys, at the hour they type it."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.parse.time import Kind, Note, TimeMatch, describe, parse_time
from models.rules.workday import default_calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = default_calendar()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def heard(text: str, now: str) -> TimeMatch:
    match = parse_time(text, now=at(now), calendar=CALENDAR)
    assert match is not None
    return match


@pytest.mark.parametrize(
    ("now", "said", "due"),
    [
        ("2026-11-16T16:45", "他们认可方案，但嫌贵，周五前给新报价，客户很满意", "2026-11-20T18:00"),
        ("2026-10-08T09:40", "跟王总说好了改到周五下班前", "2026-10-09T18:00"),
        ("2026-09-30T17:20", "10-08", "2026-10-08T18:00"),
        ("2026-09-30T17:20", "答应月底前派人调试", "2026-09-30T18:00"),
        ("2026-11-17T15:00", "承诺 明天给蓝海发合同", "2026-11-18T18:00"),
        ("2026-11-17T15:02", "改成周四，给华东机械", "2026-11-19T18:00"),
        ("2026-11-03T10:00", "财务李姐 138xxxx1234 11月25打款 他们要走OA", "2026-11-25T18:00"),
        ("2026-11-06T16:00", "11-12", "2026-11-12T18:00"),
        ("2026-10-10T18:20", "/稍后 1小时", "2026-10-10T19:20"),
        ("2026-11-16T16:45", "上午见王总，嫌贵，下周三前寄样，明天报价", "2026-11-25T18:00"),
    ],
)
def test_what_a_rep_types_is_due_when_the_journey_says(now: str, said: str, due: str) -> None:
    assert heard(said, now).due_at == at(due)


def test_next_wednesday_before_national_day_is_flagged_and_the_first_day_back_offered() -> None:
    match = heard("下周三下午3点前给王总寄样品", "2026-09-30T17:20")
    assert (match.kind, match.due_at, match.note) == (Kind.DEADLINE, at("2026-10-07T15:00"), Note.HOLIDAY)
    assert match.alternatives[0].due_at == at("2026-10-08T15:00")
    assert describe(match, now=at("2026-09-30T17:20")) == "10-07 周三 15:00 前（假期）"
    assert describe(match.alternatives[0], now=at("2026-09-30T17:20")) == "10-08 周四 15:00 前"


def test_a_day_that_does_not_exist_is_never_moved_to_another() -> None:
    match = heard("2月30日前发货", "2026-01-21T10:00")
    assert match.invalid
    assert match.due_at is None
