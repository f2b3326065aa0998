"""改成周四，给华东机械: a quoted (or the last) promise or next step is changed after a look at before and after (J8)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from bot import Claimed, Context, Reply, UpdateKind, UserError, action, listen
from bot.cards.change import SAME, ConfirmChange, DropChange, change_asked, change_words, changed
from bot.cards.correction import StartCorrection, correction_offered
from bot.change import Changeable, Values, change, changeable, difference, next_step_of
from bot.parse.code import CodeKind, find_codes
from bot.parse.sentence.correction import Correction, parse_correction
from bot.parse.sentence.reading import Resolvers
from bot.parse.sentence.types import SlotName
from bot.parse.time import Grain, TimeMatch
from bot.understand import customers_in, times_in
from bot.undo import in_window, own_events, window_words
from models.deadline import Subject

SLIP: Final = re.compile(r"改(?:成|为|给)|换(?:成|为|给)|不是|不对|错|应该?是|应为|更正")
MAX_MATTER: Final = 24
STAMP: Final = "%Y%m%d%H%M"
QUOTED: Final = 2.0
LAST: Final = 1.3
"""How sure it is that a sentence changes the quoted record, or the last one: the review of an open visit is likelier."""


@listen("record.change", kinds={UpdateKind.TEXT, UpdateKind.VOICE}, order=18)
def hear_change(ctx: Context) -> Claimed | None:
    if not SLIP.search(ctx.text):
        return None
    found = _meant(ctx)
    said = parse_correction(ctx.text, _resolvers(ctx)) if found else None
    if found is None or said is None or not said.explicit:
        return None
    after = _after(ctx, found, said)
    return (
        Claimed("改一条记录", lambda: ask(ctx, found, after), QUOTED if ctx.update.quote else LAST) if after else None
    )


def _resolvers(ctx: Context) -> Resolvers:
    return Resolvers(
        times=lambda part: times_in(ctx, part), customers=lambda part: customers_in(ctx, part), now=ctx.now
    )


def _meant(ctx: Context) -> Changeable | None:
    """Find the record: named by number, on the card that is quoted, or what the speaker registered a moment ago."""
    for subject in _named(ctx):
        found = changeable(ctx, subject)
        if found is not None and found.owner_id == ctx.sender.id:
            return found
    if ctx.update.quote is not None or find_codes(ctx.text):
        return None
    newest = next(iter(own_events(ctx, ctx.sender.id)), None)
    if newest is None or not in_window(ctx, newest):
        return None
    if newest.subject_kind == "visit":
        step = next_step_of(ctx, newest.subject_id)
        return changeable(ctx, step) if step else None
    return changeable(ctx, Subject(newest.subject_kind, newest.subject_id))


def _named(ctx: Context) -> list[Subject]:
    quoted = ctx.update.quote.text if ctx.update.quote else ""
    codes = [*find_codes(ctx.text), *find_codes(quoted), *find_codes(ctx.card.content if ctx.card else "")]
    subjects = [Subject(code.kind, code.value) for code in codes if code.kind is CodeKind.COMMITMENT]
    subjects += [step for code in codes if code.kind is CodeKind.VISIT and (step := next_step_of(ctx, code.value))]
    if ctx.card is not None and ctx.card.subject and ":" in ctx.card.subject:
        subjects.insert(0, Subject(*ctx.card.subject.split(":", 1)))
    return subjects


def _after(ctx: Context, found: Changeable, said: Correction) -> Values | None:
    """Return what the record would be; None when the sentence names neither a time, a customer that is sure, nor a matter."""
    due, customer, matter = None, None, ""
    for item in said.changes:
        value = item.value.value if item.value is not None else None
        if item.field == SlotName.DUE and isinstance(value, TimeMatch):
            due = due or _due(ctx, found, value)
        elif item.field == SlotName.CUSTOMER and value is not None and value.decided is not None:
            customer = customer or value.decided.id
        elif item.field == SlotName.WHAT and isinstance(value, str) and _is_of(found, item.old):
            matter = value.strip(" ，,。")[:MAX_MATTER]
    if due is None and customer is None and not matter:
        return None
    return Values(customer or found.values.customer_id, due or found.values.due_at, matter or found.values.matter)


def _is_of(found: Changeable, old: str) -> bool:
    """Whether what is said to be wrong (不是寄样) is in the record's words: 寄样品; nothing said is fine."""
    return all(sign in found.values.matter for sign in old if sign not in "的了我们给")


def _due(ctx: Context, found: Changeable, match: TimeMatch) -> datetime | None:
    """Return the new time; another day keeps the hour."""
    if match.invalid or match.due_at is None or match.grain is Grain.MINUTE:
        return None if match.invalid else match.due_at
    wall = found.values.due_at.astimezone(ctx.calendar.zone).time()
    return ctx.calendar.at(ctx.calendar.local_date(match.due_at), wall)


def ask(ctx: Context, found: Changeable, after: Values) -> Reply:
    """Show before and after; too late or counted on by others, a correction slip is offered."""
    differences = difference(ctx, found.values, after)
    if not differences:
        return SAME.format(label=found.label)
    if after.due_at <= ctx.now and after.due_at != found.values.due_at:
        raise UserError("这个时间已经过了，改到什么时候？")
    due = after.due_at.astimezone(UTC).strftime(STAMP) if after.due_at != found.values.due_at else ""
    customer = after.customer_id if after.customer_id != found.values.customer_id else ""
    matter = after.matter if after.matter != found.values.matter else ""
    refused = _refused(ctx, found)
    if refused and matter:
        raise UserError(f"{'；'.join(refused)}，事项不能直接改。发「更正 {found.subject.id} 因为…」作废后重新登记。")
    if refused:
        label = f"{found.label}：{change_words(differences)}"
        return correction_offered(StartCorrection(found.event.id, due, customer), label, refused)
    return change_asked(
        found.label, differences, ConfirmChange(found.subject.kind, found.subject.id, due, customer, matter)
    )


def _refused(ctx: Context, found: Changeable) -> list[str]:
    asked_at = ctx.card.created_at if ctx.card is not None and ctx.update.press is not None else None
    over = [] if in_window(ctx, found.event, asked_at) else [window_words(ctx)]
    return [*over, *found.blocked]


@action(ConfirmChange)
def confirm_change(ctx: Context, press: ConfirmChange) -> Reply:
    found = changeable(ctx, Subject(press.kind, press.record))
    if found is None or found.owner_id != ctx.sender.id:
        raise UserError("这条已经结束，或不是你的。")
    due = datetime.strptime(press.due, STAMP).replace(tzinfo=UTC) if press.due else found.values.due_at
    after = Values(press.customer or found.values.customer_id, due, press.matter or found.values.matter)
    differences = difference(ctx, found.values, after)
    if not differences:
        return SAME.format(label=found.label)
    refused = _refused(ctx, found)
    if refused:
        ctx.close_card("请看新卡片")
        return correction_offered(
            StartCorrection(found.event.id, press.due, press.customer), change_words(differences), refused
        )
    change(ctx, found, after)
    ctx.close_card("已改")
    return changed(found.label, differences)


@action(DropChange)
def drop_change(ctx: Context, press: DropChange) -> Reply:
    ctx.close_card("没有改")
    return "好，不改。"
