"""Code words that a hand writes legibly and a machine tells apart (M5)."""

from __future__ import annotations

import pytest

from models.rules.alike import folded
from models.rules.code_word import DIGITS, LENGTH, LETTERS, is_written, word_of


def test_no_sign_of_a_code_word_is_folded_into_another() -> None:
    signs = LETTERS + DIGITS
    assert len(set(signs)) == len(signs)
    assert len({folded(sign) for sign in signs}) == len(signs)
    assert not set(signs) & set("O0I1LQZ2S5B8GDJV")


def test_a_word_is_made_of_unpredictable_bytes() -> None:
    assert word_of(bytes([0, 1, 255, 77, 9])) == word_of(bytes([0, 1, 255, 77]))
    assert len(word_of(bytes(40))) == LENGTH


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("门头\nA7KX", True), ("a7kx", True), ("A 7 K X", True), ("口令A7KX", True), ("A7-KX", True), ("Ａ7Ｋ X", True),
        ("A7KX9", False), ("A7K\nX", False), ("A7K", False), ("", False), ("2026-11-16 A7 14:05", False),
    ],
)  # fmt: skip
def test_a_word_stands_by_itself_or_fills_a_line(text: str, *, there: bool) -> None:
    assert is_written("A7KX", text) is there
