"""Who plays: people and groups, what each has not read, what was said last."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from bot.adapters.practice.show import gist
from bot.adapters.practice.stage import Stage
from bot.adapters.practice.stream import clock_json
from models import practice
from models.practice import DIRECT, PracticeMessage


def state_json(session: Session, stage: Stage) -> dict[str, Any]:
    """Return the practice instant, the people and the groups with their members."""
    members = practice.members(session)
    people = [
        {"id": account, "name": person.name, "role": person.role, "manager": person.manager_id, "team": person.team}
        for account, person in practice.people(session)
    ]
    groups = [
        {"id": group.id, "name": group.name, "members": members.get(group.conversation_id, [])}
        for group in practice.groups(session)
    ]
    return {**clock_json(stage), "people": people, "groups": groups}


def overview(session: Session) -> dict[str, Any]:
    """Return for each account how much is unread in which chat, and the last line of its chats."""
    members = practice.members(session)
    names = {group.conversation_id: (group.id, group.name) for group in practice.groups(session)}
    unread = practice.unread(session)
    accounts = {account for account, _ in practice.people(session)} | set(unread)
    found: dict[str, dict[str, Any]] = {}
    for account in sorted(accounts):
        chats = {names[chat][0] if chat in names else chat: count for chat, count in unread.get(account, {}).items()}
        found[account] = {"unread": sum(chats.values()), "chats": chats, "last": None, "groups": {}}
    for message in practice.newest(session):  # oldest first: a later line replaces an earlier one
        if message.chat_kind == DIRECT:
            if message.chat_id in found:
                found[message.chat_id]["last"] = _line(message)
            continue
        group_id, name = names.get(message.chat_id, (message.chat_id, ""))
        for account in members.get(message.chat_id, ()):
            if account in found:
                found[account]["groups"][group_id] = _line(message)
                found[account]["last"] = {**_line(message), "gist": f"{name}：{gist(message.body)}"}
    return found


def _line(message: PracticeMessage) -> dict[str, Any]:
    return {"gist": gist(message.body), "at": message.at.isoformat(), "from": message.sender}
