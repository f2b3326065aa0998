"""Announcements in chat: what is about to go out, what people read, who has read it (D12, P11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.action import Action
from bot.reply import Button, ButtonStyle, Card, CardState, Field
from models.announcement import Announcement, AnnouncementState, Readers

PRESETS = {"承诺规范": "所有对外承诺请登记，格式：客户名＋事项＋时间＋依据。主管每日早会只看这条。"}
"""Announcements with a name of their own (P11)."""
USAGE = "/公告 周五前交客户清单 华东销售群 明天9点"


@dataclass(frozen=True, slots=True)
class SendAnnouncement(Action, name="announce.send"):
    """Send what was shown."""

    id: int


@dataclass(frozen=True, slots=True)
class DropAnnouncement(Action, name="announce.drop"):
    """Do not send it."""

    id: int


@dataclass(frozen=True, slots=True)
class ScopeAnnouncement(Action, name="announce.scope"):
    """Send it to these."""

    id: int
    scope: str


@dataclass(frozen=True, slots=True)
class ReadAnnouncement(Action, name="announce.read"):
    """The person has read it."""

    id: int


@dataclass(frozen=True, slots=True)
class RecallAnnouncement(Action, name="announce.recall"):
    """Take it back."""

    id: int


def announcement_draft(item: Announcement, people: int, zone: ZoneInfo) -> Card:
    """Say back what is about to go out."""
    when = f"{item.at.astimezone(zone):%m-%d %H:%M}" if item.at else "现在"
    fields = (Field("发给", f"{item.scope}（{people} 人）"), Field("时间", when))
    buttons = (
        Button("发出", SendAnnouncement(item.id), ButtonStyle.PRIMARY),
        Button("算了", DropAnnouncement(item.id)),
    )
    return Card(title="这样发公告？", body=item.text, fields=fields, buttons=buttons)


def scope_wanted(item: Announcement, scopes: Sequence[str]) -> Card:
    """Ask whom it is for."""
    buttons = tuple(Button(scope, ScopeAnnouncement(item.id, scope)) for scope in scopes[:6])
    return Card(title="公告发给谁？", body=item.text, buttons=(*buttons, Button("算了", DropAnnouncement(item.id))))


def announced(item: Announcement, sender: str, zone: ZoneInfo, *, read: int | None = None) -> Card:
    """What people read; `read` for groups: how many have."""
    notes = [f"{item.edited_at.astimezone(zone):%m-%d %H:%M} 改过"] if item.edited_at else []
    notes += [f"已读 {read}"] if read else []
    card = Card(
        title=f"公告 · {sender}", body=item.text, note="　".join(notes), buttons=(Button("已读", ReadAnnouncement(item.id)),)
    )  # fmt: skip
    if item.state == AnnouncementState.RECALLED and item.recalled_at is not None:
        note = f"{item.recalled_at.astimezone(zone):%m-%d %H:%M} 已由{sender}撤回"
        return Card(title=card.title, body="这条公告撤回了。", note=note, state=CardState.VOID)
    return card


def announcement_sent(item: Announcement, zone: ZoneInfo) -> Card:
    """Receipt for the sender."""
    when = f"{item.at.astimezone(zone):%m-%d %H:%M} 发出" if item.at else "已发出"
    body = f"{when}，发给 {item.scope}。\n看谁没读：公告 已读 {item.id}　改：公告 改 {item.id} 新内容"
    return Card(
        title=f"公告 {item.id}", body=body, buttons=(Button("撤回", RecallAnnouncement(item.id), ButtonStyle.DANGER),)
    )


def who_has_read(item: Announcement, readers: Readers) -> Card:
    """Who has read it and who has not."""
    total = len(readers.read) + len(readers.unread)
    fields = [Field("还没读", "、".join(readers.unread) or "都读了")]
    if readers.unknown_groups:
        fields.append(Field("注", f"{'、'.join(readers.unknown_groups)} 的成员名单我看不到，只数按了【已读】的人"))
    if readers.failed:
        fields.append(Field("没送到", "、".join(readers.failed)))
    return Card(title=f"公告 {item.id} 已读 {len(readers.read)}/{total}", body=item.text[:80], fields=tuple(fields))


def announcement_list(rows: Sequence[tuple[Announcement, int, int]], zone: ZoneInfo) -> Card:
    """The newest announcements with how many have read them."""
    lines = []
    for item, read, total in rows:
        state = "（已撤回）" if item.state == AnnouncementState.RECALLED else ""
        at = (item.at or item.created_at).astimezone(zone)
        lines.append(f"{item.id}. {at:%m-%d %H:%M} {item.scope} 已读 {read}/{total}{state}　{item.text[:30]}")
    body = "\n".join(lines) or "还没有发过公告。"
    return Card(title="公告", body=f"{body}\n发一条：{USAGE}")
