"""Amounts of time: 三天, 一个半小时, 两个工作日, 2天3小时: how long, and where that leads from now."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.parse.time.atom import NUMERALS, atom
from bot.parse.time.match import Grain, Note
from bot.parse.time.numerals import to_int
from bot.parse.time.period import Frame, Period, add_months, day

__all__ = ["AMOUNT", "ATOMS", "Amount", "read_amount", "workdays_after"]

_NUMBER = r"\d{1,4}(?:\.\d)?|[一二两俩三仨四五六七八九十廿百]{1,5}"
_UNIT = r"工作日|自然日|日历日|个?小时|个?钟头|个?钟(?!头)|分钟|分|秒钟|秒|刻钟|天|日|个?星期|个?礼拜|周|个?月|个?季度|年|[Hh](?![A-Za-z])|[Dd](?![A-Za-z])"
_PIECE = rf"(?:半个?(?:{_UNIT})|(?:{_NUMBER})个?半?(?:{_UNIT})半?)"
AMOUNT = rf"(?P<amount>{_PIECE}(?:零?{_PIECE}){{0,2}})"
_ONE = re.compile(
    rf"(?P<half>半)?(?P<n>{_NUMBER})?(?P<ge>个)?(?P<mid>半)?(?P<unit>{_UNIT})(?P<tail>半(?!天|年|个|小时|月))?"
)
_SECONDS = {
    "小时": 3600,
    "钟头": 3600,
    "钟": 3600,
    "分钟": 60,
    "分": 60,
    "刻钟": 900,
    "秒": 1,
    "秒钟": 1,
    "h": 3600,
    "H": 3600,
}
_DAYS = {"天": 1, "日": 1, "自然日": 1, "日历日": 1, "星期": 7, "礼拜": 7, "周": 7, "d": 1, "D": 1}
_MONTHS = {"月": 1, "季度": 3, "年": 12}


@dataclass(frozen=True, slots=True)
class Amount:
    """A length of time in the units it was said in."""

    seconds: float = 0
    days: float = 0
    months: float = 0
    workdays: int = 0

    @property
    def exact(self) -> bool:
        """Say whether hours or minutes were said, so that the instant counts."""
        return bool(self.seconds)

    def plus(self, other: "Amount") -> "Amount":
        """Return both together."""
        return Amount(
            self.seconds + other.seconds,
            self.days + other.days,
            self.months + other.months,
            self.workdays + other.workdays,
        )

    def leads_to(self, now: datetime, sign: int = 1) -> datetime:
        """Return the wall-clock moment this far from `now` (workdays excepted)."""
        whole, rest = divmod(self.months, 1)
        moved = datetime.combine(add_months(now.date(), sign * int(whole)), now.timetz())
        moved += timedelta(days=sign * (int(self.days) + int(rest * 30)))
        moved += timedelta(hours=sign * 4) if self.days % 1 else timedelta()
        # Elapsed hours are counted in real time; a wall clock may jump in between.
        return (moved.astimezone(UTC) + timedelta(seconds=sign * self.seconds)).astimezone(now.tzinfo)


def read_amount(text: str) -> Amount | None:
    """Read an amount; None when a number in it is no number, or a month or day is meant (3月, 三四天)."""
    total = Amount()
    for found in _ONE.finditer(text):
        piece = _read_piece(found)
        if piece is None:
            return None
        total = total.plus(piece)
    return total


def _read_piece(found: re.Match[str]) -> Amount | None:
    unit = found["unit"].removeprefix("个")
    counted = bool(found["ge"]) or found["unit"].startswith("个") or bool(found["half"])
    if unit in {"月", "季度"} and not counted and (found["n"] or "")[-1:] not in {"俩", "仨", "两"}:
        return None
    number = _number(found)
    if number is None:
        return None
    if unit == "工作日":
        return Amount(workdays=int(number))
    if unit in _SECONDS:
        return Amount(seconds=number * _SECONDS[unit])
    if unit in _DAYS:
        return Amount(days=number * _DAYS[unit])
    return Amount(months=number * _MONTHS[unit])


def _number(found: re.Match[str]) -> float | None:
    extra = 0.5 if found["mid"] or found["tail"] else 0
    if found["n"] is None:
        return 0.5 if found["half"] else None
    number = float(found["n"]) if "." in found["n"] else to_int(found["n"])
    return None if number is None else number + extra


def workdays_after(frame: Frame, count: int) -> Period:
    """N个工作日内/后: today is day 0; said after hours or on a rest day, the next working day is (convention 3)."""
    calendar, today = frame.calendar, frame.today
    late = not calendar.is_workday(today) or frame.now.time() >= calendar.work_end
    if not late or count <= 0:
        return day(calendar.add_workdays(today, count))
    base = calendar.next_workday(today)
    return day(calendar.add_workdays(base, count)).unsure(day(calendar.add_workdays(today, count)))


def _moved(amount: Amount, frame: Frame, sign: int) -> Period:
    if amount.workdays:
        return workdays_after(frame, sign * amount.workdays)
    moment = amount.leads_to(frame.now, sign)
    made = day(moment.date())
    if amount.exact or amount.days % 1:
        made = replace(made, instant=moment, grain=Grain.MINUTE)
    return replace(made, ambiguous=True, note=Note.APPROXIMATE) if amount.days % 1 else made


_NOT_THING = r"(?![面续勤台期端者果])"


@atom(
    rf"(?<![\d.第])(?:(?P<lead>再过|过了?|等|再等|再给我?|稍后|稍候|推后|之后)\s?(?:我|他)?)?{AMOUNT}(?P<dir>之?后{_NOT_THING}|以后|过后|之?前(?![面台往])|以前|来(?!说|的|看))?",
    opens=NUMERALS + "半再过等稍推之",
)
def _from_now(found: re.Match[str], frame: Frame, within: Period | None) -> Period | None:
    """三天后, 过一周, 稍后1小时; N天前 is the past (convention 7)."""
    if within is not None or not (found["lead"] or found["dir"]):
        return None
    if (
        (found["dir"] == "来")
        or (found["lead"] == "之后")
        or _is_vague(found["amount"], bool(found["lead"]), found["dir"])
    ):
        return None
    amount = read_amount(found["amount"])
    if amount is None or _too_far(amount):
        return None
    back = bool(found["dir"]) and found["dir"].endswith("前")
    return _moved(amount, frame, -1 if back else 1)


def _is_vague(amount: str, lead: bool, direction: str | None) -> bool:  # noqa: FBT001 # reads as the two facts it is
    """过两天 is 'some day'; 两天后 is in two days."""
    return lead and direction is None and amount in {"两天", "俩天", "一两天"}


def _too_far(amount: Amount) -> bool:
    return amount.months > 1200 or amount.days > 36500 or amount.workdays > 2500


ATOMS = (_from_now,)
