"""Lists of promises: the day (P15), one promise with its story, one's open ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.cards.commitment import due_words, short_words
from bot.reply import Card, Field
from models.commitment import Commitment, CommitmentMove, CommitmentState, DueOverview

STATES: Final = {
    CommitmentState.OPEN: "进行中",
    CommitmentState.CLOSED: "已闭环",
    CommitmentState.MISSED: "做不到",
    CommitmentState.UNDONE: "已撤销",
}
MOST: Final = 20


@dataclass(frozen=True, slots=True)
class Naming:
    """Names by id; `people` is empty when only one person's promises are shown."""

    people: Mapping[str, str]
    customers: Mapping[str, str]
    zone: ZoneInfo


def line(row: Commitment, naming: Naming) -> str:
    """Return one promise as one line."""
    who = f"{naming.people[row.owner_id]} " if row.owner_id in naming.people else ""
    customer = naming.customers.get(row.customer_id, "")
    marks = "" if row.is_complete else "（待补依据）"
    return f"{row.id} {who}{customer}：{row.matter} {short_words(row.due_at, naming.zone)}{marks}"


def day_list(due: DueOverview, naming: Naming) -> Card:
    """Show 「今日到期 3、已逾 1、明日 2」 and the rows behind the numbers (P15)."""
    counts = f"今日到期 {len(due.today)}、已逾 {len(due.overdue)}、明日 {len(due.tomorrow)}"
    sections = (("已逾期", due.overdue), ("今日到期", due.today), ("明日到期", due.tomorrow))
    fields = tuple(Field(label, _lines(rows, naming)) for label, rows in sections if rows)
    return Card(title="承诺 今天", body=counts, fields=fields)


def open_list(title: str, rows: Sequence[Commitment], naming: Naming) -> Card:
    """Show open promises, the nearest first."""
    body = _lines(rows, naming) if rows else "没有未结的承诺。"
    return Card(title=f"{title} {len(rows)} 条" if rows else title, body=body)


def _lines(rows: Sequence[Commitment], naming: Naming) -> str:
    shown = [line(row, naming) for row in rows[:MOST]]
    return "\n".join([*shown, *([f"还有 {len(rows) - MOST} 条"] if len(rows) > MOST else [])])


def whole_story(
    row: Commitment,
    moves: Sequence[CommitmentMove],
    told: Sequence[str],
    naming: Naming,
    *,
    footnotes: Sequence[str] = (),
) -> Card:
    """Show one promise with its times, its basis, who was told and what became of it; the caller adds the picture."""
    zone = naming.zone
    basis = f"录音 {row.basis_note}" if row.basis_note else "截图" if row.basis_media else "待补依据"
    fields = [
        Field("负责", naming.people.get(row.owner_id, row.owner_id)),
        Field("期限", f"{due_words(row.due_at, zone)} 前"),
        Field("依据", basis),
        Field("状态", _state(row, zone)),
    ]
    if moves:
        fields.append(Field("改期", "\n".join(_move(move, zone) for move in moves)))
    if told:
        fields.append(Field("知会", "\n".join(told)))
    fields += [Field("脚注", words) for words in footnotes]
    customer = naming.customers.get(row.customer_id, "")
    return Card(title=f"承诺 {row.id}", body=f"{customer}：{row.matter}", fields=tuple(fields))


def _state(row: Commitment, zone: ZoneInfo) -> str:
    words = STATES[CommitmentState(row.state)]
    at: datetime | None = row.closed_at
    waybill = f"，单号 {row.waybill}" if row.waybill else ""
    return f"{words}（{short_words(at, zone)}{waybill}）" if at else words


def _move(move: CommitmentMove, zone: ZoneInfo) -> str:
    undone = "（已撤销）" if move.undone else ""
    return f"{short_words(move.old_due_at, zone)} → {short_words(move.new_due_at, zone)} {move.reason}{undone}"
