import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.parse.code import CodeKind, find_codes, find_phones, find_private, mask, valid_card, valid_identity


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("撤销 V-20261116-004", CodeKind.VISIT, "V-20261116-004"),
        ("撤销v－20261116－004", CodeKind.VISIT, "V-20261116-004"),
        ("CN—20260930—012 改期", CodeKind.COMMITMENT, "CN-20260930-012"),
        ("合同签了 ht20261102-01", CodeKind.CONTRACT, "HT-20261102-01"),
        ("KP 20261102 003", CodeKind.INVOICE, "KP-20261102-003"),
        ("规则 回滚 R-037", CodeKind.RULE, "R-037"),
        ("用ST-02", CodeKind.STRATEGY, "ST-02"),
        ("GY-014", CodeKind.ATTRIBUTION, "GY-014"),
        ("无效 L-31", CodeKind.LEAD, "L-31"),
        ("写 #C1023 即可", CodeKind.CUSTOMER, "#C1023"),
        ("＃c1023", CodeKind.CUSTOMER, "#C1023"),
        ("样品寄了 SF1390021", CodeKind.PARCEL, "SF1390021"),
        ("顺丰sf1392210", CodeKind.PARCEL, "SF1392210"),
    ],
)
def test_a_code_is_brought_to_one_form(text: str, kind: CodeKind, value: str) -> None:
    (code,) = find_codes(text)
    assert (code.kind, code.value) == (kind, value)


@pytest.mark.parametrize("text", ["15:30", "型号CNC-300X", "2026-11-16", "https://a.b/#top", "第3次", "A4纸", "HDMI-2"])
def test_other_things_are_no_codes(text: str) -> None:
    assert find_codes(text) == ()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("李姐 13812341234", "李姐 138****1234"),
        ("打 138 1234 1234", "打 138****1234"),
        ("138-1234-1234", "138****1234"),
        ("+86 13812341234", "138****1234"),
        ("１３８１２３４１２３４", "138****1234"),
        ("财务李姐 138xxxx1234", "财务李姐 138****1234"),
        ("021-12345678", "021-****5678"),
        ("身份证11010519491231002X", "身份证110***********002X"),
        ("卡号 6222 0200 0000 0000 002", "卡号 6222 0200 0000 0000 002"),
        ("卡号4111 1111 1111 1111", "卡号4111****1111"),
        ("邮箱 wang.li@example.com", "邮箱 w***@example.com"),
        ("流水尾号8842，合同 HT-20261102-01", "流水尾号8842，合同 HT-20261102-01"),
        ("快递SF13900211381234", "快递SF13900211381234"),
        ("金额 860000.50", "金额 860000.50"),
    ],
)
def test_private_numbers_are_shown_masked_only(text: str, shown: str) -> None:
    assert mask(text) == shown


def test_a_phone_keeps_its_digits_for_storing() -> None:
    (phone,) = find_phones("王总 138 1234 1234")
    assert (phone.value, phone.kind) == ("13812341234", "mobile")


def test_check_digits_are_checked() -> None:
    assert valid_identity("11010519491231002X")
    assert not valid_identity("110105194912310021")
    assert not valid_identity("短")
    assert valid_card("4111111111111111")
    assert not valid_card("4111111111111112")


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from("0123456789138-+ xX#CVNHTSF@.a王"), max_size=40))
def test_masking_never_raises_and_leaves_no_private_number(text: str) -> None:
    assert [item for item in find_private(mask(text)) if item.kind in {"mobile", "identity"}] == []
