"""Originals and readings of a visit (V08), and who looked (M15)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.reply import Card, Field
from models.visit import EvidenceState, Visit, VisitEvidence, VisitState

KINDS = {"location": "位置", "photo": "现场照片", "screenshot": "聊天截图"}
STATES = {
    EvidenceState.VALID: "有效",
    EvidenceState.VALID_BACKFILLED: "有效（补记）",
    EvidenceState.SELF_REPORTED: "自述",
    EvidenceState.WEAK: "弱",
    EvidenceState.WAITING: "待确认",
    EvidenceState.DISPUTED: "有异议",
    EvidenceState.REPLACED: "已替换",
}


def visit_opened_up(  # the facts of one card
    visit: Visit,
    owner: str,
    customer: str,
    evidence: Sequence[VisitEvidence],
    zone: ZoneInfo,
    *,
    footnotes: Sequence[str] = (),
) -> Card:
    """One visit with every reading, and what was corrected afterwards (J8)."""
    fields = [Field(KINDS.get(item.kind, item.kind), _evidence(item, zone)) for item in evidence]
    if visit.summary:
        fields.append(Field("摘要", visit.summary))
    fields += [Field("脚注", words) for words in footnotes]
    undone = "（已撤销）" if visit.state == VisitState.UNDONE else ""
    body = f"{owner} · {customer}{undone} · {visit.started_at.astimezone(zone):%m-%d %H:%M}\n目标 {visit.goal or '—'}，突破点 {visit.breakthrough or '—'}，异议 {'、'.join(visit.objections) or '无'}"
    return Card(title=f"穿透 {visit.id}", body=f"{body}\n本次查看已记入审计，{owner}会看到。", fields=tuple(fields))


def _evidence(item: VisitEvidence, zone: ZoneInfo) -> str:
    parts = [STATES[EvidenceState(item.state)], f"{item.received_at.astimezone(zone):%H:%M} 收到"]
    if item.distance_m is not None:
        parts.append(f"距登记地址 {item.distance_m} 米")
    if item.read:
        parts.append(f"读到 {item.read}（把握 {item.confidence:.2f}）")
    if item.note:
        parts.append(f"说明：{item.note}")
    return "，".join(parts)


def viewers_of_me(rows: Sequence[tuple[datetime, str, str]], zone: ZoneInfo) -> Card:
    """Who looked at what of mine."""
    lines = [f"{at.astimezone(zone):%m-%d %H:%M} {name} 看了 {what}" for at, name, what in rows[:20]]
    return Card(title="谁看过我（近 30 天）", body="\n".join(lines) or "没有人调阅过你的拜访。")
