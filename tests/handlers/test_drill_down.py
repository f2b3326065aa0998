from __future__ import annotations

import pytest

from models.event import verify
from tests.chat import Company, shanghai

VISIT = "V-20261116-001"


def test_the_manager_opens_a_visit_up_and_the_rep_reads_it_next_morning(company: Company) -> None:
    company.say("zhouhang", "拜访 华东机械")
    company.say("zhouhang", location=(31.2304, 121.4737))
    (card,) = company.say("chenmin", f"/穿透 {VISIT}")
    assert "146 米" in card.text
    assert f"陈敏 看了 {VISIT}" in company.say("zhouhang", "谁看过我")[0].text
    company.advance_to("2026-11-17 08:30")
    assert "昨天陈敏查看过你的 1 条拜访" in company.said("zhouhang")
    with company.session() as session:
        assert verify(session) is None


def test_nobody_else_opens_it_up_not_even_by_guessing(company: Company) -> None:
    company.say("zhouhang", "拜访 华东机械")
    for who in ("linke", "xieyuan", "fangqing", "akai", "waibu"):
        (answer,) = company.say(who, f"/穿透 {VISIT}")
        assert "华东机械" not in answer.text


def test_an_unknown_number_and_a_foreign_one_sound_the_same(company: Company) -> None:
    company.say("zhouhang", "拜访 华东机械")
    foreign = company.say("linke", f"/穿透 {VISIT}")[0].text
    unknown = company.say("linke", "/穿透 V-20991231-999")[0].text
    assert foreign == unknown


@pytest.mark.parametrize(
    ("looked", "told", "words"),
    [
        ("2026-11-19 23:59", "2026-11-20 08:30", "昨天陈敏查看过你的 1 条拜访"),
        ("2026-11-20 00:00", "2026-11-23 08:30", "11-20 以来陈敏查看过你的 1 条拜访"),
        ("2026-11-22 23:59", "2026-11-23 08:30", "11-20 以来陈敏查看过你的 1 条拜访"),
        ("2026-11-23 00:00", "2026-11-24 08:30", "昨天陈敏查看过你的 1 条拜访"),
    ],
)
def test_a_look_on_friday_or_at_the_weekend_is_told_on_monday_and_once(
    company: Company, looked: str, told: str, words: str
) -> None:
    company.say("zhouhang", "拜访 华东机械")
    company.advance_to(looked)
    company.say("chenmin", f"/穿透 {VISIT}")
    company.advance_to("2026-11-25 08:30")
    lines = [(m.at, m.text) for m in company.inbox("zhouhang") if "查看过你的" in m.text]
    assert [at for at, _ in lines] == [shanghai(told)]
    assert words in lines[0][1]


def test_a_look_before_a_day_of_leave_is_told_when_one_is_back(company: Company) -> None:
    company.say("zhouhang", "拜访 华东机械")
    company.say("zhouhang", "请假 明天")
    company.say("chenmin", f"/穿透 {VISIT}")
    company.advance_to("2026-11-18 08:30")
    lines = [m.text for m in company.inbox("zhouhang") if "查看过你的" in m.text]
    assert len(lines) == 1
    assert "11-16 以来陈敏查看过你的 1 条拜访" in lines[0]


def test_opening_up_ones_own_visit_is_no_look(company: Company) -> None:
    company.say("zhouhang", "拜访 华东机械")
    assert "审计" not in company.say("zhouhang", f"/穿透 {VISIT}")[0].text
    assert "已记入审计，周航会看到" in company.say("hechuan", f"/穿透 {VISIT}")[0].text
    company.advance_to("2026-11-17 09:00")
    assert "昨天何川查看过你的 1 条拜访" in company.said("zhouhang")
    assert "周航查看过" not in company.said("zhouhang")
