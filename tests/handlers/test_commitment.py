"""承诺 …: heard, asked about, registered, told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.reply import Card
from models.capacity import book
from models.chat import OutboxRow
from models.commitment import Commitment
from models.commitment_told import CommitmentTold
from tests.chat import Company, shanghai
from tests.readers import ScriptedReader, chat_screenshot

SHOT = b"screenshot of the chat with Wang"


@pytest.fixture
def eve(tmp_path: Path) -> Iterator[Company]:
    """The company on the eve of the national holiday, Wednesday 2026-09-30, 17:20."""
    reader = ScriptedReader()
    reader.show(SHOT, chat_screenshot("王建国", "采购经理"))
    made = Company(tmp_path, at="2026-09-30 17:20", reader=reader)
    yield made
    made.close()


def promises(company: Company) -> list[Commitment]:
    with company.session() as session:
        return list(session.scalars(select(Commitment).order_by(Commitment.id)))


def reminded(company: Company, who: str) -> int:
    """How many reminders of the first promise a person got; the morning's own cards are others."""
    cards = (m.content for m in company.inbox(who) if isinstance(m.content, Card))
    return sum(card.title.endswith("CN-20260930-001") and "期" in card.title for card in cards)


def full(company: Company, day: str, share: float) -> None:
    with company.database.write() as session:
        book(session, "tianye", date.fromisoformat(day), share, now=company.now, by="tianye")


def test_none_of_three_wangs_is_chosen_for_zhouhang(eve: Company) -> None:
    (card,) = eve.say("zhouhang", "下周三下午3点前给王总寄样品")
    for who in ("① 王建国·华东机械", "② 王丽·蓝海包装", "③ 王志强·恒信暖通", "④ 都不是"):
        assert who in card.text
    assert promises(eve) == []
    assert "王建国" not in eve.say("zhouhang", "登记")[0].text.split("哪位王总")[0]
    assert promises(eve) == []


def test_next_wednesday_is_the_last_day_of_the_holiday_and_the_first_day_after_is_offered(eve: Company) -> None:
    (card,) = eve.say("zhouhang", "下周三下午3点前给王总寄样品")
    assert "= 10-07，是国庆假期最后一天" in card.text
    assert "10-08 周四 15:00（节后首日）" in card.buttons
    assert "就按 10-07 15:00" in card.buttons


def test_one_and_a_day_answer_both_questions(eve: Company) -> None:
    eve.say("zhouhang", "下周三下午3点前给王总寄样品")
    (card,) = eve.say("zhouhang", "1，10-08")
    assert "华东机械（王建国）" in card.text
    assert "10-08 周四 15:00 前" in card.text
    assert "交付 田野、售前 谢远" in card.text


@pytest.mark.parametrize(
    ("answer", "customer", "due"),
    [
        ("②，就按那天", "C1002", "2026-10-07 15:00"),
        ("王志强 节后", "C1003", "2026-10-08 15:00"),
        ("3 10-09 下午5点", "C1003", "2026-10-09 17:00"),
    ],
)
def test_answers_in_many_words(eve: Company, answer: str, customer: str, due: str) -> None:
    eve.say("zhouhang", "下周三下午3点前给王总寄样品")
    eve.say("zhouhang", answer)
    eve.say("zhouhang", "仍登记")
    (promise,) = promises(eve)
    assert promise.customer_id == customer
    assert promise.due_at == shanghai(due)


def test_buttons_answer_one_question_after_the_other(eve: Company) -> None:
    eve.say("zhouhang", "下周三下午3点前给王总寄样品")
    (second,) = eve.press("zhouhang", "① 王建国")
    assert "先确认一件事" in second.text
    (draft,) = eve.press("zhouhang", "10-08 周四 15:00")
    assert "承诺草稿" in draft.text
    eve.press("zhouhang", "仍登记")
    (promise,) = promises(eve)
    assert (promise.customer_id, promise.due_at) == ("C1001", shanghai("2026-10-08 15:00"))


def test_none_of_them_asks_for_the_customer(eve: Company) -> None:
    eve.say("zhouhang", "下周三下午3点前给王总寄样品")
    (asked,) = eve.say("zhouhang", "4")
    assert "哪家客户" in asked.text
    (card,) = eve.say("zhouhang", "鼎盛五金")
    assert "10-07" in card.text
    (draft,) = eve.say("zhouhang", "10-08")
    assert "鼎盛五金" in draft.text


def test_a_screenshot_with_register_anyway_is_the_basis(eve: Company) -> None:
    full(eve, "2026-10-08", 1.1)
    eve.say("zhouhang", "下周三下午3点前给王总寄样品")
    (draft,) = eve.say("zhouhang", "1，10-08")
    assert "⚠ 田野组 10-08 已排 110%" in draft.text
    assert "仍登记并问田野" in draft.buttons
    (receipt,) = eve.say("zhouhang", "仍登记", images=[SHOT])
    assert "已登记 CN-20260930-001" in receipt.text
    assert "10-08 09:30 与 13:30" in receipt.text
    (promise,) = promises(eve)
    assert promise.is_complete


def test_without_a_basis_it_waits_for_one_and_is_not_fully_registered(company: Company) -> None:
    (receipt,) = company.say("zhouhang", "承诺 明天给蓝海发合同")
    assert "CN-20261116-001" in receipt.text
    assert "11-17 周二 18:00 前发合同" in receipt.text
    assert "待补依据" in receipt.text
    (promise,) = promises(company)
    assert [item.name for item in promise.missing] == ["basis"]
    assert promise.is_complete is False


def test_the_number_of_a_recording_is_a_basis_and_the_announced_form_is_enough(company: Company) -> None:
    (receipt,) = company.say("zhouhang", "承诺 华东机械 寄样品 11-20 15:00 录音A12")
    assert "待补依据" not in receipt.text
    (promise,) = promises(company)
    assert (promise.matter, promise.basis_note, promise.due_at) == ("寄样品", "A12", shanghai("2026-11-20 15:00"))


def test_every_role_is_told_once(company: Company) -> None:
    company.say("zhouhang", "承诺 周五下午3点前给华东机械寄样品")
    with company.session() as session:
        told = session.scalars(select(CommitmentTold)).all()
    assert [(row.role, row.person_id) for row in told] == [("delivery", "tianye"), ("presales", "xieyuan")]
    for who in ("tianye", "xieyuan"):
        assert len(company.inbox(who)) == 1
        assert "CN-20261116-001" in company.last(who).text
    assert company.inbox("fangqing") == []
    assert company.inbox("linke") == []


def test_a_contract_is_told_to_finance(company: Company) -> None:
    company.say("zhouhang", "承诺 明天给蓝海发合同")
    assert "蓝海包装" in company.last("fangqing").text
    assert company.inbox("tianye") == []


def test_the_same_promise_again_names_the_one_there_is(company: Company) -> None:
    company.say("zhouhang", "承诺 明天给蓝海发合同")
    (answer,) = company.say("zhouhang", "承诺 明天给蓝海发合同")
    assert "已经登记过了：CN-20261116-001" in answer.text
    assert len(promises(company)) == 1


def test_one_message_three_times_is_one_promise(company: Company) -> None:
    for _ in range(3):
        company.say("zhouhang", "承诺 明天给蓝海发合同", update_id="same")
    assert len(promises(company)) == 1
    assert len(company.inbox("fangqing")) == 1


def test_of_two_who_take_the_last_place_the_later_sees_the_warning(company: Company) -> None:
    full(company, "2026-11-20", 0.9)
    company.say("zhouhang", "周五下午3点前给华东机械寄样品")
    company.say("linke", "周五下午4点前给恒信寄样品")
    assert "⚠" not in company.last("zhouhang").text
    assert "⚠" not in company.last("linke").text
    assert "已登记" in company.press("zhouhang", "登记")[0].text
    (warned,) = company.press("linke", "登记")
    assert "⚠ 田野组 11-20 已排 100%" in warned.text
    assert len(promises(company)) == 1
    assert "已登记" in company.press("linke", "仍登记")[0].text


@pytest.mark.parametrize(("booked", "warned"), [(0.89, False), (0.9, False), (0.91, True)])
def test_a_day_warns_above_a_hundred_percent_not_at_it(company: Company, booked: float, warned: bool) -> None:
    full(company, "2026-11-20", booked)
    (answer,) = company.say("zhouhang", "承诺 周五下午3点前给华东机械寄样品")
    assert ("已排" in answer.text) is warned


@pytest.mark.parametrize(
    "said",
    [
        "客户说下周三给我们答复",
        "周三前能给王总寄样品吗？",
        "样品已经寄给华东机械了",
        "明天10点拜访华东机械",
        "今天天气不错",
    ],
)
def test_what_is_no_promise_of_ours_is_not_taken_for_one(company: Company, said: str) -> None:
    company.say("zhouhang", said)
    assert "承诺草稿" not in company.said("zhouhang")
    assert "登记承诺" not in company.said("zhouhang")


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("承诺 尽快给蓝海发合同", "哪天之前"),
        ("承诺 2月30日前给蓝海发合同", "没有「2月30日前」这一天"),
        ("承诺 给蓝海发合同", "什么时候之前"),
        ("承诺 收到款后5个工作日内给蓝海发货", "前面那件事"),
    ],
)
def test_a_time_that_is_not_sure_is_asked_for(company: Company, said: str, asked: str) -> None:
    (card,) = company.say("zhouhang", said)
    assert asked in card.text
    assert promises(company) == []
    (draft,) = company.say("zhouhang", "11-20")
    assert "11-20 周五 18:00 前" in draft.text


def test_another_sentence_in_between_is_not_an_answer(company: Company) -> None:
    company.say("zhouhang", "承诺 给蓝海发合同")
    company.say("zhouhang", "拜访 华东机械")
    assert "拜访开始" in company.last("zhouhang").text
    (draft,) = company.say("zhouhang", "11-20")
    assert "发合同" in draft.text


def test_another_promise_does_not_change_the_open_draft(company: Company) -> None:
    company.say("zhouhang", "周五前给蓝海发合同")
    (second,) = company.say("zhouhang", "下周二前给华东机械寄样品")
    assert "寄样品" in second.text
    assert "11-24" in second.text


def test_a_draft_is_dropped_and_its_buttons_end(company: Company) -> None:
    (card,) = company.say("zhouhang", "周五前给蓝海发合同")
    assert "不登记" in company.say("zhouhang", "算了")[0].text
    assert "作废" in company.press("zhouhang", "登记", on=card)[0].text
    assert promises(company) == []


def test_a_promise_made_in_a_group_is_answered_alone(company: Company) -> None:
    company.say("zhouhang", "华东机械 寄样品 11-20 15:00前 录音A12", group="huadong-sales")
    assert company.inbox("huadong-sales")[-1].text == "已私聊发你。"
    assert "承诺草稿" in company.last("zhouhang").text
    assert "已登记" in company.say("zhouhang", "登记")[0].text


def test_an_outsider_registers_nothing(company: Company) -> None:
    company.say("waibu", "周五前给蓝海发合同")
    company.say("waibu", "承诺 周五前给蓝海发合同")
    assert promises(company) == []


def test_reminders_go_out_on_the_day_and_escalate_once(eve: Company) -> None:
    eve.say("zhouhang", "下周三下午3点前给王总寄样品")
    eve.say("zhouhang", "1，10-08")
    eve.say("zhouhang", "登记", images=[SHOT])
    for at, count in (("09:29", 0), ("09:30", 1), ("13:30", 2), ("14:59", 2), ("15:00", 3), ("15:59", 3)):
        eve.advance_to(f"2026-10-08 {at}")
        assert reminded(eve, "zhouhang") == count
    assert next(m for m in reversed(eve.inbox("zhouhang")) if "到期" in m.text).buttons == [
        "已完成",
        "再给我2小时",
        "做不到了",
    ]
    assert reminded(eve, "chenmin") == 0
    eve.advance_to("2026-10-08 16:00")
    assert "周航承诺华东机械（王建国）：寄样品" in eve.last("chenmin").text
    eve.advance_to("2026-10-12 12:00")
    assert (reminded(eve, "zhouhang"), reminded(eve, "chenmin")) == (3, 1)


def test_nothing_of_a_promise_reaches_those_it_does_not_concern(company: Company) -> None:
    company.say("zhouhang", "承诺 周五下午3点前给华东机械寄样品")
    with company.session() as session:
        reached = set(session.scalars(select(OutboxRow.person_id).where(OutboxRow.content.contains("CN-20261116-001"))))
    assert reached == {"zhouhang", "tianye", "xieyuan"}


def test_the_list_of_the_day_has_the_rows_of_the_morning(company: Company) -> None:
    company.say("zhouhang", "承诺 今天下午3点前给华东机械寄样品")
    company.say("zhouhang", "承诺 明天给蓝海发合同")
    company.say("linke", "承诺 今天下午4点前给恒信发方案")
    mine = company.say("zhouhang", "/承诺 今天")[0].text
    assert "今日到期 1、已逾 0、明日 1" in mine
    assert "恒信" not in mine
    team = company.say("chenmin", "/承诺 今天")[0].text
    assert "今日到期 2、已逾 0、明日 1" in team
    assert "林可 恒信暖通：发方案" in team
    company.advance_to("2026-11-16 15:30")
    assert "今日到期 1、已逾 1、明日 1" in company.say("chenmin", "承诺 今天")[0].text


def test_one_promise_is_shown_to_whom_it_concerns(company: Company) -> None:
    company.say("zhouhang", "承诺 周五下午3点前给华东机械寄样品 录音A1")
    for who in ("zhouhang", "chenmin", "hechuan", "tianye", "xieyuan"):
        assert "录音 A1" in company.say(who, "承诺 CN-20261116-001")[0].text
    for who in ("linke", "fangqing", "akai", "wugui", "waibu"):
        assert "录音 A1" not in company.say(who, "承诺 CN-20261116-001")[0].text


def test_what_a_note_promises_is_offered_and_never_asked_again(company: Company) -> None:
    company.say("zhouhang", "拜访 华东机械")
    review = "他们认可方案，但嫌贵，答应月底前派人调试，周五前给新报价"
    company.say("zhouhang", review)
    company.press("zhouhang", "都对")
    offer = next(m for m in company.inbox("zhouhang") if "不是承诺" in m.buttons)
    assert "答应月底前派人调试" in offer.text
    company.press("zhouhang", "登记", on=offer)
    assert "派人调试" in company.last("zhouhang").text
    company.say("zhouhang", "登记")
    (promise,) = promises(company)
    assert (promise.customer_id, promise.matter) == ("C1001", "派人调试")


def test_the_number_begins_again_at_midnight_where_the_rep_is(company: Company) -> None:
    company.say("zhouhang", "承诺 周五前给蓝海发合同")
    company.advance_to("2026-11-16 23:59:59")
    company.say("zhouhang", "承诺 周五前给华东机械寄样品")
    company.advance(seconds=1)
    company.say("linke", "承诺 周五前给恒信寄样品")
    assert [promise.id for promise in promises(company)] == ["CN-20261116-001", "CN-20261116-002", "CN-20261117-001"]
