"""Numbers and where they come from (B11, M17)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.action import Action
from bot.reply import Button, Card, Field
from models.metric import Metric, MetricSnapshot

SHOWN_ROWS = 10


@dataclass(frozen=True, slots=True)
class ExportSnapshot(Action, name="metric.export"):
    """Give the rows behind a number as CSV."""

    snapshot_id: int


@dataclass(frozen=True, slots=True)
class ExplainMetric(Action, name="metric.explain"):
    """Say where a number comes from."""

    metric: str


def percent(value: float | None) -> str:
    """Return 91.7%, or — when there was nothing to count."""
    return "—" if value is None else f"{value:.1%}"


def number_line(metric: Metric, snapshot: MetricSnapshot) -> str:
    """Return one line: light, title, value, fraction."""
    return f"{metric.light(snapshot.value)} {metric.title} {percent(snapshot.value)}（{snapshot.fraction}）"


def explained(
    metric: Metric, snapshot: MetricSnapshot, zone: ZoneInfo, *, before: MetricSnapshot | None = None
) -> Card:
    """Formula, rows and snapshot number of a metric; `before`: what the person was shown last, if it was another number."""
    missing = [row for row in snapshot.all_rows if row not in snapshot.counted]
    fields = [
        Field("公式", metric.formula),
        Field("现在", f"{percent(snapshot.value)}（{snapshot.fraction}）"),
        *_shown_before(before, snapshot, zone),
        Field("区间", f"{_day(snapshot.start_at, zone)} 起，截至 {snapshot.at.astimezone(zone):%m-%d %H:%M}"),
        Field("线", lines_of(metric)),
        Field("没达到的", _labels(missing)),
        Field("规则", metric.rule),
    ]
    body = f"来源 {len(snapshot.all_rows)} 行，快照 #{snapshot.id}，与导出一致。"
    return Card(
        title=f"口径 · {metric.title}",
        body=body,
        fields=tuple(fields),
        buttons=(Button("导出 CSV", ExportSnapshot(snapshot.id)),),
    )


def _shown_before(before: MetricSnapshot | None, now: MetricSnapshot, zone: ZoneInfo) -> list[Field]:
    """Say what was shown before where the rows are others today; the same rows need no word."""
    if before is None or (before.counted, before.all_rows) == (now.counted, now.all_rows):
        return []
    at = f"{before.at.astimezone(zone):%m-%d %H:%M}"
    return [Field("上次给你看的", f"{percent(before.value)}（{before.fraction}），{at}，快照 #{before.id}")]


def lines_of(metric: Metric) -> str:
    """Return the target and warning lines."""
    if metric.target is None:
        return "没有设线"
    warn = f"，警戒 {metric.warn:.0%}" if metric.warn is not None else ""
    return f"目标 {metric.target:.0%}{warn}"


def catalogue(metrics: Sequence[Metric]) -> Card:
    """Every number there is."""
    buttons = tuple(Button(metric.title, ExplainMetric(metric.name)) for metric in metrics[:12])
    return Card(title="有口径的数字", body="\n".join(f"· {m.title}：{m.formula}" for m in metrics), buttons=buttons)


def _labels(rows: Sequence[Sequence[str]]) -> str:
    labels = [str(row[2]) for row in rows[:SHOWN_ROWS]]
    more = f" 等 {len(rows)} 条" if len(rows) > SHOWN_ROWS else ""
    return "、".join(labels) + more if labels else "无"


def _day(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%m-%d}"


def misread_report(snapshot: MetricSnapshot, month: int) -> Card:
    """Last month's misreadings (M4): how many of the machine's verdicts a manager overruled, and which."""
    fields = (
        Field("读过的图", f"{len(snapshot.all_rows)} 张"),
        Field("被改判的", _labels(snapshot.counted)),
    )
    return Card(
        title=f"{month} 月识图误判 {percent(snapshot.value)}（{snapshot.fraction}）",
        body="误判 = 机器说不对、主管或财务看过认为对的。「看不清」从不计负分。",
        fields=fields,
        buttons=(Button("导出 CSV", ExportSnapshot(snapshot.id)),),
    )
