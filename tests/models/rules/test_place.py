from __future__ import annotations

import pytest

from models.customer import distance_m
from models.rules.photo import Verdict
from models.rules.place import GCJ02, WGS84, check_place, on_one_map

KNOWN = [  # published pairs: what a satellite says, what Chinese maps have
    ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
    ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
    ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
]


@pytest.mark.parametrize(("satellite", "on_the_map"), KNOWN)
def test_a_satellites_place_is_found_on_the_chinese_map(
    satellite: tuple[float, float], on_the_map: tuple[float, float]
) -> None:
    found = on_one_map(satellite, WGS84)
    assert distance_m(*found, *on_the_map) < 0.1
    assert distance_m(*satellite, *on_the_map) > 200  # without the shift the rule of 200 m would fail everybody


def test_a_place_of_the_chinese_map_and_one_abroad_stay_where_they_are() -> None:
    assert on_one_map((31.2304, 121.4737), GCJ02) == (31.2304, 121.4737)
    assert on_one_map((48.2, 16.37), WGS84) == (48.2, 16.37)


@pytest.mark.parametrize(
    ("metres", "accuracy", "verdict"),
    [
        (200, None, Verdict.AGREES),
        (201, None, Verdict.DIFFERS),
        (200, 30, Verdict.AGREES),
        (201, 0, Verdict.DIFFERS),
        (201, 1, Verdict.CANNOT_READ),  # a metre off would bring him in
        (230, 30, Verdict.CANNOT_READ),
        (231, 30, Verdict.DIFFERS),
        (0, 200, Verdict.AGREES),
        (0, 201, Verdict.CANNOT_READ),  # he may be there, the phone cannot say
        (5000, 3000, Verdict.DIFFERS),
        (5000, 4900, Verdict.CANNOT_READ),
    ],
)
def test_a_fix_is_believed_as_far_as_it_is_sure(metres: float, accuracy: float | None, verdict: Verdict) -> None:
    assert check_place(metres, radius_m=200, accuracy_m=accuracy).verdict is verdict
