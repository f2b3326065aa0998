"""The morning cards and what a person has open (D08, P15, J6): short, with the number behind every number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.reply import Card, Field


@dataclass(frozen=True, slots=True)
class Agenda:
    """What a person's day is about; every entry is a finished line."""

    due_today: Sequence[str] = ()
    overdue: Sequence[str] = ()
    tomorrow: Sequence[str] = ()
    steps: Sequence[str] = ()
    visits: Sequence[str] = ()
    plans: Sequence[str] = ()
    to_confirm: Sequence[str] = ()
    numbers: Sequence[str] = ()
    notes: Sequence[str] = field(default=())

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say; numbers alone are no reason to speak."""
        return not any(
            (self.due_today, self.overdue, self.tomorrow, self.steps, self.plans, self.to_confirm, self.notes)
        )


def agenda_card(title: str, agenda: Agenda, *, quiet: str = "今天没有要紧的事。") -> Card:
    """Show a day, the urgent things first."""
    promises = f"今日到期 {len(agenda.due_today)}、已逾 {len(agenda.overdue)}、明日 {len(agenda.tomorrow)}"
    sections = (
        ("已逾期承诺", agenda.overdue),
        ("今日到期承诺", agenda.due_today),
        ("明日到期承诺", agenda.tomorrow),
        ("等你确认", agenda.to_confirm),
        ("计划", agenda.plans),
        ("今天的拜访", agenda.visits),
        ("下一步", agenda.steps),
        ("数字", agenda.numbers),
    )
    fields = tuple(Field(label, "\n".join(lines)) for label, lines in sections if lines)
    notes = "\n".join(agenda.notes)
    body = notes if not fields and agenda.notes else "\n".join(part for part in (f"承诺：{promises}", notes) if part)
    return Card(title=title, body=body if fields or agenda.notes else quiet, fields=fields)
