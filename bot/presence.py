"""Who is speaking, who is present, and which of our cards he means."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.update import Update
from models.chat import GroupMemberRow, GroupRow, OutboxRow
from models.person import Account, Person


def remember_press(card: OutboxRow, update: Update) -> None:
    """Keep what a press gives to change its card by (`card_…`, one use each) with the card's handle."""
    given = {name: value for name, value in update.reply_to.items() if name.startswith("card_")}
    if given:
        card.handle = {**(card.handle or {}), **given}


def seen(session: Session, update: Update, now: datetime) -> Person | None:
    """Return who is speaking and note that he was here; None for a stranger."""
    query = select(Account).where(Account.platform == update.platform, Account.account_id == update.sender_id)
    account = session.scalars(query).one_or_none()
    if account is None:
        return None
    account.last_seen_at = now
    return session.get(Person, account.person_id)


def group_of(session: Session, update: Update) -> GroupRow | None:
    """Return the group something was said in; None in a direct chat or in a group we do not know."""
    if update.chat.kind == "direct":
        return None
    query = select(GroupRow).where(GroupRow.platform == update.platform, GroupRow.conversation_id == update.chat.id)
    return session.scalars(query).one_or_none()


def people_in(session: Session, group: GroupRow) -> tuple[Person | None, ...]:
    """Return everybody present; somebody unknown counts as a stranger, an unknown member list as a stranger too (M11)."""
    members = session.scalars(select(GroupMemberRow).where(GroupMemberRow.group_id == group.id)).all()
    people = tuple(session.get(Person, m.person_id) if m.person_id else None for m in members)
    return people if group.members_known and people else (*people, None)


def card_of(session: Session, update: Update, person: Person) -> OutboxRow | None:
    """Find our message that was pressed or quoted, if this person could see it."""
    wanted = (update.press.message_id if update.press else "") or (update.quote.message_id if update.quote else "")
    if not wanted:
        return _card_with(session, update.press.value, person) if update.press else None
    query = select(OutboxRow).where((OutboxRow.key == wanted) | (OutboxRow.message_ref == wanted))
    row = session.scalars(query.limit(1)).first()
    if row is None or row.group_id is not None:
        return row
    return row if row.person_id == person.id else None


def _card_with(session: Session, packed: str, person: Person) -> OutboxRow | None:
    """Find the newest card of a person that carries a button, for platforms that do not say which card was pressed."""
    query = select(OutboxRow).where(
        OutboxRow.person_id == person.id, OutboxRow.content.contains(packed, autoescape=True)
    )
    return session.scalars(query.order_by(OutboxRow.id.desc()).limit(1)).first()
