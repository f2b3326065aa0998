"""What people are told about the working calendar."""

from __future__ import annotations

from collections.abc import Sequence

from bot.reply import Card


def no_such_day(said: str) -> str:
    """Say that a day is in no calendar (2月30日) and ask for a real one."""
    return f"没有「{said}」这一天，请换成真实的日期再发。"


def holiday_table_missing(years: Sequence[int]) -> Card:
    """Ask the administrator for the table of years that are needed."""
    named = "、".join(str(year) for year in years)
    body = (
        f"我还没有 {named} 年的放假调休表。国务院通知一般在 11 月前后发布。\n"
        "发「历法」给我可以拿到样例；照着写好，把文件发给我就行，不用重启。\n"
        f"在那之前，{named} 年只按周一至周五算，算出来的日子会标「暂定」，载入后自动重算。"
    )
    return Card(title=f"缺 {named} 年历法", body=body)
