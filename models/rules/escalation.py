"""What time does to a running clock: which step falls due next, and who is told.

A step fires at the same instant however often, and however late, it is looked at.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from models.rules.clock import Anchor, Clock, Lapse, OnLeave, Priority, Quiet, Recipient, Step
from models.rules.recipients import Addressee, Case, Team, addressee
from models.rules.running import Running, Taken, stop
from models.rules.running_time import FAR, Span, TimeMode, due, elapsed, is_provisional
from models.rules.workday import WorkCalendar

LATE_FROM = timedelta(minutes=1)
"""A step that fires later than this after its time says so on the card."""


class Kind(StrEnum):
    """What falls due on a running clock."""

    STEP = "step"
    AGAIN = "again"
    EXPIRY = "expiry"


class Silence(StrEnum):
    """Why a step that fell due wrote to nobody."""

    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    SUPERSEDED = "superseded"
    NOBODY = "nobody"
    EFFECT_ONLY = "effect_only"


@dataclass(frozen=True, slots=True)
class Around:
    """What surrounds the owner of a clock: his calendar and when he is on leave."""

    calendar: WorkCalendar
    leaves: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Due:
    """Something that falls due: `due_at` is the deadline itself, `fire_at` when the scheduler acts on it."""

    kind: Kind
    number: int
    due_at: datetime
    fire_at: datetime


@dataclass(frozen=True, slots=True)
class Firing:
    """What the scheduler has to do for one due step. `key` makes every message of it unique; `late` is zero when on time."""

    key: str
    kind: Kind
    step: Step
    due_at: datetime
    late: timedelta
    told: tuple[Addressee, ...] = ()
    silence: Silence | None = None


def next_due(running: Running, around: Around) -> Due | None:
    """Return what falls due next; None when stopped, frozen or with nothing left to do."""
    if running.stopped_at:
        return None
    return min(
        _all_due(running, around),
        key=lambda item: (item.fire_at, item.kind is not Kind.STEP, item.number),
        default=None,
    )


def take(running: Running, now: datetime, around: Around, team: Team) -> tuple[Running, Firing | None]:
    """Take the one thing that is due by `now`; None when nothing is. Call again until it says None."""
    item = next_due(running, around)
    if item is None or item.fire_at > now:
        return running, None
    late = now - item.fire_at if now - item.fire_at >= LATE_FROM else timedelta()
    if item.kind is Kind.EXPIRY:
        firing = Firing(f"{running.key}:expiry", item.kind, running.clock.steps[-1], item.due_at, late)
        return stop(running, item.due_at, "expired"), firing
    if item.kind is Kind.AGAIN:
        return _take_again(running, item, late)
    return _take_step(running, item, late, (now, around, team))


def step_due_at(running: Running, number: int, around: Around) -> datetime | None:
    """Return the deadline (UTC) of one step, pauses and leave considered; None while frozen or without a target."""
    step = running.clock.steps[number]
    if step.anchor is Anchor.TARGET:
        return _from_target(running, step, around)
    stops = _stops(running, around)
    mode, calendar = running.clock.mode, around.calendar
    if isinstance(step.after, Lapse):
        return due(running.started_at, step.after.duration, mode, calendar, stops)
    planned = step.after.instant(running.started_at, calendar)
    if not any(span.start_at < planned and span.end_at > running.started_at for span in stops):
        return planned
    return due(running.started_at, elapsed(running.started_at, planned, mode, calendar), mode, calendar, stops)


def time_used(running: Running, at: datetime, around: Around) -> timedelta:
    """Return how long the clock has run in its own mode, up to `at` or to the stop."""
    end = min(at, running.stopped_at or at)
    return elapsed(running.started_at, end, running.clock.mode, around.calendar, _stops(running, around))


def provisional(running: Running, number: int, around: Around) -> bool:
    """Say whether a step's deadline leans on a year without a holiday table."""
    due_at = step_due_at(running, number, around)
    return due_at is not None and is_provisional(running.started_at, due_at, running.clock.mode, around.calendar)


def _all_due(running: Running, around: Around) -> Iterator[Due]:
    done = {taken.number for taken in running.taken}
    for number, step in enumerate(running.clock.steps):
        due_at = None if number in done else step_due_at(running, number, around)
        if due_at and not _was_over_before_it_began(running, step, due_at):
            yield from _reachable(Due(Kind.STEP, number, due_at, _fire_at(running, number, due_at, around)))
    if running.snooze:
        again_at = running.after_pauses(running.snooze.until_at)
        fire_at = _outside_quiet(running.clock, again_at, around)
        yield from _reachable(Due(Kind.AGAIN, running.snoozes, again_at, fire_at))
    closed = [Span(pause.start_at, pause.until_at) for pause in running.pauses if pause.until_at]
    born_at = max(running.started_at, running.target_at or running.started_at)
    end = due(born_at, running.clock.longest_life, TimeMode.NATURAL, around.calendar, closed)
    if end and not running.is_paused(end):
        yield Due(Kind.EXPIRY, 0, end, end)


def _reachable(item: Due) -> Iterator[Due]:
    if item.fire_at < FAR:
        yield item


def _take_again(running: Running, item: Due, late: timedelta) -> tuple[Running, Firing]:
    assert running.snooze
    last = max((taken.number for taken in running.taken), default=0)
    who = Addressee(running.snooze.by, _role_of(running, running.snooze.by))
    key = f"{running.key}:{running.round}:again{item.number}"
    firing = Firing(key, item.kind, running.clock.steps[last], item.due_at, late, (who,))
    return replace(running, snooze=None), firing


def _take_step(
    running: Running, item: Due, late: timedelta, world: tuple[datetime, Around, Team]
) -> tuple[Running, Firing]:
    now, around, team = world
    step = running.clock.steps[item.number]
    silence = _reason_to_be_silent(running, item, now, around)
    told = () if silence else _addressees(running, step, team)
    if not told and not silence:
        silence = Silence.NOBODY if step.to else Silence.EFFECT_ONLY
    key = f"{running.key}:{running.round}:{item.number}"
    firing = Firing(key, item.kind, step, item.due_at, late, told, silence)
    return replace(running, taken=(*running.taken, Taken(item.number, item.due_at, now, told))), firing


def _reason_to_be_silent(running: Running, item: Due, now: datetime, around: Around) -> Silence | None:
    step = running.clock.steps[item.number]
    if not step.reminder:
        return None
    if running.acknowledged_at:
        return Silence.ACKNOWLEDGED
    if running.snooze and running.snooze.by == running.owner_id:
        return Silence.SNOOZED
    later = range(item.number + 1, len(running.clock.steps))
    done = {taken.number for taken in running.taken}
    due_later = (step_due_at(running, number, around) for number in later)
    overtaken = any(at is not None and at <= now for at in due_later) or any(number in done for number in later)
    return Silence.SUPERSEDED if overtaken else None


def _addressees(running: Running, step: Step, team: Team) -> tuple[Addressee, ...]:
    told = {who.person_id for taken in running.taken for who in taken.told if who.role is not Recipient.SUBMITTER}
    found: dict[str, Addressee] = {}
    for role in step.to:
        case = Case(running.owner_id, running.submitter_id, frozenset(told | found.keys()))
        who = addressee(role, case, team)
        if who:
            found.setdefault(who.person_id, who)
    return tuple(found.values())


def _role_of(running: Running, person_id: str) -> Recipient:
    for taken in reversed(running.taken):
        for who in taken.told:
            if who.person_id == person_id:
                return who.role
    return Recipient.OWNER


def _from_target(running: Running, step: Step, around: Around) -> datetime | None:
    if running.target_at is None:
        return None
    if isinstance(step.after, Lapse):
        planned = running.target_at + step.after.duration
    else:
        planned = step.after.instant(running.target_at, around.calendar)
    resumed = running.after_pauses(planned)
    return resumed if resumed < FAR else None


def _was_over_before_it_began(running: Running, step: Step, due_at: datetime) -> bool:
    """Say whether a reminder lies before the start, as 09:30 does for a promise made at noon of its day."""
    return step.reminder and step.anchor is Anchor.TARGET and due_at <= running.started_at


def _fire_at(running: Running, number: int, due_at: datetime, around: Around) -> datetime:
    step = running.clock.steps[number]
    if step.effect:
        return due_at  # the state changes to the second; the outbox holds the message through the night
    fire_at = due_at
    if step.jitter:
        low, high = (int(bound.total_seconds()) for bound in step.jitter)
        seed = (
            f"{step.merge}:{due_at.isoformat()}" if step.merge else f"{running.key}:{number}"
        )  # one card, one instant
        chance = int.from_bytes(sha256(seed.encode()).digest()[:4])
        fire_at += timedelta(seconds=low + chance % (high - low + 1))
    if step.priority is Priority.URGENT:
        return running.after_pauses(fire_at)
    # a pause may begin while a message waits for the morning, and end in another night
    awake_at = running.after_pauses(_outside_quiet(running.clock, fire_at, around))
    return _outside_quiet(running.clock, awake_at, around)


def _outside_quiet(clock: Clock, at: datetime, around: Around) -> datetime:
    return at if clock.quiet is Quiet.THROUGH or at == FAR else around.calendar.after_quiet(at)


def _stops(running: Running, around: Around) -> list[Span]:
    leaves = around.leaves if running.clock.on_leave is OnLeave.STOPS else ()
    return [*running.pause_spans, *leaves]
