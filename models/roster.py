"""Keeping our people in step with a platform's directory: accounts found, leavers put out of service."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.person import Account, Person

_MOST_LEAVERS: Final = 0.5
"""A directory that has lost more than half of our people is one we may not see, not a company that has closed."""


class DirectoryMember(Protocol):
    """A person as a platform's directory has him; ids are account ids."""

    @property
    def id(self) -> str:
        """The account."""

    @property
    def mobile(self) -> str:
        """The phone number, "" when it may not be seen."""

    @property
    def manager_id(self) -> str | None:
        """The account he reports to."""


@dataclass(slots=True)
class RosterChange:
    """What a comparison changed: person ids; `unknown` are accounts nobody of ours has."""

    linked: list[str] = field(default_factory=list)
    managed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    refused: bool = False


def follow_directory(session: Session, platform: str, members: Sequence[DirectoryMember]) -> RosterChange:
    """Link accounts by phone number, fill in missing managers, deactivate leavers.

    What the import says about managers stays; whoever still has an account elsewhere stays active.
    """
    change = RosterChange()
    accounts = _accounts(session, platform)
    for member in members:
        if member.id not in accounts:
            _link(session, platform, member, accounts, change)
    for member in members:
        _fill_manager(session, member, accounts, change)
    gone = [account for account in accounts.values() if account.account_id not in {member.id for member in members}]
    if gone and len(gone) > _MOST_LEAVERS * len(accounts):
        change.refused = True
        return change
    _put_out(session, gone, change)
    session.flush()
    return change


def _accounts(session: Session, platform: str) -> dict[str, Account]:
    found = session.scalars(select(Account).where(Account.platform == platform))
    return {account.account_id: account for account in found}


def _link(
    session: Session, platform: str, member: DirectoryMember, accounts: dict[str, Account], change: RosterChange
) -> None:
    mobile = _digits(member.mobile)
    people = session.scalars(select(Person).where(Person.active, Person.mobile != "")) if mobile else ()
    same = [person for person in people if _digits(person.mobile) == mobile]
    if len(same) != 1:
        change.unknown.append(member.id)
        return
    account = Account(platform=platform, account_id=member.id, person_id=same[0].id)
    session.add(account)
    accounts[member.id] = account
    change.linked.append(same[0].id)


def _fill_manager(
    session: Session, member: DirectoryMember, accounts: dict[str, Account], change: RosterChange
) -> None:
    mine, his = accounts.get(member.id), accounts.get(member.manager_id or "")
    person = session.get(Person, mine.person_id) if mine else None
    if person is None or his is None or person.manager_id or his.person_id == person.id:
        return
    person.manager_id = his.person_id
    change.managed.append(person.id)


def _put_out(session: Session, gone: Iterable[Account], change: RosterChange) -> None:
    for account in gone:
        elsewhere = select(Account).where(Account.person_id == account.person_id, Account.id != account.id)
        person = session.get(Person, account.person_id)
        session.delete(account)
        if person is not None and person.active and session.scalars(elsewhere).first() is None:
            person.active = False
            change.left.append(person.id)


def _digits(mobile: str) -> str:
    """Return a number as it is compared: without +86, spaces and dashes."""
    return "".join(letter for letter in mobile if letter.isdigit()).removeprefix("86")
