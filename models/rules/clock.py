"""What a clock is: an obligation that starts with a fact, stops with a fact and climbs a chain of steps meanwhile.

A clock is data. A running one carries a frozen copy of it, so that a changed rule never changes what was promised.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from models.rules.running_time import TimeMode
from models.rules.workday import WorkCalendar


class Recipient(StrEnum):
    """Whom a step addresses, relative to the person who has to act."""

    OWNER = "owner"
    SUBMITTER = "submitter"
    MANAGER = "manager"
    DIRECTOR = "director"
    VP = "vp"
    ADMIN = "admin"


class Anchor(StrEnum):
    """What a step's time is counted from: the start of the clock, or the instant that was promised."""

    START = "start"
    TARGET = "target"


class Quiet(StrEnum):
    """What a step does when it falls into quiet hours."""

    WAIT = "wait"
    THROUGH = "through"


class OnLeave(StrEnum):
    """Whether the clock runs while its owner is on leave."""

    STOPS = "stops"
    RUNS = "runs"


class Priority(StrEnum):
    """How loudly a step speaks; urgent passes quiet hours and the daily budget."""

    NORMAL = "normal"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True)
class Lapse:
    """After the clock has run so long in its own mode (from a TARGET: so long by the wall, negative is before it)."""

    duration: timedelta


@dataclass(frozen=True, slots=True)
class OnDay:
    """So many days after the day of the start (or target), at a local wall time; None keeps the wall time of the start."""

    days: int
    at: time | None = None
    working: bool = False

    def instant(self, start_at: datetime, calendar: WorkCalendar) -> datetime:
        """Return the UTC instant meant, counted from `start_at` in the calendar's zone."""
        day = calendar.local_date(start_at)
        day = calendar.add_workdays(day, self.days) if self.working else day + timedelta(days=self.days)
        return calendar.at(day, self.at or start_at.astimezone(calendar.zone).time())


@dataclass(frozen=True, slots=True)
class Step:
    """One rung of the chain: when, to whom, which card, and what it changes.

    A `reminder` is held back once the owner has acknowledged; an `effect` (a state change named for the job) happens all
    the same, at the exact instant, by day and by night. `jitter` spreads the push, never the deadline. Steps with the same
    `merge` word and recipient belong on one card.
    """

    after: Lapse | OnDay
    to: tuple[Recipient, ...]
    card: str
    reminder: bool = False
    effect: str = ""
    anchor: Anchor = Anchor.START
    priority: Priority = Priority.NORMAL
    jitter: tuple[timedelta, timedelta] | None = None
    merge: str = ""


@dataclass(frozen=True, slots=True)
class Clock:
    """A row of the clock catalogue; `starts` and `stops` name the facts in words people read in /规则."""

    name: str
    rules: tuple[str, ...]
    title: str
    starts: str
    stops: str
    mode: TimeMode
    steps: tuple[Step, ...]
    numbers: tuple[int, ...] = ()
    longest_life: timedelta = timedelta(days=30)
    quiet: Quiet = Quiet.WAIT
    on_leave: OnLeave = OnLeave.RUNS
    pausable: bool = False
    """Whether the owner may pause it himself (a customer's approval takes its time); his managers always may."""
