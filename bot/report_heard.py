"""What a daily report says besides itself: promises nobody registered (M8), signals of its customers (F09)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from bot.context import Context
from bot.promise import offer_to_register
from bot.reply import Card
from bot.signals import hear_signals
from models.daily_report import DailyReport, Line
from models.signal import take_signals_back

MOST_SHOWN: Final = 2
"""Questions about promises, and signals with advice, under one receipt: more is read by nobody."""


def promises_in(ctx: Context, report: DailyReport, lines: Iterable[Line]) -> list[Card]:
    """Return the questions about promises in the lines that nobody registered (M8)."""
    source = _source(report)
    return [card for line in lines for card in offer_to_register(ctx, line.text, line.customer_id, source)][:MOST_SHOWN]


def signals_in(ctx: Context, report: DailyReport, lines: Iterable[Line]) -> list[Card]:
    """Note the signals in what was written by hand, and return the advice; the day told again counts once (F09)."""
    source = _source(report)
    take_signals_back(ctx.session, source)
    cards = [
        card for line in lines for card in hear_signals(ctx, f"{line.text}。{line.quote}", line.customer_id, source)
    ]
    return cards[:MOST_SHOWN]


def _source(report: DailyReport) -> str:
    return f"daily_report:{report.code}"
