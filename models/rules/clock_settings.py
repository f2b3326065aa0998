"""What `[rules.clocks.NAME]` of the configuration may change about the catalogue.

[rules.clocks.lead_response]
mode = "natural"                        # natural, natural_except_holidays, working_days, working_hours
quiet = "through"                       # wait, through
on_leave = "runs"                       # stops, runs
longest_life = "10d"
after = { lead_waiting = "20m" }        # a step's time by its card: a duration, or "17:00" for a step at a wall time
to = { lead_unanswered = ["manager", "director"] }
off = ["lead_waiting"]                  # steps left out
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import time, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from models.rules.clock import Clock, Lapse, OnDay, OnLeave, Quiet, Recipient, Step
from models.rules.clocks import CLOCKS
from models.rules.running_time import TimeMode

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_CHOICES: dict[str, type[StrEnum]] = {"mode": TimeMode, "quiet": Quiet, "on_leave": OnLeave}
_PER_STEP = ("after", "to")

E = TypeVar("E", bound=StrEnum)


class ClockSettingsError(ValueError):
    """A clock cannot be configured like this; the text names the key."""


def configured_clocks(changes: Mapping[str, Mapping[str, Any]]) -> dict[str, Clock]:
    """Return the catalogue with a configuration's changes; raises ClockSettingsError naming the first bad key."""
    for name in changes:
        if name not in CLOCKS:
            raise ClockSettingsError(f"{name}: no such clock; there are {', '.join(sorted(CLOCKS))}")
    return {name: _changed(clock, changes.get(name, {})) for name, clock in CLOCKS.items()}


def _changed(clock: Clock, change: Mapping[str, Any]) -> Clock:
    fields: dict[str, Any] = {}
    for key, value in change.items():
        where = f"{clock.name}.{key}"
        if key in _CHOICES:
            fields[key] = _choice(where, value, _CHOICES[key])
        elif key == "longest_life":
            fields[key] = _duration(where, value)
        elif key not in (*_PER_STEP, "off"):
            raise ClockSettingsError(f"{where}: unknown key")
    return replace(clock, steps=_steps(clock, change), **fields)


def _steps(clock: Clock, change: Mapping[str, Any]) -> tuple[Step, ...]:
    cards = {step.card for step in clock.steps}
    for key in (*_PER_STEP, "off"):
        for card in change.get(key, ()):
            if card not in cards:
                raise ClockSettingsError(
                    f"{clock.name}.{key}.{card}: no such step; there are {', '.join(sorted(cards))}"
                )
    steps = tuple(_step(clock, step, change) for step in clock.steps if step.card not in change.get("off", ()))
    if not steps:
        raise ClockSettingsError(f"{clock.name}.off: no step is left")
    return steps


def _step(clock: Clock, step: Step, change: Mapping[str, Any]) -> Step:
    after, to = change.get("after", {}), change.get("to", {})
    if step.card in after:
        step = replace(step, after=_after(f"{clock.name}.after.{step.card}", step, after[step.card]))
    if step.card in to:
        where = f"{clock.name}.to.{step.card}"
        step = replace(step, to=tuple(_choice(where, role, Recipient) for role in to[step.card]))
    return step


def _after(where: str, step: Step, value: Any) -> Lapse | OnDay:
    if isinstance(step.after, Lapse):
        return Lapse(_duration(where, value))
    match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", str(value))
    if match is None:
        raise ClockSettingsError(f'{where}: a time of day is written "17:30"')
    return replace(step.after, at=time(int(match[1]), int(match[2])))


def _duration(where: str, value: Any) -> timedelta:
    match = re.fullmatch(r"(-?\d+)\s*([smhd])", str(value))
    if match is None:
        raise ClockSettingsError(f'{where}: a duration is a number and one of s m h d, e.g. "15m"')
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _choice(where: str, value: Any, kind: type[E]) -> E:
    try:
        return kind(value)
    except ValueError:
        raise ClockSettingsError(f"{where}: {value!r} is none of {', '.join(kind)}") from None
