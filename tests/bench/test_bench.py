"""`make bench` names what it has, and every name stands for a module that is there."""

import importlib.util

import pytest

from bench.__main__ import BENCHES, run
from bench.hint_rates import ATTACKS, HONEST, rates


def test_every_bench_in_the_table_exists() -> None:
    missing = [module for module, *_ in BENCHES.values() if importlib.util.find_spec(module) is None]
    assert not missing


def test_a_bench_nobody_has_is_refused_with_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["voice"]) == 1
    said = capsys.readouterr().out
    assert "no bench voice" in said
    assert "photo" in said


def test_a_moved_watermark_a_frozen_place_and_a_burst_are_found_and_honest_people_are_left_alone() -> None:
    found, alarms = dict(rates(ATTACKS, 40)), dict(rates(HONEST, 40))
    assert (
        found["watermark moved by hours"]
        == found["frozen coordinates"]
        == found["12–30 records changed in a row"]
        == 40
    )
    assert found["watermark and camera's note moved"] == 0  # nothing in the file contradicts anything
    assert alarms.pop("camera's clock an hour off") == 40  # why a hint is never a verdict
    assert set(alarms.values()) == {0}
