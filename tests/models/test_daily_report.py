"""When a report is late (D05) and how its share is coloured (D06)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.daily_report import late_minutes
from models.metric import METRICS, Light
from tests.chat import shanghai

DUE = shanghai("2026-11-16 18:00")


@pytest.mark.parametrize(
    ("seconds", "late"), [(-1, 0), (0, 1), (59, 1), (60, 1), (119, 1), (120, 2), (65 * 60, 65)]
)  # fmt: skip
def test_late_begins_with_the_very_second_of_the_deadline(seconds: int, late: int) -> None:
    assert late_minutes(DUE + timedelta(seconds=seconds), DUE) == late


@pytest.mark.parametrize(
    ("share", "light"), [(1.0, Light.GREEN), (0.98, Light.GREEN), (0.9799, Light.YELLOW), (0.9, Light.YELLOW), (0.8999, Light.RED)]
)  # fmt: skip
def test_a_border_belongs_to_the_better_colour(share: float, light: Light) -> None:
    assert METRICS["report_on_time"].light(share) is light
