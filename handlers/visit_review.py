"""Ending a visit in one sentence: understood, corrected by buttons, stored, confirmed by the manager (V06, V07, V11, V12, P14)."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

from bot import NOT_MINE, Claimed, Context, NotMine, Reply, UpdateKind, UserError, action, dialogue, listen
from bot.cards.calendar import no_such_day
from bot.cards.visit import lag_short
from bot.cards.visit_review import (
    AcceptReview,
    AskField,
    BackPhrase,
    DropPhrase,
    Outcome,
    OwnView,
    SetOption,
    choose_option,
    review_understood,
    visit_finished,
)
from bot.parse.sentence.reading import Resolvers
from bot.parse.sentence.review import Review, review, without
from bot.parse.signal import built_in
from bot.parse.time import impossible_day
from bot.promise import offer_to_register
from bot.signals import hear_signals, rules_of
from bot.steps import Proposal, propose
from bot.understand import customers_in, due_in, times_in
from models.person import Person
from models.rules.gates import VISIT_GATE, Requirement, weakly
from models.rules.photo import entry_timing
from models.visit import EvidenceState, NextStep, Visit, VisitState, done_kinds, evidence_of, open_visit

SUMMARY_MAX: Final = 300
CLAUSES: Final = re.compile(r"[，,。；;！!\n]")


@listen("visit.review", kinds={UpdateKind.TEXT, UpdateKind.VOICE}, order=20)
def hear_review(ctx: Context) -> Claimed | None:
    visit = open_visit(ctx.session, ctx.sender.id, now=ctx.now)
    if visit is None or ctx.is_group or not ctx.text.strip():
        return None
    found = _read(ctx, ctx.text)
    says_something = any((found.goal, found.breakthrough, found.objections, found.next_step))
    if not says_something and not done_kinds(ctx.session, visit.id):
        return None
    return Claimed("拜访复盘", lambda: take_review(ctx, visit, found), confidence=1.5)


def _read(ctx: Context, text: str) -> Review:
    resolvers = Resolvers(
        times=lambda part: times_in(ctx, part),
        customers=lambda part: customers_in(ctx, part),
        rules=rules_of(ctx),
        now=ctx.now,
    )
    return review(text, resolvers)


def take_review(ctx: Context, visit: Visit, found: Review) -> Reply:
    """Keep what was understood as the visit's draft and repeat it."""
    if found.too_long_by:
        raise UserError(f"摘要最多 {SUMMARY_MAX} 字，现在 {len(found.summary)} 字，请删 {found.too_long_by} 字再发。")
    draft = dict(visit.draft or {})
    draft["summary"] = found.summary
    for name, slot in (("goal", found.goal), ("breakthrough", found.breakthrough)):
        if slot is not None:
            draft[name], draft[f"{name}_sure"] = str(slot.value), slot.auto
    if found.objections:
        draft["objections"] = list(dict.fromkeys(str(slot.value) for slot in found.objections))
    if found.next_step is not None:
        draft["next_step"] = _step_words(str(found.next_step.value))
    due = _due_of(found)
    if due is not None:
        draft["next_due"] = due.isoformat()
    draft["phrases"] = [_phrase(_clause(found.summary, item.text), item.slots[0].value) for item in found.empty_phrases]
    draft["promises"] = [found.summary[slice(*promise.span)] for promise in found.promises]
    visit.draft = draft
    ctx.hang_up()
    card = review_understood(visit.id, draft, ctx.zone)
    wrong = None if due else impossible_day(found.summary, now=ctx.now, calendar=ctx.calendar)
    return [no_such_day(wrong), card] if wrong else card


def _step_words(text: str) -> str:
    return text.strip(" ，,。")[:300]


def _due_of(found: Review) -> datetime | None:
    if found.due is None:
        return None
    value = found.due.value
    at = getattr(value, "due_at", None) or getattr(value, "start", None) or value
    return at if isinstance(at, datetime) else None


def _clause(summary: str, phrase: str) -> str:
    """Return the whole clause a phrase stands in, as the rep wrote it."""
    parts = CLAUSES.split(summary)
    return next((part.strip() for part in parts if phrase in part), phrase)


def _phrase(text: str, label: Any) -> dict[str, Any]:
    rule = next((r for r in built_in("empty_phrases").rules if r.label == str(label)), None)
    evidence = list(getattr(rule, "evidence", ()) or ("客户原话截图",))
    return {"text": text, "evidence": evidence, "settled": ""}


# -- changing what was understood --------------------------------------------------------------------------------------


@action(AskField)
def ask_field(ctx: Context, press: AskField) -> Reply:
    visit = _open(ctx, press.visit_id)
    if press.field in {"goal", "breakthrough"}:
        return choose_option(visit.id, press.field, _options(ctx, press.field))
    ctx.talk("review.step", {"visit": visit.id}, free_text=True)
    return "下一步做什么、什么时候前？例：周五前给新报价"


def _options(ctx: Context, field: str) -> tuple[str, ...]:
    rules = ctx.settings.rules.visit
    return rules.goals if field == "goal" else rules.breakthroughs


@action(SetOption)
def set_option(ctx: Context, press: SetOption) -> Reply:
    visit = _open(ctx, press.visit_id)
    options = _options(ctx, press.field)
    if not 0 <= press.option < len(options):
        raise UserError("没有这个选项了，请重新选。")
    visit.draft = {**visit.draft, press.field: options[press.option], f"{press.field}_sure": True}
    ctx.close_card(f"已选 {options[press.option]}")
    return review_understood(visit.id, visit.draft, ctx.zone)


@dialogue("review.step")
def take_step(ctx: Context, state: dict[str, Any]) -> Reply | NotMine:
    if ctx.update.kind not in {UpdateKind.TEXT, UpdateKind.VOICE}:
        return NOT_MINE
    visit = _open(ctx, state["visit"])
    if wrong := impossible_day(ctx.text, now=ctx.now, calendar=ctx.calendar):
        return no_such_day(wrong)
    match = due_in(ctx, ctx.text)
    if match is None or match.due_at is None:
        return "还差截止日，例：周五前给新报价"
    words = _step_words(ctx.text[: match.span[0]] + ctx.text[match.span[1] :]) or visit.draft.get("next_step", "")
    ctx.hang_up()
    visit.draft = {**visit.draft, "next_step": words or ctx.text.strip(), "next_due": match.due_at.isoformat()}
    return review_understood(visit.id, visit.draft, ctx.zone)


@action(DropPhrase)
def drop_phrase(ctx: Context, press: DropPhrase) -> Reply:
    visit = _open(ctx, press.visit_id)
    phrase = _phrase_of(visit, press.number)
    summary = visit.draft.get("summary", "")
    start = summary.find(phrase["text"])
    if start >= 0:
        visit.draft = {**visit.draft, "summary": without(summary, (start, start + len(phrase["text"])))}
    return _settle(ctx, visit, press.number, "dropped")


@action(OwnView)
def own_view(ctx: Context, press: OwnView) -> Reply:
    return _settle(ctx, _open(ctx, press.visit_id), press.number, "own_view")


@action(BackPhrase)
def back_phrase(ctx: Context, press: BackPhrase) -> Reply:
    visit = _open(ctx, press.visit_id)
    phrase = _phrase_of(visit, press.number)
    ctx.talk("review.backing", {"visit": visit.id, "number": press.number}, free_text=True)
    return f"发{'或'.join(phrase['evidence'])}，或写客户原话。"


@dialogue("review.backing")
def take_backing(ctx: Context, state: dict[str, Any]) -> Reply | NotMine:
    if ctx.update.kind not in {UpdateKind.TEXT, UpdateKind.IMAGE}:
        return NOT_MINE
    visit = _open(ctx, state["visit"])
    ctx.hang_up()
    backing = ctx.text.strip() or (ctx.update.images[0].key if ctx.update.images else "") or ""
    ctx.note("visit.backing", "visit", visit.id, phrase=_phrase_of(visit, state["number"])["text"], backing=backing)
    return _settle(ctx, visit, state["number"], "backed")


def _settle(ctx: Context, visit: Visit, number: int, how: str) -> Reply:
    """Settle an empty phrase; the last one ends the visit when nothing else is missing (J1)."""
    phrases = [dict(item) for item in visit.draft.get("phrases", ())]
    phrases[number]["settled"] = how
    visit.draft = {**visit.draft, "phrases": phrases}
    if all(item["settled"] for item in phrases) and not _missing(visit):
        return _finish(ctx, visit)
    return review_understood(visit.id, visit.draft, ctx.zone)


def _phrase_of(visit: Visit, number: int) -> dict[str, Any]:
    phrases = visit.draft.get("phrases", ())
    if not 0 <= number < len(phrases) or phrases[number]["settled"]:
        raise UserError("这句已经处理过了。")
    found: dict[str, Any] = phrases[number]
    return found


# -- the end -----------------------------------------------------------------------------------------------------------


@action(AcceptReview)
def accept(ctx: Context, press: AcceptReview) -> Reply:
    visit = _open(ctx, press.visit_id)
    missing = _missing(visit)
    if missing:
        ctx.talk("review.step", {"visit": visit.id}, free_text=True)
        return f"还差：{'、'.join(missing)}。写一句就行，例：周五前给新报价"
    waiting = [item["text"] for item in visit.draft.get("phrases", ()) if not item["settled"]]
    if waiting:
        return f"「{'」「'.join(waiting)}」还没有依据：补依据、删掉，或标为主观。"
    return _finish(ctx, visit)


def _missing(visit: Visit) -> list[str]:
    """Return what V06 and V07 still require (objections may be none; the summary is the sentence itself)."""
    wanted = {"goal": "目标", "breakthrough": "突破点", "next_step": "下一步", "next_due": "截止日"}
    return [words for name, words in wanted.items() if not visit.draft.get(name)]


def _finish(ctx: Context, visit: Visit) -> Reply:
    draft = visit.draft
    visit.goal, visit.breakthrough = draft["goal"], draft["breakthrough"]
    visit.objections, visit.summary = list(draft.get("objections") or ()), draft.get("summary", "")[:SUMMARY_MAX]
    visit.state, visit.finished_at = VisitState.DONE, ctx.now
    visit.timing = entry_timing(visit.happened_at, visit.started_at)
    ctx.note(
        "visit.recorded", "visit", visit.id,
        customer=visit.customer_id, goal=visit.goal, objections=visit.objections, summary=visit.summary,
        happened_at=visit.happened_at.isoformat(),
    )  # fmt: skip
    ctx.close_card("已完成")
    step = _next_step(ctx, visit)
    receipt = visit_finished(_outcome(ctx, visit, step), int(ctx.settings.rules.undo.window.total_seconds() // 60))
    said = "。".join(draft.get("promises") or ())
    source = f"visit:{visit.id}"
    cards = offer_to_register(ctx, said, visit.customer_id, source) if said else []
    return [receipt, *cards, *hear_signals(ctx, visit.summary, visit.customer_id, source)]


def _next_step(ctx: Context, visit: Visit) -> NextStep:
    """Put the next step of the review to the manager (P14)."""
    background = f"异议：{'、'.join(visit.objections)}" if visit.objections else f"目标：{visit.goal}"
    return propose(
        ctx,
        Proposal(
            customer_id=visit.customer_id, text=visit.draft["next_step"], goal=visit.goal, visit_id=visit.id,
            due_at=datetime.fromisoformat(visit.draft["next_due"]), said=_promise(visit), background=background,
            note=_backfill_note(ctx, visit),
        ),
    )  # fmt: skip


def _promise(visit: Visit) -> str:
    """Return the clause the next step was read from."""
    step, said = visit.draft["next_step"], visit.draft.get("summary", "")
    return next((part.strip() for part in CLAUSES.split(said) if step and step[-2:] in part), step)


def _backfill_note(ctx: Context, visit: Visit) -> str:
    late = next((e for e in evidence_of(ctx.session, visit.id) if e.state == EvidenceState.VALID_BACKFILLED), None)
    if late is None:
        return ""
    return f"照片为补记（晚 {lag_short(timedelta(seconds=late.lag or 0))}，理由：{late.note}）。"


def _outcome(ctx: Context, visit: Visit, step: NextStep) -> Outcome:
    done = done_kinds(ctx.session, visit.id)
    backfilled = sum(e.state == EvidenceState.VALID_BACKFILLED for e in evidence_of(ctx.session, visit.id))
    manager = ctx.session.get(Person, ctx.sender.manager_id) if ctx.sender.manager_id else None
    missing = "、".join(_wanting(item, done) for item in VISIT_GATE.missing(done))
    return Outcome(visit.id, VISIT_GATE.is_full(done), missing, backfilled, step.text, manager.name if manager else "")


def _wanting(item: Requirement, done: Collection[str]) -> str:
    return f"{item.label}（只有弱的）" if weakly(item.name) in done else item.label


def _open(ctx: Context, visit_id: str) -> Visit:
    visit = ctx.session.get(Visit, visit_id)
    if visit is None or visit.owner_id != ctx.sender.id:
        raise UserError("这次拜访不是你的。")
    if visit.state == VisitState.UNDONE:
        raise UserError(f"{visit.id} 已经撤销了，再发「拜访 客户」重新开始。")
    if visit.state != VisitState.OPEN:
        raise UserError(f"{visit.id} 已经结束了。要改请回「撤销」或发「更正 {visit.id}」。")
    return visit
