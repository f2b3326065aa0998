"""Two poor readings of one name, in print and along the seal's ring, make one good one."""

import pytest

from bot.photo import Field, Line, PhotoKind
from bot.photo.reading import Box
from bot.photo.ring import with_ring

SEAL: Box = ((100, 700), (300, 700), (300, 900), (100, 900))
MIDDLE = 360.0


def printed(text: str, *doubts: tuple[str, float], name: str = "customer") -> Field:
    sure = tuple(dict(doubts).get(char, 1.0) for char in text)
    return Field(name, text, text, min(sure), None, sure)


def ring(text: str, *doubts: tuple[str, float]) -> Line:
    sure = tuple(dict(doubts).get(char, 1.0) for char in text)
    return Line(text, SEAL, sum(sure) / len(sure), sure)


def read(field: Field | None, line: Line, kind: PhotoKind = PhotoKind.CONTRACT_PAGE) -> Field | None:
    fields = {field.name: field} if field else {}
    return with_ring(kind, fields, (line,), MIDDLE).get("customer")


@pytest.mark.parametrize(
    ("field", "line", "name"),
    [
        (printed("郑州市东方咨询有限公司", ("州", 0.7)), ring("区郑州市东方咨设有限公司验", ("区", 0.7)), "郑州市东方咨询有限公司"),
        (printed("长沙市博网络有限公司", ("网", 0.4)), ring("长沙市建远网络有限公司", ("建", 0.5)), "长沙市博远网络有限公司"),
        (printed("长沙市卓越器械有限公司", ("械", 0.6)), ring("长沙市卓越器基有限公司", ("基", 0.95)), "长沙市卓越器械有限公司"),
        (printed("郑州华信科技股份有废公司", ("废", 0.5)), ring("郑州华信科技股份有限公司"), "郑州华信科技股份有限公司"),
    ],
)  # fmt: skip
def test_what_the_print_lost_the_ring_gives_back(field: Field, line: Line, name: str) -> None:
    found = read(field, line)
    assert found is not None
    assert found.value == name


def test_what_the_two_disagree_about_is_never_sure_enough_to_differ() -> None:
    found = read(printed("长沙市卓越器械有限公司", ("械", 0.6)), ring("长沙市卓越器具有限公司"))
    assert found is not None
    assert found.confidence <= 0.8


def test_a_name_that_was_read_well_is_left_alone() -> None:
    field = printed("长沙市卓越器械有限公司", ("械", 0.95))
    assert read(field, ring("长沙市卓越器具有限公司")) == field


def test_another_companys_seal_changes_no_name() -> None:
    field = printed("长沙市卓越器械有限公司", ("械", 0.6))
    assert read(field, ring("苏州宏远物流有限公司")) == field


def test_the_ring_stands_in_for_a_name_the_seal_hid_but_never_surely() -> None:
    found = read(None, ring("长沙市卓越器械有限公司"))
    assert found is not None
    assert (found.value, found.confidence) == ("长沙市卓越器械有限公司", 0.8)
    assert read(None, ring("长沙市卓越器械有限公司"), PhotoKind.LICENCE) is None
