"""A running clock's state, and what people do to it: handle, acknowledge, snooze, pause, resume, act.

Pure: every operation takes a frozen `Running` and gives the next one. Instants are aware UTC.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from models.rules.clock import Clock
from models.rules.recipients import Addressee
from models.rules.running_time import FAR, Span

YELLOW_FROM_PAUSES = 3
"""So many pauses in a row, with no real action between them, mark the manager's card yellow (J4)."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Time taken out of the clock; `until_at` None is a freeze that only `resume` ends."""

    start_at: datetime
    until_at: datetime | None
    by: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Snooze:
    """Somebody asked to be reminded again at an instant."""

    by: str
    until_at: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that has fired in this round, and whom it reached as what."""

    number: int
    due_at: datetime
    fired_at: datetime
    told: tuple[Addressee, ...] = ()


@dataclass(frozen=True, slots=True)
class Running:
    """The whole state of a running clock. `key` is unique for clock × subject × occurrence."""

    key: str
    clock: Clock
    started_at: datetime
    owner_id: str
    submitter_id: str | None = None
    target_at: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    pauses_in_row: int = 0
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    snooze: Snooze | None = None
    snoozes: int = 0
    taken: tuple[Taken, ...] = ()
    round: int = 1
    stopped_at: datetime | None = None
    stop_reason: str | None = None

    @property
    def is_yellow(self) -> bool:
        """Whether it has been paused so often in a row that the manager's card turns yellow."""
        return self.pauses_in_row >= YELLOW_FROM_PAUSES

    @property
    def pause_spans(self) -> list[Span]:
        """The pauses as intervals, in order; a freeze has no end."""
        return sorted(Span(pause.start_at, pause.until_at or FAR) for pause in self.pauses)

    def after_pauses(self, at: datetime) -> datetime:
        """Return `at`, or the end of the pauses it lies in (FAR while frozen)."""
        for span in self.pause_spans:
            if span.start_at <= at < span.end_at:
                at = span.end_at
        return at

    def is_paused(self, at: datetime) -> bool:
        """Say whether the clock stands still at the instant by a pause or freeze."""
        return any(span.start_at <= at < span.end_at for span in self.pause_spans)


def stop(running: Running, at: datetime, reason: str) -> Running:
    """Stop it because it was handled at `at` (the platform's time of the action); a second stop changes nothing."""
    return running if running.stopped_at else replace(running, stopped_at=at, stop_reason=reason)


def reopen(running: Running) -> Running:
    """Let it run on because what stopped it was taken back (M10): as if it had never stopped; what it said stays said."""
    return replace(running, stopped_at=None, stop_reason=None)


def retracted(running: Running) -> tuple[Taken, ...]:
    """Return steps that fired although the matter had been handled before their deadline (J5: 「已接，忽略上条」)."""
    stopped_at = running.stopped_at
    return tuple(taken for taken in running.taken if taken.told and stopped_at and stopped_at < taken.due_at)


def acknowledge(running: Running, by: str, at: datetime) -> Running:
    """Note that somebody knows: reminders to the owner are held back, the clock itself runs on (J5)."""
    if running.acknowledged_at or running.stopped_at:
        return running
    return replace(running, acknowledged_by=by, acknowledged_at=at)


def snooze(running: Running, by: str, until_at: datetime) -> Running:
    """Remind `by` again at `until_at` and not before; escalations to others are not delayed by it."""
    if running.stopped_at:
        return running
    return replace(running, snooze=Snooze(by, until_at), snoozes=running.snoozes + 1)


def pause(running: Running, span: tuple[datetime, datetime | None], by: str, reason: str = "") -> Running:
    """Stop the time from an instant until another (None: until resumed); the remaining time stays owed.

    A clock that has already said all it had to say begins a new round: it speaks again when as much time has passed after
    the pause (J4: a pause is not an end). Raises ValueError when the pause would end before it begins.
    """
    start_at, until_at = span
    if until_at is not None and until_at <= start_at:
        raise ValueError("a pause ends after it begins")
    if running.stopped_at:
        return running
    if until_at is not None and len(running.taken) == len(running.clock.steps):
        running = restart(running, start_at, keeps_pauses=True)
    resumed = resume(running, start_at)
    counted = running.pauses_in_row + (until_at is not None)
    return replace(resumed, pauses=(*resumed.pauses, Pause(start_at, until_at, by, reason)), pauses_in_row=counted)


def freeze(running: Running, at: datetime, by: str, reason: str = "") -> Running:
    """Stop the time until somebody resumes it; does not count as one of the owner's pauses."""
    return pause(running, (at, None), by, reason)


def resume(running: Running, at: datetime) -> Running:
    """End every pause at `at` that would last longer."""
    kept = (p for p in running.pauses if p.start_at <= at)  # one of no length stays: it is history
    return replace(running, pauses=tuple(replace(p, until_at=min(p.until_at or FAR, at)) for p in kept))


def restart(running: Running, at: datetime, *, keeps_pauses: bool = False) -> Running:
    """Begin a new round at `at` because of a real action (R09: any action resets); the chain stays the one it started with.

    `keeps_pauses` carries the count of pauses over: answering 「等到…」 is an answer, but not progress.
    """
    if running.stopped_at:
        return running
    return replace(
        resume(running, at),
        started_at=at,
        round=running.round + 1,
        taken=(),
        snooze=None,
        acknowledged_by=None,
        acknowledged_at=None,
        pauses_in_row=running.pauses_in_row if keeps_pauses else 0,
    )
