"""Which person is meant: three 王总 are asked, one at the named customer is not."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.parse.person import Contact, PersonReason, Sex, calls_in, find_contact, parse_call, surname_of, surname_reading

JIANGUO = Contact("P1", "C1001", "王建国", "采购经理")
LI_WANG = Contact("P2", "C1002", "王丽", "总经理")
ZHIQIANG = Contact("P3", "C1005", "王志强", "副总")
LIU_YANG = Contact("P4", "C1001", "刘洋", "设备部主任")
LIU_YING = Contact("P5", "C1001", "刘颖", "质检")
OUYANG = Contact("P6", "C1002", "欧阳雪", "财务主管", aliases=("雪姐",))
PEOPLE = (JIANGUO, LI_WANG, ZHIQIANG, LIU_YANG, LIU_YING, OUYANG)
SEEN = {
    "P1": datetime(2026, 9, 19, 2, tzinfo=UTC),
    "P2": datetime(2026, 8, 1, 2, tzinfo=UTC),
    "P3": datetime(2026, 7, 1, 2, tzinfo=UTC),
}


def test_three_wang_are_asked_the_last_seen_first() -> None:
    found = find_contact("下周三下午3点前给王总寄样品", PEOPLE, last_seen=SEEN)
    assert found.decided is None
    assert found.candidates == (JIANGUO, LI_WANG, ZHIQIANG)
    assert found.reason is PersonReason.AMBIGUOUS


def test_three_wang_are_asked_even_with_context_which_only_sorts() -> None:
    found = find_contact("给王总寄样品", PEOPLE, context="C1005", last_seen=SEEN)
    assert found.decided is None
    assert found.candidates == (ZHIQIANG, JIANGUO, LI_WANG)


def test_the_named_customer_leaves_one_wang() -> None:
    found = find_contact("华东机械的王总说可以", PEOPLE, customer="C1001")
    assert found.decided == JIANGUO
    assert found.reason is PersonReason.ONLY_ONE


def test_two_liu_at_one_customer_are_asked_unless_the_title_tells() -> None:
    assert find_contact("刘姐", PEOPLE, customer="C1001").decided is None
    assert find_contact("刘主任", PEOPLE, customer="C1001").decided == LIU_YANG


def test_a_full_name_needs_no_customer() -> None:
    assert find_contact("跟王建国通了电话", PEOPLE).decided == JIANGUO


def test_a_name_that_only_sounds_alike_is_asked() -> None:
    found = find_contact("王健国", PEOPLE)
    assert found.decided is None
    assert found.candidates == (JIANGUO,)


def test_the_same_full_name_at_two_customers_is_asked() -> None:
    twin = Contact("P9", "C1002", "王建国")
    assert find_contact("王建国", (JIANGUO, twin)).decided is None
    assert find_contact("王建国", (JIANGUO, twin), customer="C1002").decided == twin


def test_another_title_makes_the_only_one_doubtful() -> None:
    found = find_contact("欧阳工", PEOPLE, customer="C1002")
    assert found.decided is None
    assert found.reason is PersonReason.DOUBTFUL
    assert found.candidates == (OUYANG,)


def test_a_confirmed_alias_decides() -> None:
    assert find_contact("雪姐说月底付", PEOPLE).decided == OUYANG


def test_nobody_of_that_surname_is_a_new_person() -> None:
    found = find_contact("赵总", PEOPLE)
    assert found.reason is PersonReason.UNKNOWN
    assert found.ask


@pytest.mark.parametrize(
    ("text", "surname", "title", "sex"),
    [
        ("王总", "王", "总", Sex.UNSAID),
        ("欧阳经理", "欧阳", "经理", Sex.UNSAID),
        ("财务李姐", "李", "姐", Sex.SHE),
        ("老周", "周", "", Sex.UNSAID),
        ("小李", "李", "", Sex.UNSAID),
        ("单主任", "单", "主任", Sex.UNSAID),
        ("刘先生", "刘", "先生", Sex.HE),
        ("尉迟工", "尉迟", "工", Sex.UNSAID),
    ],
)
def test_forms_of_address(text: str, surname: str, title: str, sex: Sex) -> None:
    call = parse_call(text)
    assert call
    assert (call.surname, call.title, call.sex) == (surname, title, sex)


def test_a_mothers_name_keeps_the_childs() -> None:
    call = parse_call("李小明妈妈")
    assert call
    assert (call.surname, call.given, call.sex) == ("李", "小明", Sex.SHE)


@pytest.mark.parametrize(
    "text",
    [
        "总结一下本周",
        "这周总共三家",
        "对方经理不在",
        "向总部汇报",
        "和经理说了",
        "高总量下滑",
        "张工厂",
        "马上到",
        "大方向没变",
    ],
)
def test_ordinary_sentences_name_nobody(text: str) -> None:
    assert calls_in(text) == ()


def test_several_calls_in_one_sentence() -> None:
    found = calls_in("上午见王总，下午和刘工、财务李姐对账")
    assert [(one.surname, one.title) for one in found] == [("王", "总"), ("刘", "工"), ("李", "姐")]


def test_surnames_and_their_readings() -> None:
    assert surname_of("欧阳雪") == "欧阳"
    assert surname_of("王丽") == "王"
    assert surname_of("华东") == "华"
    assert [surname_reading(one) for one in ("单", "仇", "解", "曾", "区", "查", "尉迟")] == [
        "shan", "qiu", "xie", "zeng", "ou", "zha", "yuchi",
    ]  # fmt: skip


@given(st.text(max_size=60))
def test_no_text_raises(text: str) -> None:
    find_contact(text, PEOPLE, last_seen=SEEN)
    parse_call(text)
    calls_in(text)


@given(st.text(alphabet="王总刘李经理工老小姐，和向说", max_size=12))
def test_a_decision_without_customer_is_never_one_of_several(text: str) -> None:
    found = find_contact(text, (JIANGUO, LI_WANG, ZHIQIANG))
    assert found.decided is None
