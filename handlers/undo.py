"""撤销, 撤销 V-…, 撤销最近3条: shown with everything that goes with it, confirmed, done; a second time changes nothing (M10, J8)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select

from bot import Card, Claimed, Context, Reply, Shelf, UserError, action, command, listen
from bot.cards import undo as cards
from bot.cards.correction import StartCorrection, correction_offered
from bot.cards.undo import ConfirmUndo, DropUndo, Line, PreviewUndo, TickUndo
from bot.outbox import load
from bot.parse.code import find_codes
from bot.undo import (
    REVERSALS,
    Deed,
    deed_of,
    effects_of,
    first_deed,
    in_window,
    own_deeds,
    own_events,
    own_events_about,
    take_back,
    undoing_of,
    window_words,
)
from models.chat import OutboxRow
from models.event import Event
from models.undo import UndoRequest, open_request

MOST: Final = 5
SEVERAL: Final = re.compile(r"(?:最近|上|前|后)?\s*(\d{1,2}|[一二两三四五六七八九十])\s*(?:条|个|次|笔)")
NUMERALS: Final = {word: n for n, word in enumerate("一二三四五六七八九十", 1)} | {"两": 2}
LAST: Final = re.compile(r"^(?:最近|上|前|刚才|刚刚)?(?:这|那|一)?(?:一?[条个次笔])?(?:的)?$")
RECALLED: Final = re.compile(
    r"^我?(?:刚才|刚刚)?(?:把)?(?:那|这|上)?(?:一)?条?(?:消息|发的)?(?:给|已经?)?撤回了[。.!！]?$"
)
NO: Final = re.compile(r"^(?:算了|不撤了?|先不撤|别撤|取消)(?:吧|了)?[。.!！]?$")


@command(
    "撤销", aliases=("撤回", "撤消", "undo"), help="撤回刚才做的，连同它引出的一切", usage="撤销 / 撤销 V-20261116-004 / 撤销最近3条",
    shelf=Shelf.CHANGE, glue=("最近", "上", "前", "刚才", "刚刚", "这条", "那条", "日报", "拜访", "承诺", "请假", "计划", "需求清单", "签署"),
)  # fmt: skip
def undo(ctx: Context) -> Reply:
    said = ctx.args.rest.strip() if ctx.args else ""
    codes = find_codes(said)
    several = SEVERAL.search(said)
    if codes:
        return _one(ctx, own_events_about(ctx, ctx.sender.id, codes[0].value), codes[0].value)
    if several and _count(several[1]) > 1:
        return _several(ctx, _count(several[1]))
    if LAST.match(said):
        return _one(ctx, _quoted(ctx) or own_events(ctx, ctx.sender.id), "")
    kinds = [row.event for row in REVERSALS.values() if row.word in said]
    return _one(ctx, own_events(ctx, ctx.sender.id, kinds) if kinds else [], said)


def _count(word: str) -> int:
    return NUMERALS.get(word) or int(word)


def _quoted(ctx: Context) -> list[Event]:
    """Return the speaker's own deeds about the card he quotes."""
    if ctx.card is None:
        return []
    of_turn = [e for e in own_events(ctx, ctx.sender.id) if e.cause and e.cause == ctx.card.cause]
    number = (ctx.card.subject or "").partition(":")[2]
    return of_turn or (own_events_about(ctx, ctx.sender.id, number) if number else [])


def _one(ctx: Context, events: Sequence[Event], said: str) -> Reply:
    """Preview the newest of these deeds; confirm when its preview stands open; never slip to an older one by itself."""
    if not events:
        return cards.none_of_yours(said) if said else cards.NOTHING
    request = open_request(ctx.session, ctx.sender.id, ctx.now - ctx.settings.rules.undo.window)
    if request is not None and events[0].id in request.events and (len(request.events) == 1 or not said):
        return _carry_out(ctx, request)
    undoing = undoing_of(ctx, events[0])
    if undoing is not None:
        return _again(ctx, events, undoing)
    deed = next((found for event in events if (found := deed_of(ctx, event))), None)
    if deed is not None and said and _refused(ctx, deed):
        deed = first_deed(
            ctx, events, deed.event
        )  # too late for the last change: whoever names a number means the record
    return _preview(ctx, deed) if deed else cards.NOTHING


def _again(ctx: Context, events: Sequence[Event], undoing: Event) -> Reply:
    """Say that it is undone; an older deed is only offered."""
    deeds = (deed_of(ctx, event) for event in events[1:])
    before = next((deed for deed in deeds if deed and not _refused(ctx, deed)), None)
    offer = (before.event.id, before.label) if before else None
    return cards.already_undone(undoing.data["label"], undoing.at, offer, ctx.zone)


def _preview(ctx: Context, deed: Deed) -> Reply:
    refused = _refused(ctx, deed)
    if refused:
        return correction_offered(StartCorrection(deed.event.id), deed.label, refused)
    request = _ask(ctx, [deed])
    return cards.undo_preview(request.id, _line(ctx, deed, request))


def _several(ctx: Context, count: int) -> Reply:
    deeds = own_deeds(ctx, ctx.sender.id, min(count, MOST))
    if not deeds:
        return cards.NOTHING
    first = cards.TOO_MANY.format(most=MOST) if count > MOST else ""
    return _list(ctx, _ask(ctx, deeds), first)


def _list(ctx: Context, request: UndoRequest, first: str = "") -> Card:
    deeds = [deed for id_ in request.events if (deed := _deed(ctx, id_))]
    return cards.undo_list(request.id, [_line(ctx, deed, request) for deed in deeds], first=first)


def _ask(ctx: Context, deeds: Sequence[Deed]) -> UndoRequest:
    request = UndoRequest(
        owner_id=ctx.sender.id,
        events=[deed.event.id for deed in deeds],
        left_out=[],
        shown_by=ctx.cause,
        asked_at=ctx.now,
    )
    ctx.session.add(request)
    ctx.session.flush()
    return request


def _line(ctx: Context, deed: Deed, request: UndoRequest) -> Line:
    effects = effects_of(ctx, deed, ctx.sender.id)
    shown = [(name, row.sent_at) for name, row in effects.cards if row.sent_at is not None]
    words = cards.effect_words(effects.reminders, effects.unsent, shown, ctx.zone)
    ticked = deed.event.id in request.ticked
    return Line(deed.event.id, deed.label, (*words, *deed.also), tuple(_refused(ctx, deed)), ticked)


def _refused(ctx: Context, deed: Deed, asked_at: datetime | None = None) -> list[str]:
    """Return why a deed cannot simply be taken back: the window is over, or somebody counts on it."""
    over = not deed.open_ended and not in_window(ctx, deed.event, asked_at)
    return [*([window_words(ctx)] if over else []), *deed.blocked]


def _deed(ctx: Context, event_id: int) -> Deed | None:
    """Return a deed of the speaker himself."""
    event = ctx.session.get(Event, event_id)
    return deed_of(ctx, event) if event is not None and event.actor_id == ctx.sender.id else None


# -- answers -----------------------------------------------------------------------------------------------------------


@action(ConfirmUndo)
def confirm(ctx: Context, press: ConfirmUndo) -> Reply:
    return _carry_out(ctx, _request(ctx, press.request))


@action(DropUndo)
def drop(ctx: Context, press: DropUndo) -> Reply:
    return _drop(ctx, _request(ctx, press.request))


@listen("undo.no", order=15)
def hear_no(ctx: Context) -> Claimed | None:
    if not NO.match(ctx.text.strip()):
        return None
    request = open_request(ctx.session, ctx.sender.id, ctx.now - ctx.settings.rules.undo.window)
    return Claimed("不撤了", lambda: _drop(ctx, request), 1.5) if request else None


@listen("undo.recalled", order=15)
def hear_recalled(ctx: Context) -> Claimed | None:
    """Explain that recalling one's own message on the platform recalls no record: no platform tells us of it."""
    return Claimed("撤回消息", lambda: cards.RECALLED) if RECALLED.match(ctx.text.strip()) else None


@action(TickUndo)
def tick(ctx: Context, press: TickUndo) -> Reply:
    request = _request(ctx, press.request)
    if request.done_at is not None or request.dropped:
        return "这次撤销已经处理过了。"
    left_out = set(request.left_out) ^ {press.event}
    request.left_out = sorted(left_out & set(request.events))
    ctx.change_card(_list(ctx, request))
    return None


@action(PreviewUndo)
def preview_pressed(ctx: Context, press: PreviewUndo) -> Reply:
    event = ctx.session.get(Event, press.event)
    if event is None or event.actor_id != ctx.sender.id:
        raise UserError("这条不是你做的。")
    ctx.close_card("请看新卡片")
    return _one(ctx, [event], "")


def _request(ctx: Context, request_id: int) -> UndoRequest:
    request = ctx.session.get(UndoRequest, request_id, with_for_update=True)
    if request is None or request.owner_id != ctx.sender.id:
        raise UserError("这次撤销不是你发起的。")
    return request


def _drop(ctx: Context, request: UndoRequest) -> Reply:
    if request.done_at is not None:
        return f"{request.done_at.astimezone(ctx.zone):%H:%M} 已经撤销过了。"
    request.dropped = True
    _close(ctx, request, "没有撤")
    return "好，不撤。"


def _carry_out(ctx: Context, request: UndoRequest) -> Reply:
    """Take back everything that is ticked and still may be; the newest first, for an older deed may hang on a newer."""
    if request.done_at is not None or request.dropped:
        return "这次撤销已经处理过了。要撤别的，再发「撤销」。"
    done, kept = [], []
    for event_id in request.ticked:
        deed = _deed(ctx, event_id)
        if deed is None:
            continue
        refused = _refused(ctx, deed, request.asked_at)
        if refused:
            kept.append(cards.not_undone(deed.label, refused))
            continue
        take_back(ctx, deed, ctx.sender, cards.grey_note(ctx.sender.name, ctx.now, ctx.zone))
        done.append(deed.label)
    request.done_at = ctx.now
    _close(ctx, request, f"{ctx.now.astimezone(ctx.zone):%H:%M} 已撤销" if done else "没有撤")
    return cards.undone(done, kept) if done or kept else "一条都没勾，什么也没撤。"


def _close(ctx: Context, request: UndoRequest, note: str) -> None:
    """Grey the preview, wherever the answer came from."""
    query = select(OutboxRow).where(OutboxRow.cause == request.shown_by, OutboxRow.is_push.is_(False))
    for row in ctx.session.scalars(query):
        if isinstance(load(row), Card):
            ctx.close(row, note)
