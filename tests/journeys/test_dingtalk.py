"""J1, J2 and J3 through DingTalk's wire: Stream in, session, robot and cards out, the same outcome as in the practice chat."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from models.commitment import Commitment
from models.daily_report import report_of
from models.visit import EvidenceState, Visit, evidence_of, is_complete
from tests.bot.place.phone import PUBLIC, open_page, path_of, send_place
from tests.chat import shanghai
from tests.readers import ScriptedReader, chat_screenshot, site_photo
from tests.stream_company import StreamCompany

VISIT = "V-20261116-001"
MAKE_UP = "2026-10-10"


@pytest.fixture(params=[{}, {"card_template_id": "3f0c.schema"}], ids=["words", "cards"])
def visiting(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[StreamCompany]:
    """周航 stands at the gate of 华东机械 at 16:40, once with quick replies and once with a card template."""
    company = at_the_gate(tmp_path, server={"public_url": PUBLIC}, **request.param)
    yield company
    company.close()


def at_the_gate(folder: Path, *, server: dict[str, str] | None = None, **dingtalk: Any) -> StreamCompany:
    reader = ScriptedReader()
    reader.show(b"gate", site_photo("2026-11-16", "14:05", address="上海市黄浦区人民大道200号"))
    reader.show(b"chat", chat_screenshot("王建国", "采购经理"))
    settings = {"server": server} if server else {}
    company = StreamCompany(folder, at="2026-11-16 16:40", reader=reader, settings=settings, **dingtalk)
    company.say("zhouhang", "拜访 华东机械")
    return company


def test_j1_the_place_comes_by_a_page_of_its_own_and_the_visit_ends_complete(visiting: StreamCompany) -> None:
    opened = visiting.last("zhouhang").text
    assert "只能用一次" in opened
    assert open_page(visiting, path_of(opened)).status_code == 200
    assert send_place(visiting, path_of(opened)).status_code == 201
    assert "① 位置 ✅ 距客户登记地址" in visiting.last("zhouhang").text
    assert "☑☐☐" in visiting.last("zhouhang").text
    end_the_visit(visiting)
    assert f"✅ {VISIT} 已完成（三要素完整，补记 1 处）" in visiting.said("zhouhang")
    with visiting.session() as session:
        assert is_complete(session, VISIT)
        place = next(item for item in evidence_of(session, VISIT) if item.kind == "location")
        assert (place.state, place.accuracy_m) == (EvidenceState.VALID, 12)
    assert send_place(visiting, path_of(opened)).status_code == 409
    (told,) = visiting.inbox("chenmin")
    assert "【待确认】" in told.text


def test_j1_without_a_page_the_watermark_is_a_weak_place_and_no_full_mark(tmp_path: Path) -> None:
    company = at_the_gate(tmp_path)
    assert "这里发不了位置" in company.last("zhouhang").text
    end_the_visit(company)
    assert "用水印地址「上海市黄浦区人民大道200号」记为「弱位置」，不算满分" in company.said("zhouhang")
    assert f"✅ {VISIT} 已完成（未完整，还差 ① 位置（只有弱的），补记 1 处）" in company.said("zhouhang")
    with company.session() as session:
        assert not is_complete(session, VISIT)
    company.close()


def test_j1_who_cannot_open_the_page_falls_back_to_the_watermark_and_may_still_make_it_whole(
    visiting: StreamCompany,
) -> None:
    path = path_of(visiting.last("zhouhang").text)
    visiting.say("zhouhang", images=[b"gate"])
    assert "走链接可以补满" in visiting.said("zhouhang")
    send_place(visiting, path)
    with visiting.session() as session:
        (place,) = (item for item in evidence_of(session, VISIT) if item.kind == "location")
        assert place.state == EvidenceState.VALID


def end_the_visit(company: StreamCompany) -> None:
    """The photo of five past two, the screenshot, and one sentence."""
    company.say("zhouhang", images=[b"gate"])
    company.press("zhouhang", "是 14:05")
    company.say("zhouhang", "车间不让带手机，出来才发")
    company.say("zhouhang", images=[b"chat"])
    company.say("zhouhang", "他们认可方案，但嫌贵，周五前给新报价，客户很满意")
    company.press("zhouhang", "改突破点")
    company.press("zhouhang", "价格让步")
    company.press("zhouhang", "把那句删掉")


def test_j1_a_late_photo_is_kept_as_backfilled_and_the_visit_ends_without_the_empty_phrase(
    visiting: StreamCompany,
) -> None:
    (asked,) = visiting.say("zhouhang", images=[b"gate"])
    assert "相差 2 小时 35 分" in asked.text
    visiting.press("zhouhang", "是 14:05")
    (kept,) = visiting.say("zhouhang", "车间不让带手机，出来才发")
    assert "补记·晚 2h35m" in kept.text
    read, invited = visiting.say("zhouhang", images=[b"chat"])  # a weak place lets him go on
    assert "结束拜访" in invited.text
    assert "王建国 · 采购经理" in read.text
    visiting.say("zhouhang", "他们认可方案，但嫌贵，周五前给新报价，客户很满意")
    visiting.press("zhouhang", "改突破点")
    visiting.press("zhouhang", "价格让步")
    visiting.press("zhouhang", "把那句删掉")
    assert f"✅ {VISIT} 已完成" in visiting.said("zhouhang")
    with visiting.session() as session:
        visit = session.get(Visit, VISIT)
        assert visit is not None
        assert (visit.breakthrough, visit.objections) == ("价格让步", ["价格"])
        assert "很满意" not in visit.summary
        photo = next(item for item in evidence_of(session, VISIT) if item.kind == "photo")
        assert (photo.state, photo.lag) == (EvidenceState.VALID_BACKFILLED, 9300)
    (told,) = visiting.inbox("chenmin")
    assert "晚 2h35m，理由：车间不让带手机" in told.text


def test_a_photo_delivered_three_times_is_judged_once(visiting: StreamCompany) -> None:
    for _ in range(3):
        visiting.say("zhouhang", images=[b"gate"], msg_id="msg-photo")
    assert visiting.said("zhouhang").count("相差 2 小时 35 分") == 1


def test_a_photo_with_a_caption_loses_neither(visiting: StreamCompany) -> None:
    visiting.say("zhouhang", "门头照", images=[b"gate"])
    with visiting.session() as session:
        assert [item.kind for item in evidence_of(session, VISIT)].count("photo") == 1


@pytest.fixture(params=[{}, {"card_template_id": "3f0c.schema"}], ids=["words", "cards"])
def eve(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[StreamCompany]:
    """The eve of the national holiday, Wednesday 2026-09-30, 17:20."""
    reader = ScriptedReader()
    reader.show(b"chat", chat_screenshot("王建国", "采购经理"))
    settings: dict[str, Any] = request.param
    company = StreamCompany(tmp_path, at="2026-09-30 17:20", reader=reader, **settings)
    yield company
    company.close()


def promises(company: StreamCompany) -> list[Commitment]:
    with company.session() as session:
        return list(session.scalars(select(Commitment).order_by(Commitment.id)))


def test_j2_a_promise_in_plain_words_is_asked_about_registered_with_its_screenshot_and_told(eve: StreamCompany) -> None:
    (asked,) = eve.say("zhouhang", "下周三下午3点前给王总寄样品")
    for who in ("① 王建国·华东机械", "② 王丽·蓝海包装", "③ 王志强·恒信暖通"):
        assert who in asked.text
    assert "= 10-07，是国庆假期最后一天" in asked.text
    assert promises(eve) == []
    (draft,) = eve.say("zhouhang", "1，10-08")
    assert "10-08 周四 15:00 前" in draft.text
    (receipt,) = eve.say("zhouhang", "仍登记", images=[b"chat"])
    assert "已登记 CN-20260930-001" in receipt.text
    (promise,) = promises(eve)
    assert (promise.customer_id, promise.due_at) == ("C1001", shanghai("2026-10-08 15:00"))
    assert "CN-20260930-001" in eve.said("tianye")


def test_j2_one_question_after_the_other_is_answered_by_buttons(eve: StreamCompany) -> None:
    eve.say("zhouhang", "下周三下午3点前给王总寄样品")
    eve.press("zhouhang", "① 王建国")
    eve.press("zhouhang", "10-08 周四 15:00")
    eve.press("zhouhang", "仍登记并问田野")
    (promise,) = promises(eve)
    assert (promise.customer_id, promise.due_at) == ("C1001", shanghai("2026-10-08 15:00"))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[StreamCompany]:
    company = StreamCompany(tmp_path, at=f"{MAKE_UP} 08:30")
    yield company
    company.close()


def test_j3_the_reminder_on_a_make_up_saturday_leads_to_a_report(office: StreamCompany) -> None:
    office.advance_to(f"{MAKE_UP} 10:00")
    office.say("zhouhang", "拜访 华东机械")
    office.advance_to(f"{MAKE_UP} 17:30")
    assert "补班日" in office.last("zhouhang").text
    (question,) = office.say("zhouhang", "蓝海 明确了采购时间")
    assert "请附一句原话" in question.text
    (receipt,) = office.say("zhouhang", "客户说：我们计划11月启动招标")
    assert "✅ 日报已交 17:30" in receipt.text


def test_j3_the_manager_hears_once_after_six_and_the_group_reads_no_name(office: StreamCompany) -> None:
    office.advance_to(f"{MAKE_UP} 17:40")
    office.say("zhouhang", "日报 客户拜访 华东机械")
    office.say("sun", "日报 客户拜访 鼎盛五金")
    office.advance_to(f"{MAKE_UP} 18:05")
    told = [seen.text for seen in office.inbox("chenmin") if "日报" in seen.text]
    assert len(told) == 1
    assert "未交：林可" in told[0]
    (number,) = office.inbox("huadong-sales")
    assert number.text == "今日日报 2/3"
    assert number.by == "sampleText"
    (receipt,) = office.say("linke", "日报 客户拜访 恒信；竞对反馈 恒信 格美降价8%")
    assert "迟交 5 分" in receipt.text
    with office.session() as session:
        report = report_of(session, "linke", shanghai(MAKE_UP).date())
        assert report is not None
        assert report.late_minutes == 5


def test_somebody_the_bot_does_not_know_is_told_so_in_his_own_chat(office: StreamCompany) -> None:
    office.ding.state.people["stranger"] = {"name": "陌生人"}
    (answer,) = office.say("stranger", "/客户 华东机械")
    assert answer.by == "session"
    assert "华东机械" not in answer.text
