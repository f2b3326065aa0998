from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.adapters.wecom.card import closed_template, plan
from bot.reply import Button, ButtonStyle, Card, CardState, Field, Input, InputKind

DONE = Button("已完成", "visit.ok~42~sig", ButtonStyle.PRIMARY)
LATER = Button("延后1小时", "visit.later~42~sig")
GOALS = tuple((f"g{number}", f"目标{number}") for number in range(3))


def template(card: Card) -> dict[str, Any]:
    laid_out = plan(card, task_id="rem-42-1")
    assert laid_out.before == ""
    return laid_out.template


def test_a_reminder_is_a_button_card() -> None:
    card = Card(
        "拜访提醒", "7号门店 14:00", fields=(Field("负责人", "李华"), Field("已超时", "30 分钟")), buttons=(DONE, LATER)
    )
    assert template(card) == {
        "card_type": "button_interaction",
        "task_id": "rem-42-1",
        "main_title": {"title": "拜访提醒", "desc": "7号门店 14:00"},
        "horizontal_content_list": [{"keyname": "负责人", "value": "李华"}, {"keyname": "已超时", "value": "30 分钟"}],
        "button_list": [
            {"text": "已完成", "style": 1, "key": "visit.ok~42~sig"},
            {"text": "延后1小时", "style": 2, "key": "visit.later~42~sig"},
        ],
    }


def test_a_longer_body_stands_below_the_title() -> None:
    laid_out = template(Card("晨会", "一\n二", buttons=(DONE,)))
    assert (laid_out["main_title"], laid_out["sub_title_text"]) == ({"title": "晨会"}, "一\n二")


def test_nothing_to_press_is_a_notice() -> None:
    assert template(Card("已记下", "恒信暖通")) == {
        "card_type": "text_notice",
        "card_action": {"type": 1, "url": "https://work.weixin.qq.com"},
        "main_title": {"title": "已记下", "desc": "恒信暖通"},
    }
    assert (
        plan(Card("a"), task_id="t", link="https://bot.example").template["card_action"]["url"] == "https://bot.example"
    )


def test_a_picture_with_an_address_is_a_news_notice() -> None:
    laid_out = template(Card("月报", "华东", image="https://crm.example/1.png"))
    assert (laid_out["card_type"], laid_out["card_image"]) == ("news_notice", {"url": "https://crm.example/1.png"})


def test_one_question_stands_beside_the_buttons() -> None:
    laid_out = template(
        Card("目标", inputs=(Input("goal", "目标", InputKind.SELECT, GOALS, "g1"),), buttons=(DONE, LATER))
    )
    assert laid_out["card_type"] == "button_interaction"
    assert laid_out["button_selection"] == {
        "question_key": "goal",
        "title": "目标",
        "option_list": [{"id": f"g{n}", "text": f"目标{n}"} for n in range(3)],
        "selected_id": "g1",
    }


def test_several_answers_are_a_vote() -> None:
    laid_out = template(
        Card("今日动作", inputs=(Input("did", "动作", InputKind.MULTI, GOALS, "g0,g2"),), buttons=(DONE, LATER))
    )
    assert laid_out["card_type"] == "vote_interaction"
    assert [option["is_checked"] for option in laid_out["checkbox"]["option_list"]] == [True, False, True]
    assert laid_out["submit_button"] == {"text": "已完成", "key": "visit.ok~42~sig"}
    assert laid_out["action_menu"]["action_list"] == [{"text": "延后1小时", "key": "visit.later~42~sig"}]


def test_several_questions_are_a_multiple_card() -> None:
    inputs = tuple(Input(f"q{n}", f"问题{n}", InputKind.SELECT, GOALS) for n in range(3))
    laid_out = template(Card("登记", inputs=inputs, buttons=(DONE,)))
    assert laid_out["card_type"] == "multiple_interaction"
    assert [each["question_key"] for each in laid_out["select_list"]] == ["q0", "q1", "q2"]


@pytest.mark.parametrize(
    "inputs",
    [
        (Input("why", "原因"),),
        (Input("when", "时间", InputKind.DATETIME),),
        (Input("who", "客户", InputKind.SELECT, tuple((str(n), str(n)) for n in range(11))),),
        (Input("goal", "目标", InputKind.SELECT, GOALS), Input("why", "原因")),
    ],
    ids=["text", "time", "eleven options", "mixed"],
)
def test_what_cannot_be_chosen_is_asked_in_words(inputs: tuple[Input, ...]) -> None:
    laid_out = template(Card("改派", inputs=inputs, buttons=(DONE,)))
    asked = [each.label for each in inputs if each.kind is not InputKind.SELECT or len(each.options) > 10]
    assert laid_out["main_title"]["desc"] == f"请直接回复：{'、'.join(asked)}"


def test_more_than_six_buttons_go_to_the_menu() -> None:
    buttons = tuple(Button(f"选{number}", f"k{number}") for number in range(9))
    laid_out = template(Card("哪一家？", buttons=buttons))
    assert [button["key"] for button in laid_out["button_list"]] == [f"k{n}" for n in range(6)]
    assert [entry["key"] for entry in laid_out["action_menu"]["action_list"]] == ["k6", "k7", "k8"]


def test_a_button_that_is_off_is_left_out_while_others_are_on() -> None:
    laid_out = template(Card("拜访提醒", buttons=(replace(DONE, disabled=True), LATER)))
    assert [button["text"] for button in laid_out["button_list"]] == ["延后1小时"]


class TestNothingIsCutOff:
    def test_a_tenth_button_is_named(self) -> None:
        laid_out = template(
            Card("哪一家？", buttons=tuple(Button(f"选{number}", f"k{number}") for number in range(11)))
        )
        assert laid_out["main_title"]["desc"] == "也可以直接回复：选9、选10"

    @pytest.mark.parametrize(("length", "before"), [(160, ""), (161, "【晨会】\n" + "今" * 161)])
    def test_a_body_that_is_too_long_is_said_before_the_card(self, length: int, before: str) -> None:
        laid_out = plan(Card("晨会", "今" * length, buttons=(DONE,)), task_id="t")
        assert laid_out.before == before
        body = laid_out.template.get("sub_title_text", laid_out.template["main_title"].get("desc"))
        assert body == ("今" * 160 if not before else "详情见上一条消息")

    @pytest.mark.parametrize(
        "field",
        [Field("六个字的标签", "x"), Field("备注", "今" * 31), Field("备注", "一\n二")],
        ids=["label", "value", "lines"],
    )
    def test_a_field_without_room_in_the_table_becomes_a_line(self, field: Field) -> None:
        laid_out = template(Card("登记", fields=(Field("客户", "恒信"), field), buttons=(DONE,)))
        assert laid_out["horizontal_content_list"] == [{"keyname": "客户", "value": "恒信"}]
        said = laid_out.get("sub_title_text") or laid_out["main_title"]["desc"]
        assert said == f"{field.label}：{field.value}"

    def test_a_seventh_field_becomes_a_line(self) -> None:
        laid_out = template(Card("登记", fields=tuple(Field(f"第{n}", str(n)) for n in range(7)), buttons=(DONE,)))
        assert len(laid_out["horizontal_content_list"]) == 6
        assert laid_out["main_title"]["desc"] == "第6：6"


class TestAfterwards:
    def test_a_closed_card_keeps_its_words_and_greys_its_buttons(self) -> None:
        card = Card("拜访提醒", "7号门店", buttons=(DONE, LATER)).closed("已完成")
        replaced = closed_template(card, task_id="rem-42-1")
        assert (replaced["card_type"], replaced["task_id"], replaced["replace_text"]) == (
            "button_interaction", "rem-42-1", "已完成",
        )  # fmt: skip
        assert replaced["main_title"] == {"title": "拜访提醒", "desc": "7号门店"}

    @pytest.mark.parametrize(("state", "words"), [(CardState.DONE, "已处理"), (CardState.VOID, "已失效")])
    def test_a_card_closed_without_a_word_says_its_state(self, state: CardState, words: str) -> None:
        card = Card("拜访提醒", buttons=(DONE,)).closed(state=state)
        assert closed_template(card, task_id="t")["replace_text"] == words

    def test_a_long_note_does_not_get_lost(self) -> None:
        card = Card("拜访提醒", "7号门店", buttons=(DONE,)).closed("已由周航于 14:05 撤销")
        replaced = closed_template(card, task_id="t")
        assert replaced["replace_text"] == "已由周航于 14:…"
        assert replaced["quote_area"] == {"type": 0, "quote_text": "已由周航于 14:05 撤销"}

    def test_a_card_that_is_still_open_stays_pressable(self) -> None:
        assert "replace_text" not in closed_template(Card("拜访提醒", "第二次", buttons=(DONE,)), task_id="t")

    def test_a_card_without_buttons_becomes_a_notice(self) -> None:
        assert closed_template(Card("已记下"), task_id="t")["card_type"] == "text_notice"
