from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.dingtalk.split import MAX_BYTES, MAX_CHARS, split_text, wire_bytes


def test_what_fits_stays_one_piece_and_one_character_more_makes_two() -> None:
    assert split_text("长" * MAX_CHARS) == ["长" * MAX_CHARS]
    assert [len(piece) for piece in split_text("长" * (MAX_CHARS + 1))] == [MAX_CHARS, 1]


def test_a_cut_prefers_a_paragraph_then_a_line_then_a_sentence() -> None:
    assert split_text("一段一段。\n\n二段。二段。", max_chars=10) == ["一段一段。", "二段。二段。"]
    assert split_text("一行一行\n二行二行二行", max_chars=8) == ["一行一行", "二行二行二行"]
    assert split_text("第一句话。第二句话。", max_chars=8) == ["第一句话。", "第二句话。"]


def test_a_link_and_a_mention_are_never_torn() -> None:
    link = "[接单](dtmd://dingtalkclient/sendMessage?content=%E6%8E%A5)"
    pieces = split_text("x" * 90 + link + "y" * 60, max_chars=100)
    assert sum(link in piece for piece in pieces) == 1
    pieces = split_text("x" * 95 + " @zhouhang_0147 好", max_chars=100)
    assert sum("@zhouhang_0147" in piece for piece in pieces) == 1


@pytest.mark.parametrize("text", ["", "\n", "一"])
def test_short_text_is_itself(text: str) -> None:
    assert len(split_text(text)) == 1


@settings(max_examples=150, deadline=None)
@given(
    st.text(alphabet=st.sampled_from('a长\n 。"\\@[]()x\U0001f600'), max_size=400),
    st.integers(min_value=20, max_value=90),
)
def test_no_piece_is_too_long_and_no_word_is_lost(text: str, most: int) -> None:
    pieces = split_text(text, max_chars=most, max_bytes=most * 3)
    assert all(len(piece) <= most and wire_bytes(piece) <= most * 3 for piece in pieces if piece)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_the_platforms_byte_limit_holds_for_escaped_text() -> None:
    pieces = split_text("\U0001f600" * MAX_CHARS + '"' * 20_000)
    assert all(wire_bytes(piece) <= MAX_BYTES for piece in pieces)
