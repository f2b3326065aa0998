"""The catalogue holds every timer of the rule book, and each is fit to run."""

from datetime import timedelta

import pytest
from pydantic import TypeAdapter

from models.rules.clock import Anchor, Clock
from models.rules.clocks import CLOCKS, MOMENTS, PERIODS
from models.rules.escalation import step_due_at
from models.rules.running_time import TimeMode
from tests.models.rules.cast import OFFICE, at, started


def test_all_thirty_clocks_of_the_book_are_here() -> None:
    variants = {name for name in CLOCKS if name.endswith("_fire")}
    numbers = [number for name, clock in CLOCKS.items() if name not in variants for number in clock.numbers]
    numbers += [period.number for period in PERIODS.values()] + [moment.number for moment in MOMENTS.values()]
    assert sorted(numbers) == list(range(1, 31))


@pytest.mark.parametrize(
    ("name", "mode", "hours"),
    [
        ("lead_response", TimeMode.WORKING_HOURS, [0.25, 2]),
        ("lead_reassignment", TimeMode.WORKING_HOURS, [4]),
        ("quote_feedback", TimeMode.NATURAL, [20, 24]),
        ("payment_path", TimeMode.NATURAL, [24]),
        ("payment_silence", TimeMode.NATURAL_EXCEPT_HOLIDAYS, [48]),
        ("next_step_confirmation", TimeMode.WORKING_DAYS, [46, 48]),
        ("c_grade_intervention", TimeMode.WORKING_DAYS, [48]),
        ("presales_response", TimeMode.WORKING_DAYS, [48]),
        ("attribution_negotiation", TimeMode.NATURAL, [72]),
        ("minutes_evidence", TimeMode.NATURAL, [22, 24]),
        ("payment_block", TimeMode.WORKING_HOURS, [4]),
    ],
)
def test_durations_and_ways_of_counting_are_those_of_the_book(name: str, mode: TimeMode, hours: list[float]) -> None:
    clock = CLOCKS[name]
    assert clock.mode is mode
    assert [getattr(step.after, "duration", None) for step in clock.steps] == [timedelta(hours=hour) for hour in hours]


@pytest.mark.parametrize("name", CLOCKS)
def test_a_clock_outlives_its_last_step_and_its_steps_come_in_order(name: str) -> None:
    clock = CLOCKS[name]
    needs_target = any(step.anchor is Anchor.TARGET for step in clock.steps)
    running = started(name, "2026-09-28 09:00", "linke", target="2026-09-30 15:00" if needs_target else None)
    instants = [step_due_at(running, number, OFFICE) for number in range(len(clock.steps))]
    assert instants == sorted(instants, key=lambda instant: instant or at("2026-09-28 09:00"))
    assert instants[-1] is not None
    assert instants[-1] < running.started_at + clock.longest_life
    assert clock.rules
    assert clock.title
    assert not clock.steps[-1].reminder or clock.steps[-1].effect


@pytest.mark.parametrize("name", CLOCKS)
def test_a_clock_survives_being_stored_as_json(name: str) -> None:
    adapter = TypeAdapter(Clock)
    assert adapter.validate_json(adapter.dump_json(CLOCKS[name])) == CLOCKS[name]


def test_every_period_has_exactly_one_length() -> None:
    for period in PERIODS.values():
        lengths = (period.duration, period.days, period.months)
        assert sum(length is not None for length in lengths) == 1, period.name
