"""People as WeCom has them, and the plain ids behind the AI bot's encrypted ones."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping
from typing import Any, Final

import structlog

from bot.adapters.base import Member
from bot.adapters.wecom.client import WecomClient
from bot.adapters.wecom.errors import WecomError

log = structlog.get_logger(__name__)

ACTIVE: Final = frozenset({1, 4})
"""Status 1 is active, 4 not yet activated; 2 is disabled, 5 has left."""
ROOT: Final = 1
_ENCRYPTED: Final = re.compile(r"w[om][A-Za-z0-9_-]{20,}")
_MOST_IDS: Final = 5000


class Directory:
    """Reads the visible part of the company."""

    def __init__(self, client: WecomClient) -> None:
        self._client = client

    def members(self) -> list[Member]:
        """Return everybody in the app's visible range, each once; raises `WecomError`."""
        departments = self._client.department.get()
        names = {int(each["id"]): str(each.get("name", each["id"])) for each in departments}
        people: dict[str, Member] = {}
        for department in self._tops(departments):
            for user in self._users(department):
                member = _member(user, names)
                people.setdefault(member.id, member)
        return list(people.values())

    def _users(self, department: int) -> Iterable[Mapping[str, Any]]:
        params = {"department_id": str(department), "fetch_child": "1"}
        users: list[Mapping[str, Any]] = self._client.get("user/list", params=params).get("userlist", [])
        return users

    def _tops(self, departments: Iterable[Mapping[str, Any]]) -> list[int]:
        """Return the departments whose parent we do not see; their users come with those of all below."""
        seen = {int(each["id"]) for each in departments}
        return [int(each["id"]) for each in departments if int(each.get("parentid", 0)) not in seen]


def _member(user: Mapping[str, Any], departments: Mapping[int, str]) -> Member:
    managers = user.get("direct_leader") or ()
    return Member(
        id=str(user["userid"]).casefold(),
        name=str(user.get("name") or user["userid"]),
        active=int(user.get("status", 1)) in ACTIVE and int(user.get("enable", 1)) == 1,
        manager_id=str(managers[0]).casefold() if managers else None,
        mobile=str(user.get("mobile") or ""),
        departments=tuple(departments.get(int(each), str(each)) for each in user.get("department") or ()),
    )


class AccountIds:
    """Plain user ids of those the AI bot hears.

    A bot made by somebody who is no super administrator gets encrypted ids; a self-built app can have them translated. Ids that
    cannot be are used as they are: that person then is a stranger until an administrator matches him.
    """

    def __init__(self, client: WecomClient | None) -> None:
        self._client = client
        self._plain: dict[str, str] = {}
        self._guard = threading.Lock()

    def plain(self, account_id: str) -> str:
        """Return the id people are stored under; an encrypted one keeps its case."""
        if not _ENCRYPTED.fullmatch(account_id):
            return account_id.casefold()
        with self._guard:
            known = self._plain.get(account_id)
        return known or self._ask(account_id)

    def _ask(self, account_id: str) -> str:
        if self._client is None:
            return account_id
        try:
            answer = self._client.post_json("batch/openuserid_to_userid", {"open_userid_list": [account_id]})
        except WecomError as error:
            log.warning("wecom_id_not_translated", error=error.code)
            return account_id
        found = {str(each["open_userid"]): str(each["userid"]).casefold() for each in answer.get("userid_list", [])}
        plain = found.get(account_id, account_id)
        with self._guard:
            if len(self._plain) >= _MOST_IDS:
                self._plain.clear()
            self._plain[account_id] = plain
        return plain
