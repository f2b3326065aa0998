"""The company's working calendar: shipped tables, the company's own folder, and tables an administrator sent in chat."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.services import Services
from bot.settings import ConfigError, Settings
from models.chat import SettingRow, put_setting
from models.rules.holiday_table import HolidayYear, read_year
from models.rules.workday import SHIPPED, HolidayTableError, WorkCalendar, calendar_of, load_years

STORED: Final = "holiday_table:"
"""Setting of a year's table as it was sent: `holiday_table:2027`."""


def company_calendar(settings: Settings, sent: Iterable[HolidayYear] = ()) -> WorkCalendar:
    """Return the calendar: a later table overrules an earlier one, days added or taken in the configuration overrule both.

    Raises ConfigError when a table of the configuration cannot be used.
    """
    section = settings.calendar
    try:
        own = load_years(section.tables) if section.tables else ()
    except HolidayTableError as error:
        raise ConfigError(f"calendar.tables: {error}") from None
    base = calendar_of((*load_years(SHIPPED), *own, *sent), section.timezone)
    extra_off, extra_work = frozenset(section.extra_holidays), frozenset(section.extra_workdays)
    return replace(
        base,
        work_start=section.work_hours[0],
        work_end=section.work_hours[1],
        lunch=section.lunch,
        quiet=section.quiet_hours,
        off=(base.off | extra_off) - extra_work,
        work=(base.work | extra_work) - extra_off,
    )


def sent_years(session: Session) -> list[HolidayYear]:
    """Return the tables that were sent in chat, oldest year first."""
    rows = session.scalars(select(SettingRow).where(SettingRow.name.startswith(STORED)).order_by(SettingRow.name))
    return [read_year(str(row.value), row.name) for row in rows]


def keep_year(session: Session, text: str, name: str) -> HolidayYear:
    """Check and keep a table that was sent; raises HolidayTableError naming what is wrong with it."""
    table = read_year(text, name)
    put_setting(session, f"{STORED}{table.year}", text)
    return table


def refresh_calendar(services: Services, session: Session) -> WorkCalendar:
    """Take what was sent since this process started into its calendar."""
    services.calendar = company_calendar(services.settings, sent_years(session))
    return services.calendar
