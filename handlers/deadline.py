"""Answering a reminder without handling it: 知道了, 稍后 1小时, 暂停到 11-12 因为…, 恢复."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from bot import Card, Context, Reply, Shelf, UserError, action, command
from bot.cards import deadline as cards
from bot.outbox import load
from bot.parse.time import Grain, parse_time
from models.chat import OutboxRow
from models.deadline import Deadline, Subject, change_deadline, deadlines_of
from models.person import managers_of
from models.rules.running import acknowledge, pause, resume, snooze
from models.world import World

LONGEST_SNOOZE: Final = timedelta(days=7)
LONGEST_PAUSE: Final = timedelta(days=60)
_REASON: Final = re.compile(r"(?:因为|原因[:：]?|由于)\s*(.+)$", re.DOTALL)
LOOK_BACK: Final = 20
"""Pushes looked through for the matter a person means when he quotes none."""


@command(
    "稍后", aliases=("等会再说",), help="过一会儿再提醒我", usage="稍后 1小时（可引用那张卡片）", shelf=Shelf.CHANGE
)
def remind_later(ctx: Context) -> Reply:
    deadline = _meant(ctx)
    return _later(ctx, deadline, _instant(ctx, "稍后", "1小时", LONGEST_SNOOZE))


@command("暂停", help="让催办停到某天", usage="暂停到 11-12 因为客户走OA", shelf=Shelf.CHANGE, glue=("到",))
def pause_clock(ctx: Context) -> Reply:
    deadline = _meant(ctx)
    leads = any(manager.id == ctx.sender.id for manager in managers_of(ctx.session, deadline.owner_id))
    if not (leads or deadline.running.clock.pausable):
        raise UserError(f"「{deadline.running.clock.title}」不能自己暂停，可以回「稍后 1小时」，或请主管来停。")
    until_at = _instant(ctx, "暂停", "", LONGEST_PAUSE)
    reason = _reason(ctx.args.rest if ctx.args else "")
    if not reason:
        raise UserError("请带上原因，比如：暂停到 11-12 因为客户走OA")
    by = ctx.sender.id
    change_deadline(ctx.session, deadline, lambda r: pause(r, (ctx.now, until_at), by, reason), _world(ctx))
    ctx.note(
        "deadline_paused", deadline.subject_kind, deadline.subject_id, until_at=until_at.isoformat(), reason=reason
    )
    _tell_manager(ctx, deadline, until_at, reason)
    return cards.paused(deadline, until_at.astimezone(ctx.calendar.zone))


@command("恢复", help="让暂停的催办接着走", usage="恢复（引用那张卡片）", shelf=Shelf.CHANGE)
def resume_clock(ctx: Context) -> Reply:
    deadline = _meant(ctx)
    if not deadline.running.is_paused(ctx.now):
        raise UserError(f"「{deadline.running.clock.title}」没有在暂停。")
    change_deadline(ctx.session, deadline, lambda r: resume(r, ctx.now), _world(ctx))
    ctx.note("deadline_resumed", deadline.subject_kind, deadline.subject_id)
    return f"好，「{deadline.running.clock.title}」接着走。"


@action(cards.Known)
def known(ctx: Context, press: cards.Known) -> Reply:
    deadline = _pressed(ctx, press.deadline)
    if deadline is None:
        return _over(ctx)
    change_deadline(ctx.session, deadline, lambda r: acknowledge(r, ctx.sender.id, ctx.now), _world(ctx))
    ctx.note("deadline_known", deadline.subject_kind, deadline.subject_id)
    return "好，中间的提醒先不发了；事情还没算完，到点没处理仍会往上报。"


@action(cards.Later)
def later(ctx: Context, press: cards.Later) -> Reply:
    deadline = _pressed(ctx, press.deadline)
    if deadline is None:
        return _over(ctx)
    return _later(ctx, deadline, ctx.now + timedelta(minutes=press.minutes))


def _later(ctx: Context, deadline: Deadline, until_at: datetime) -> str:
    change_deadline(ctx.session, deadline, lambda r: snooze(r, ctx.sender.id, until_at), _world(ctx))
    ctx.note("deadline_snoozed", deadline.subject_kind, deadline.subject_id, until_at=until_at.isoformat())
    zone = ctx.calendar.zone
    return cards.later(until_at.astimezone(zone), ctx.now.astimezone(zone))


def _over(ctx: Context) -> str:
    """Say that a button is late, and grey its card."""
    content = load(ctx.card) if ctx.card is not None else None
    if isinstance(content, Card):
        ctx.change_card(content.closed("已处理"))
    return "这件事已经处理过了，不用再管。"


def _tell_manager(ctx: Context, deadline: Deadline, until_at: datetime, reason: str) -> None:
    manager = next(iter(managers_of(ctx.session, deadline.owner_id)), None)
    if manager is None or manager.id == ctx.sender.id:
        return
    card = cards.paused_for_manager(deadline, ctx.sender.name, until_at.astimezone(ctx.calendar.zone), reason)
    key = f"{deadline.key}:paused:{len(deadline.running.pauses)}"
    ctx.send(manager.id, card, key=key, subject=str(deadline.subject), rule=deadline.rule)


def _instant(ctx: Context, word: str, default: str, longest: timedelta) -> datetime:
    said = _REASON.sub("", ctx.args.rest if ctx.args else "").strip() or default
    match = parse_time(f"{word}{said}", now=ctx.now, calendar=ctx.calendar, prefer="point")
    at = match.start or match.due_at if match and not match.invalid else None
    if match is None or at is None:
        raise UserError(f"到什么时候？比如：{word}{'到 11-12 因为客户走OA' if word == '暂停' else ' 1小时'}")
    if match.grain is not Grain.MINUTE:
        at = ctx.calendar.at(ctx.calendar.local_date(at), ctx.calendar.work_start)
    if not ctx.now < at <= ctx.now + longest:
        raise UserError(f"「{match.text}」不行：要晚于现在，最多 {longest.days} 天。")
    return at


def _reason(said: str) -> str:
    match = _REASON.search(said)
    return match[1].strip()[:200] if match else ""


def _meant(ctx: Context) -> Deadline:
    """Find the running clock a person means: of the card he quotes, else of what he was reminded of last."""
    for subject in _subjects(ctx):
        for deadline in deadlines_of(ctx.session, subject):
            if _concerns(deadline, ctx.sender.id):
                return deadline
    raise UserError("我没找到在催的事。请引用那张提醒卡片再说一次。")


def _subjects(ctx: Context) -> Iterator[Subject]:
    named = [ctx.card.subject] if ctx.card is not None else _reminded_of(ctx)
    for subject in dict.fromkeys(name for name in named if name and ":" in name):
        yield Subject(*subject.split(":", 1))


def _reminded_of(ctx: Context) -> list[str | None]:
    query = select(OutboxRow.subject).where(OutboxRow.recipient == f"p:{ctx.sender.id}", OutboxRow.rule.is_not(None))
    return list(ctx.session.scalars(query.order_by(OutboxRow.id.desc()).limit(LOOK_BACK)))


def _concerns(deadline: Deadline, person_id: str) -> bool:
    running = deadline.running
    return running.owner_id == person_id or any(who.person_id == person_id for t in running.taken for who in t.told)


def _pressed(ctx: Context, deadline_id: int) -> Deadline | None:
    """Return the clock of a pressed button, locked; None when it has stopped or is no business of his."""
    row = ctx.session.get(Deadline, deadline_id)
    if row is None or row.stopped_at or not _concerns(row, ctx.sender.id):
        return None
    return next((deadline for deadline in deadlines_of(ctx.session, row.subject) if deadline.id == row.id), None)


def _world(ctx: Context) -> World:
    return World(ctx.session, ctx.calendar, ctx.now)
