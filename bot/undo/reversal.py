"""The registry of what can be taken back: one row per event, fed by the kinds of records (M10)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from bot.context import Context
from models.deadline import Subject
from models.event import Event


@dataclass(frozen=True, slots=True)
class Deed:
    """Something a person did that may be taken back.

    `label` is what people call it. `subjects` are what clocks, pushes and cards hang on; all of it goes. `also` says in
    words what else happens, `blocked` why it may not be taken back any more, whatever the time.
    """

    event: Event
    label: str
    subjects: tuple[Subject, ...] = ()
    also: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    open_ended: bool = False  # not handed in yet, so the window has not begun


@dataclass(frozen=True, slots=True)
class Reversal:
    """How one kind of event is taken back.

    `word` calls it in chat (「撤销日报」). `describe` returns None when there is nothing left to take back. `apply` puts the
    record back; clocks, pushes, cards and the log are taken care of for every kind alike.
    """

    event: str
    word: str
    describe: Callable[[Context, Event], Deed | None]
    apply: Callable[[Context, Deed], None]


REVERSALS: Final[dict[str, Reversal]] = {}

Reference = Callable[[Session, Subject], str | None]
REFERENCES: Final[list[Reference]] = []
"""Who else counts on a record; each names what refers to it ("由 GY-014 引用") or returns None."""


def reversal(row: Reversal) -> None:
    """Register a row; raises ValueError when the event has one."""
    if REVERSALS.setdefault(row.event, row) is not row:
        raise ValueError(f"{row.event} has two reversals")


def reference(function: Reference) -> Reference:
    """Register who may count on a record: an attribution, a weekly report that was handed in."""
    REFERENCES.append(function)
    return function


def referred_to_by(session: Session, deed: Deed) -> tuple[str, ...]:
    """Return everything that counts on what a deed made."""
    found = (refers(session, subject) for subject in deed.subjects for refers in REFERENCES)
    return tuple(words for words in found if words)
