"""What is left after a crash run: every message, every effect and every card counted in the tables and on the phones."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any

from sqlalchemy import func, select

from bench.crash.talk import identity
from bench.crash.world import CLOCK, DINGTALK, Office
from bot.adapters.dingtalk.cards import track_id
from bot.adapters.wecom.task import key_of
from bot.outbox import WAITING_STATES
from models.chat import InboxRow, InboxState, OutboxRow, OutboxState
from models.deadline import Deadline
from models.event import Event, verify
from models.visit import Visit

NUMBERED = re.compile(r"V-20200101-(\d{3})")
REPLY = re.compile(r"reply:(\d+):")
MARKED = "【可能重复】"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Figures of a run. What stands before `unknown` must all be zero."""

    lost: int
    parked: int
    handled_twice: int
    handled_out_of_order: int
    unanswered: int
    wrong_effects: int
    broken_chain: int
    clocks_not_fired: int
    clocks_fired_twice: int
    never_sent: int
    sent_but_not_there: int
    cards_twice_wecom: int
    cards_twice_dingtalk: int
    texts_twice_wecom: int
    read_out_of_order: int
    texts_twice_dingtalk: int
    unknown: int
    unknown_but_there: int
    repeats_absorbed: int
    arrived: int
    waiting: int
    examples: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost, doubled or swapped."""
        return not any(self.faults().values())

    def faults(self) -> dict[str, int]:
        """Return what must be zero."""
        names = [field.name for field in fields(self)]
        return {name: getattr(self, name) for name in names[: names.index("unknown")]}


def verdict(office: Office) -> Verdict:
    """Count; everything must have come to rest."""
    with office.database.read() as session:
        inbox = session.scalars(select(InboxRow).order_by(InboxRow.id)).all()
        rows = session.scalars(select(OutboxRow).order_by(OutboxRow.id)).all()
        causes = Counter(session.scalars(select(Event.cause).where(Event.kind == "visit.started")))
        undone = session.scalar(select(func.count()).select_from(Event).where(Event.kind.contains("undone"))) or 0
        visits = session.scalar(select(func.count()).select_from(Visit)) or 0
        fired = Counter(
            event.data["key"] for event in session.scalars(select(Event).where(Event.kind == "deadline_due"))
        )
        planted = set(session.scalars(select(Deadline.key).where(Deadline.clock == CLOCK)))
        chain = verify(session)
    phones = _phones(office)
    keys = [row.key for row in rows]
    wanted = {identity(person, number) for person, _ in office.people() for number in range(office.size.each)}
    done = [_own_id(row.update_id) for row in inbox if row.state == InboxState.DONE]
    rounds = office.size.people * office.size.each // 4
    reached = {seen.key for seen in phones if seen.key}
    sent = [row for row in rows if row.state == OutboxState.SENT and row.person_id and row.person_id.startswith("p")]
    missing = _missing(sent, phones, reached)
    loose = [seen for seen in phones if seen.kind == "dingtalk text"]
    loose_sent = [row for row in sent if row.platform == DINGTALK and not _is_keyed(row)]
    unknown = [row for row in rows if row.state == OutboxState.UNKNOWN]
    return Verdict(
        lost=len(wanted - set(done)),
        parked=sum(row.state == InboxState.PARKED for row in inbox),
        handled_twice=_extra(done) + _extra(causes.elements()) + _extra(keys),
        handled_out_of_order=_handled_out_of_order(inbox),
        unanswered=len(done) - len({int(found[1]) for key in keys if (found := REPLY.match(key))}),
        wrong_effects=abs(visits - rounds) + abs(undone - rounds),
        broken_chain=int(chain is not None),
        clocks_not_fired=sum(all(not key.startswith(each) for key in fired) for each in planted),
        clocks_fired_twice=_extra(fired.elements()),
        never_sent=sum(row.state == OutboxState.NEVER for row in rows),
        sent_but_not_there=len(missing),
        cards_twice_wecom=_doubles(phones, "wecom card"),
        cards_twice_dingtalk=_doubles(phones, "dingtalk card"),
        texts_twice_wecom=_doubles(phones, "wecom text"),
        read_out_of_order=_read_out_of_order(phones, inbox),
        texts_twice_dingtalk=_doubles(phones, "dingtalk text"),
        unknown=len(unknown),
        unknown_but_there=max(0, len(loose) - len(loose_sent)) + sum(row.key in reached for row in unknown),
        repeats_absorbed=office.wecom.state.suppressed + _refused_repeats(office),
        arrived=len(phones),
        waiting=sum(row.state in WAITING_STATES for row in rows),
        examples=tuple(missing[:5]),
    )


# -- what stands on the phones -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Seen:
    """One message on a phone: whose, of which kind, one of a kind by `what`; `key` is the outbox key where it shows."""

    who: str
    kind: str
    what: str
    key: str = ""


def _phones(office: Office) -> list[Seen]:
    return [seen for seen in (*_on_wecom(office), *_on_dingtalk(office)) if seen.who.startswith("p")]


def _on_wecom(office: Office) -> Iterable[Seen]:
    for message in office.wecom.state.phones:
        task = message.content.get("task_id", "")
        if task:
            yield Seen(message.user, "wecom card", key_of(task), key_of(task))
        else:
            yield Seen(message.user, "wecom text", message.raw.decode())


def _on_dingtalk(office: Office) -> Iterable[Seen]:
    with office.database.read() as session:
        keys = {track_id(key): key for key in session.scalars(select(OutboxRow.key))}
    for message in office.dingtalk.state.delivered:
        if message.by == "card":
            track = message.content["outTrackId"]
            yield Seen(message.to, "dingtalk card", track, keys.get(track, track))
        else:
            yield Seen(message.to, "dingtalk text", json.dumps(message.content, ensure_ascii=False).replace(MARKED, ""))


def _missing(sent: Sequence[OutboxRow], phones: Sequence[Seen], reached: set[str]) -> list[str]:
    """Return what is marked as sent and stands on nobody's phone, as facts to look into."""
    texts = Counter(seen.who for seen in phones if not seen.key)
    missing = []
    for row in sent:
        if _is_keyed(row):
            there = row.key in reached
        else:
            texts[row.person_id or ""] -= 1
            there = texts[row.person_id or ""] >= 0
        if not there:
            missing.append(
                f"{row.key} {row.platform} attempts={row.attempts} revision={row.revision}/{row.shown_revision} {row.handle} {row.error}"
            )
    return missing


def _doubles(phones: Sequence[Seen], kind: str) -> int:
    return _extra((seen.who, seen.what) for seen in phones if seen.kind == kind)


def _refused_repeats(office: Office) -> int:
    """Count repeats that were told "this card exists"."""
    created = sum(call.path.endswith("createAndDeliver") for call in office.dingtalk.state.calls)
    return created - len(office.dingtalk.state.cards) + office.wecom.state.tasks_taken


def _is_keyed(row: OutboxRow) -> bool:
    return "task_id" in (row.handle or {}) or "track" in (row.handle or {})


# -- order -------------------------------------------------------------------------------------------------------------


def _handled_out_of_order(inbox: Sequence[InboxRow]) -> int:
    lanes: defaultdict[str, list[InboxRow]] = defaultdict(list)
    for row in inbox:
        lanes[row.lane].append(row)
    swapped = 0
    for lane in lanes.values():
        numbers = [_own_id(row.update_id) for row in lane]
        instants = [row.handled_at for row in lane if row.handled_at]
        swapped += _descents(numbers) + _descents(instants)
    return swapped


def _read_out_of_order(phones: Sequence[Seen], inbox: Sequence[InboxRow]) -> int:
    """Count answers that stand behind the answer to a later message."""
    number_of = {row.id: int(_own_id(row.update_id)[-6:]) for row in inbox}
    read: defaultdict[str, list[int]] = defaultdict(list)
    for seen in phones:
        reply, numbered = REPLY.match(seen.key), NUMBERED.search(seen.what)
        if reply:
            read[seen.who].append(number_of[int(reply[1])])
        elif numbered:
            read[seen.who].append(int(numbered[1]) - 1)
    return sum(_descents(numbers) for numbers in read.values())


def _descents(values: Sequence[Any]) -> int:
    return sum(after < before for before, after in pairwise(values))


def _extra(values: Iterable[Any]) -> int:
    return sum(count - 1 for count in Counter(values).values())


def _own_id(update_id: str) -> str:
    return update_id.rpartition(":")[2]
