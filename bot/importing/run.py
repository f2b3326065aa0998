"""Rows that were read → a plan against what is here → the order for `models.import_batch.write_batch`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy.orm import Session

from bot.importing.checks import CHECKS
from bot.importing.plan import NEW_CUSTOMER, Plan, PlannedRow, Verdict
from bot.importing.reading import Reading, ReadRow
from models.customer import next_customer_id
from models.import_batch import Edit, Order
from models.register import REGISTERS
from models.register.customers import UNKNOWN_SOURCE

Doubts = Mapping[str, Sequence[str]]
"""Row number → ids of customers it may already be."""

FILLED: Final = f"来源空着，记「{UNKNOWN_SOURCE}」"


def build_plan(
    session: Session, reading: Reading, *, sources: Sequence[str], doubts: Doubts, decisions: Mapping[str, str]
) -> Plan:
    """Compare a file with what is here; writes nothing."""
    rows = [replace(row, values=dict(row.values), reasons=list(row.reasons), notes=[]) for row in reading.rows]
    _require(reading, rows)
    CHECKS[reading.kind.name](session, rows, sources)
    current = REGISTERS[reading.kind.name].current(session)
    match = _matcher(reading.kind.name, current)
    planned = [_planned(reading, row, match(row.values), current, doubts, decisions) for row in rows]
    same_named = _same_named(planned, current) if reading.kind.name == "customers" else 0
    return Plan(reading.kind, reading.heads, tuple(planned), reading.ignored, same_named)


def _require(reading: Reading, rows: Iterable[ReadRow]) -> None:
    for row in rows:
        for column in reading.kind.columns:
            told = any(reason.startswith(f"{column.name}：") for reason in row.reasons)
            if column.required and not row.values.get(column.name) and not told:
                row.reasons.append(f"{column.name}：必填，空着（{column.heads[0]}）")


def _matcher(kind: str, current: Mapping[str, Mapping[str, Any]]):  # type: ignore[no-untyped-def]  # noqa: ANN202  # a closure
    """Return how a row finds its record: by number; a contact by customer, name and, if both have one, mobile."""
    if kind != "contacts":
        return lambda values: values["id"] if values.get("id") in current else None
    known: dict[tuple[str, str], list[str]] = {}
    for id_, contact in current.items():
        known.setdefault((contact["customer"], contact["name"]), []).append(id_)

    def contact_of(values: Mapping[str, Any]) -> str | None:
        ids = known.get((values.get("customer", ""), values.get("name", "")), [])
        mobile = values.get("mobile") or ""
        exact = [id_ for id_ in ids if current[id_]["mobile"] == mobile]
        open_ones = [id_ for id_ in ids if not mobile or not current[id_]["mobile"]]
        fitting = exact or (open_ones if len(open_ones) == 1 else [])
        return fitting[0] if fitting else None

    return contact_of


def _planned(  # the facts of one row
    reading: Reading, row: ReadRow, record_id: str | None, current: Mapping[str, Mapping[str, Any]], doubts: Doubts,
    decisions: Mapping[str, str],
) -> PlannedRow:  # fmt: skip
    base = PlannedRow(row.number, Verdict.BAD, row.values, row.cells, record_id, reasons=tuple(row.reasons))
    if row.reasons:
        return base
    like = tuple(doubts.get(str(row.number), ()))
    decided = decisions.get(str(row.number)) if like and record_id is None else None
    if decided and decided != NEW_CUSTOMER and decided in current:
        return _joined(base, current[decided], decided)
    if record_id is not None:
        return _compared(replace(base, notes=tuple(row.notes)), current[record_id])
    if like and decided is None:
        return replace(base, verdict=Verdict.SUSPECTED, like=like)
    return _new(reading, base, row, like)


def _new(reading: Reading, base: PlannedRow, row: ReadRow, like: tuple[str, ...]) -> PlannedRow:
    notes = list(row.notes)
    if reading.kind.name == "customers" and not row.values.get("source"):
        row.values["source"] = UNKNOWN_SOURCE
        notes.append(FILLED)
    return replace(base, verdict=Verdict.NEW, values=row.values, notes=tuple(notes), like=like)


def _compared(base: PlannedRow, now: Mapping[str, Any]) -> PlannedRow:
    """Say what changes; aliases are only added, an empty cell was never read."""
    after = {}
    for column, value in base.values.items():
        wanted = value
        if column == "aliases" and value:
            wanted = [*now["aliases"], *(alias for alias in value if alias not in now["aliases"])]
        if column not in {"id", "customer"} and wanted != now.get(column):
            after[column] = wanted
    if not after:
        return replace(base, verdict=Verdict.SAME, notes=())
    before = {column: now.get(column) for column in after}
    return replace(base, verdict=Verdict.CHANGED, before=before, after=after)


def _joined(base: PlannedRow, now: Mapping[str, Any], record_id: str) -> PlannedRow:
    """Plan a row that a person said is this customer: its name becomes an alias, its values fill what is empty."""
    empty = {"", None, UNKNOWN_SOURCE}
    after: dict[str, Any] = {
        column: value
        for column, value in base.values.items()
        if column not in {"id", "name", "aliases"} and value not in empty and now.get(column) in empty
    }
    called = [base.values["name"], *base.values.get("aliases", [])]
    added = [name for name in dict.fromkeys(called) if name != now["name"] and name not in now["aliases"]]
    if added:
        after["aliases"] = [*now["aliases"], *added]
    before = {column: now.get(column) for column in after}
    verdict = Verdict.CHANGED if after else Verdict.SAME
    return replace(base, verdict=verdict, record_id=record_id, before=before, after=after)


def _same_named(rows: Sequence[PlannedRow], current: Mapping[str, Mapping[str, Any]]) -> int:
    """Count the names that several customers of different numbers bear; they stay apart."""
    names = Counter(str(customer["name"]) for customer in current.values())
    fresh = [row.values["name"] for row in rows if row.verdict is Verdict.NEW]
    names.update(fresh)
    return sum(names[name] > 1 for name in set(fresh))


def order_of(session: Session, plan: Plan, *, file_name: str, by: str | None) -> Order:
    """Return what is to be written; customers without a number get the next free ones."""
    new = [dict(row.values) for row in plan.of(Verdict.NEW)]
    if plan.kind.name == "customers":
        taken = {str(record["id"]) for record in new if record.get("id")}
        number = int(next_customer_id(session)[1:])
        for record in new:
            while not record.get("id"):
                if f"C{number}" not in taken:
                    record["id"] = f"C{number}"
                number += 1
    return Order(plan.kind.name, file_name, new, _edits(plan.of(Verdict.CHANGED)), plan.counts, by)


def _edits(rows: Sequence[PlannedRow]) -> list[Edit]:
    """Return one edit a record: two rows that turned out to be one customer are put together."""
    found: dict[str, Edit] = {}
    for row in rows:
        assert row.record_id is not None
        earlier = found.get(row.record_id)
        before, after = dict(row.before or {}), dict(row.after or {})
        if earlier is not None:
            both = {c: [*earlier.after[c], *(x for x in after[c] if x not in earlier.after[c])]
                    for c in ("aliases",) if c in earlier.after and c in after}  # fmt: skip
            before, after = {**before, **earlier.before}, {**after, **earlier.after, **both}
        found[row.record_id] = Edit(row.record_id, before, after)
    return list(found.values())


def problem_rows(plan: Plan) -> list[list[Any]]:
    """Return the rows that will not be written as they are, with their number and why, under the file's own heads."""
    rows: list[list[Any]] = [["行号", "问题", *plan.heads]]
    for row in plan.rows:
        if row.verdict is Verdict.BAD:
            rows.append([row.number, "；".join(row.reasons), *row.cells])
        elif row.verdict is Verdict.SUSPECTED:
            rows.append([row.number, f"疑似与 {'、'.join(row.like)} 是同一家", *row.cells])
        elif row.notes:
            rows.append([row.number, "；".join(row.notes), *row.cells])
    return rows
