"""People: roles, reporting line, accounts, leave and deputies, and the one function that says who may see whom."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, event, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.chat import BigId
from models.db import Base, UtcDateTime


class Role(StrEnum):
    """What a person does here; `OUTSIDER` sees nothing."""

    REP = "rep"
    MANAGER = "manager"
    DIRECTOR = "director"
    VP = "vp"
    PRESALES = "presales"
    DELIVERY = "delivery"
    FINANCE = "finance"
    MARKETING = "marketing"
    STORE = "store"
    HQ = "hq"
    ADMIN = "admin"
    OUTSIDER = "outsider"


class Concern(StrEnum):
    """Kinds of records that people outside the line see because it is their work."""

    VISIT = "visit"
    COMMITMENT = "commitment"
    DAILY_REPORT = "daily_report"
    CUSTOMER = "customer"
    OPPORTUNITY = "opportunity"
    CONTRACT = "contract"
    PAYMENT = "payment"
    LEAD = "lead"
    MATERIAL = "material"
    STORE = "store"
    AUDIT = "audit"


LEADERS: Final = frozenset({Role.MANAGER, Role.DIRECTOR, Role.VP})

ROLE_NAMES: Final = {
    Role.REP: "销售", Role.MANAGER: "主管", Role.DIRECTOR: "总监", Role.VP: "VP", Role.PRESALES: "售前", Role.DELIVERY: "交付",
    Role.FINANCE: "财务", Role.MARKETING: "市场", Role.STORE: "店长", Role.HQ: "总部", Role.ADMIN: "管理员", Role.OUTSIDER: "外部",
}  # fmt: skip
"""Roles as people read them."""

ROLE_CONCERNS: Final[dict[Role, frozenset[Concern]]] = {
    # A record that names one of these people (a commitment told to delivery) is seen through `Sight.involved`.
    Role.FINANCE: frozenset({Concern.CONTRACT, Concern.PAYMENT}),
    Role.MARKETING: frozenset({Concern.MATERIAL, Concern.LEAD}),
    Role.HQ: frozenset({Concern.STORE}),
    Role.ADMIN: frozenset({Concern.AUDIT}),
}


class Person(Base):
    """Somebody who may speak to the bot."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), index=True)
    role: Mapped[str] = mapped_column(String(16))
    manager_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    team: Mapped[str] = mapped_column(String(64), default="")
    region: Mapped[str] = mapped_column(String(64), default="")
    mobile: Mapped[str] = mapped_column(String(32), default="")
    email: Mapped[str] = mapped_column(String(120), default="")
    zone: Mapped[str] = mapped_column(String(40), default="Asia/Shanghai")
    active: Mapped[bool] = mapped_column(default=True)

    @property
    def is_leader(self) -> bool:
        """Whether people report to this role."""
        return self.role in LEADERS


_ENCRYPTED: Final = re.compile(r"w[om][A-Za-z0-9_-]{20,}")


class Account(Base):
    """A person's identity on a platform. One matter reaches a person once, on the account used last."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("platform", "account_id"), Index("ix_account_person_id", "person_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    platform: Mapped[str] = mapped_column(String(16))
    account_id: Mapped[str] = mapped_column(String(128))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


@event.listens_for(Account, "before_insert")
@event.listens_for(Account, "before_update")
def _fold_account(_mapper: Any, _connection: Any, account: Account) -> None:
    """WeCom ignores case in user ids and gives them back in lower case, so that is how they are kept.

    The encrypted ids of its AI bot are another matter: there case counts.
    """
    if account.platform == "wecom" and not _ENCRYPTED.fullmatch(account.account_id):
        account.account_id = account.account_id.casefold()


class Leave(Base):
    """A person is away from `from_at` until `until_at`; `deputy_id` answers meanwhile."""

    __tablename__ = "leave"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    from_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deputy_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    cancelled: Mapped[bool] = mapped_column(default=False)


def person_of(session: Session, platform: str, account_id: str) -> Person | None:
    """Return the person behind a platform account, or None for a stranger."""
    query = select(Person).join(Account).where(Account.platform == platform, Account.account_id == account_id)
    return session.scalars(query).one_or_none()


def accounts_of(session: Session, person_id: str) -> list[Account]:
    """Return a person's accounts, the one used last first."""
    return accounts_of_all(session, [person_id])


def accounts_of_all(session: Session, people: Collection[str]) -> list[Account]:
    """Return the accounts of several people, each one's used last first."""
    found = session.scalars(select(Account).where(Account.person_id.in_(people))).all() if people else []
    return sorted(found, key=lambda a: (a.last_seen_at is not None, a.last_seen_at, -a.id), reverse=True)


def reports_of(session: Session, person_id: str) -> list[Person]:
    """Return the active people who report to a person directly."""
    query = select(Person).where(Person.manager_id == person_id, Person.active).order_by(Person.id)
    return list(session.scalars(query))


def tree_of(session: Session, person_id: str) -> frozenset[str]:
    """Return the ids of everybody below a person, at any depth, himself left out."""
    edges = session.execute(select(Person.id, Person.manager_id)).all()
    children: dict[str, list[str]] = {}
    for child, manager in edges:
        if manager:
            children.setdefault(manager, []).append(child)
    below: set[str] = set()
    waiting = list(children.get(person_id, ()))
    while waiting:
        current = waiting.pop()
        if current not in below:
            below.add(current)
            waiting += children.get(current, ())
    below.discard(person_id)
    return frozenset(below)


def managers_of(session: Session, person_id: str) -> list[Person]:
    """Return the reporting line upwards, the direct manager first; loops end the line."""
    line: list[Person] = []
    person = session.get(Person, person_id)
    seen = {person_id}
    while person is not None and person.manager_id and person.manager_id not in seen:
        seen.add(person.manager_id)
        person = session.get(Person, person.manager_id)
        if person is not None:
            line.append(person)
    return line


def is_away(session: Session, person_id: str, at: datetime) -> Leave | None:
    """Return the leave that covers `at`, if any."""
    query = select(Leave).where(
        Leave.person_id == person_id, Leave.from_at <= at, Leave.until_at > at, Leave.cancelled.is_(False)
    )
    return session.scalars(query.order_by(Leave.id.desc())).first()


@dataclass(frozen=True, slots=True)
class Sight:
    """What a viewer may see: records of these owners, and records of these kinds whoever owns them (M11).

    Every read of business data goes through this: queries take `owners_for`, single records `covers`.
    """

    viewer_id: str | None
    owners: frozenset[str]
    concerns: frozenset[Concern]

    def covers(self, concern: Concern, owner_id: str | None, involved: Iterable[str] = ()) -> bool:
        """Whether a record of `owner_id`, which also names the people `involved`, may be seen."""
        if concern in self.concerns or (owner_id is not None and owner_id in self.owners):
            return True
        return self.viewer_id is not None and self.viewer_id in set(involved)

    def owners_for(self, concern: Concern) -> frozenset[str] | None:
        """Return the owners whose records a query may return; None means all."""
        return None if concern in self.concerns else self.owners

    def __and__(self, other: Sight) -> Sight:
        same = self.viewer_id if self.viewer_id == other.viewer_id else None
        return Sight(same, self.owners & other.owners, self.concerns & other.concerns)


NOTHING: Final = Sight(None, frozenset(), frozenset())


def sight_of(session: Session, person: Person | None) -> Sight:
    """Return what a person may see: rep: own; leader: own and everybody below; others: what concerns their work."""
    if person is None or not person.active or person.role == Role.OUTSIDER:
        return NOTHING
    owners = frozenset({person.id})
    if person.role in LEADERS:
        owners |= tree_of(session, person.id)
    return Sight(person.id, owners, ROLE_CONCERNS.get(Role(person.role), frozenset()))


def shared_sight(session: Session, people: Iterable[Person | None]) -> Sight:
    """Return what everybody present may see; one outsider or stranger makes it nothing (M11)."""
    sights = [sight_of(session, person) for person in people]
    if not sights:
        return NOTHING
    shared = sights[0]
    for sight in sights[1:]:
        shared &= sight
    return shared
