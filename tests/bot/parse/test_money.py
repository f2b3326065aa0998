from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.parse.money import Kind, find_amounts, find_money

MONEY = [
    ("报价发了 86万", "860000"),
    ("三十万", "300000"),
    ("1.2亿", "120000000"),
    ("￥860,000", "860000"),
    ("¥ 860,000.50", "860000.50"),
    ("8６万", "860000"),
    ("3千5", "3500"),
    ("三千五", "3500"),
    ("三千零五", "3005"),
    ("3千5百", "3500"),
    ("一万二", "12000"),
    ("3万5", "35000"),
    ("12万8千", "128000"),
    ("一亿二", "120000000"),
    ("1亿2000万", "120000000"),
    ("一百二十三万四千五百六十七元", "1234567"),
    ("十五万", "150000"),
    ("二十万零三百", "200300"),
    ("壹拾贰万叁仟元整", "123000"),
    ("三点五万", "35000"),
    ("3.5w", "35000"),
    ("30W预算", "300000"),
    ("5k", "5000"),
    ("50块", "50"),
    ("三百块钱", "300"),
    ("860元/台", "860"),
    ("到账 430000 流水尾号8842", "430000"),
    ("两个亿", "200000000"),
    ("人民币 12000", "12000"),
    ("便宜两千", "2000"),
    ("金额:30万", "300000"),
    ("一千万", "10000000"),
    ("两百五十万", "2500000"),
    ("两百五", None),
]


@pytest.mark.parametrize(("text", "value"), MONEY, ids=[text for text, _ in MONEY])
def test_money_is_read_exactly(text: str, value: str | None) -> None:
    amounts = find_money(text)
    assert [amount.value for amount in amounts] == ([Decimal(value)] if value else [])
    assert all(text[slice(*amount.span)] == amount.text for amount in amounts)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("两百来万", "2000000", None),
        ("三十多万", "300000", None),
        ("20几万", "200000", None),
        ("30万左右", "300000", None),
        ("大概50万", "500000", None),
        ("近百万", "1000000", None),
        ("上千万", "10000000", None),
        ("80-90万", "800000", "900000"),
        ("80到90万", "800000", "900000"),
        ("八九十万", "800000", "900000"),
        ("三四百万", "3000000", "4000000"),
        ("五六万", "50000", "60000"),
        ("三五千", "3000", "5000"),
    ],
)
def test_a_vague_amount_says_that_it_is_vague(text: str, low: str | None, high: str | None) -> None:
    amounts = find_money(text)
    if low is None:
        assert amounts == ()
        return
    (amount,) = amounts
    assert (amount.value, amount.high) == (Decimal(low), Decimal(high) if high else None)
    assert amount.approximate


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("打八折", Kind.DISCOUNT, "0.8"),
        ("八五折", Kind.DISCOUNT, "0.85"),
        ("8.5折", Kind.DISCOUNT, "0.85"),
        ("85折", Kind.DISCOUNT, "0.85"),
        ("对折", Kind.DISCOUNT, "0.5"),
        ("110%", Kind.PERCENT, "1.1"),
        ("-5 %", Kind.PERCENT, "-0.05"),
        ("降８％", Kind.PERCENT, "0.08"),
        ("百分之三点五", Kind.PERCENT, "0.035"),
        ("让三个点", Kind.PERCENT, "0.03"),
        ("预付三成", Kind.PERCENT, "0.3"),
        ("订了50台", Kind.QUANTITY, "50"),
        ("两百件", Kind.QUANTITY, "200"),
        ("三套", Kind.QUANTITY, "3"),
        ("一千二百平方米", Kind.QUANTITY, "1200"),
        ("五十万台", Kind.QUANTITY, "500000"),
    ],
)
def test_ratios_and_quantities_are_told_from_money(text: str, kind: Kind, value: str) -> None:
    (amount,) = find_amounts(text)
    assert (amount.kind, amount.value) == (kind, Decimal(value))


@pytest.mark.parametrize(
    "text",
    [
        "下周三15:30",
        "2026年11月20日",
        "11-20",
        "CN-20260930-012",
        "SF1390021",
        "#C1023",
        "13812341234",
        "万一客户不来",
        "千万别忘了",
        "五一路店",
        "第3次",
        "三个月",
        "五个工作日",
        "一下",
        "配比1:3",
        "十分满意",
        "三点半",
        "打折扣",
        "二〇二六年",
    ],
)
def test_dates_codes_and_words_are_no_amounts(text: str) -> None:
    assert find_amounts(text) == ()


def test_several_amounts_stand_where_they_were_written() -> None:
    text = "合同86万，首付三成，打九五折，要20台"
    assert [text[slice(*amount.span)] for amount in find_amounts(text)] == ["86万", "三成", "九五折", "20台"]


@settings(max_examples=300, deadline=None)
@given(
    st.text(
        alphabet=st.sampled_from("零一二两三十百千万亿点个来多几半0123456789.,-%￥元块折成台wk 到~年月负约"),
        max_size=30,
    )
)
def test_no_text_whatsoever_raises(text: str) -> None:
    for amount in find_amounts(text):
        assert isinstance(amount.value, Decimal)
        assert text[slice(*amount.span)] == amount.text
