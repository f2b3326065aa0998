"""Whose seal it is (R02): how much of a misread ring still proves or disproves a company."""

import pytest

from bot.photo.facts import place_of
from models.rules.photo import PhotoFacts, Reason, Verdict
from models.rules.photo_seal import check_seal, check_seal_party

BLUE_SEA = ("上海蓝海包装有限公司",)


@pytest.mark.parametrize(
    ("ring", "verdict"),
    [
        ("上海蓝海包装有限公司", Verdict.AGREES),
        ("海蓝海包装有限公司", Verdict.AGREES),
        ("上海蓝梅包装有限公司", Verdict.AGREES),
        ("上海蓝梅色装有限公司", Verdict.CANNOT_READ),
        ("苏州宏远物流有限公司", Verdict.DIFFERS),
        ("苏州宏远物流有限", Verdict.CANNOT_READ),
        ("上海市市场监督管理局", Verdict.CANNOT_READ),
        (None, Verdict.CANNOT_READ),
    ],
)
def test_a_ring_differs_only_when_it_is_whole_and_has_little_in_common(ring: str | None, verdict: Verdict) -> None:
    facts = PhotoFacts("contract_page", seal="present", seal_confidence=0.95, seal_text=ring)
    assert check_seal_party(facts, BLUE_SEA).verdict is verdict


def test_a_blurred_ring_never_differs() -> None:
    facts = PhotoFacts("licence", seal="present", seal_text="苏州宏远物流有限公司", spoilt=Reason.BLURRED)
    assert check_seal_party(facts, BLUE_SEA).verdict is Verdict.CANNOT_READ


def test_no_seal_names_nobody() -> None:
    facts = PhotoFacts("licence", seal="not_seen", seal_text="苏州宏远物流有限公司")
    assert check_seal(facts).verdict is Verdict.DIFFERS
    assert check_seal_party(facts, BLUE_SEA).verdict is Verdict.CANNOT_READ


@pytest.mark.parametrize(
    ("left", "top", "place"),
    [
        (650, 650, "右下"),
        (0, 0, "左上"),
        (280, 280, "中间"),
        (650, 300, "右侧"),
        (280, 700, "下方"),
        (900, 2000, "右下"),
    ],
)
def test_a_place_is_named_by_thirds(left: int, top: int, place: str) -> None:
    box = ((left, top), (left + 100, top), (left + 100, top + 100), (left, top + 100))
    assert place_of(box, (900, 900)) == place
