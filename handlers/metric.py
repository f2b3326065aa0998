"""/口径: where a number comes from: formula, rows, snapshot, export (B11, B12, M17)."""

from __future__ import annotations

from bot import Context, Document, Reply, UserError, action, command
from bot.cards.metric import ExplainMetric, ExportSnapshot, catalogue, explained
from bot.catalogue import metrics_of
from bot.sheet import csv_bytes
from bot.windows import month_so_far
from models.metric import METRICS, Metric, MetricSnapshot, Scope, find_metric, latest_snapshot, take_snapshot


@command(
    "口径",
    aliases=("怎么算的", "数字来源"),
    help="查一个数字怎么算的",
    usage="/口径 三要素完整率",
    positional=("metric",),
)
def explain(ctx: Context) -> Reply:
    words = ctx.args.rest if ctx.args else ""
    if not words:
        return catalogue(list(METRICS.values()))
    found = find_metric(words)
    if found is None:
        return catalogue(list(METRICS.values()))
    return _explain(ctx, metrics_of(ctx.settings)[found.name])


@action(ExplainMetric)
def explain_pressed(ctx: Context, press: ExplainMetric) -> Reply:
    found = metrics_of(ctx.settings).get(press.metric)
    return _explain(ctx, found) if found else "这个数字已经不用了。"


def _explain(ctx: Context, found: Metric) -> Reply:
    """Explain what the person was shown: on the card he quotes, else last; if that is long ago, the month so far beside it."""
    quoted = ctx.card.created_at if ctx.card is not None and ctx.update.quote is not None else None
    shown = latest_snapshot(ctx.session, found.name, ctx.sender.id, until=quoted)
    if shown is not None and (quoted is not None or ctx.now - shown.at <= ctx.settings.rules.undo.window):
        return explained(found, shown, ctx.zone)
    start, end = month_so_far(ctx)
    scope = Scope(ctx.sight.owners, start, end)
    fresh = take_snapshot(ctx.session, found.name, scope, now=ctx.now, viewer_id=ctx.sender.id)
    return explained(found, fresh, ctx.zone, before=shown)


@action(ExportSnapshot)
def export(ctx: Context, press: ExportSnapshot) -> Reply:
    snapshot = ctx.session.get(MetricSnapshot, press.snapshot_id)
    if snapshot is None or snapshot.viewer_id != ctx.sender.id:
        raise UserError("这份快照不是你的，请自己查一次 /口径。")
    ctx.note("metric.exported", "metric", snapshot.metric, snapshot=snapshot.id)
    key = ctx.services.media.put(csv_of(snapshot))
    return Document(key, f"{METRICS[snapshot.metric].title}-{snapshot.id}.csv")


def csv_of(snapshot: MetricSnapshot) -> bytes:
    """Return the rows of a snapshot as CSV that Excel opens as UTF-8, formulas defused."""
    rows: list[list[str]] = [["类型", "编号", "名称", "计入"]]
    rows += [[*map(str, row), "是" if row in snapshot.counted else "否"] for row in snapshot.all_rows]
    rows.append(["合计", snapshot.fraction, f"快照 #{snapshot.id}", ""])
    return csv_bytes(rows)
