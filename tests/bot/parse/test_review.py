import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.capture_accuracy import NOW, customers, people, times
from bot.parse.sentence import Resolvers, SlotName, parse_correction, parse_report, review, without
from bot.parse.sentence.words import Breakthrough, Goal, Objection, Progress, ReportAction

CAST = Resolvers(times, customers, people, now=NOW)


def test_journey_one_ends_with_one_sentence() -> None:
    said = review("他们认可方案，但嫌贵，周五前给新报价，客户很满意", CAST)
    assert said.goal is not None
    assert (said.goal.value, said.goal.auto) == (Goal.CLOSE, False)
    assert said.breakthrough is not None
    assert (said.breakthrough.value, said.breakthrough.auto) == (Breakthrough.CUSTOM, False)
    assert [slot.value for slot in said.objections] == [Objection.PRICE]
    assert said.next_step is not None
    assert said.next_step.value == "提交新报价"
    assert said.due is not None
    assert said.due.value.due_at.isoformat() == "2026-11-20T18:00:00+08:00"
    (empty,) = said.empty_phrases
    assert empty.text == "满意"
    assert without(said.summary, empty.span) == "他们认可方案，但嫌贵，周五前给新报价"
    assert said.missing == ()


def test_a_named_value_needs_no_question() -> None:
    said = review("目标处理异议，突破点服务承诺，下周二前给整改报告", CAST)
    assert said.goal is not None
    assert said.breakthrough is not None
    assert (said.goal.value, said.goal.auto) == (Goal.OBJECTION, True)
    assert (said.breakthrough.value, said.breakthrough.auto) == (Breakthrough.SERVICE, True)


@pytest.mark.parametrize(
    ("text", "goal"),
    [
        ("第一次去，加了微信，下周发资料", Goal.CONTACT),
        ("演示了样机，参数他们要再看，周三补资料", Goal.ADVANCE),
        ("处理上次的质量问题投诉，解释清楚了，周五寄新件", Goal.OBJECTION),
        ("回访一下使用情况，没什么问题，下个月再来", Goal.FEEDBACK),
        ("谈合同条款和付款，下周二签约", Goal.CLOSE),
    ],
)
def test_the_goal_is_guessed_from_what_was_done(text: str, goal: Goal) -> None:
    said = review(text, CAST)
    assert said.goal is not None
    assert said.goal.value == goal


def test_what_is_missing_is_named() -> None:
    assert review("聊了聊", CAST).missing == (SlotName.GOAL, SlotName.BREAKTHROUGH, SlotName.WHAT, SlotName.DUE)


def test_301_characters_are_one_too_many() -> None:
    assert review("谈" * 300, CAST).too_long_by == 0
    assert review("谈" * 301, CAST).too_long_by == 1


def test_a_promise_beside_the_next_step_is_offered_for_registration() -> None:
    said = review("方案通过，答应月底前派人调试，明天发合同", CAST)
    assert said.next_step is not None
    assert [promise.text for promise in said.promises] in (["答应月底前派人调试"], [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("改成周四", [("due", "周四", "")]),
        ("改成周四，给华东机械", [("due", "周四", ""), ("customer", "华东机械", "")]),
        ("改成周四给华东机械", [("due", "周四", ""), ("customer", "华东机械", "")]),
        ("不是寄样是报价", [("what", "报价", "寄样")]),
        ("不是寄样，是报价", [("what", "报价", "寄样")]),
        ("改期限 周五", [("due", "周五", "")]),
        ("期限改成下周三下午3点", [("due", "下周三下午3点", "")]),
        ("把蓝海改成华东机械", [("customer", "华东机械", "蓝海")]),
        ("把蓝海改成兰海包装二厂", [("customer", "兰海包装二厂", "蓝海")]),
        ("客户改为恒信", [("customer", "恒信", "")]),
        ("是恒信不是蓝海", [("customer", "恒信", "蓝海")]),
        ("不对，应该是周五", [("due", "周五", "")]),
        ("写错了，是恒信", [("customer", "恒信", "")]),
        ("推迟到下周二", [("due", "下周二", "")]),
        ("金额改成 86万", [("amount", "86万", "")]),
        ("改突破点 价格让步", [("breakthrough", "价格让步", "")]),
        ("目标改成处理异议", [("goal", "处理异议", "")]),
        ("联系人换成李姐", [("contact", "李姐", "")]),
        ("改到周五下班前", [("due", "周五下班前", "")]),
        ("跟王总说好了改到周五下班前", [("due", "周五下班前", "")]),
        ("期限改成周五，客户改成恒信", [("due", "周五", ""), ("customer", "恒信", "")]),
    ],
)
def test_a_correction_in_words_names_field_and_value(text: str, expected: list[tuple[str, str, str]]) -> None:
    correction = parse_correction(text, CAST)
    assert correction is not None
    assert [
        (change.field, change.value.text if change.value else change.text, change.old) for change in correction.changes
    ] == expected


@pytest.mark.parametrize("text", ["改天再聊", "今天拜访很顺利", "不是我答应的", "改进一下", "", "是的", "周四"])
def test_other_messages_are_no_corrections(text: str) -> None:
    assert parse_correction(text, CAST) is None


def test_a_correction_may_name_its_record_and_may_be_news_instead() -> None:
    named = parse_correction("CN-20261117-005 改成周四", CAST)
    assert named is not None
    assert named.code == "CN-20261117-005"
    told = parse_correction("跟王总说好了改到周五下班前", CAST)
    assert told is not None
    assert not told.explicit


def test_a_daily_report_in_words_is_taken_apart() -> None:
    report = parse_report("日报 客户拜访 恒信；竞对反馈 恒信 格美降价8%", CAST)
    assert [(item.action, item.customer_text, item.detail) for item in report.items] == [
        (ReportAction.VISIT, "恒信", ""),
        (ReportAction.RIVAL, "恒信", "格美降价8%"),
    ]
    assert all(item.confidence >= 0.9 for item in report.items)


def test_a_report_with_headings_fills_its_three_columns() -> None:
    report = parse_report(
        "1. 拜访华东机械\n2. 发了方案给蓝海\n今日突破：蓝海 明确了采购时间，客户说：我们计划11月启动招标\n明日关键动作：给蓝海发资质\n需支持：无",
        CAST,
    )
    assert [(item.action, item.customer_text) for item in report.items] == [
        (ReportAction.VISIT, "华东机械"),
        (ReportAction.PROPOSAL, "蓝海"),
    ]
    assert report.tomorrow == "给蓝海发资质"
    assert report.support == ""
    (step,) = report.progress
    assert step.values[SlotName.CATEGORY] == Progress.TIME
    assert step.values[SlotName.QUOTATION] == "我们计划11月启动招标"


def test_an_unknown_customer_is_kept_for_the_question() -> None:
    (item,) = parse_report("日报 竞对反馈 新客户甲 格美降价8%", CAST).items
    assert (item.customer, item.customer_text, item.detail) == (None, "新客户甲", "格美降价8%")


@settings(max_examples=100, deadline=None)
@given(
    st.text(
        alphabet=st.characters() | st.sampled_from("改成不是是把周四，给恒信；日报：客户拜访明日需支持无 \n"),
        max_size=50,
    )
)
def test_no_text_whatsoever_raises(text: str) -> None:
    parse_correction(text, CAST)
    parse_report(text, CAST)
    review(text, CAST)
