"""What daily reports say of a customer, for his page and for the next report about him (C10, D13)."""

from __future__ import annotations

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from models.daily_report import DailyReport, DailyReportItem, ReportState
from models.person import Concern, Sight


def about_customer(
    session: Session, customer_id: str, sight: Sight, *, limit: int
) -> list[tuple[DailyReport, DailyReportItem]]:
    """Return the newest report lines about a customer that a viewer may see (C10, D13).

    A line that only names a visit is left out: the visit tells it itself, and not once it is undone.
    """
    names_a_visit = and_(DailyReportItem.text.like("V-________-%"), DailyReportItem.quote == "")
    query = (
        select(DailyReport, DailyReportItem)
        .join(DailyReportItem, DailyReportItem.report_id == DailyReport.id)
        .where(DailyReportItem.customer_id == customer_id, DailyReport.state == ReportState.SUBMITTED, ~names_a_visit)
    )
    owners = sight.owners_for(Concern.DAILY_REPORT)
    if owners is not None:
        query = query.where(DailyReport.owner_id.in_(owners))
    rows = session.execute(query.order_by(DailyReport.submitted_at.desc(), DailyReportItem.id).limit(limit)).all()
    return [(report, item) for report, item in rows]
