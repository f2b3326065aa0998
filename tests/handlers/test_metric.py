from __future__ import annotations

from tests.chat import Company


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
