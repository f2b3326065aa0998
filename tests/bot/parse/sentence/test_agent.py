"""Whose deed it is, told by who is named, of whom it is demanded, which way it goes and who was speaking."""

import pytest

from bench.capture_accuracy import read
from bot.parse.action import find_actions
from bot.parse.clause import Side
from bot.parse.sentence.agent import Voice, agent, demanded_of
from bot.parse.sentence.marks import doer, masked

OURS = [
    "跟PP说好了TT把接口资料给他",
    "PP让我TT把接口资料给他",
    "我TT把接口资料给PP",
    "接口资料TT给PP",
    "PP要TT发报价",
    "别忘了TT给PP寄发票",
]
THEIRS = [
    "接口资料PPTT给",
    "PPTT要把接口资料给我",
    "等PP把接口资料发我",
    "PP说TT把接口资料给我们",
    "让PP把接口资料发过来",
    "问PP要接口资料",
    "他TT寄合同回来",
]


@pytest.mark.parametrize("marks", OURS)
def test_what_goes_to_the_customer_or_is_demanded_of_us_is_ours(marks: str) -> None:
    assert agent(marks, find_actions(marks)[0], Voice.NOBODYS) is Side.US


@pytest.mark.parametrize("marks", THEIRS)
def test_what_comes_to_us_or_is_waited_for_is_theirs(marks: str) -> None:
    assert agent(marks, find_actions(marks)[0], Voice.NOBODYS) is Side.THEM


def test_an_answer_belongs_to_whoever_was_speaking() -> None:
    (reply,) = find_actions("周四给反馈")
    assert agent("TT给反馈", reply, Voice.THEIRS) is Side.THEM
    assert agent("TT给反馈", reply, Voice.OURS) is Side.US


def test_an_office_is_ours_when_we_send_it() -> None:
    assert demanded_of("我让技术部") is Side.US
    assert demanded_of("让PP") is Side.THEM
    assert demanded_of("要求") is Side.UNKNOWN
    assert demanded_of("我明天") is None


def test_a_name_behind_a_preposition_does_nothing() -> None:
    assert doer("跟PPTT") is Side.UNKNOWN
    assert doer("跟CC采购PPTT") is Side.UNKNOWN
    assert doer("PPTT") is Side.THEM
    assert doer("PP的样品我TT") is Side.US


def test_what_is_quoted_changes_sides() -> None:
    assert masked("王总：你们太贵", (("P", [(0, 2)]),)) == "PP：我们太贵"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("张工周五前要把接口资料给我", ["awaited"]),
        ("张工让我周五前把接口资料给他", ["commitment"]),
        ("没跟张工说周五给资料", []),
        ("下周三打算去趟恒信，算了不去了", []),
        ("明天先去恒信，再去蓝海", ["plan", "plan"]),
        ("明天 不对 后天下午去蓝海", ["plan"]),
        ("样品 李姐 周四前", ["commitment"]),
        ("周四上午9:30，恒信，设备部刘工，现场勘测", ["plan"]),
        ("给王总打了三个电话都没接", []),
        ("小林说她明天去蓝海", []),
        ("要检测报告，48小时内", ["commitment"]),
    ],
)
def test_who_does_it_and_whether_it_happens_decides_what_it_becomes(text: str, kinds: list[str]) -> None:
    assert [draft.kind.value for draft in read(text).drafts] == kinds


def test_a_time_taken_back_is_not_the_one_meant() -> None:
    (plan,) = read("明天 不对 后天下午去蓝海").drafts
    assert [slot.text for slot in plan.slots if slot.name == "at"] == ["后天下午"]


def test_a_companion_is_not_the_one_visited() -> None:
    (plan,) = read("下周二带张工去恒信").drafts
    assert "contact" not in {slot.name.value for slot in plan.slots}
