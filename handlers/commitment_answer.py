"""What delivery, presales and finance answer to a promise, and what its owner does about it (P03, J2)."""

from __future__ import annotations

from typing import Any

from bot import NOT_MINE, Context, NotMine, Reply, UpdateKind, UserError, action, dialogue
from bot.cards.commitment_told import (
    AnswerQuestion,
    AskManager,
    AskToHurry,
    CanDo,
    CannotUntil,
    ManagerSteps,
    NeedsMore,
    TalkToCustomer,
    answer_words,
    can_for_rep,
    cannot_for_rep,
    hurry_asked,
    manager_asked,
    more_said,
    question_for_rep,
    told_card,
)
from bot.promise.told import telling
from bot.understand import due_in
from models.commitment import Commitment, CommitmentState
from models.commitment_told import Answer, CommitmentTold
from models.person import Person, managers_of

NO_IDEA = frozenset({"不知道", "说不好", "没法定", "不确定"})


# -- the one who was told ----------------------------------------------------------------------------------------------


@action(CanDo)
def can_do(ctx: Context, press: CanDo) -> Reply:
    told, promise = _told(ctx, press.told)
    if told.answer == Answer.YES:
        return "已经记过「做得到」了。"
    told.answer, told.answered_at, told.earliest_at = Answer.YES, ctx.now, None
    _answered(ctx, told, promise)
    said = can_for_rep(promise, ctx.sender.name, hurried=told.urged_at is not None)
    _push(ctx, promise.owner_id, told, promise, said, "yes")
    return f"好，已告诉{_name(ctx, promise.owner_id)}。"


@action(CannotUntil)
def cannot_until(ctx: Context, press: CannotUntil) -> Reply:
    told, promise = _told(ctx, press.told)
    typed = next((value for value in ctx.values.values() if value.strip()), "")
    if typed:
        return _cannot(ctx, told, promise, typed)
    ctx.talk("commitment.earliest", {"told": told.id}, free_text=True)
    return f"{promise.id} 最早哪天能做到？例：10-09。定不了就回「不确定」。"


@dialogue("commitment.earliest")
def take_earliest(ctx: Context, state: dict[str, Any]) -> Reply | NotMine:
    if ctx.update.kind not in {UpdateKind.TEXT, UpdateKind.VOICE}:
        return NOT_MINE
    told, promise = _told(ctx, state["told"])
    return _cannot(ctx, told, promise, ctx.text.strip())


def _cannot(ctx: Context, told: CommitmentTold, promise: Commitment, said: str) -> Reply:
    """Note that it cannot be done by then, and the earliest time; bring it back to the owner (P03)."""
    when = due_in(ctx, said)
    if said not in NO_IDEA and (when is None or when.due_at is None or when.invalid or when.due_at <= ctx.now):
        return "没看懂日期。最早哪天？例：10-09。定不了就回「不确定」。"
    ctx.hang_up()
    told.answer, told.answered_at = Answer.NO, ctx.now
    told.earliest_at = when.due_at if when else None
    _answered(ctx, told, promise)
    manager = next(iter(managers_of(ctx.session, promise.owner_id)), None)
    card = cannot_for_rep(telling(ctx, promise, told), ctx.sender.name, manager.name if manager else "")
    _push(ctx, promise.owner_id, told, promise, card, "no")
    return f"好，已告诉{_name(ctx, promise.owner_id)}：{answer_words(told, ctx.calendar.zone)}。"


@action(NeedsMore)
def needs_more(ctx: Context, press: NeedsMore) -> Reply:
    told, _ = _told(ctx, press.told)
    ctx.talk("commitment.question", {"told": told.id}, free_text=True)
    return "要问什么？一句话，我转给他。"


@dialogue("commitment.question")
def take_question(ctx: Context, state: dict[str, Any]) -> Reply | NotMine:
    if ctx.update.kind not in {UpdateKind.TEXT, UpdateKind.VOICE}:
        return NOT_MINE
    told, promise = _told(ctx, state["told"])
    ctx.hang_up()
    told.answer, told.note, told.answered_at = Answer.ASKS, ctx.text.strip()[:300], ctx.now
    _answered(ctx, told, promise)
    _push(ctx, promise.owner_id, told, promise, question_for_rep(telling(ctx, promise, told), ctx.sender.name), "asks")
    return f"好，已问{_name(ctx, promise.owner_id)}。"


def _answered(ctx: Context, told: CommitmentTold, promise: Commitment) -> None:
    """Change the card that asked, and the one that was pressed if it is another."""
    ctx.change(told.card_key, told_card(telling(ctx, promise, told)))
    if ctx.card is not None and ctx.card.key != told.card_key:
        ctx.close_card(answer_words(told, ctx.calendar.zone))
    earliest = told.earliest_at.isoformat() if told.earliest_at else None
    ctx.note("commitment.answered", "commitment", promise.id, role=told.role, answer=told.answer, earliest_at=earliest)


# -- the owner ---------------------------------------------------------------------------------------------------------


@action(TalkToCustomer)
def talk_to_customer(ctx: Context, press: TalkToCustomer) -> Reply:
    told, promise = _mine(ctx, press.told)
    ctx.close_card("去跟客户改期")
    ctx.note("commitment.will_move", "commitment", promise.id, told=told.id)
    return "好。谈好后直接回我，比如「跟王总说好了改到周五下班前」，带上截图。"


@action(AskToHurry)
def ask_to_hurry(ctx: Context, press: AskToHurry) -> Reply:
    told, promise = _mine(ctx, press.told)
    who = _name(ctx, told.person_id)
    if told.urged_at is not None:
        return f"已经请{who}加急过一次了，等他回。"
    told.urged_at = ctx.now
    ctx.close_card(f"已请{who}加急")
    _push(ctx, told.person_id, told, promise, hurry_asked(telling(ctx, promise, told)), "hurry")
    ctx.note("commitment.hurried", "commitment", promise.id, told=told.id)
    return f"已请{who}加急，回了告诉你。"


@action(AskManager)
def ask_manager(ctx: Context, press: AskManager) -> Reply:
    told, promise = _mine(ctx, press.told)
    manager = next(iter(managers_of(ctx.session, promise.owner_id)), None)
    if manager is None:
        return "你没有直属主管，请直接找管理员。"
    ctx.close_card(f"已找{manager.name}")
    _push(
        ctx, manager.id, told, promise, manager_asked(telling(ctx, promise, told), _name(ctx, told.person_id)), "boss"
    )
    ctx.note("commitment.manager_asked", "commitment", promise.id, told=told.id)
    return f"已发给{manager.name}。"


@action(AnswerQuestion)
def answer_question(ctx: Context, press: AnswerQuestion) -> Reply:
    told, _ = _mine(ctx, press.told)
    ctx.talk("commitment.reply", {"told": told.id}, free_text=True)
    return f"要回{_name(ctx, told.person_id)}什么？一句话。"


@dialogue("commitment.reply")
def take_reply(ctx: Context, state: dict[str, Any]) -> Reply | NotMine:
    if ctx.update.kind not in {UpdateKind.TEXT, UpdateKind.VOICE}:
        return NOT_MINE
    told, promise = _mine(ctx, state["told"])
    ctx.hang_up()
    told.answer = Answer.WAITING
    said = ctx.text.strip()[:300]
    ctx.note("commitment.replied", "commitment", promise.id, told=told.id, said=said)
    _push(ctx, told.person_id, told, promise, more_said(telling(ctx, promise, told), said), f"more{ctx.row_id}")
    return f"已转给{_name(ctx, told.person_id)}。"


@action(ManagerSteps)
def manager_steps(ctx: Context, press: ManagerSteps) -> Reply:
    told, promise = _open(ctx, press.told)
    if all(manager.id != ctx.sender.id for manager in managers_of(ctx.session, promise.owner_id)):
        raise UserError("这条不归你协调。")
    does = "我来协调" if press.coordinates else "请他改期"
    ctx.close_card(does)
    said = "来协调，先不用改期" if press.coordinates else "请你跟客户改期，谈好回我「改到…」"
    _push(
        ctx,
        promise.owner_id,
        told,
        promise,
        f"{ctx.sender.name}：{promise.id} {said}。",
        f"boss{int(press.coordinates)}",
    )
    ctx.note("commitment.manager_steps", "commitment", promise.id, coordinates=press.coordinates)
    return f"好，已告诉{_name(ctx, promise.owner_id)}。"


# -- shared ------------------------------------------------------------------------------------------------------------


def _push(ctx: Context, to: str, told: CommitmentTold, promise: Commitment, content: Any, what: str) -> None:
    key = f"P03:{promise.id}:{told.role}:{what}:{promise.reschedules}:{ctx.row_id}"
    ctx.send(to, content, key=key, subject=str(promise.subject), rule="P03")


def _open(ctx: Context, told_id: int) -> tuple[CommitmentTold, Commitment]:
    told = ctx.session.get(CommitmentTold, told_id)
    promise = ctx.session.get(Commitment, told.commitment_id) if told else None
    if told is None or promise is None:
        raise UserError("这条承诺找不到了。")
    if promise.state != CommitmentState.OPEN:
        ctx.hang_up()
        ctx.close_card("已结束")
        raise UserError(f"{promise.id} 已经结束了，不用再回。")
    return told, promise


def _told(ctx: Context, told_id: int) -> tuple[CommitmentTold, Commitment]:
    told, promise = _open(ctx, told_id)
    if told.person_id != ctx.sender.id:
        raise UserError("这条不是问你的。")
    return told, promise


def _mine(ctx: Context, told_id: int) -> tuple[CommitmentTold, Commitment]:
    told, promise = _open(ctx, told_id)
    if promise.owner_id != ctx.sender.id:
        raise UserError("这条承诺不是你的。")
    return told, promise


def _name(ctx: Context, person_id: str) -> str:
    person = ctx.session.get(Person, person_id)
    return person.name if person else person_id
