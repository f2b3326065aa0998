from __future__ import annotations

from models.event import verify
from tests.chat import Company

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
