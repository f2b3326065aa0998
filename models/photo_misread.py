"""How often the machine misread a picture, by what those decided who were asked to look (M4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.contract import Contract, ContractState
from models.event import Event
from models.metric import Measured, Ref, Scope, metric
from models.rules.gates import INVOICE_PAPER, PHOTO, SCREENSHOT
from models.visit import Visit, VisitState

JUDGED: Final = "photo.judged"
"""A person looked at a picture the machine had judged: `element` of the record, `misread` when the machine was wrong."""

_Element = tuple[str, str]
"""A record and the element of it that a picture stands for; sent again, it counts once."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Records with pictures the machine judges: the event a reading leaves, and its elements as people call them."""

    subject: str
    read: str
    elements: Mapping[str, str]
    id: InstrumentedAttribute[str]
    owner: InstrumentedAttribute[str]
    stands: ColumnElement[bool]  # not taken back


SOURCES: Final = (
    Judged(
        "visit", "visit.evidence", {PHOTO: "照片", SCREENSHOT: "截图"},
        Visit.id, Visit.owner_id, Visit.state != VisitState.UNDONE,
    ),
    Judged(
        "contract", "contract.paper", {INVOICE_PAPER: "开票资料"},
        Contract.id, Contract.owner_id, Contract.state != ContractState.UNDONE,
    ),
)  # fmt: skip


@metric(
    "photo_misread",
    title="误判率",
    rule="M4",
    formula="主管采信销售的异议、财务认可机器没放行的开票资料 ÷ 机器判过的照片、截图和开票资料"
    "（撤销的、位置不算；同一项重发只算一次；「看不清」、说是黑白章或关联公司的，认可了也不算误判，更不计负分；改判计入判的那个月）",
)
def photo_misread(session: Session, scope: Scope) -> Measured:
    """Measure the share of machine verdicts on pictures that a person overruled (M4).

    What is judged in the month after it was read counts then, or it would count in neither.
    """
    counted: list[Ref] = []
    everything: list[Ref] = []
    for source in SOURCES:
        overruled, refs = _measured(source, list(session.scalars(_events(source, scope))))
        everything += refs.values()
        counted += [ref for element, ref in refs.items() if element in overruled]
    return Measured(tuple(counted), tuple(everything))


def _events(source: Judged, scope: Scope) -> Any:
    records = select(source.id).where(source.stands)
    if scope.owners is not None:
        records = records.where(source.owner.in_(scope.owners))
    query = select(Event).where(or_(Event.kind == source.read, Event.kind == JUDGED), Event.at >= scope.start)
    query = query.where(Event.at < scope.end, Event.subject_kind == source.subject, Event.subject_id.in_(records))
    return query.order_by(Event.id)


def _measured(source: Judged, events: list[Event]) -> tuple[set[_Element], dict[_Element, Ref]]:
    overruled: set[_Element] = set()
    refs: dict[_Element, Ref] = {}
    for one in events:
        element = (one.subject_id, str(one.data.get("element")))
        if element[1] not in source.elements:
            continue
        wrong = one.kind == JUDGED and bool(one.data.get("misread"))
        if wrong:
            overruled.add(element)
        if wrong or one.kind == source.read:
            refs[element] = Ref("event", str(one.id), f"{one.subject_id} {source.elements[element[1]]}")
    return overruled, refs
