"""What each kind asks of its rows beyond the single cell: people that exist, lines that end, numbers that are free."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.importing.reading import ReadRow
from models.customer import Customer
from models.person import Person
from models.register.customers import UNKNOWN_SOURCE
from models.register.people import ACCOUNTS, PEOPLE

Check = Callable[[Session, Sequence[ReadRow], Sequence[str]], None]
"""(session, rows, allowed sources): adds reasons and notes to rows."""


def check_ids(rows: Sequence[ReadRow]) -> None:
    """Refuse a number that stands in two rows: which of them is meant is not for us to guess."""
    first: dict[str, int] = {}
    for row in rows:
        number = row.values.get("id")
        if number and number in first:
            row.reasons.append(f"编号 {number} 与第 {first[number]} 行重复")
        elif number:
            first[number] = row.number


def check_people(session: Session, rows: Sequence[ReadRow], _sources: Sequence[str]) -> None:
    """Ask for managers that exist (in the file in any order, or here), lines without loops, accounts of one person."""
    check_ids(rows)
    _check_accounts(session, rows)
    known = dict(session.execute(select(Person.id, Person.manager_id)).tuples().all())
    _check_managers(rows, set(known))
    _check_loops(rows, known)
    _check_managers(rows, set(known))


def _check_accounts(session: Session, rows: Sequence[ReadRow]) -> None:
    holders = PEOPLE.holders(session)
    for row in rows:
        for column in ACCOUNTS:
            account = row.values.get(column)
            holder = holders.setdefault((column, account), row.values.get("id", "")) if account else None
            if holder is not None and holder != row.values.get("id"):
                row.reasons.append(f"{column}：{account} 已经是 {holder} 的")


def _check_managers(rows: Sequence[ReadRow], known: set[str]) -> None:
    """Refuse rows whose manager is nobody, and then those below them, until nothing changes."""
    while True:
        fine = known | {row.values["id"] for row in rows if not row.reasons and "id" in row.values}
        lost = [
            row for row in rows if not row.reasons and row.values.get("manager") and row.values["manager"] not in fine
        ]
        if not lost:
            return
        for row in lost:
            row.reasons.append(f"manager：没有编号为 {row.values['manager']} 的人（或那一行有问题）")


def _check_loops(rows: Sequence[ReadRow], known: Mapping[str, str | None]) -> None:
    fine = {row.values["id"]: row for row in rows if not row.reasons and "id" in row.values}
    above = dict(known) | {id_: row.values["manager"] or None for id_, row in fine.items() if "manager" in row.values}
    for id_, row in fine.items():
        line = [id_]
        while (boss := above.get(line[-1])) and boss not in line:
            line.append(boss)
        if boss == id_:
            row.reasons.append(f"manager：汇报线绕成一圈 {' → '.join([*line, id_])}")


def check_customers(session: Session, rows: Sequence[ReadRow], sources: Sequence[str]) -> None:
    """Ask for owners that exist and coordinates in pairs; a source that is none of the list becomes 未知来源 (C06)."""
    check_ids(rows)
    people = set(session.scalars(select(Person.id)))
    for row in rows:
        owner = row.values.get("owner")
        if owner and owner not in people:
            row.reasons.append(f"owner：没有编号为 {owner} 的人")
        if ("lat" in row.values) != ("lng" in row.values):
            row.reasons.append("lat、lng 要一起填")
        source = row.values.get("source")
        if source and source not in {*sources, UNKNOWN_SOURCE}:
            row.values["source"] = UNKNOWN_SOURCE
            row.notes.append(f"来源「{source}」不在名单里，记「{UNKNOWN_SOURCE}」")


def check_contacts(session: Session, rows: Sequence[ReadRow], _sources: Sequence[str]) -> None:
    """Ask for customers that exist, and each person of a customer once in the file."""
    customers = set(session.scalars(select(Customer.id)))
    seen: Counter[tuple[Any, ...]] = Counter()
    for row in rows:
        customer = row.values.get("customer")
        if customer and customer not in customers:
            row.reasons.append(f"customer：没有编号为 {customer} 的客户")
        key = (customer, row.values.get("name"), row.values.get("mobile"))
        seen[key] += 1
        if seen[key] > 1:
            row.reasons.append("与前面一行是同一个联系人")


CHECKS: Final[dict[str, Check]] = {
    "people": check_people,
    "customers": check_customers,
    "contacts": check_contacts,
}
