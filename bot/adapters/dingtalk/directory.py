"""The organisation's people: departments and users, free of the monthly allowance."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock
from typing import Final

from bot.adapters.base import Member
from bot.adapters.dingtalk import wire
from bot.adapters.dingtalk.errors import DingtalkError, Kind
from bot.adapters.dingtalk.oapi import Oapi
from bot.adapters.dingtalk.wire import Json

ROOT: Final = 1
_PAGE: Final = 100
_SUBDEPARTMENTS: Final = "/topapi/v2/department/listsub"
_USERS: Final = "/topapi/v2/user/list"
_USER: Final = "/topapi/v2/user/get"
_BY_MOBILE: Final = "/topapi/v2/user/getbymobile"
_MOST_NAMES: Final = 5_000


class Directory:
    """Reads contacts; names are remembered."""

    def __init__(self, oapi: Oapi) -> None:
        self._oapi = oapi
        self._names: dict[str, str] = {}
        self._guard = Lock()

    def members(self) -> Iterator[Member]:
        """Return everybody once, with the names of their departments; raises `DingtalkError`."""
        departments = dict(self._departments())
        seen: set[str] = set()
        for department in departments:
            for user in self._users(department):
                account = wire.identity(user, "userid")
                if account and account not in seen:
                    seen.add(account)
                    yield self._member(user, departments)

    def by_mobile(self, mobile: str) -> str | None:
        """Return the account of a phone number, None if nobody of the organisation has it; raises `DingtalkError`."""
        try:
            answer = self._oapi.contacts(_BY_MOBILE, {"mobile": mobile})
        except DingtalkError as error:
            if error.kind is Kind.GONE:
                return None
            raise
        return wire.identity(wire.child(answer, "result"), "userid") or None

    def name(self, account: str) -> str:
        """Return a colleague's name; "" when it cannot be known, which is no reason not to send."""
        with self._guard:
            known = self._names.get(account)
        if known is not None:
            return known
        try:
            found = wire.text(self.user(account), "name")
        except DingtalkError as error:
            if error.kind is not Kind.GONE:
                return ""
            found = ""
        self._remember(account, found)
        return found

    def user(self, account: str) -> Json:
        """Return a colleague's record; raises `DingtalkError`."""
        return wire.child(self._oapi.contacts(_USER, {"userid": account}), "result")

    def _departments(self) -> Iterator[tuple[int, str]]:
        """Return the departments from the top down, the root without a name."""
        waiting: list[tuple[int, str]] = [(ROOT, "")]
        seen = {ROOT}
        while waiting:
            department, name = waiting.pop(0)
            yield department, name
            for sub in wire.children(self._oapi.contacts(_SUBDEPARTMENTS, {"dept_id": department}), "result"):
                number = wire.text(sub, "dept_id")
                if number.isdecimal() and int(number) not in seen:
                    seen.add(int(number))
                    waiting.append((int(number), wire.text(sub, "name")))

    def _users(self, department: int) -> Iterator[Json]:
        cursor: int | None = 0
        while cursor is not None:
            body = {"dept_id": department, "cursor": cursor, "size": _PAGE}
            result = wire.child(self._oapi.contacts(_USERS, body), "result")
            yield from wire.children(result, "list")
            following = wire.text(result, "next_cursor")
            has_more = result.get("has_more") is True and following.isdecimal() and int(following) > cursor
            cursor = int(following) if has_more else None

    def _member(self, user: Json, departments: dict[int, str]) -> Member:
        """Return a member; the manager stands in the single record only when the list leaves him out."""
        account = wire.identity(user, "userid")
        record = user if "manager_userid" in user else self.user(account)
        self._remember(account, wire.text(user, "name"))
        numbers = user.get("dept_id_list")
        here = [number for number in numbers if isinstance(number, int)] if isinstance(numbers, list) else []
        return Member(
            id=account,
            name=wire.text(user, "name"),
            active=user.get("active") is not False,
            manager_id=wire.identity(record, "manager_userid") or None,
            mobile=wire.text(user, "mobile") or wire.text(record, "mobile"),
            departments=tuple(departments[number] for number in here if departments.get(number)),
        )

    def _remember(self, account: str, name: str) -> None:
        with self._guard:
            if len(self._names) < _MOST_NAMES:
                self._names[account] = name
