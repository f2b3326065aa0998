"""Originals and readings of a visit (V08), and who looked (M15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.cards.visit_place import away
from bot.reply import Card, Field
from models.rules.hints import Hint, parted
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


HINTS = {
    Hint.SEEN_BEFORE: "与团队内一张历史照片很像，本人还没说明",
    Hint.SEEN_EXPLAINED: "与团队内一张历史照片很像，本人已说明",
    Hint.SAME_CHAT: "与另一次拜访的截图内容相同",
    Hint.SCREEN: "画面有屏幕纹理，像翻拍屏幕（百叶窗、格栅也会这样）",
    Hint.EXIF_WATERMARK: "照片自带的拍摄时间与水印差 {} 分钟（也可能是相机没对时）",
    Hint.EXIF_RECEIVED: "照片自带的拍摄时间与收到时间差 {} 分钟",
    Hint.FROZEN: "本人有 {} 次拜访的坐标小数 6 位完全相同（选了同一个地点也会这样）",
    Hint.STEADY: "本人 {} 次拜访的坐标几乎不抖动（选了同一个地点也会这样）",
}


def hint_words(stored: str) -> str:
    """Return a stored hint as a sentence that asks for a look and accuses nobody."""
    hint, count = parted(stored)
    return HINTS[hint].format(count)


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
    return Card(title=f"穿透 {visit.id}", body=body, fields=tuple(fields))


def audited(card: Card, owner: str) -> Card:
    """Say that the look was noted; nobody looks over his own shoulder (M15)."""
    return replace(card, body=f"{card.body}\n本次查看已记入审计，{owner}会看到。")


def _evidence(item: VisitEvidence, zone: ZoneInfo) -> str:
    parts = [STATES[EvidenceState(item.state)], f"{item.received_at.astimezone(zone):%H:%M} 收到"]
    if item.distance_m is not None:
        parts.append(f"距登记地址 {away(item.distance_m)}")
    if item.read:
        parts.append(f"标注 {item.read}" if item.lat is not None else f"读到 {item.read}（把握 {item.confidence:.2f}）")
    if item.note:
        parts.append(f"说明：{item.note}")
    if item.hints:
        parts.append(f"🟡 提示（不是结论）：{'；'.join(map(hint_words, item.hints))}")
    return "，".join(parts)


def viewers_of_me(rows: Sequence[tuple[datetime, str, str]], zone: ZoneInfo) -> Card:
    """Who looked at what of mine."""
    lines = [f"{at.astimezone(zone):%m-%d %H:%M} {name} 看了 {what}" for at, name, what in rows[:20]]
    return Card(title="谁看过我（近 30 天）", body="\n".join(lines) or "没有人调阅过你的拜访。")


def batch_edited(who: str, count: int) -> str:
    """Tell the manager of many changes at once (V13): a hint, with the harmless reason beside it."""
    return f"🟡 {who} 5 分钟内改了 {count} 条记录。也可能只是集中补录；创建时间都没动，要看细节可用「穿透」。"
