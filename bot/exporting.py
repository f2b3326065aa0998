"""Export: registers, records and numbers as pages of a file; the numbers are snapshots, the same code as in chat (B11, B12)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from bot.catalogue import metrics_of
from bot.context import Turn
from bot.importing.columns import KINDS
from bot.sheet import SUFFIXES, csv_bytes, xlsx_bytes
from bot.windows import month_so_far
from models.ledger import LEDGERS
from models.metric import METRICS, MetricSnapshot, Scope, take_snapshot
from models.person import Concern, Person, Sight, sight_of
from models.register import REGISTERS

EXPORTS: Final = (*REGISTERS, *LEDGERS, "metrics")
CONCERNS: Final = {"visits": Concern.VISIT, "commitments": Concern.COMMITMENT, "reports": Concern.DAILY_REPORT}

Page = tuple[str, list[Sequence[Any]]]


def export_pages(turn: Turn, kind: str, viewer: Person | None = None) -> list[Page]:
    """Return the pages of one kind: everything, or what `viewer` may see; the first page is the CSV."""
    sight = sight_of(turn.session, viewer) if viewer else None
    if kind in LEDGERS:
        owners = sight.owners_for(CONCERNS[kind]) if sight else None
        return [(kind, list(LEDGERS[kind](turn.session, owners, turn.calendar.zone)))]
    if kind in REGISTERS:
        return [(kind, list(_register_rows(turn, kind, sight)))]
    return _metric_pages(turn, viewer, sight)


def file_bytes(pages: Sequence[Page], name: str) -> bytes:
    """Return the pages as the file its name asks for: XLSX, or CSV of the first page."""
    return xlsx_bytes(pages) if name.lower().endswith(SUFFIXES[1]) else csv_bytes(pages[0][1])


def _register_rows(turn: Turn, kind: str, sight: Sight | None) -> Iterator[Sequence[Any]]:
    """Yield heads and rows as `import` takes them back."""
    columns = [column.name for column in KINDS[kind].columns]
    yield columns
    seen = None if sight is None else _seen_ids(turn, kind, sight)
    for id_, values in REGISTERS[kind].current(turn.session).items():
        if seen is None or id_ in seen:
            yield [_cell(values.get(column)) for column in columns]


def _seen_ids(turn: Turn, kind: str, sight: Sight) -> set[str]:
    if kind == "people":
        return set(sight.owners)
    customers = REGISTERS["customers"].current(turn.session)
    mine = {id_ for id_, values in customers.items() if sight.covers(Concern.CUSTOMER, values["owner"])}
    if kind == "customers":
        return mine
    contacts = REGISTERS["contacts"].current(turn.session)
    return {id_ for id_, values in contacts.items() if values["customer"] in mine}


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    return ";".join(value) if isinstance(value, list) else value


def _metric_pages(turn: Turn, viewer: Person | None, sight: Sight | None) -> list[Page]:
    """Measure every number of the month so far, as chat does; the rows behind each stand on the second page."""
    start, end = month_so_far(turn)
    scope = Scope(sight.owners if sight else None, start, end)
    shots = [
        take_snapshot(turn.session, name, scope, now=turn.now, viewer_id=viewer.id if viewer else None)
        for name in METRICS
    ]
    return [("metrics", _metric_rows(turn, shots)), ("rows", _source_rows(shots))]


def _metric_rows(turn: Turn, shots: Sequence[MetricSnapshot]) -> list[Sequence[Any]]:
    rows: list[Sequence[Any]] = [("指标", "名称", "值", "计入", "总数", "灯", "起", "截至", "快照", "规则", "公式")]
    known = metrics_of(turn.settings)
    for shot in shots:
        found = known[shot.metric]
        since, until = (f"{at.astimezone(turn.calendar.zone):%Y-%m-%d %H:%M}" for at in (shot.start_at, shot.at))
        value = "" if shot.value is None else round(shot.value, 4)
        light = str(found.light(shot.value))
        counts = (len(shot.counted), len(shot.all_rows))
        rows.append((found.name, found.title, value, *counts, light, since, until, shot.id, found.rule, found.formula))
    return rows


def _source_rows(shots: Sequence[MetricSnapshot]) -> list[Sequence[Any]]:
    rows: list[Sequence[Any]] = [("指标", "快照", "类型", "编号", "名称", "计入")]
    for shot in shots:
        counted = {tuple(row) for row in shot.counted}
        rows += [(shot.metric, shot.id, *row, "是" if tuple(row) in counted else "否") for row in shot.all_rows]
    return rows
