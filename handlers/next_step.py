"""The manager's answer to a next step: agree, take it over, another date (P14, J1, J10)."""

from __future__ import annotations

from typing import Any, Final

from bot import NOT_MINE, Context, NotMine, Reply, UpdateKind, UserError, action, dialogue
from bot.cards.visit_review import AnswerStep, day
from bot.understand import due_in
from models.customer import Customer
from models.deadline import Subject, stop_deadlines
from models.person import Person, tree_of
from models.visit import NextStep, NextStepState

WORDS: Final = {
    NextStepState.AGREED: "同意",
    NextStepState.TAKEN: "我来谈",
    NextStepState.CHANGED: "改期限",
}


@action(AnswerStep)
def answer_step(ctx: Context, press: AnswerStep) -> Reply:
    step = _step(ctx, press.step_id)
    if step.state == NextStepState.UNDONE:
        return "这条已经撤销，不用处理了。"
    if step.state != NextStepState.WAITING:
        by = ctx.session.get(Person, step.decided_by or "")
        return f"已由{by.name if by else '别人'}处理：{WORDS[NextStepState(step.state)]}。"
    if press.answer == NextStepState.CHANGED:
        ctx.talk("step.new_date", {"step": step.id}, free_text=True)
        return "改到什么时候？例：下周二前"
    return _decide(ctx, step, NextStepState(press.answer))


@dialogue("step.new_date")
def take_new_date(ctx: Context, state: dict[str, Any]) -> Reply | NotMine:
    if ctx.update.kind not in {UpdateKind.TEXT, UpdateKind.VOICE}:
        return NOT_MINE
    match = due_in(ctx, ctx.text)
    if match is None or match.due_at is None:
        return "没看懂日期，例：下周二前"
    if match.due_at <= ctx.now:
        return f"{day(match.due_at, ctx.zone)} 已经过了，换一个，例：下周二前"
    ctx.hang_up()
    step = _step(ctx, state["step"])
    before, step.due_at = step.due_at, match.due_at
    ctx.note("next_step.moved", "next_step", str(step.id), before=before.isoformat(), after=step.due_at.isoformat())
    return _decide(ctx, step, NextStepState.CHANGED)


def _decide(ctx: Context, step: NextStep, state: NextStepState) -> Reply:
    step.state, step.decided_at, step.decided_by = state, ctx.now, ctx.sender.id
    subject = f"next_step:{step.id}"
    stop_deadlines(ctx.session, Subject("next_step", str(step.id)), ctx.update.at, state)
    ctx.cancel(subject)
    ctx.note("next_step.decided", "next_step", str(step.id), state=state)
    for row in ctx.cards_about(subject):
        ctx.close(row, f"{ctx.sender.name}：{WORDS[state]}")
    customer = ctx.session.get(Customer, step.customer_id)
    whose = customer.label if customer else ""
    told = f"{ctx.sender.name}：{WORDS[state]}。{whose}「{step.text}」截止 {day(step.due_at, ctx.zone)}。"
    ctx.send(step.owner_id, told, key=f"P14:decided:{step.id}", subject=subject, rule="P14")
    until = f"，截止 {day(step.due_at, ctx.zone)}" if state is NextStepState.CHANGED else ""
    return f"已记：{WORDS[state]}{until}。已告诉{_name_of(ctx, step.owner_id)}。"


def _name_of(ctx: Context, person_id: str) -> str:
    return ctx.session.get_one(Person, person_id).name


def _step(ctx: Context, step_id: int) -> NextStep:
    """Return the step if it is this person's to decide: he leads its owner, or stands in for who does."""
    step = ctx.session.get(NextStep, step_id)
    if step is None:
        raise UserError("没有这条下一步了。")
    if step.owner_id not in tree_of(ctx.session, ctx.sender.id) and ctx.card is None:
        raise UserError("这条不归你处理。")
    return step
