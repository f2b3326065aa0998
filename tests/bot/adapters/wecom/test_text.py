from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.wecom.text import shorten, shorten_bytes, split


def test_a_text_that_fits_is_left_alone() -> None:
    assert split("今" * 682, 2048) == ["今" * 682]


def test_one_byte_too_many_makes_two_parts() -> None:
    assert [len(part) for part in split("今" * 682 + "abc", 2048)] == [684, 1]


def test_five_thousand_characters_arrive_whole_and_in_order() -> None:
    text = "".join(chr(0x4E00 + number % 5000) for number in range(5000))
    parts = split(text, 2048)
    assert "".join(parts) == text
    assert all(len(part.encode()) <= 2048 for part in parts)


def test_parts_end_at_lines() -> None:
    lines = [f"{number}. 拜访恒信暖通，谈了报价和交付周期" for number in range(60)]
    parts = split("\n".join(lines), 2048)
    assert "\n".join(parts) == "\n".join(lines)
    assert all(line in lines for part in parts for line in part.split("\n"))


def test_a_long_line_ends_at_a_sentence() -> None:
    parts = split("客户说价格可以再谈。" * 100, 2048)
    assert all(part.endswith("。") for part in parts)
    assert "".join(parts) == "客户说价格可以再谈。" * 100


def test_an_emoji_with_a_skin_is_not_cut_in_two() -> None:
    parts = split("👍🏽" * 400, 100)
    assert "".join(parts) == "👍🏽" * 400
    assert not any(part.startswith("🏽") for part in parts)


@given(st.text(alphabet=st.sampled_from("今天abc 。\n，👍🏽\u200d"), max_size=400), st.integers(16, 90))
def test_nothing_is_lost_but_line_ends_and_blanks(text: str, most: int) -> None:
    parts = split(text, most)
    assert all(len(part.encode()) <= most for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_nothing_is_sent_for_nothing() -> None:
    assert split("", 10) == split(" \n ", 10) == []


def test_shortening_shows_that_something_is_missing() -> None:
    assert shorten("恒信暖通科技", 6) == "恒信暖通科技"
    assert shorten("恒信暖通科技股", 6) == "恒信暖通科…"
    assert shorten("两\n行", 9) == "两 行"
    assert shorten_bytes("今天见", 9) == "今天见"
    assert shorten_bytes("今天见客", 9) == "今天…"
