"""One sentence that is several records: 上午见王总，嫌贵，下周三前寄样，明天报价 → visit, objection, commitment, next step (M18)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot import NOT_MINE, Claimed, Context, NotMine, Reply, UpdateKind, UserError, action, dialogue, listen
from bot.cards.capture import KINDS, ChangeLine, ChooseWho, DropLine, KeepAll, heard_lines, lines_recorded
from bot.cards.visit_review import day
from bot.parse.person import Call, calls_in
from bot.parse.sentence import Capture, Draft, SlotName, capture
from bot.parse.sentence.types import AUTO
from bot.promise.draft import draft_from
from bot.promise.hear import hear_promise
from bot.promise.register import register_draft
from bot.signals import hear_signals, rules_of
from bot.steps import Proposal, propose
from bot.understand import customers_in, due_in, speak_of, times_in
from models.customer import Customer
from models.person import Role
from models.visit import VisitState, start_visit

NAME: Final = "capture.lines"
ACTS: Final = ("visit", "commitment", "next_step")
MIN_RECORDS: Final = 2
SELLERS: Final = frozenset({Role.REP, Role.MANAGER, Role.DIRECTOR, Role.VP})


@dataclass(frozen=True, slots=True)
class Called:
    """A person as a sentence calls him; who it is is asked on the card, so here the call itself is taken as settled."""

    decided: Call
    ask: bool = False
    candidates: tuple[Call, ...] = ()


@listen("capture", kinds={UpdateKind.TEXT, UpdateKind.VOICE}, order=35)
def hear_several(ctx: Context) -> Claimed | None:
    if ctx.is_group or Role(ctx.sender.role) not in SELLERS:
        return None
    lines = [line for draft in _read(ctx).drafts if (line := _line(draft)) is not None]
    if len(lines) < MIN_RECORDS or not any(line["kind"] in ACTS for line in lines):
        return None
    return Claimed("一句话记几件事", lambda: _show_new(ctx, lines), confidence=1.2)


def _read(ctx: Context) -> Capture:
    return capture(
        ctx.text,
        times=lambda part: times_in(ctx, part),
        customers=lambda part: customers_in(ctx, part),
        people=lambda part: [(call.span, Called(call)) for call in calls_in(part)],
        rules=rules_of(ctx),
        now=ctx.now,
    )


def _line(draft: Draft) -> dict[str, Any] | None:
    """Return a draft as a line of the card; kinds that become no record of their own are left to other listeners."""
    kind = draft.kind.value
    if kind not in KINDS:
        return None
    what = draft.slot(SlotName.CATEGORY) if kind == "objection" else draft.slot(SlotName.WHAT)
    due = draft.slot(SlotName.DUE) or draft.slot(SlotName.AT)
    at = getattr(due.value, "due_at", None) or getattr(due.value, "start", None) if due and kind != "visit" else None
    words = draft.text if kind == "visit" or what is None else str(what.value)
    return {
        "kind": kind,
        "what": words.strip(" ，,。"),
        "due": at.isoformat() if at else "",
        "said": draft.text,
        "sure": draft.confidence >= AUTO,
    }


# -- shown and corrected -----------------------------------------------------------------------------------------------


def _show_new(ctx: Context, lines: list[dict[str, Any]]) -> Reply:
    heard = hear_promise(ctx, ctx.text)
    decided = heard.customer.decided if heard.customer and heard.customer.decided else None
    contact = heard.person.decided
    customer_id = decided.id if decided else contact.customer_id if contact else ""
    choices = [] if customer_id else [one.customer_id for one in heard.person.candidates]
    if heard.customer is not None and not customer_id:
        choices += [one.id for one in heard.customer.candidates]
    state = {"lines": lines, "customer": customer_id, "choices": list(dict.fromkeys(choices)), "called": heard.called,
             "text": ctx.text, "row": ctx.row_id}  # fmt: skip
    if not customer_id and not choices:
        raise UserError("这几件事是哪家客户的？带上客户名再说一次，例：上午见华东机械王总，嫌贵，下周三前寄样")
    return _show(ctx, state)


def _show(ctx: Context, state: dict[str, Any]) -> Reply:
    ctx.talk(NAME, state)
    customer = ctx.session.get(Customer, state["customer"]) if state["customer"] else None
    who = [(one.id, one.label) for id_ in state["choices"] if (one := ctx.session.get(Customer, id_)) is not None]
    return heard_lines(state["row"], state, customer.label if customer else "", who, ctx.zone)


def _state(ctx: Context, row_id: int) -> dict[str, Any]:
    row = ctx.open_dialogue()
    if row is None or row.form != NAME or row.answers.get("row") != row_id:
        raise UserError("这几条已经处理过了。")
    return dict(row.answers)


@dialogue(NAME)
def hear_answer(ctx: Context, state: dict[str, Any]) -> Reply | NotMine:
    """Take "1" as the first customer, and a sentence as the line that is being changed."""
    text = ctx.text.strip()
    if state.get("changing"):
        return _changed(ctx, state, text)
    if not state["customer"] and text.isdigit() and 1 <= int(text) <= len(state["choices"]):
        return _show(ctx, {**state, "customer": state["choices"][int(text) - 1]})
    if text in {"都对", "对", "记下", "好"} and state["customer"]:
        return _keep(ctx, state)
    if text in {"取消", "算了"}:
        ctx.hang_up()
        return "好，都不记。"
    return NOT_MINE


@action(ChooseWho)
def choose_who(ctx: Context, press: ChooseWho) -> Reply:
    state = _state(ctx, press.row_id)
    if press.customer_id not in state["choices"]:
        raise UserError("请从卡片上的几家里选。")
    ctx.close_card("已选")
    return _show(ctx, {**state, "customer": press.customer_id})


@action(DropLine)
def drop_line(ctx: Context, press: DropLine) -> Reply:
    state = _state(ctx, press.row_id)
    lines = [line for number, line in enumerate(state["lines"], 1) if number != press.number]
    ctx.close_card(f"已去掉 {press.number}")
    if not lines:
        ctx.hang_up()
        return "好，都不记。"
    return _show(ctx, {**state, "lines": lines})


@action(ChangeLine)
def change_line(ctx: Context, press: ChangeLine) -> Reply:
    state = _state(ctx, press.row_id)
    if not 1 <= press.number <= len(state["lines"]):
        raise UserError("没有这一条。")
    ctx.talk(NAME, {**state, "changing": press.number}, free_text=True)
    return f"第 {press.number} 条改成？例：周四前寄样品"


def _changed(ctx: Context, state: dict[str, Any], text: str) -> Reply:
    number = state.pop("changing")
    lines = [dict(line) for line in state["lines"]]
    line, match = lines[number - 1], due_in(ctx, text)
    if match is not None and match.due_at is not None:
        line["due"] = match.due_at.isoformat()
        text = (text[: match.span[0]] + text[match.span[1] :]).removeprefix("改成").strip(" ，,。前")
    line["what"] = text or line["what"]
    return _show(ctx, {**state, "lines": lines})


# -- recorded ----------------------------------------------------------------------------------------------------------


@action(KeepAll)
def keep_all(ctx: Context, press: KeepAll) -> Reply:
    return _keep(ctx, _state(ctx, press.row_id))


def _keep(ctx: Context, state: dict[str, Any]) -> Reply:
    undated = [
        line["what"] for line in state["lines"] if line["kind"] in {"commitment", "next_step"} and not line["due"]
    ]
    if undated:
        return f"「{'」「'.join(undated)}」还差时间，点【改】写上，例：周五前"
    customer = ctx.session.get(Customer, state["customer"])
    assert customer is not None
    speak_of(ctx, customer.id)
    ctx.hang_up()
    ctx.close_card("已记")
    objections = [line["what"] for line in state["lines"] if line["kind"] == "objection"]
    receipts = [_record(ctx, line, customer, state, objections) for line in state["lines"] if line["kind"] in ACTS]
    if objections:
        receipts.append(f"异议：{'、'.join(objections)}")
        ctx.note("objection.noted", "customer", customer.id, objections=objections)
    receipt = lines_recorded(receipts, int(ctx.settings.rules.undo.window.total_seconds() // 60))
    return [receipt, *hear_signals(ctx, state["text"], customer.id, state.get("source", f"said:{state['row']}"))]


def _record(
    ctx: Context, line: dict[str, Any], customer: Customer, state: dict[str, Any], objections: list[str]
) -> str:
    if line["kind"] == "visit":
        return _visit(ctx, customer, state, objections)
    due_at = datetime.fromisoformat(line["due"])
    if line["kind"] == "next_step":
        step = propose(ctx, Proposal(customer.id, line["what"], due_at, said=line["said"]))
        return f"下一步：{step.text}（{day(due_at, ctx.zone)}），已发主管确认"
    draft = draft_from(ctx, hear_promise(ctx, line["said"]))
    draft.customer_id, draft.matter, draft.due_at, draft.doubt, draft.choices = (
        customer.id,
        line["what"],
        due_at,
        "",
        [],
    )
    register_draft(ctx, draft)
    return f"承诺 {draft.commitment_id}：{line['what']}（{day(due_at, ctx.zone)}）"


def _visit(ctx: Context, customer: Customer, state: dict[str, Any], objections: list[str]) -> str:
    """Record a visit told afterwards; it has no evidence, so it never counts as complete (V01)."""
    on = ctx.calendar.local_date(ctx.now)
    visit = start_visit(ctx.session, owner_id=ctx.sender.id, customer_id=customer.id, now=ctx.now, day=on)
    visit.state, visit.finished_at, visit.summary = VisitState.DONE, ctx.now, state["text"][:300]
    visit.objections, state["source"] = objections, f"visit:{visit.id}"
    ctx.note("visit.recorded", "visit", visit.id, customer=customer.id, summary=visit.summary, objections=objections)
    return f"拜访 {visit.id} {customer.label}（未完整：没有位置、照片、截图）"
