from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from models.rules.hints import Hint, burst_of, clock_hints, parted, place_hints, screen_hints

NOW = datetime(2026, 11, 16, 8, 40, tzinfo=UTC)
GATE = (31.230412, 121.473745)


@pytest.mark.parametrize(("minutes", "hints"), [(15, []), (16, ["exif_watermark:16"]), (-16, ["exif_watermark:16"])])
def test_a_camera_clock_more_than_a_quarter_of_an_hour_off_is_a_hint(minutes: int, hints: list[str]) -> None:
    assert clock_hints(NOW - timedelta(minutes=minutes), NOW, NOW) == hints


def test_without_a_watermark_the_receipt_is_compared_and_without_exif_nothing() -> None:
    assert clock_hints(NOW - timedelta(hours=2), None, NOW) == ["exif_received:120"]
    assert clock_hints(None, NOW, NOW) == []


@pytest.mark.parametrize(("share", "hints"), [(0.39, []), (0.4, [Hint.SCREEN])])
def test_a_screen_is_hinted_at_from_four_tiles_in_ten(share: float, hints: list[str]) -> None:
    assert screen_hints(share) == hints


def test_the_third_visit_with_the_very_same_six_decimals_is_a_hint() -> None:
    assert place_hints(GATE, [GATE]) == []
    assert place_hints(GATE, [GATE, GATE]) == ["frozen:3"]
    assert place_hints(GATE, [GATE, (GATE[0] + 0.000001, GATE[1])]) == []


def test_an_honest_receiver_that_jitters_by_metres_is_never_hinted_at() -> None:
    chance = random.Random(3)
    for _ in range(200):
        points = [(GATE[0] + chance.gauss(0, 4e-5), GATE[1] + chance.gauss(0, 4e-5)) for _ in range(20)]
        assert place_hints(points[0], points[1:]) == []


def test_places_within_half_a_metre_on_six_visits_are_a_hint() -> None:
    steady = [(GATE[0] + number * 1e-6, GATE[1]) for number in range(6)]
    assert place_hints(steady[0], steady[1:]) == ["steady:6"]
    assert place_hints(steady[0], steady[1:5]) == []


@pytest.mark.parametrize(("count", "seconds", "found"), [(12, 300, 12), (11, 100, 0), (12, 301, 0), (30, 290, 30)])
def test_twelve_changes_in_five_minutes_are_a_batch(count: int, seconds: float, found: int) -> None:
    assert burst_of([NOW + timedelta(seconds=seconds * at / (count - 1)) for at in range(count)]) == found


def test_a_stored_hint_carries_its_number() -> None:
    assert parted(Hint.FROZEN.of(3)) == (Hint.FROZEN, 3)
    assert parted(Hint.SCREEN) == (Hint.SCREEN, 0)
