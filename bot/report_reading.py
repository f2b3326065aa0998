"""A daily report in words: which day it is for, its lines, the progress (D02, D03)."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from bot.cards.calendar import no_such_day
from bot.cards.daily_report import PROGRESS
from bot.context import Context, UserError
from bot.parse.time import impossible_day
from bot.understand import customers_in, find_customer, times_in
from models.customer import Customer
from models.daily_report import Line

DAY: Final = re.compile(
    r"^(?:[昨前]天|昨日|大前天|上?(?:周|星期|礼拜)[一二三四五六日天]|(?:\d{4}[-/.年])?\d{1,2}[-/.月]\d{1,2}[日号]?)(?=[\s:：,，]|$)"
)
MOST_DAYS_BACK: Final = 7


def day_and_rest(ctx: Context, said: str) -> tuple[date, str]:
    """Return the day a report is for and what it says: today, or the past day it begins with (昨天 客户拜访 恒信).

    Raises UserError for a day that does not exist, is not there yet, or is more than a week ago.
    """
    today, first = ctx.calendar.local_date(ctx.update.at), DAY.match(said)
    if first is None:
        return today, said
    if wrong := impossible_day(first[0], now=ctx.now, calendar=ctx.calendar):
        raise UserError(no_such_day(wrong))
    times = times_in(ctx, first[0], past=True)
    on = ctx.calendar.local_date(times[0].start) if times and times[0].start else today
    if not today - timedelta(days=MOST_DAYS_BACK) <= on <= today:
        raise UserError(f"{on:%m-%d} 的日报现在交不了，只能交今天的，或补最近 {MOST_DAYS_BACK} 天的。")
    return on, said[first.end() :].strip(" \t:：,，")


def line_in(ctx: Context, part: str) -> Line:
    """Read one line: action, customer, rest; raises UserError without a customer (D02)."""
    actions = ctx.settings.rules.daily_report.actions
    kind = next((name for name in actions if part.startswith(name)), None)
    rest = part[len(kind) :].strip() if kind else part
    customer, text = customer_and_rest(ctx, rest)
    if customer is None:
        if wrong := impossible_day(part, now=ctx.now, calendar=ctx.calendar):
            raise UserError(no_such_day(wrong))
        raise UserError(f"「{part}」是哪家客户？日报每条都要写客户，例：客户拜访 恒信")
    breakthrough = breakthrough_in(ctx, text)
    return Line(kind or actions[0], customer.id, text, breakthrough)


def customer_and_rest(ctx: Context, text: str) -> tuple[Customer | None, str]:
    """Return the customer a text names and the text without his name; the text as it is when it names none for sure."""
    for (start, end), resolution in customers_in(ctx, text):
        if resolution.decided is not None:
            return ctx.session.get(Customer, resolution.decided.id), f"{text[:start]}{text[end:]}".strip(" ，,")
    first, _, rest = text.partition(" ")
    resolution = find_customer(ctx, first)
    if resolution.decided is not None and first:
        return ctx.session.get(Customer, resolution.decided.id), rest.strip()
    return None, text


def breakthrough_in(ctx: Context, text: str) -> str:
    """Return the progress a text tells of, or "" (D03)."""
    for name in ctx.settings.rules.daily_report.breakthroughs:
        pattern = PROGRESS.get(name)
        if name in text or (pattern is not None and pattern.search(text)):
            return name
    return ""
