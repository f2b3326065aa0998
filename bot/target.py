"""Where a message goes: the group it is for, the chat that is being answered, or whichever platform its person used last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from bot.adapters.base import Adapter
from bot.update import Chat, ChatKind
from models.chat import GroupRow, OutboxRow, get_setting
from models.person import Account, accounts_of_all


class Targets:
    """Finds targets at an instant, in one transaction; what many rows have in common is asked once."""

    def __init__(self, session: Session, adapters: Mapping[str, Adapter], now: datetime) -> None:
        self._session = session
        self._adapters = adapters
        self.now = now
        self._blocked: dict[str, datetime | None] = {}
        self._accounts: defaultdict[str, list[Account]] = defaultdict(list)
        self._known: set[str] = set()

    def expect(self, rows: Iterable[OutboxRow]) -> None:
        """Look up the accounts of everybody these rows are for."""
        people = {row.person_id for row in rows if row.person_id} - self._known
        for account in accounts_of_all(self._session, people):
            self._accounts[account.person_id].append(account)
        self._known |= people

    def of(self, row: OutboxRow) -> tuple[Adapter, Chat, str] | None:
        """Return adapter, chat and account, and note platform and chat in the row; None when no platform reaches it now."""
        if row.group_id:
            return self._group(row.group_id)
        may_try = row.reply_to or self._is_open(row.platform or "")  # a session may answer what is not pushed
        if row.platform and row.chat_id and row.platform in self._adapters and may_try:
            return self._adapters[row.platform], Chat(ChatKind.DIRECT, row.chat_id), row.chat_id
        self.expect([row])
        for account in self._accounts[row.person_id or ""]:
            if self._is_open(account.platform):
                row.platform, row.chat_id = account.platform, account.account_id
                return self._adapters[account.platform], Chat(ChatKind.DIRECT, account.account_id), account.account_id
        return None

    def blocked_ends(self, row: OutboxRow) -> list[datetime]:
        """Return until when the platforms that reach this recipient are blocked; those that are open are left out."""
        self.expect([row])
        platforms = {row.platform, *(account.platform for account in self._accounts[row.person_id or ""])}
        ends = (self._until(name) for name in platforms & self._adapters.keys() if name)
        return [end for end in ends if end is not None]

    def _group(self, group_id: str) -> tuple[Adapter, Chat, str] | None:
        group = self._session.get(GroupRow, group_id)
        adapter = self._adapters.get(group.platform) if group else None
        if group is None or adapter is None:
            return None
        return adapter, Chat(ChatKind.GROUP, group.conversation_id), group.conversation_id

    def _is_open(self, platform: str) -> bool:
        return platform in self._adapters and self._until(platform) is None

    def _until(self, platform: str) -> datetime | None:
        if platform not in self._blocked:
            self._blocked[platform] = blocked_until(self._session, platform, self.now)
        return self._blocked[platform]


def blocked_until(session: Session, platform: str, now: datetime) -> datetime | None:
    """Return until when a platform is left alone; None when it is not."""
    until = get_setting(session, f"blocked:{platform}")
    end = datetime.fromisoformat(until) if until is not None else now
    return end if end > now else None
