"""What a rep sees while he logs a visit (J1), and what his manager sees of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.action import Action
from bot.reply import Button, ButtonStyle, Card, Link
from models.rules.gates import VISIT_GATE
from models.rules.photo import EntryTiming, Finding, Reason

WEEKDAYS: Final = "一二三四五六日"
TIMING: Final = {
    EntryTiming.ON_THE_SPOT: "当场",
    EntryTiming.SAME_DAY: "当日",
    EntryTiming.BACKFILLED: "补记",
}


@dataclass(frozen=True, slots=True)
class BackfillPhoto(Action, name="visit.backfill"):
    """The photo was taken when its watermark says; it is sent late."""

    evidence_id: int


@dataclass(frozen=True, slots=True)
class RetakePhoto(Action, name="visit.retake"):
    """The person sends another picture."""

    evidence_id: int


@dataclass(frozen=True, slots=True)
class TypeTime(Action, name="visit.type_time"):
    """The person types the time that the machine cannot read."""

    evidence_id: int


@dataclass(frozen=True, slots=True)
class ExplainPhoto(Action, name="visit.explain"):
    """Why a picture is so near to an earlier one."""

    evidence_id: int


@dataclass(frozen=True, slots=True)
class DisputeReading(Action, name="visit.dispute"):
    """The machine is wrong; the manager decides."""

    evidence_id: int


@dataclass(frozen=True, slots=True)
class ConfirmContact(Action, name="visit.contact"):
    """The contact of a screenshot is who the person says."""

    evidence_id: int


@dataclass(frozen=True, slots=True)
class JudgeReading(Action, name="visit.judge"):
    """The manager's verdict on a disputed reading."""

    evidence_id: int
    believe: bool


@dataclass(frozen=True, slots=True)
class SortPhoto(Action, name="visit.sort"):
    """What a picture shows that could not be classified."""

    visit_id: str
    media_key: str
    kind: str


def local(at: datetime, zone: ZoneInfo, pattern: str = "%H:%M") -> str:
    """Return an instant on the wall clock of a zone."""
    return at.astimezone(zone).strftime(pattern)


def lag_words(lag: timedelta) -> str:
    """Return "2 小时 35 分"."""
    minutes = int(abs(lag).total_seconds()) // 60
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = [f"{days} 天" if days else "", f"{hours} 小时" if hours else "", f"{minutes} 分" if minutes else ""]
    return " ".join(part for part in parts if part) or "不到 1 分"


def lag_short(lag: timedelta) -> str:
    """Return "2h35m"."""
    minutes = int(abs(lag).total_seconds()) // 60
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02d}m" if hours else f"{minutes}m"


@dataclass(frozen=True, slots=True)
class PlaceAsked:
    """How a place is asked for in a chat that cannot send one: by a page, or by nothing but the watermark."""

    link: Link | None
    minutes: int


@dataclass(frozen=True, slots=True)
class Opening:
    """What is said when a visit begins."""

    visit_id: str
    customer: str
    contacts: Sequence[tuple[str, str]]  # (name, title)
    last_time: str = ""
    open_promises: Sequence[str] = ()
    code_word: str = ""
    address_known: bool = True
    first_visit_checklist: str = ""
    asked: PlaceAsked | None = None


def visit_started(opening: Opening) -> Card:
    """Open the checklist of three (V01, C09)."""
    who = ""
    if opening.contacts:
        name = opening.contacts[0][0]
        count = f" 等 {len(opening.contacts)} 位联系人" if len(opening.contacts) > 1 else ""
        who = f"（{name}{count}）"
    lines = [f"拜访开始 {opening.visit_id} · {opening.customer}{who}"]
    if opening.last_time:
        lines.append(f"上次：{opening.last_time}")
    if opening.open_promises:
        lines.append(f"未结承诺 {len(opening.open_promises)} 条：{'；'.join(opening.open_promises[:3])}")
    lines += _wanted(opening.asked)
    if not opening.address_known:
        lines.append("这家客户还没有登记坐标，位置会先记下，不判距离。")
    if opening.code_word:
        lines.append(f"这次请在纸上写 {opening.code_word} 一起入镜（10 分钟内有效）。")
    lines.append(VISIT_GATE.boxes(()))
    links = (opening.asked.link,) if opening.asked and opening.asked.link else ()
    return Card(title=f"📍 {opening.customer}", body="\n".join(lines), links=links)


def _wanted(asked: PlaceAsked | None) -> list[str]:
    """Say what to send, and how to send a place where the chat has none (J1, DingTalk)."""
    if asked is None:
        return ["请依次发：① 位置 ② 现场照片（带时间水印） ③ 与客户的聊天截图。顺序随意。"]
    if asked.link is None:
        return [
            "请依次发：① ② 现场照片（水印带时间和地址） ③ 与客户的聊天截图。顺序随意。",
            "这里发不了位置：① 用照片水印上的地址记「弱位置」，不算满分。",
        ]
    return [
        f"请依次发：① 位置（点下面链接，{asked.minutes} 分钟内有效，只能用一次） ② 现场照片（带时间水印） ③ 与客户的聊天截图。顺序随意。",
        "链接点不开就发水印带地址的照片，我按「弱位置」记。",
    ]


def photo_accepted(read: str, confidence: float, done: Collection[str], note: str = "") -> str:
    """Receipt of a photo whose watermark agrees (V03)."""
    extra = f"，{note}" if note else ""
    return f"② 照片 ✅ 水印 {read}（把握 {confidence:.2f}），与现在相符{extra}。 {VISIT_GATE.boxes(done)}"


def photo_time_differs(finding: Finding, now: datetime, tolerance: timedelta, evidence_id: int, zone: ZoneInfo) -> Card:
    """A watermark that is not now: three ways on, no accusation (V03, J1)."""
    assert finding.read_at is not None
    taken = (
        local(finding.read_at, zone, "%m-%d %H:%M")
        if _other_day(finding.read_at, now, zone)
        else local(finding.read_at, zone)
    )
    body = (
        f"水印读到 {taken}（把握 {finding.confidence:.2f}），现在 {local(now, zone)}，"
        f"相差 {lag_words(now - finding.read_at)}（容差 ±{int(tolerance.total_seconds() // 60)} 分）。\n"
        "可能：A 早拍的照片现在才发　B 相机时间不准　C 选错了照片"
    )
    buttons = (
        Button("重拍一张", RetakePhoto(evidence_id)),
        Button(f"是 {local(finding.read_at, zone)} 拍的，按补记", BackfillPhoto(evidence_id), ButtonStyle.PRIMARY),
        Button("我有异议", DisputeReading(evidence_id)),
    )
    return Card(title="② 照片 ⚠ 需要你确认", body=body, buttons=buttons)


def _other_day(at: datetime, now: datetime, zone: ZoneInfo) -> bool:
    return at.astimezone(zone).date() != now.astimezone(zone).date()


UNREADABLE: Final = {
    Reason.BLURRED: "照片有点糊，",
    Reason.DARK: "照片有点暗，",
    Reason.NOT_FOUND: "没找到时间水印，",
}


def photo_unreadable(reason: Reason, evidence_id: int) -> Card:
    """A watermark that cannot be read (J1 a): never an accusation."""
    body = f"{UNREADABLE.get(reason, '')}水印看不清（不是说你造假）。可重拍，或手动输入水印时间，我标为「自述」。"
    buttons = (Button("重拍一张", RetakePhoto(evidence_id)), Button("手动输入时间", TypeTime(evidence_id)))
    return Card(title="② 照片 看不清", body=body, buttons=buttons)


def photo_seen_before(evidence_id: int) -> Card:
    """A picture very near to one of the team's (J1 b, M6): nobody is named, no picture is shown."""
    body = "这张与团队内一张历史照片非常接近，请换一张现场照。若确为同一固定机位，点【说明】。"
    buttons = (Button("重拍一张", RetakePhoto(evidence_id)), Button("说明", ExplainPhoto(evidence_id)))
    return Card(title="② 照片 请换一张", body=body, buttons=buttons)


def photo_explained(done: Collection[str]) -> str:
    """Receipt of an explanation: the photo counts, tagged."""
    return f"已记你的说明。② 记为有效，标签「与历史照片相近·已说明」，随记录保存。 {VISIT_GATE.boxes(done)}"


def ask_backfill_reason(manager: str) -> str:
    """Ask why a photo is sent late."""
    return f"好。请用一句话说明为何晚发（会随记录保存{f'，{manager}可见' if manager else ''}）。"


def photo_backfilled(taken: str, lag: timedelta, done: Collection[str]) -> str:
    """Receipt of a photo sent late."""
    return (
        f"已记：到场时间按 {taken}，标签「补记·晚 {lag_short(lag)}」。② 记为「有效（补记）」。 {VISIT_GATE.boxes(done)}"
    )


def photo_self_reported(taken: str, done: Collection[str]) -> str:
    """Receipt of a time the person typed."""
    return f"已记：水印时间 {taken}，标为「自述」。② 记为有效。 {VISIT_GATE.boxes(done)}"


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a picture: its original for some days, and a masked copy when one could be made."""

    days: int
    masked: bool


def screenshot_accepted(read: str, confidence: float, known: str, kept: Kept, done: Collection[str]) -> str:
    """Receipt of a chat screenshot whose contact is known (V04); says only what is true of what is kept."""
    masked = "头像与其余聊天内容已打码存档，" if kept.masked else ""
    return (
        f"③ 截图识别：{read}（把握 {confidence:.2f}），与联系人「{known}」一致 ✅\n"
        f"{masked}原图 {kept.days} 天后删除。 {VISIT_GATE.boxes(done)}"
    )


def screenshot_unsure(read: str | None, expected: str, evidence_id: int, *, differs: bool) -> Card:
    """A contact that is not exactly a known one, or cannot be read (V04)."""
    if not differs:
        body = f"{f'只认出「{read}」，' if read else ''}名字看不清（不是说你造假）。是和谁的聊天？"
    else:
        body = f"截图里是「{read}」，联系人里有：{expected or '还没有联系人'}。是同一个人吗？"
    buttons = (Button("是客户联系人", ConfirmContact(evidence_id)), Button("换一张", RetakePhoto(evidence_id)))
    return Card(title="③ 截图 请确认", body=body, buttons=buttons)


def what_is_this(visit_id: str, media_key: str) -> Card:
    """A picture that is neither clearly a site photo nor a chat screenshot."""
    short = media_key[:16]
    buttons = (
        Button("现场照片", SortPhoto(visit_id, short, "photo")),
        Button("聊天截图", SortPhoto(visit_id, short, "screenshot")),
    )
    return Card(title="这张是？", body="没看出是现场照片还是聊天截图。", buttons=buttons)


def all_three_there() -> str:
    """Invite the review once the checklist is full."""
    return "结束拜访？一句话说完也行：突破点、异议、下一步＋截止日。"


def dispute_for_manager(  # noqa: PLR0913  # one argument for each thing shown
    visit_id: str, who: str, customer: str, read: str, *, received: str, evidence_id: int, image: str | None
) -> Card:
    """Picture and machine reading side by side for the manager (J1, appeal)."""
    body = f"{who} 对 {customer} 的识别有异议。\n机器读到：{read or '没读出'}\n收到时间：{received}\n图已打码，水印和抬头看得清；要看原图发「穿透 {visit_id}」，会记审计。"
    buttons = (
        Button("采信销售", JudgeReading(evidence_id, True), ButtonStyle.PRIMARY),
        Button("维持识别", JudgeReading(evidence_id, False)),
    )
    return Card(title="【异议】照片识别", body=body, buttons=buttons, image=image)
