"""How full the delivery people are: thirty days at a glance (P08)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from bot.reply import Card, Field
from models.capacity import Load
from models.rules.workday import WorkCalendar

LEVELS: Final = ((1.0, "🟥"), (0.8, "🟧"), (0.5, "🟨"), (0.0, "🟩"))
FREE: Final = "⬜"
WEEKDAYS: Final = "一二三四五六日"


def colour(share: float) -> str:
    """Return the square of a load: red above 100 %, orange above 80 %, yellow above 50 %, green, white when free."""
    if share <= 0:
        return FREE
    return next(square for above, square in LEVELS if round(share, 6) > above)


def month_of(name: str, loads: Sequence[Load], calendar: WorkCalendar) -> Field:
    """Return thirty days of one person, a line a week, free days left out."""
    weeks: dict[date, list[Load]] = {}
    for load in loads:
        monday = date.fromordinal(load.day.toordinal() - load.day.weekday())
        if calendar.is_workday(load.day) or load.share > 0:
            weeks.setdefault(monday, []).append(load)
    lines = [f"{week[0].day:%m-%d} {''.join(colour(load.share) for load in week)}" for week in weeks.values()]
    return Field(name, "\n".join(lines))


def thirty_days(people: Sequence[tuple[str, Sequence[Load]]], calendar: WorkCalendar) -> Card:
    """Show the heat map and name the days that are beyond 100 %."""
    full = [
        f"{name} {load.day:%m-%d} 周{WEEKDAYS[load.day.weekday()]} {load.share:.0%}"
        for name, loads in people
        for load in loads
        if round(load.share, 6) > 1.0
    ]
    body = "每行一周，从周内第一个工作日起。⬜空 🟩≤50% 🟨≤80% 🟧≤100% 🟥超 100%"
    if full:
        body += "\n已超：" + "、".join(full[:10])
    fields = tuple(month_of(name, loads, calendar) for name, loads in people)
    return Card(title="交付排期 30 天", body=body, fields=fields)


def booked(day: date, share: float, total: float, promises: int) -> str:
    """Receipt of a day that was booked."""
    added = f"，加上 {promises} 条承诺共 {total:.0%}" if promises else ""
    warn = " ⚠ 超 100%，新承诺会看到提醒。" if total > 1 else ""
    return f"好，{day:%m-%d} 周{WEEKDAYS[day.weekday()]} 已排 {share:.0%}{added}。{warn}".strip()
