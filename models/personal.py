"""Personal data: whose a row is, what a person is given of it, and what is blanked when he is erased (PIPL articles 45, 47).

One table of data for export and erasure. A test walks all tables: whatever names a person stands here or in `KEPT`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, delete, false, func, or_, select, update
from sqlalchemy.orm import Session

from models.chat import MediaRow, OutboxState
from models.db import Base
from models.event import ERASED, erase, record
from models.person import Account, Person

BLANK: Final = "（已清除）"
HIDDEN: Final = frozenset(
    {"salt", "hash", "previous", "data_hash", "claimed_by", "claimed_until", "handle", "reply_to", "reading"}
)
"""Columns that say nothing about a person: not exported."""
_KEY: Final = re.compile(r"\b[0-9a-f]{64}\b")

Mine = Callable[[Table, "Whose"], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Whose:
    """A person and the accounts he speaks from: (platform, account id)."""

    id: str
    accounts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Personal:
    """One table of a person's data; `blank` gives what stands in a column after erasure, `goes` deletes the rows."""

    table: str
    title: str
    mine: Mine
    blank: Mapping[str, Any] = field(default_factory=dict)
    goes: bool = False

    def rows(self, session: Session, who: Whose) -> Iterator[Mapping[str, Any]]:
        """Yield what is stored."""
        table = Base.metadata.tables[self.table]
        for row in session.execute(select(table).where(self.mine(table, who))).mappings():
            yield dict(row)


def _by(*columns: str) -> Mine:
    return lambda table, who: or_(*(table.c[column] == who.id for column in columns))


def _under(column: str, parent: str) -> Mine:
    """Find rows that hang below a row of the person's."""

    def mine(table: Table, who: Whose) -> ColumnElement[bool]:
        above = Base.metadata.tables[parent]
        return table.c[column].in_(select(above.c.id).where(above.c.owner_id == who.id))

    return mine


def _written(table: Table, who: Whose) -> ColumnElement[bool]:
    """Find the updates of the person's accounts: the sender stands inside the body."""
    said = [
        (table.c.platform == platform) & table.c.body.contains(f'"sender_id":"{account}"', autoescape=True)
        for platform, account in who.accounts
    ]
    return or_(false(), *said)


def _practised(table: Table, who: Whose) -> ColumnElement[bool]:
    accounts = [account for platform, account in who.accounts if platform == "practice"]
    own_chat = (table.c.chat_kind == "direct") & table.c.chat_id.in_(accounts)
    return table.c.sender.in_(accounts) | own_chat


def _done(table: Table, who: Whose) -> ColumnElement[bool]:
    return (table.c.actor_id == who.id) | ((table.c.subject_kind == "person") & (table.c.subject_id == who.id))


NO_BODY: Final[Mapping[str, Any]] = {
    "text": BLANK,
    "location": None,
    "quote": None,
    "mention_bot": False,
    "voice_text": None,
    "media": [],
}
PERSONAL: Final[tuple[Personal, ...]] = (
    Personal("person", "个人资料", _by("id"), {"name": BLANK, "mobile": "", "email": "", "team": "", "region": "", "active": False}),
    Personal("account", "账号", _by("person_id"), goes=True),
    Personal("chat_group_member", "所在群", _by("person_id"), goes=True),
    Personal("inbox", "我发的消息", _written, {"body": "{}"}),
    Personal("outbox", "发给我的消息", _by("person_id"), {"content": f'{{"text":"{BLANK}"}}', "mentions": None, "detail": None}),
    Personal("practice_message", "练习聊天", _practised, {"body": NO_BODY}),
    Personal("visit", "拜访", _by("owner_id"), {"summary": BLANK, "objections": [], "backfill_reason": "", "draft": {}}),
    Personal(
        "visit_evidence", "拜访证据", _under("visit_id", "visit"),
        {"media_key": None, "lat": None, "lng": None, "accuracy_m": None, "read": "", "reason": "", "note": "", "hints": []},
    ),
    Personal("photo_print", "照片痕迹", _by("owner_id"), goes=True),
    Personal("visit_plan", "拜访计划", _by("owner_id"), {"checks": {}}),
    Personal("next_step", "下一步", _by("owner_id"), {"goal": "", "text": BLANK}),
    Personal(
        "commitment", "承诺", _by("owner_id"),
        {"said": BLANK, "basis_media": None, "basis_note": "", "proof_media": None, "reason": ""},
    ),
    Personal("commitment_move", "承诺改期", _under("commitment_id", "commitment"), {"said": "", "reason": "", "consent_media": None}),
    Personal("commitment_told", "承诺知会", _by("person_id"), {"note": ""}),
    Personal("commitment_draft", "承诺草稿", _by("owner_id"), goes=True),
    Personal("overheard_promise", "听到的承诺", _by("person_id"), {"sentence": BLANK, "state": "denied"}),
    Personal("daily_report", "日报", _by("owner_id"), {"tomorrow": "", "support": ""}),
    Personal("daily_report_item", "日报条目", _under("report_id", "daily_report"), {"text": BLANK, "quote": ""}),
    Personal("competitor_move", "竞对反馈", _by("owner_id"), {"text": BLANK}),
    Personal("signal_noted", "客户信号", _by("person_id"), {"text": BLANK}),
    Personal("requirement_list", "需求清单", _by("owner_id"), {"text": BLANK, "media_key": None}),
    Personal("contract", "合同", _by("owner_id")),
    Personal("contract_paper", "合同材料", _under("contract_id", "contract"), {"media_key": None}),
    Personal("correction", "更正单", _by("owner_id", "approver_id"), {"what": BLANK, "reason": "", "swaps": []}),
    Personal("announcement", "公告", _by("by_person_id"), {"text": BLANK}),
    Personal("announcement_read", "读过的公告", _by("person_id")),
    Personal("leave", "请假", _by("person_id"), goes=True),
    Personal("capacity", "产能", _by("person_id"), goes=True),
    Personal("conversation", "进行中的对话", _by("person_id"), goes=True),
    Personal("focus", "最近说到的客户", _by("person_id"), goes=True),
    Personal("undo_request", "撤销申请", _by("owner_id"), goes=True),
    Personal("import_draft", "导入草稿", _by("person_id"), {"file_name": BLANK, "suspects": {}, "decisions": {}}),
    Personal("metric_snapshot", "看过的数字", _by("viewer_id")),
    Personal("deadline", "时钟", _by("owner_id", "submitter_id")),
    Personal("event", "操作记录", _done),
)  # fmt: skip
KEPT: Final = {
    "customer": "who serves a customer is the company's; the number of a person says nothing once his row is blank",
    "customer_alias": "a customer's name, not a person's",
    "signal_rule": "a rule of the company's; says nothing of who wrote it but his number",
    "import_batch": "needed to take an import back; holds the number of whoever ran it",
}
"""Tables that name a person and are neither exported nor blanked, each with the reason."""


def whose(session: Session, person: Person) -> Whose:
    """Return a person with his accounts."""
    query = select(Account.platform, Account.account_id).where(Account.person_id == person.id)
    return Whose(person.id, tuple((row.platform, row.account_id) for row in session.execute(query)))


def pages_of(session: Session, who: Whose) -> Iterator[tuple[str, list[Sequence[Any]]]]:
    """Yield (title, heads and rows) of everything stored about a person; empty tables are left out."""
    for kind in PERSONAL:
        rows = list(kind.rows(session, who))
        if rows:
            heads = [name for name in rows[0] if name not in HIDDEN]
            yield kind.title, [heads, *([row[name] for name in heads] for row in rows)]


def counts_of(session: Session, who: Whose) -> dict[str, int]:
    """Return how many rows there are of each kind, zeros left out."""
    found: dict[str, int] = {}
    for kind in PERSONAL:
        table = Base.metadata.tables[kind.table]
        count = session.scalar(select(func.count()).select_from(table).where(kind.mine(table, who))) or 0
        found |= {kind.title: count} if count else {}
    return found


def photos_of(session: Session, who: Whose) -> list[MediaRow]:
    """Return the attachments that this person's rows point at and nobody else's do."""
    own, all_else = set(), set()
    for kind in PERSONAL:
        table = Base.metadata.tables[kind.table]
        mine = kind.mine(table, who)
        own |= _keys(session, table, mine)
    for kind in PERSONAL:
        table = Base.metadata.tables[kind.table]
        all_else |= _keys(session, table, ~kind.mine(table, who), only=own) if own else set()
    return [row for key in sorted(own - all_else) if (row := session.get(MediaRow, key)) is not None]


_POINTING: Final = ("media_key", "basis_media", "proof_media", "consent_media", "body")


def _keys(session: Session, table: Table, condition: ColumnElement[bool], only: set[str] | None = None) -> set[str]:
    columns = [table.c[name] for name in _POINTING if name in table.c]
    if not columns:
        return set()
    found = {key for row in session.execute(select(*columns).where(condition)) for key in _KEY.findall(str(tuple(row)))}
    return found if only is None else found & only


def erase_person(session: Session, person: Person, *, now: datetime, by: str, cause: str | None) -> dict[str, int]:
    """Blank everything personal of a person and say so in the event log; returns the counts by kind.

    Photos fall due for deletion at once; the retention job takes the files, after this transaction has committed.
    """
    who = whose(session, person)
    counts, photos = counts_of(session, who), photos_of(session, who)
    copies = session.scalars(select(MediaRow).where(MediaRow.original_key.in_([row.key for row in photos])))
    for row in [*photos, *copies]:
        row.name, row.reading, row.delete_on = "", None, now
    session.flush()
    table = Base.metadata.tables["event"]
    entries = list(session.scalars(select(table.c.id).where(_done(table, who), table.c.kind != ERASED)))
    _stop_owed(session, who, now)
    for kind in reversed(PERSONAL):
        _blank(session, kind, who)
    erase(session, entries)
    data = {"events": entries, "counts": counts, "photos": len(photos)}
    record(session, ERASED, "person", who.id, at=now, actor_id=by, data=data, cause=cause)
    return counts


def _stop_owed(session: Session, who: Whose, now: datetime) -> None:
    """Nothing goes out to the person any more, and no clock of his runs on."""
    outbox, deadline = Base.metadata.tables["outbox"], Base.metadata.tables["deadline"]
    waiting = outbox.c.state.in_([OutboxState.WAITING, OutboxState.CHANGED])
    session.execute(update(outbox).where(outbox.c.person_id == who.id, waiting).values(state=OutboxState.VOID))
    running = (deadline.c.owner_id == who.id) & deadline.c.stopped_at.is_(None)
    session.execute(update(deadline).where(running).values(stopped_at=now, next_at=None, stop_reason=ERASED))


def _blank(session: Session, kind: Personal, who: Whose) -> None:
    table = Base.metadata.tables[kind.table]
    mine = kind.mine(table, who)
    if kind.goes:
        session.execute(delete(table).where(mine))
    elif kind.blank:
        session.execute(update(table).where(mine).values(**kind.blank))


def named(session: Session, words: str) -> list[Person]:
    """Return the people a number or a full name means."""
    query = select(Person).where((Person.id == words) | (Person.name == words))
    return list(session.scalars(query.order_by(Person.id)))
