"""How often the machine misread a picture, by what managers decided on appeals (M4)."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.event import Event
from models.metric import Measured, Ref, Scope, metric
from models.visit import Visit, VisitState

JUDGED = "photo.judged"
READ = "visit.evidence"
PICTURES: Final = {"photo": "照片", "screenshot": "截图"}
"""Elements of a visit that are read by the machine, as people call them."""


@metric(
    "photo_misread",
    title="误判率",
    rule="M4",
    formula="主管采信销售的异议 ÷ 机器判过的照片和截图（位置和撤销的拜访不算；「看不清」也算判过，但从不计负分）",
)
def photo_misread(session: Session, scope: Scope) -> Measured:
    """Measure the share of machine verdicts on pictures that a manager overruled (M4)."""
    visits = select(Visit.id).where(Visit.state != VisitState.UNDONE)
    if scope.owners is not None:
        visits = visits.where(Visit.owner_id.in_(scope.owners))
    query = select(Event).where(Event.kind.in_([JUDGED, READ]), Event.at >= scope.start, Event.at < scope.end)
    query = query.where(Event.subject_kind == "visit", Event.subject_id.in_(visits))
    events = list(session.scalars(query.order_by(Event.id)))
    overruled = {
        (one.subject_id, one.data.get("element")) for one in events if one.kind == JUDGED and one.data.get("misread")
    }
    read = {
        (one.subject_id, one.data.get("element")): one.id
        for one in events
        if one.kind == READ and one.data.get("element") in PICTURES
    }
    refs = {key: Ref("event", str(id_), f"{key[0]} {PICTURES[str(key[1])]}") for key, id_ in read.items()}
    return Measured(tuple(refs[key] for key in refs if key in overruled), tuple(refs.values()))
