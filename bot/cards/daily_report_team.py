"""The reports of a team as its leader reads them: who wrote what, late, corrected, missing (D04, J3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.reply import Card, Field


@dataclass(frozen=True, slots=True)
class Page:
    """One person's report as its leader reads it: finished lines, marks such as 迟交 and 更正, footnotes."""

    name: str
    rows: Sequence[str]
    marks: Sequence[str] = ()
    footnotes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Without:
    """Whose report is not shown: who owes one, who is on leave, and how many there was no room for."""

    missing: Sequence[str]
    away: Sequence[str]
    more: int


def team_reports(on: date, pages: Sequence[Page], without: Without) -> Card:
    """Show the reports of a day."""
    fields = [
        Field(
            f"{page.name}（{'、'.join(page.marks)}）" if page.marks else page.name,
            "\n".join([*page.rows, *page.footnotes]),
        )
        for page in pages
    ]
    done = len(pages) + without.more
    parts = [f"已交 {done}/{done + len(without.missing)}"]
    parts += [f"未交：{'、'.join(without.missing)}"] if without.missing else []
    parts += [f"请假：{'、'.join(without.away)}"] if without.away else []
    parts += [f"另有 {without.more} 人，看一个人发「日报 姓名」"] if without.more else []
    return Card(title=f"团队日报 {on:%m-%d}", body="。".join(parts) + "。", fields=tuple(fields))
