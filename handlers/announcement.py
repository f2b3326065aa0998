"""公告: to groups or people, now or later; edited and recalled with a trace; who has read it (D12, P11)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bot import Context, Group, Reply, Shelf, UserError, action, command
from bot.audience import Audience, audience_of, offers
from bot.cards.announcement import (
    PRESETS,
    USAGE,
    DropAnnouncement,
    ReadAnnouncement,
    RecallAnnouncement,
    ScopeAnnouncement,
    SendAnnouncement,
    announced,
    announcement_draft,
    announcement_list,
    announcement_sent,
    scope_wanted,
    who_has_read,
)
from bot.parse.time import parse_time
from models.announcement import (
    Announcement,
    AnnouncementState,
    expected,
    mark_read,
    readers_of,
    recent,
)
from models.person import LEADERS, Person, Role

LONGEST: Final = 1000
LISTED: Final = 8


@command(
    "公告", aliases=("群公告", "通知大家"), help="发公告，看谁没读", usage=USAGE, shelf=Shelf.ADMIN, roles=(*LEADERS, Role.ADMIN),
    keys={"发给": "to", "范围": "to", "时间": "at", "定时": "at"}, positional=("text",), glue=("已读", "撤回", "改"),
)  # fmt: skip
def announce(ctx: Context) -> Reply:
    said = ctx.args.rest if ctx.args else ""
    if not said:
        return _list(ctx)
    word, _, rest = said.partition(" ")
    for verb, run in (("已读", _readers), ("撤回", _recall), ("改", _edit)):
        if word.startswith(verb) and (word == verb or word[len(verb) :].isdecimal()):
            return run(ctx, f"{word[len(verb) :]} {rest}".strip())
    return _draft(ctx, said)


def _list(ctx: Context) -> Reply:
    rows = recent(ctx.session, None if ctx.sender.role == Role.ADMIN else ctx.sender.id, LISTED)
    shown = []
    for item in rows:
        readers = readers_of(ctx.session, item)
        shown.append((item, len(readers.read), len(readers.read) + len(readers.unread)))
    return announcement_list(shown, ctx.zone)


# -- writing -----------------------------------------------------------------------------------------------------------


def _draft(ctx: Context, said: str) -> Reply:
    keyed = dict(ctx.args.keyed) if ctx.args else {}
    text = ctx.args.named.get("text", "") if ctx.args and keyed else said
    at = _instant(ctx, keyed["at"]) if "at" in keyed else None
    audience = audience_of(ctx, keyed["to"]) if "to" in keyed else None
    if "to" in keyed and audience is None:
        raise UserError(f"不知道「{keyed['to']}」是谁。可写群名、人名、我的团队。")
    text, at, audience = _trailing(ctx, text, at, audience)
    text = PRESETS.get(text, text)
    if not text or len(text) > LONGEST:
        raise UserError(f"公告要有内容，最多 {LONGEST} 字，现在 {len(text)} 字。例：{USAGE}")
    item = Announcement(by_person_id=ctx.sender.id, text=text, at=at, created_at=ctx.now, group_ids=[], person_ids=[])
    ctx.session.add(item)
    ctx.session.flush()
    if audience is None and ctx.group_id:
        audience = audience_of(ctx, "本群")
    return _ask(ctx, item, audience)


def _trailing(
    ctx: Context, text: str, at: datetime | None, audience: Audience | None
) -> tuple[str, datetime | None, Audience | None]:
    """Take a time and an audience from the end of the text, in either order; what is inside the text stays there."""
    for _ in range(2):
        head, _, last = text.rpartition(" ")
        if not head:
            break
        if at is None and (when := _when(ctx, last)) is not None:
            text, at = head.strip(), when
        elif audience is None and (whom := audience_of(ctx, last)) is not None:
            text, audience = head.strip(), whom
    return text, at, audience


def _when(ctx: Context, word: str) -> datetime | None:
    match = parse_time(word, now=ctx.now, calendar=ctx.calendar)
    if match is None or match.text != word or match.start is None or match.ambiguous:
        return None
    return _instant(ctx, word)


def _instant(ctx: Context, word: str) -> datetime:
    match = parse_time(word, now=ctx.now, calendar=ctx.calendar)
    at = match.start if match else None
    if at is None:
        raise UserError(f"「{word}」是哪天几点？例：明天9点")
    if (at.hour, at.minute) == (0, 0):
        at = ctx.calendar.at(at.date(), ctx.calendar.work_start)
    if at <= ctx.now:
        raise UserError(f"「{word}」已经过了，写个以后的时间，或不写就是现在发。")
    return at


def _ask(ctx: Context, item: Announcement, audience: Audience | None) -> Reply:
    if audience is None:
        return scope_wanted(item, offers(ctx))
    item.scope, item.group_ids, item.person_ids = (
        audience.label[:200],
        list(audience.group_ids),
        list(audience.person_ids),
    )
    ctx.session.flush()
    people = len(expected(ctx.session, item))
    if not people and not item.group_ids:
        raise UserError("这个范围里没有别人，发不了。")
    return announcement_draft(item, people, ctx.zone)


@action(ScopeAnnouncement)
def scope_pressed(ctx: Context, press: ScopeAnnouncement) -> Reply:
    item = _own(ctx, press.id)
    if item.state != AnnouncementState.DRAFT:
        return "这条已经处理过了。"
    ctx.close_card(press.scope)
    return _ask(ctx, item, audience_of(ctx, press.scope))


@action(SendAnnouncement)
def send_pressed(ctx: Context, press: SendAnnouncement) -> Reply:
    item = _own(ctx, press.id)
    if item.state != AnnouncementState.DRAFT:
        return "这条已经处理过了。"
    if item.at is not None and item.at <= ctx.now:
        item.at = None
    item.state = AnnouncementState.SENT
    card = announced(item, ctx.sender.name, ctx.zone)
    whom: list[str | Group] = [*map(Group, item.group_ids), *item.person_ids]
    ctx.send_all(whom, card, key=f"D12:{item.id}", subject=item.subject, rule="D12", at=item.at)
    ctx.note(
        "announcement.sent", "announcement", str(item.id), text=item.text, groups=item.group_ids, people=item.person_ids,
        at=item.at.isoformat() if item.at else None,
    )  # fmt: skip
    ctx.close_card("已发出" if item.at is None else "已定时")
    return announcement_sent(item, ctx.zone)


@action(DropAnnouncement)
def drop_pressed(ctx: Context, press: DropAnnouncement) -> Reply:
    item = _own(ctx, press.id)
    if item.state != AnnouncementState.DRAFT:
        return "这条已经发出了，要收回发「公告 撤回」。"
    item.state = AnnouncementState.DROPPED
    ctx.close_card("没发")
    return "好，没发。"


# -- afterwards --------------------------------------------------------------------------------------------------------


def _numbered(ctx: Context, said: str) -> tuple[Announcement, str]:
    number, _, rest = said.partition(" ")
    if number.isdecimal():
        return _sent(_own(ctx, int(number))), rest.strip()
    newest = recent(ctx.session, ctx.sender.id, 1)
    if not newest:
        raise UserError("你还没有发过公告。")
    return newest[0], said


def _own(ctx: Context, number: int) -> Announcement:
    item = ctx.session.get(Announcement, number)
    if item is None or (item.by_person_id != ctx.sender.id and ctx.sender.role != Role.ADMIN):
        raise UserError(f"没有你发的公告 {number}。发「公告」看列表。")
    return item


def _sent(item: Announcement) -> Announcement:
    if item.state not in {AnnouncementState.SENT, AnnouncementState.RECALLED}:
        raise UserError(f"公告 {item.id} 没有发出。")
    return item


def _readers(ctx: Context, said: str) -> Reply:
    item, _ = _numbered(ctx, said)
    return who_has_read(item, readers_of(ctx.session, item))


def _edit(ctx: Context, said: str) -> Reply:
    item, text = _numbered(ctx, said)
    if not text or len(text) > LONGEST:
        raise UserError(f"写上新内容（最多 {LONGEST} 字），例：公告 改 {item.id} 周四前交")
    if item.state == AnnouncementState.RECALLED:
        return f"公告 {item.id} 已经撤回了，改不了。"
    before, item.text = item.text, text
    item.edited_at = ctx.now
    ctx.note("announcement.edited", "announcement", str(item.id), before=before, after=text)
    return f"公告 {item.id} 改好了，{_show_again(ctx, item)} 处已更新。"


@action(RecallAnnouncement)
def recall_pressed(ctx: Context, press: RecallAnnouncement) -> Reply:
    return _recall(ctx, str(press.id))


def _recall(ctx: Context, said: str) -> Reply:
    item, _ = _numbered(ctx, said)
    if item.state == AnnouncementState.RECALLED:
        return f"公告 {item.id} 已经撤回过了。"
    item.state, item.recalled_at = AnnouncementState.RECALLED, ctx.now
    unsent = ctx.cancel(item.subject)
    ctx.session.expire_all()
    shown = _show_again(ctx, item)
    ctx.note("announcement.recalled", "announcement", str(item.id), unsent=unsent, shown=shown)
    return f"公告 {item.id} 已撤回：{unsent} 处还没发出，{shown} 处已变灰。记录留着。"


def _show_again(ctx: Context, item: Announcement) -> int:
    """Change every copy in place; returns how many there are."""
    ctx.session.flush()
    sender = ctx.session.get_one(Person, item.by_person_id)
    card = announced(item, sender.name, ctx.zone)
    return sum(ctx.change(row.key, card) for row in ctx.cards_about(item.subject))


@action(ReadAnnouncement)
def read_pressed(ctx: Context, press: ReadAnnouncement) -> Reply:
    item = ctx.session.get(Announcement, press.id)
    if item is None or item.state == AnnouncementState.RECALLED:
        return "这条公告撤回了。"
    fresh = mark_read(ctx.session, item.id, ctx.sender.id, ctx.now)
    if ctx.card is None or ctx.card.group_id is None:
        ctx.close_card("已读")
        return None
    if fresh:
        sender = ctx.session.get_one(Person, item.by_person_id)
        read = len(readers_of(ctx.session, item).read)
        ctx.change_card(announced(item, sender.name, ctx.zone, read=read))
    return None
