from __future__ import annotations

from bot.adapters.wecom.http import json_bytes
from bot.adapters.wecom.mark import MARKS, MAX_INTERVAL, mark

LONGEST_TEXT = 12
"""Parts of a text nobody can read any more."""


def test_no_two_messages_of_four_busy_hours_look_alike() -> None:
    assert len({json_bytes(mark(number)) for number in range(7, 7 + MARKS)}) == MARKS


def test_a_message_looks_the_same_when_it_is_repeated() -> None:
    assert json_bytes(mark(4711, 2)) == json_bytes(mark(4711, 2))


def test_parts_of_a_text_meet_no_part_of_the_texts_around_it() -> None:
    parts = [json_bytes(mark(number, place)) for number in range(1000) for place in range(LONGEST_TEXT)]
    assert len({*parts}) == len(parts)


def test_a_repeat_is_known_for_half_an_hour_at_least() -> None:
    intervals = [mark(number)["duplicate_check_interval"] for number in range(MARKS)]
    assert (min(intervals) > 1800, max(intervals)) == (True, MAX_INTERVAL)
