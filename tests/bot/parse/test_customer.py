"""Which customer is meant: what is linked, what is asked, and what is never linked."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.parse.customer import CustomerIndex, CustomerName, Reason, Scope, Why, keys_for, letters

ZHOU_HANG = frozenset({"C1001", "C1002", "C1003", "C1004"})
LIN_KE = frozenset({"C1005", "C1006"})
CAST = (
    CustomerName("C1001", "华东机械有限公司"),
    CustomerName("C1002", "蓝海包装有限公司", aliases=("老蓝",)),
    CustomerName("C1003", "江苏恒立液压股份有限公司", number="KH-0077"),
    CustomerName("C1004", "苏州禄融汽车零部件有限公司"),
    CustomerName("C1005", "恒信暖通设备工程有限公司"),
    CustomerName("C1006", "蓝海包装二厂"),
    CustomerName("C1007", "广东恒信物流有限公司"),
    CustomerName("C1023", "七天连锁酒店"),
    CustomerName("C1024", "普凯生物医药（新疆）有限公司"),
    CustomerName("C1025", "中国石油化工股份有限公司"),
)
CAST_INDEX = CustomerIndex.build(CAST)


@pytest.fixture(scope="module")
def index() -> CustomerIndex:
    return CAST_INDEX


@pytest.mark.parametrize(
    ("typed", "customer"),
    [
        ("华东机械", "C1001"),
        ("华东机械有限公司", "C1001"),
        ("華東機械", "C1001"),
        ("蓝海", "C1002"),
        ("蓝海包装", "C1002"),
        ("老蓝", "C1002"),
        ("恒立液压", "C1003"),
        ("江苏恒立", "C1003"),
        ("恒力液压", "C1003"),
        ("hengliyeya", "C1003"),
        ("hlyy", "C1003"),
        ("禄融汽配", "C1004"),
        ("#C1003", "C1003"),
        ("c1003", "C1003"),
        ("KH-0077", "C1003"),
    ],
)
def test_zhou_hang_types_his_customer_in_many_ways(index: CustomerIndex, typed: str, customer: str) -> None:
    found = index.find(typed, own=ZHOU_HANG)
    assert found.decided
    assert found.decided.id == customer
    assert found.decided.scope is Scope.OWN
    assert not found.ask


def test_zhou_hang_is_asked_about_a_colleagues_customer_he_abbreviates(index: CustomerIndex) -> None:
    found = index.find("恒信暖通工程", own=ZHOU_HANG, team=LIN_KE)
    assert found.decided is None
    assert found.ask
    assert found.candidates[0].id == "C1005"
    assert found.candidates[0].scope is Scope.TEAM


def test_the_same_brand_in_two_trades_is_asked(index: CustomerIndex) -> None:
    found = index.find("恒信")
    assert found.decided is None
    assert {one.id for one in found.candidates} == {"C1005", "C1007"}


def test_own_scope_settles_a_brand_that_two_share(index: CustomerIndex) -> None:
    found = index.find("恒信", own=LIN_KE)
    assert found.decided
    assert found.decided.id == "C1005"
    assert found.reason is Reason.OWN


def test_the_second_factory_is_not_the_first(index: CustomerIndex) -> None:
    found = index.find("蓝海包装二厂", own=ZHOU_HANG)
    assert found.decided
    assert found.decided.id == "C1006"
    third = index.find("蓝海包装三厂", own=ZHOU_HANG | LIN_KE)
    assert third.decided is None


@pytest.mark.parametrize("typed", ["华东包装", "恒立包装", "蓝天机械", "科技有限公司", "有限公司", "机械", "江苏"])
def test_a_shared_trade_or_region_never_links(index: CustomerIndex, typed: str) -> None:
    assert index.find(typed, own=ZHOU_HANG).decided is None


def test_a_full_name_of_another_region_is_asked(index: CustomerIndex) -> None:
    found = index.find("山东恒立液压有限公司", own=ZHOU_HANG)
    assert found.decided is None


def test_an_unknown_company_has_no_candidates(index: CustomerIndex) -> None:
    found = index.find("珠海格美电器")
    assert found.candidates == ()
    assert found.reason is Reason.UNKNOWN
    assert found.ask


def test_an_unknown_code_shows_its_neighbours(index: CustomerIndex) -> None:
    found = index.find("#C1033", own=ZHOU_HANG)
    assert found.reason is Reason.UNKNOWN_CODE
    assert found.decided is None
    assert len(found.candidates) == 3
    assert "C1003" in {one.id for one in found.candidates}
    assert all(one.why is Why.CODE for one in found.candidates)


def test_a_pointing_word_means_the_customer_just_spoken_of(index: CustomerIndex) -> None:
    assert index.find("他们", own=ZHOU_HANG, context="C1001").reason is Reason.CONTEXT
    assert index.find("他们", own=ZHOU_HANG).decided is None
    assert index.find("", context="C1001").reason is Reason.EMPTY


def test_context_comes_first_but_does_not_decide_for_somebody_elses_customer(index: CustomerIndex) -> None:
    found = index.find("恒信", context="C1007")
    assert found.candidates[0].id == "C1007"
    assert found.decided is None


def test_an_alias_two_customers_share_is_asked() -> None:
    index = CustomerIndex.build(
        [CustomerName("1", "甲和机械", aliases=("老李家",)), CustomerName("2", "乙顺包装", aliases=("老李家",))]
    )
    found = index.find("老李家", own={"1", "2"})
    assert found.decided is None
    assert len(found.candidates) == 2
    mine = index.find("老李家", own={"2"})
    assert mine.decided
    assert mine.decided.id == "2"


def test_creating_a_customer_that_exists_shows_the_existing_one(index: CustomerIndex) -> None:
    assert index.duplicates("恒立液压股份")[0].id == "C1003"
    assert index.duplicates("恒立液压")[0].id == "C1003"
    assert index.duplicates("恒丰液压") == ()


def test_stored_keys_give_the_same_index(index: CustomerIndex) -> None:
    loaded = CustomerIndex.load((one, keys_for(one.name, one.aliases)) for one in CAST)
    outdated = CustomerIndex.load((one, b"\x00old") for one in CAST)
    for typed in ("恒力液压", "蓝海", "禄融汽配", "hdjx", "恒信"):
        assert loaded.find(typed) == index.find(typed) == outdated.find(typed)


def test_changes_one_at_a_time_equal_a_rebuild(index: CustomerIndex) -> None:
    grown = CustomerIndex()
    for one in CAST:
        grown.add(CustomerName(one.id, "旧名字" + one.name))
        grown.find("旧名字")
    grown.add(CustomerName("C9", "华东机械设备有限公司"))
    for one in CAST:
        grown.update(one)
    grown.remove("C9")
    grown.remove("C9")
    assert len(grown) == len(CAST)
    for typed in ("恒力液压", "蓝海", "禄融汽配", "hdjx", "恒信", "#C1003", "旧名字", "华东"):
        assert grown.find(typed, own=ZHOU_HANG) == index.find(typed, own=ZHOU_HANG)


def test_customers_inside_a_sentence(index: CustomerIndex) -> None:
    text = "上午去了华东机械，七天连锁酒店也在谈，#C1003 下周三报价"
    found = index.mentions(text, own=ZHOU_HANG)
    assert [text[start:end] for (start, end), _ in found] == ["华东机械", "七天连锁酒店", "#C1003"]
    assert found[0][1].decided
    assert found[0][1].decided.id == "C1001"


@pytest.mark.parametrize(
    ("text", "mentioned"),
    [
        ("蓝海 明确了采购时间", ["蓝海"]),
        ("七天内报价，双十一前发货", []),
        ("七天连锁酒店七天内要样品", ["七天连锁酒店"]),
        ("上午去了化东机械谈价格", ["化东机械"]),
        ("下午拜访江苏恒立，跟恒立液压的刘工对图纸", ["江苏恒立", "恒立液压"]),
        ("跟蓝海包装二厂的王总约了明天", ["蓝海包装二厂"]),
        ("下午拜访hengliyeya，还行", ["hengliyeya"]),
        ("上午去了恒液立压谈价格", ["恒液立压"]),
        ("新客户 珠海格美电器，做空调的", []),
        ("我们机械部开会，包装材料涨价", []),
        ("恒立液压有限公司，#C9999 都要", ["恒立液压有限公司"]),
    ],
)
def test_what_a_sentence_mentions(index: CustomerIndex, text: str, mentioned: list[str]) -> None:
    found = index.mentions(text, own=ZHOU_HANG)
    assert [text[start:end] for (start, end), one in found if one.candidates] == mentioned


def test_the_region_that_is_also_a_brand_is_asked(index: CustomerIndex) -> None:
    found = index.find("华东", own=ZHOU_HANG)
    assert found.decided is None


@pytest.mark.parametrize(("typed", "customer"), [("中石化", "C1025"), ("华机", "C1001"), ("中国石化", "C1025")])
def test_a_short_form_is_offered_and_never_linked(index: CustomerIndex, typed: str, customer: str) -> None:
    found = index.find(typed, own={"C1001", "C1025"})
    assert found.decided is None or typed == "中国石化"
    assert found.candidates[0].id == customer


def test_a_shared_region_and_trade_is_not_the_company_with_a_brand_between() -> None:
    index = CustomerIndex.build([CustomerName("C1", "华东南星万快速消费品有限公司")])
    assert index.find("华东快消", own={"C1"}).decided is None
    assert index.find("南星万快消", own={"C1"}).decided


def test_the_same_core_in_two_regions_is_asked_unless_it_is_ones_own() -> None:
    index = CustomerIndex.build([CustomerName("C1", "思象酒店有限公司"), CustomerName("C2", "长沙思象酒店有限公司")])
    assert index.find("思象酒店").decided is None
    assert index.find("思象酒店", own={"C2"}).decided is None
    mine = index.find("思象酒店", own={"C1"})
    assert mine.decided
    assert mine.decided.id == "C1"


def test_a_confirmed_short_form_links_from_then_on(index: CustomerIndex) -> None:
    learned = CustomerIndex.build(CAST)
    learned.update(CustomerName("C1025", "中国石油化工股份有限公司", aliases=("中石化",)))
    found = learned.find("中石化")
    assert found.decided
    assert found.decided.why is Why.ALIAS
    assert index.find("中石化").decided is None


def test_another_legal_form_of_somebody_elses_customer_is_asked(index: CustomerIndex) -> None:
    assert index.find("恒信暖通设备工程股份有限公司").decided is None
    assert index.find("恒信暖通设备工程").decided


def test_a_company_in_another_office_is_not_the_listed_one() -> None:
    index = CustomerIndex.build([CustomerName("C1", "思象酒店（台州市）有限公司")])
    assert index.find("思象酒店").decided is None
    assert index.find("台州思象酒店").decided
    assert index.find("长沙思象酒店有限公司", own={"C1"}).decided is None


TEXT = st.text(
    alphabet=st.one_of(st.sampled_from("华东机械恒立液压蓝海包装有限公司江苏#C10 3（）hldj，。"), st.characters()),
    max_size=30,
)


@given(TEXT)
def test_no_text_raises(text: str) -> None:
    index = CAST_INDEX
    index.find(text, own=ZHOU_HANG, team=LIN_KE, context="C1001")
    index.duplicates(text)
    for (start, end), _ in index.mentions(text, own=ZHOU_HANG):
        assert 0 <= start < end <= len(text)


@given(TEXT)
def test_nobody_elses_customer_is_linked_by_likeness(text: str) -> None:
    found = CAST_INDEX.find(text)
    assert found.decided is None or found.decided.why in {Why.EXACT, Why.ALIAS, Why.CODE}


@given(st.text(max_size=40), st.lists(st.text(max_size=12), max_size=4))
def test_any_name_can_be_stored_and_found_by_itself(name: str, aliases: list[str]) -> None:
    customer = CustomerName("K1", name, tuple(aliases))
    index = CustomerIndex.load([(customer, keys_for(name, aliases))])
    found = index.find(name)
    if len(letters.fold(name)) >= 2 and found.reason not in {Reason.UNKNOWN_CODE, Reason.EMPTY}:
        assert found.candidates


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from(["put", "remove", "rename"]), st.integers(0, 9)), max_size=40))
def test_any_history_equals_a_rebuild(history: list[tuple[str, int]]) -> None:
    changed, truth = CustomerIndex(), {}
    for verb, place in history:
        name = CAST[place] if verb != "rename" else replace(CAST[place], name="新" + CAST[place].name)
        if verb == "remove":
            changed.remove(name.id)
            truth.pop(name.id, None)
        else:
            changed.put(name)
            truth[name.id] = name
        changed.find("恒立")
    rebuilt = CustomerIndex.build(truth.values())
    assert len(changed) == len(rebuilt)
    for typed in ("恒力液压", "蓝海", "禄融汽配", "hdjx", "恒信", "#C1003", "中石化", "新华东机械"):
        assert changed.find(typed, own=ZHOU_HANG) == rebuilt.find(typed, own=ZHOU_HANG)


def test_many_small_changes_are_merged_and_still_found() -> None:
    index = CustomerIndex.build(CAST)
    for round_ in range(12):
        for place in range(300):
            index.put(CustomerName(f"N{place}", f"苏州第{round_}轮{place}号机械有限公司"))
        index.find("华东机械")
    assert len(index) == len(CAST) + 300
    found = index.find("恒力液压", own=ZHOU_HANG)
    assert found.decided
    assert found.decided.id == "C1003"
