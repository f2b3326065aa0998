"""Groups the bot may speak in: learnt in the group itself or from the configuration."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.chat import GroupRow


def group_of(session: Session, platform: str, conversation_id: str) -> GroupRow | None:
    """Return the group of a conversation, None for one nobody has bound."""
    query = select(GroupRow).where(GroupRow.platform == platform, GroupRow.conversation_id == conversation_id)
    return session.scalars(query).one_or_none()


def bind_group(session: Session, platform: str, conversation_id: str, name: str, purpose: str | None) -> GroupRow:
    """Remember a group; a configured one that had only its name learns its conversation here.

    Who is in it is not known, so nothing but numbers for everybody is said there (M11).
    """
    row = group_of(session, platform, conversation_id) or (group_of(session, platform, name) if name else None)
    if row is None:
        digest = sha256(f"{platform}\n{conversation_id}".encode()).hexdigest()[:16]
        row = GroupRow(id=f"g-{digest}", platform=platform, members_known=False)
        session.add(row)
    row.conversation_id = conversation_id
    row.name = name or row.name or conversation_id
    row.purpose = purpose or row.purpose
    session.flush()
    return row


def remember_groups(session: Session, platform: str, groups: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Make configured groups (name, conversation id or "") addressable; return name → conversation id as known by now."""
    known = {}
    for name, conversation_id in groups:
        named = select(GroupRow).where(GroupRow.platform == platform, GroupRow.name == name)
        row = group_of(session, platform, conversation_id) if conversation_id else session.scalars(named).first()
        if row is None:
            row = bind_group(session, platform, conversation_id or name, name, None)
        known[name] = row.conversation_id
    return known
