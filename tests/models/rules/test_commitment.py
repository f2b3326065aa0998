"""How full is too full (P08)."""

from __future__ import annotations

import pytest

from models.rules.commitment import is_too_full


@pytest.mark.parametrize(
    ("load", "share", "full", "too_full"),
    [(0.8, 0.1, 1.0, False), (0.9, 0.1, 1.0, False), (0.9, 0.11, 1.0, True), (0.7, 0.1 + 0.2, 1.0, False), (1.0, 0.0, 1.0, False)],
)  # fmt: skip
def test_a_day_may_be_full_but_not_fuller(load: float, share: float, full: float, too_full: bool) -> None:
    assert is_too_full(load, share, full) is too_full
