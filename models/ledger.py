"""What was recorded, as rows for export: visits, promises, reports; whose records may be given out is the caller's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.commitment import Commitment
from models.customer import Customer
from models.daily_report import DailyReport, DailyReportItem
from models.person import Person
from models.visit import EvidenceState, Visit, VisitEvidence, is_complete

Row = Sequence[Any]
Owners = frozenset[str] | None
"""Whose records; None: everybody's."""

VISIT_HEADS: Final = (
    "编号", "销售编号", "销售", "客户编号", "客户", "状态", "到场时间", "结束时间", "目标", "突破点", "异议", "摘要", "录入", "位置", "照片", "截图", "三要素齐全",
)  # fmt: skip
COMMITMENT_HEADS: Final = (
    "编号", "销售编号", "销售", "客户编号", "客户", "事项", "期限", "首次期限", "改期次数", "状态", "登记时间", "依据", "闭环时间", "单号", "按期完成",
)  # fmt: skip
REPORT_HEADS: Final = (
    "日期", "销售编号", "销售", "状态", "提交时间", "迟交分钟", "动作", "客户编号", "客户", "内容", "突破点", "原话", "明日关键动作", "需支持",
)  # fmt: skip
STATES: Final = {
    "open": "进行中", "done": "已结束", "undone": "已撤销", "closed": "已闭环", "missed": "做不到", "submitted": "已交", "withdrawn": "已撤回",
}  # fmt: skip
EVIDENCE: Final = {
    "valid": "有效", "valid_backfilled": "有效（补记）", "self_reported": "自述", "weak": "弱位置", "waiting": "待确认", "disputed": "申诉中",
}  # fmt: skip


def visit_rows(session: Session, owners: Owners, zone: ZoneInfo) -> Iterator[Row]:
    """Yield heads and every visit, undone ones too (marked)."""
    yield VISIT_HEADS
    evidence = _evidence(session)
    query = _named(select(Visit, Person.name, Customer.name), Visit.owner_id, Visit.customer_id, owners)
    for visit, who, customer in session.execute(query.order_by(Visit.id)).tuples():
        pieces = [EVIDENCE.get(evidence.get((visit.id, kind), ""), "") for kind in ("location", "photo", "screenshot")]
        yield (
            visit.id, visit.owner_id, who, visit.customer_id, customer, STATES[visit.state], _local(visit.happened_at, zone),
            _local(visit.finished_at, zone), visit.goal, visit.breakthrough, "、".join(visit.objections), visit.summary,
            visit.timing, *pieces, _yes(is_complete(session, visit.id)),
        )  # fmt: skip


def _evidence(session: Session) -> dict[tuple[str, str], str]:
    query = select(VisitEvidence).where(VisitEvidence.state != EvidenceState.REPLACED)
    return {(item.visit_id, item.kind): item.state for item in session.scalars(query)}


def commitment_rows(session: Session, owners: Owners, zone: ZoneInfo) -> Iterator[Row]:
    """Yield heads and every registered promise, undone ones too (marked)."""
    yield COMMITMENT_HEADS
    query = _named(select(Commitment, Person.name, Customer.name), Commitment.owner_id, Commitment.customer_id, owners)
    for one, who, customer in session.execute(query.order_by(Commitment.id)).tuples():
        basis = one.basis_note or ("截图" if one.basis_media else "待补依据")
        yield (
            one.id, one.owner_id, who, one.customer_id, customer, one.matter, _local(one.due_at, zone),
            _local(one.first_due_at, zone), one.reschedules, STATES[one.state], _local(one.registered_at, zone), basis,
            _local(one.closed_at, zone), one.waybill, _yes(one.kept),
        )  # fmt: skip


def report_rows(session: Session, owners: Owners, zone: ZoneInfo) -> Iterator[Row]:
    """Yield heads and every line of every daily report; a report without lines is one row."""
    yield REPORT_HEADS
    query = (
        select(DailyReport, DailyReportItem, Person.name, Customer.name)
        .join(Person, Person.id == DailyReport.owner_id)
        .outerjoin(DailyReportItem, DailyReportItem.report_id == DailyReport.id)
        .outerjoin(Customer, Customer.id == DailyReportItem.customer_id)
    )
    if owners is not None:
        query = query.where(DailyReport.owner_id.in_(owners))
    ordered = query.order_by(DailyReport.on, DailyReport.owner_id, DailyReportItem.id)
    for report, item, who, customer in session.execute(ordered).tuples():
        line = (
            (item.action, item.customer_id, customer, item.text, item.breakthrough, item.quote) if item else ("",) * 6
        )
        yield (
            report.on.isoformat(), report.owner_id, who, STATES[report.state], _local(report.submitted_at, zone),
            report.late_minutes, *line, report.tomorrow, report.support,
        )  # fmt: skip


def _named(
    query: Select[Any], owner: InstrumentedAttribute[str], customer: InstrumentedAttribute[str], owners: Owners
) -> Select[Any]:
    named = query.join(Person, Person.id == owner).join(Customer, Customer.id == customer)
    return named if owners is None else named.where(owner.in_(owners))


def _local(at: datetime | None, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if at else ""


def _yes(value: bool) -> str:  # noqa: FBT001  # the value of a cell
    return "是" if value else "否"


LEDGERS: Final[dict[str, Callable[[Session, Owners, ZoneInfo], Iterator[Row]]]] = {
    "visits": visit_rows,
    "commitments": commitment_rows,
    "reports": report_rows,
}
"""What was recorded, by the word of the command line."""
