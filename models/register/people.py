"""People as rows of `people.csv`: who they are, whom they report to, and their accounts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from models.person import Account, Person
from models.register.base import Values, chunks, used_elsewhere

PLAIN: Final = ("id", "name", "role", "team", "region", "mobile", "email", "active")
ACCOUNTS: Final = {"wecom_userid": "wecom", "dingtalk_userid": "dingtalk"}


class PeopleRegister:
    """The register of people."""

    kind = "people"
    title = "人员"

    def current(self, session: Session, ids: Collection[str] | None = None) -> dict[str, dict[str, Any]]:
        """Return people by id."""
        accounts = self._accounts(session)
        found = {}
        for person in session.scalars(select(Person).order_by(Person.id)):
            if ids is None or person.id in ids:
                values = {name: getattr(person, name) for name in PLAIN}
                values |= {"manager": person.manager_id or ""}
                found[person.id] = values | {
                    column: accounts.get((person.id, platform), "") for column, platform in ACCOUNTS.items()
                }
        return found

    def _accounts(self, session: Session) -> dict[tuple[str, str], str]:
        rows = session.scalars(
            select(Account).where(Account.platform.in_(ACCOUNTS.values())).order_by(Account.id.desc())
        )
        return {(row.person_id, row.platform): row.account_id for row in rows}

    def holders(self, session: Session) -> dict[tuple[str, str], str]:
        """Return who holds an account: (column, account) → person id."""
        columns = {platform: column for column, platform in ACCOUNTS.items()}
        rows = session.scalars(select(Account).where(Account.platform.in_(columns)))
        return {(columns[row.platform], row.account_id): row.person_id for row in rows}

    def insert(self, session: Session, records: Sequence[Values], *, batch: str, now: datetime) -> list[str]:  # noqa: ARG002  # the protocol's
        """Add people, first without managers, so that the order of the file does not matter."""
        defaults = {"team": "", "region": "", "mobile": "", "email": "", "active": True, "zone": "Asia/Shanghai"}
        rows = [defaults | {name: r[name] for name in PLAIN if r.get(name) not in (None, "")} for r in records]
        session.execute(insert(Person), rows)
        for record in records:
            if record.get("manager"):
                session.execute(update(Person).where(Person.id == record["id"]).values(manager_id=record["manager"]))
        accounts = [
            {"platform": platform, "account_id": record[column], "person_id": record["id"]}
            for record in records
            for column, platform in ACCOUNTS.items()
            if record.get(column)
        ]
        if accounts:
            session.execute(insert(Account), accounts)
        session.expire_all()
        return [str(record["id"]) for record in records]

    def change(self, session: Session, record_id: str, values: Values, *, now: datetime) -> None:  # noqa: ARG002
        """Set values of one person."""
        person = session.get_one(Person, record_id)
        for name in PLAIN:
            if name in values and name != "id":
                setattr(person, name, values[name])
        if "manager" in values:
            person.manager_id = values["manager"] or None
        for column, platform in ACCOUNTS.items():
            if column in values:
                _set_account(session, person.id, platform, values[column])
        session.flush()

    def in_use(self, session: Session, ids: Collection[str]) -> set[str]:
        """Return people who own something, lead somebody who stays, or have spoken already."""
        used = used_elsewhere(session, "person", ids, own=("account", "person"))
        for chunk in chunks(ids):
            spoke = select(Account.person_id).where(Account.person_id.in_(chunk), Account.last_seen_at.is_not(None))
            used.update(session.scalars(spoke))
        lines = session.execute(select(Person.id, Person.manager_id).where(Person.manager_id.is_not(None))).all()
        leads = {person_id: manager_id for person_id, manager_id in lines}  # noqa: C416  # rows are not pairs to mypy
        staying = [person_id for person_id in leads if person_id not in ids or person_id in used]
        while staying:
            manager = leads.get(staying.pop())
            if manager in ids and manager not in used:
                used.add(manager)
                staying.append(manager)
        return used

    def remove(self, session: Session, ids: Collection[str]) -> None:
        """Delete people and their accounts."""
        for chunk in chunks(ids):
            session.execute(update(Person).where(Person.id.in_(chunk)).values(manager_id=None))
            session.execute(delete(Account).where(Account.person_id.in_(chunk)))
        for chunk in chunks(ids):
            session.execute(delete(Person).where(Person.id.in_(chunk)))


def _set_account(session: Session, person_id: str, platform: str, account_id: str) -> None:
    query = select(Account).where(Account.person_id == person_id, Account.platform == platform).order_by(Account.id)
    account = session.scalars(query).first()
    if not account_id:
        if account is not None:
            session.delete(account)
    elif account is None:
        session.add(Account(platform=platform, account_id=account_id, person_id=person_id))
    elif account.account_id != account_id:
        account.account_id, account.last_seen_at = account_id, None


PEOPLE: Final = PeopleRegister()
