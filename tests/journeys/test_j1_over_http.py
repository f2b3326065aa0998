"""J1 message by message: the real process, real pictures, real OCR."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.adapters.practice.samples import make_chat_screenshot, make_site_photo
from tests.journeys.office import Office

pytestmark = [pytest.mark.ocr, pytest.mark.timeout(300)]
SHANGHAI = ZoneInfo("Asia/Shanghai")
VISIT = "V-20261116-001"


def taken(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-16 {clock}").replace(tzinfo=SHANGHAI)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Office(tmp_path, at="2026-11-16T16:40") as running:
        yield running


def test_a_visit_with_a_late_photo_from_the_first_word_to_the_managers_card(office: Office) -> None:
    (opened,) = office.say("zhouhang", "拜访 华东机械")
    assert VISIT in opened.words
    assert "王建国 等 3 位联系人" in opened.words
    assert "☐☐☐" in opened.words

    (place,) = office.say("zhouhang", location=(31.2304, 121.4737))
    assert "距客户登记地址 146 米（≤200）" in place.words
    assert "☑☐☐" in place.words

    (photo,) = office.say("zhouhang", images=[make_site_photo(taken("14:05"), "上海市黄浦区人民大道200号")])
    assert "水印读到 14:05" in photo.words
    assert "相差 2 小时 35 分（容差 ±15 分）" in photo.words
    assert photo.buttons == ["重拍一张", "是 14:05 拍的，按补记", "我有异议"]

    (why,) = office.press("zhouhang", "是 14:05")
    assert "陈敏可见" in why.words
    (kept,) = office.say("zhouhang", "车间不让带手机，出来才发")
    assert "补记·晚 2h35m" in kept.words
    assert "☑☑☐" in kept.words

    screenshot, invitation = office.say("zhouhang", images=[make_chat_screenshot("王建国", "采购经理")])
    assert "王建国 · 采购经理" in screenshot.words
    assert "☑☑☑" in screenshot.words
    assert "结束拜访" in invitation.words

    (review,) = office.say("zhouhang", "他们认可方案，但嫌贵，周五前给新报价，客户很满意")
    assert "异议：价格" in review.words
    assert "11-20 周五 18:00" in review.words
    assert "⚠「客户很满意」需要依据" in review.words
    office.press("zhouhang", "改突破点")
    office.press("zhouhang", "价格让步")
    (done,) = office.press("zhouhang", "把那句删掉")
    assert f"✅ {VISIT} 已完成（三要素完整，补记 1 处）" in done.words

    (asked,) = office.heard("chenmin", "待确认")
    assert "周航 @华东机械" in asked.words
    assert "晚 2h35m，理由：车间不让带手机" in asked.words
    assert "很满意" not in asked.words
    assert asked.buttons == ["同意", "我来谈", "改期限"]


def test_a_blurred_photo_is_never_called_wrong(office: Office) -> None:
    office.say("zhouhang", "拜访 华东机械")
    (answer,) = office.say("zhouhang", images=[make_site_photo(taken("14:05"), blur=9)])
    assert "水印读到" not in answer.words
    assert "看不清" in answer.words or "是？" in answer.words
    assert "造假" not in answer.words.replace("不是说你造假", "")


def test_an_appeal_shows_the_manager_picture_and_reading_side_by_side(office: Office) -> None:
    office.say("zhouhang", "拜访 华东机械")
    office.say("zhouhang", images=[make_site_photo(taken("14:05"))])
    office.press("zhouhang", "我有异议")
    (card,) = office.heard("chenmin", "异议")
    assert card["card"]["image_url"]
    assert "14:05" in card.words
    office.press("chenmin", "采信销售")
    assert office.heard("zhouhang", "采信销售")


def test_the_photo_that_agrees_is_receipted_at_once(office: Office) -> None:
    office.say("zhouhang", "拜访 华东机械")
    (answer,) = office.say("zhouhang", images=[make_site_photo(taken("16:38"))])
    assert "② 照片 ✅ 水印 16:38" in answer.words
