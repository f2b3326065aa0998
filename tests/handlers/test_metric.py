from __future__ import annotations

import re

import pytest

from tests.chat import Company, Shown


def test_every_number_says_how_it_is_made(company: Company) -> None:
    (card,) = company.say("chenmin", "/口径")
    assert "三要素完整率" in card.text
    company.press("chenmin", "三要素完整率")
    assert "三要素齐全的拜访 ÷ 已结束的拜访" in company.last("chenmin").text


def test_chat_and_export_show_one_snapshot(company: Company) -> None:
    company.advance_to("2026-11-16 17:50")
    company.say("zhouhang", "日报 客户拜访 华东机械")
    company.advance_to("2026-11-16 18:10")
    (card,) = company.say("chenmin", "/口径 日报准时率")
    assert "（1/3）" in card.text
    (file,) = company.press("chenmin", "导出 CSV")
    data = company.app.services.media.get(file.content.key)  # type: ignore[union-attr]
    assert data is not None
    assert "1/3" in data.decode("utf-8-sig")


def test_a_foreign_snapshot_is_not_exported(company: Company) -> None:
    company.advance_to("2026-11-16 18:10")
    (card,) = company.say("chenmin", "/口径 日报准时率")
    assert "不是发给你的" in company.press("linke", "导出 CSV", on=card)[0].text


def numbers_of_the_morning(company: Company) -> tuple[Shown, dict[str, str]]:
    """The manager's card, and its numbers by title."""
    company.say("zhouhang", "承诺 明天给蓝海发合同")
    company.advance_to("2026-11-17 08:50")
    card = next(m for m in reversed(company.inbox("chenmin")) if "晨卡" in m.text)
    rows = re.findall(r"[🟢🟡🔴⚪] (\S+) \S+?（(\d+/\d+)）", card.text)
    return card, dict(rows)


def test_every_number_of_the_morning_is_explained_as_it_was_shown(company: Company) -> None:
    _, shown = numbers_of_the_morning(company)
    assert "日报准时率" in shown
    for title, fraction in shown.items():
        (answer,) = company.say("chenmin", f"/口径 {title}")
        assert f"（{fraction}）" in answer.text
        assert "快照 #" in answer.text


def test_a_number_that_changed_since_is_told_beside_the_one_that_was_shown(company: Company) -> None:
    _, shown = numbers_of_the_morning(company)
    company.advance(seconds=600)
    (still,) = company.say("chenmin", "/口径 日报准时率")
    assert "上次给你看的" not in still.text
    company.advance_to("2026-11-17 18:30")
    (later,) = company.say("chenmin", "/口径 日报准时率")
    assert f"上次给你看的：{percent_and(shown)}，11-17 08:50" in later.text


def percent_and(shown: dict[str, str]) -> str:
    return f"0.0%（{shown['日报准时率']}）"


def test_the_same_rows_again_need_no_word(company: Company) -> None:
    numbers_of_the_morning(company)
    company.advance(seconds=601)
    (answer,) = company.say("chenmin", "/口径 日报准时率")
    assert "上次给你看的" not in answer.text
    assert "截至 11-17 09:00" in answer.text


def test_a_quoted_card_is_explained_with_the_number_that_stands_on_it(company: Company) -> None:
    card, shown = numbers_of_the_morning(company)
    company.advance_to("2026-11-17 18:30")
    company.say("chenmin", "/口径 日报准时率")
    (answer,) = company.say("chenmin", "/口径 日报准时率", quote=card)
    assert f"（{shown['日报准时率']}）" in answer.text
    assert "11-17 08:50" in answer.text


@pytest.mark.parametrize(("at", "fraction"), [("17:59:59", "1/1"), ("18:00:00", "1/3")])
def test_a_report_that_is_not_due_yet_is_not_missing(company: Company, at: str, fraction: str) -> None:
    company.advance_to("2026-11-16 17:00")
    company.say("zhouhang", "日报 客户拜访 华东机械")
    company.advance_to(f"2026-11-16 {at}")
    (card,) = company.say("chenmin", "/口径 日报准时率")
    assert f"（{fraction}）" in card.text
    assert ("林可 11-16" in card.text) is (fraction == "1/3")
