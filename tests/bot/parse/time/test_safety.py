"""Whatever people paste: no exception, spans inside the text, the same answer from every thread."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.parse.time import MAX_CHARS, Grain, describe, parse_range, parse_time, parse_times
from bot.parse.time.moment import _ATOMS, _CONTINUING, _OPENING
from bot.parse.time.period import Frame, Period, Style, day, month_of, quarter_of, week_of, year_of
from bot.parse.time.special import SPECIAL_SIGNS, read_special
from models.rules.workday import default_calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 1, 21, 10, tzinfo=SHANGHAI)
CALENDAR = default_calendar()
MESSAGES = [
    json.loads(line)["message"]
    for path in sorted(Path(__file__).parents[1].glob("time_cases*.jsonl"))
    for line in path.read_text(encoding="utf-8").splitlines()
]
PIECES = [
    *"零一二两三四五六七八九十半个前后内到至-~:./年月日号点时分刻周天季初中底末上下本这每第差过再等的,，。()0123456789 或和",
    *(
        "星期",
        "礼拜",
        "今天",
        "明早",
        "大后天",
        "下下周",
        "春节",
        "国庆",
        "年前",
        "节后",
        "正月初八",
        "工作日",
        "小时",
        "分钟",
        "之前",
        "以内",
        "起",
        "左右",
    ),
    *(
        "下午",
        "晚上",
        "下班",
        "最迟",
        "截止",
        "Q3",
        "2月30日",
        "9999",
        "最近",
        "未来",
        "尽快",
        "路",
        "公司",
        "\ufffc",
        "🙂",
        "\u200b",
    ),
]
texts = st.lists(st.sampled_from(PIECES), max_size=14).map("".join) | st.text(max_size=40)
FIRST, LAST = datetime(2015, 1, 1), datetime(2039, 12, 31)  # noqa: DTZ001 # hypothesis wants the bounds naive
instants = st.datetimes(min_value=FIRST, max_value=LAST, timezones=st.just(SHANGHAI))


@settings(max_examples=1500, deadline=None)
@given(text=texts, now=instants)
def test_nothing_anyone_types_breaks_it(text: str, now: datetime) -> None:
    matches = parse_times(text, now=now, calendar=CALENDAR)
    for match in matches:
        start, end = match.span
        assert 0 <= start < end <= len(text)
        assert text[start:end] == match.text
        assert describe(match, now=now)
        for instant in (match.start, match.end, match.due_at, match.grace_until):
            assert instant is None or instant.tzinfo is not None
        if match.invalid:
            assert match.start is match.end is match.due_at is None
    assert [match.span for match in matches] == sorted(match.span for match in matches)
    parse_range(text, now=now, calendar=CALENDAR)


@settings(max_examples=300, deadline=None)
@given(text=texts)
def test_a_shortcut_for_speed_never_changes_what_is_read(text: str) -> None:
    """An atom that is not tried at a sign must be one that means nothing there."""
    frame = Frame(NOW, CALENDAR)
    today, feast = NOW.date(), Period(NOW.date(), NOW.date(), Grain.DAY, Style.FEAST)
    around = (None, year_of(2026), quarter_of(2026, 1), month_of(2026, 1), week_of(today), day(today), feast)
    for at in range(len(text)):
        for atom, within in product(_ATOMS, around):
            table = _OPENING if within is None else _CONTINUING
            if atom in table.get(text[at], ()):
                continue
            found = atom.pattern.match(text, at)
            assert not found or not found[0] or atom.resolve(found, frame, within) is None, (
                atom.pattern.pattern,
                text,
                at,
            )


def test_a_special_expression_begins_with_one_of_its_signs() -> None:
    frame = Frame(NOW, CALENDAR)
    for text in MESSAGES:
        for at, sign in enumerate(text):
            assert sign in SPECIAL_SIGNS or read_special(text, at, frame) is None, (text, at)


def test_eight_threads_read_the_same_as_one() -> None:
    days = [NOW + timedelta(days=number * 17) for number in range(8)]
    alone = [[parse_times(text, now=now, calendar=CALENDAR) for text in MESSAGES] for now in days]
    with ThreadPoolExecutor(8) as pool:
        together = list(
            pool.map(lambda now: [parse_times(text, now=now, calendar=CALENDAR) for text in MESSAGES], days)
        )
    assert together == alone


def test_a_very_long_text_is_cut_not_read_for_ever() -> None:
    matches = parse_times("客户" * MAX_CHARS + "明天", now=NOW, calendar=CALENDAR)
    assert matches == ()


def test_an_instant_in_utc_is_heard_in_the_zone_of_the_calendar() -> None:
    late = datetime(2026, 1, 21, 17, 30, tzinfo=UTC)  # already the 22nd in Shanghai
    match = parse_time("明天", now=late, calendar=CALENDAR)
    assert match is not None
    assert match.start == datetime(2026, 1, 23, tzinfo=SHANGHAI)
