"""How many lines are read at once: what is made to be long must not fill the memory."""

from __future__ import annotations

import numpy as np
import pytest

from bot.photo.rapid import MOST_LINES, STRIP_HEIGHT, _batches, _largest


def strips(*heights_long: int) -> list[np.ndarray]:
    return [np.zeros((STRIP_HEIGHT, STRIP_HEIGHT * long, 3), np.uint8) for long in heights_long]


@pytest.mark.parametrize(
    ("long", "batches"),
    [
        ((), []),
        ((5, 25, 12), [[0, 1, 2]]),
        ((26, 5), [[1], [0]]),
        ((40, 40, 40), [[0, 1], [2]]),
        ((80, 5, 40, 200), [[1], [2], [0], [3]]),
    ],
)
def test_long_lines_are_read_few_at_a_time(long: tuple[int, ...], batches: list[list[int]]) -> None:
    assert list(_batches(strips(*long))) == batches


def test_of_thousands_of_lines_the_tallest_are_read_in_their_order() -> None:
    def line(height: int) -> np.ndarray:
        return np.array([[0, 0], [90, 0], [90, height], [0, height]], np.float32)

    few = [line(9)] * MOST_LINES
    assert _largest(few) is few
    many = [line(9), *[line(20)] * (MOST_LINES - 1), line(30), line(8)]
    assert [int(one[2][1]) for one in _largest(many)] == [20] * (MOST_LINES - 1) + [30]
