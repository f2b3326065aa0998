"""更正: once the window is over, a reason, the manager's yes, then the change with a footnote (J8)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any, Final

from bot import NOT_MINE, Context, NotMine, Reply, Shelf, UpdateKind, UserError, action, command, dialogue
from bot.cards import correction as cards
from bot.cards.change import change_words
from bot.cards.correction import DecideCorrection, StartCorrection
from bot.cards.undo import grey_note, none_of_yours
from bot.change import Changeable, Values, change, changeable, difference
from bot.parse.code import find_codes
from bot.parse.sentence.swap import swaps_in
from bot.report_change import offer_change, report_meant
from bot.understand import times_in
from bot.undo import Deed, deed_of, first_deed, own_events, own_events_about, take_back, undoing_of, window_words
from models.correction import Correction, CorrectionState, waiting_for
from models.daily_report import report_code
from models.deadline import Subject
from models.event import Event
from models.person import Person, is_away, managers_of, tree_of

STAMP: Final = "%Y%m%d%H%M"
REASON: Final = re.compile(r"(?:因为|原因[:：]?|由于)\s*(.+)$", re.DOTALL)
STOP: Final = re.compile(r"^(?:取消|算了|不发起了?)[。.!！]?$")
MIN_REASON: Final = 2
REPORT: Final = "日报"


@command(
    "更正", aliases=("更正单", "发起更正"), help="过了 10 分钟的记录，写原因请主管批", usage="更正 V-20261116-004",
    shelf=Shelf.CHANGE, glue=("昨天", "今天", "前天", "日报"),
)  # fmt: skip
def correct(ctx: Context) -> Reply:
    said = ctx.args.rest.strip() if ctx.args else ""
    if not said:
        raise UserError("更正哪一条？例：更正 V-20261116-004，或 更正 昨天日报")
    swaps = swaps_in(said.partition(REPORT)[2])
    if swaps:
        return offer_change(ctx, report_meant(ctx, said.partition(REPORT)[0]), swaps)
    events = _meant(ctx, said)
    if not events:
        return none_of_yours(said[:40])
    deed = first_deed(ctx, events, events[0])
    if deed is None:
        undoing = undoing_of(ctx, events[0])
        at = f"{undoing.at.astimezone(ctx.zone):%m-%d %H:%M} " if undoing else ""
        return f"{undoing.data['label'] if undoing else said[:40]} {at}已经撤销过了。"
    reason = REASON.search(said)
    start = StartCorrection(deed.event.id)
    if reason and len(reason[1].strip()) >= MIN_REASON:
        return _send(ctx, start, reason[1].strip())
    return cards.correction_offered(start, deed.label, [window_words(ctx, deed.event), *deed.blocked])


def _meant(ctx: Context, said: str) -> list[Event]:
    codes = find_codes(said)
    if codes:
        return own_events_about(ctx, ctx.sender.id, codes[0].value)
    if REPORT not in said:
        return []
    on = _day(ctx, said)
    return (
        own_events_about(ctx, ctx.sender.id, report_code(ctx.sender.id, on))
        if on
        else own_events(ctx, ctx.sender.id, ["daily_report.submitted"])
    )


def _day(ctx: Context, said: str) -> date | None:
    times = times_in(ctx, said.replace(REPORT, " "), past=True)
    return ctx.calendar.local_date(times[0].start) if times and times[0].start else None


@action(StartCorrection)
def start_correction(ctx: Context, press: StartCorrection) -> Reply:
    _deed(ctx, press)
    waiting = waiting_for(ctx.session, press.event)
    if waiting is not None:
        return f"这条的更正单已经在等{_name(ctx, waiting.approver_id)}批了。"
    ctx.talk("correction.reason", {"event": press.event, "due": press.due, "customer": press.customer}, free_text=True)
    return cards.WHY


@dialogue("correction.reason")
def take_reason(ctx: Context, state: dict[str, Any]) -> Reply | NotMine:
    if ctx.update.kind not in {UpdateKind.TEXT, UpdateKind.VOICE}:
        return NOT_MINE
    reason = ctx.text.strip()
    if STOP.match(reason):
        ctx.hang_up()
        return "好，不发起。"
    if len(reason) < MIN_REASON:
        return cards.WHY
    ctx.hang_up()
    return _send(ctx, StartCorrection(**state), reason)


def _send(ctx: Context, start: StartCorrection, reason: str) -> Reply:
    deed = _deed(ctx, start)
    waiting = waiting_for(ctx.session, start.event)
    if waiting is not None:
        return f"这条的更正单已经在等{_name(ctx, waiting.approver_id)}批了。"
    approver = _approver(ctx)
    slip = Correction(
        event_id=start.event, subject_kind=deed.event.subject_kind, subject_id=deed.event.subject_id, label=deed.label[:200],
        owner_id=ctx.sender.id, approver_id=approver.id, due_at=_instant(start.due), customer_id=start.customer or None,
        what="", reason=reason[:300], asked_at=ctx.now,
    )  # fmt: skip
    slip.what = _what(ctx, slip)
    ctx.session.add(slip)
    ctx.session.flush()
    ctx.note(
        "correction.asked", slip.subject_kind, slip.subject_id, correction=slip.id, what=slip.what, reason=slip.reason
    )
    card = cards.correction_asked(slip.id, ctx.sender.name, slip.label, slip.what, slip.reason)
    ctx.send(approver.id, card, key=f"fix:{slip.id}", subject=f"correction:{slip.id}", rule="M10")
    return cards.correction_sent(approver.name)


def _approver(ctx: Context) -> Person:
    """Return who decides: the manager, or who stands in for him."""
    manager = next(iter(managers_of(ctx.session, ctx.sender.id)), None)
    if manager is None:
        raise UserError("你没有上级主管，更正请找管理员。")
    leave = is_away(ctx.session, manager.id, ctx.now)
    deputy = ctx.session.get(Person, leave.deputy_id) if leave and leave.deputy_id != ctx.sender.id else None
    return deputy or manager


def _what(ctx: Context, slip: Correction) -> str:
    found = _changeable(ctx, slip)
    if found is None:
        return "作废这条记录"
    return change_words(difference(ctx, found.values, _after(found, slip)))


def _changeable(ctx: Context, slip: Correction) -> Changeable | None:
    """Return the record when the slip changes it; None when it makes it void."""
    if slip.due_at is None and slip.customer_id is None:
        return None
    return changeable(ctx, Subject(slip.subject_kind, slip.subject_id))


def _after(found: Changeable, slip: Correction) -> Values:
    values = found.values
    return Values(slip.customer_id or values.customer_id, slip.due_at or values.due_at, values.matter)


# -- the decision ------------------------------------------------------------------------------------------------------


@action(DecideCorrection)
def decide(ctx: Context, press: DecideCorrection) -> Reply:
    slip = ctx.session.get(Correction, press.correction, with_for_update=True)
    if slip is None or not _may_decide(ctx, slip):
        raise UserError("这张更正单不归你批。")
    if slip.state != CorrectionState.ASKED:
        done = "同意" if slip.state == CorrectionState.AGREED else "驳回"
        return f"已由{_name(ctx, slip.decided_by or '')}{done}。"
    agreed = press.agreed and _carry_out(ctx, slip)
    slip.state = CorrectionState.AGREED if agreed else CorrectionState.REFUSED
    slip.decided_at, slip.decided_by = ctx.now, ctx.sender.id
    ctx.note(f"correction.{slip.state}", slip.subject_kind, slip.subject_id, correction=slip.id)
    ctx.close_card(f"{ctx.sender.name}：{'同意' if agreed else '驳回'}")
    told = cards.correction_decided(ctx.sender.name, f"{slip.label}，{slip.what}", agreed=agreed)
    ctx.send(slip.owner_id, told, key=f"fix:{slip.id}:decided", subject=f"correction:{slip.id}", rule="M10")
    if press.agreed and not agreed:
        return "这条记录已经变了，更正单作废。"
    return "已同意，马上生效。" if agreed else "已驳回，记录不变。"


def _may_decide(ctx: Context, slip: Correction) -> bool:
    leads = slip.owner_id in tree_of(ctx.session, ctx.sender.id)
    return ctx.sender.id != slip.owner_id and (ctx.sender.id == slip.approver_id or leads)


def _carry_out(ctx: Context, slip: Correction) -> bool:
    """Apply an agreed slip; False when the record is no longer what it was about."""
    found = _changeable(ctx, slip)
    if found is not None:
        change(ctx, found, _after(found, slip), how="corrected")
        return True
    event = ctx.session.get(Event, slip.event_id)
    deed = deed_of(ctx, event) if event is not None else None
    if deed is None or slip.due_at is not None or slip.customer_id is not None:
        return False
    note = f"{grey_note(_name(ctx, slip.owner_id), ctx.now, ctx.zone)}，{ctx.sender.name}已批更正"
    take_back(ctx, deed, ctx.sender, note)
    return True


def _deed(ctx: Context, start: StartCorrection) -> Deed:
    event = ctx.session.get(Event, start.event)
    deed = deed_of(ctx, event) if event is not None and event.actor_id == ctx.sender.id else None
    if deed is None and event is not None and event.actor_id == ctx.sender.id and event.kind == "next_step.recorded":
        deed = Deed(event, _step_label(ctx, event))
    if deed is None:
        raise UserError("这条已经撤销，或不是你的。")
    return deed


def _step_label(ctx: Context, event: Event) -> str:
    found = changeable(ctx, Subject(event.subject_kind, event.subject_id))
    return found.label if found else event.subject_id


def _instant(stamp: str) -> datetime | None:
    return datetime.strptime(stamp, STAMP).replace(tzinfo=UTC) if stamp else None


def _name(ctx: Context, person_id: str) -> str:
    person = ctx.session.get(Person, person_id)
    return person.name if person else "主管"
