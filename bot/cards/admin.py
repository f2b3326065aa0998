"""What administrators read: the check-up, the audit chain, the calendar."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.action import Action
from bot.adapters.base import CheckResult
from bot.reply import Button, Card, Field
from models.event import Broken


@dataclass(frozen=True, slots=True)
class SampleTable(Action, name="calendar.sample"):
    """Give a holiday table to write the next one after."""

    year: int


def checked_up(results: Sequence[CheckResult], ill: Mapping[str, str]) -> Card:
    """The check-up: what is wrong with its hint, and how much is fine."""
    bad = [result for result in results if not result.ok]
    lines = [f"✗ {result.name}：{result.detail}\n　→ {result.hint}" for result in bad]
    lines += [f"✗ {name}：{reason}" for name, reason in ill.items()]
    fine = "、".join(result.name for result in results if result.ok)
    title = f"体检 · {len(bad) + len(ill)} 项要处理" if lines else "体检 · 一切正常"
    return Card(title=title, body="\n".join(lines), fields=(Field("正常", fine or "—"),))


def chain_checked(broken: Broken | None, count: int) -> Card:
    """Whether the event log is as it was written."""
    if broken is None:
        return Card(title="核验 · 审计链完整", body=f"共 {count:,} 条，每条都接得上，没有被改过。")
    body = f"第 {broken.id} 条起对不上。有人直接改过数据库，请用备份比对这一条之后的记录。"
    return Card(title="核验 · 审计链断了", body=body)


def calendar_known(years: Collection[int], missing: Collection[int], sample: int) -> Card:
    """Which years' holidays are known, and how the next one gets in."""
    known = sorted(years)
    body = f"放假调休表：{known[0]}–{known[-1]} 年。"
    if missing:
        body += f"\n缺 {'、'.join(map(str, missing))} 年：在那之前只按周一至周五算，并注明「暂定」。"
    body += "\n有新的一年：照样例写好，把 .yaml 文件发给我，同时写「历法」。"
    return Card(title="历法", body=body, buttons=(Button(f"{sample} 年样例", SampleTable(sample)),))


def calendar_taken(year: int, off: Mapping[date, str], work: Mapping[date, str], moved: int) -> Card:
    """A table was taken in."""
    holidays: dict[str, list[date]] = {}
    for day, name in sorted(off.items()):
        holidays.setdefault(name, []).append(day)
    lines = [f"{name} {days[0]:%m-%d} 至 {days[-1]:%m-%d}（{len(days)} 天）" for name, days in holidays.items()]
    body = "\n".join([*lines, f"补班：{'、'.join(f'{day:%m-%d}' for day in sorted(work)) or '无'}"])
    return Card(title=f"{year} 年历法已载入", body=body, fields=(Field("重排的时钟", str(moved)),))


def calendar_refused(reason: str) -> str:
    """A table that cannot be taken."""
    return f"这份放假表用不了：{reason}\n照样例改好再发（发「历法」看样例）。"
