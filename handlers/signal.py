"""信号: what customers let on, how often, and the rules that hear it; a director adds his own and tries them first (F09, F10)."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import timedelta
from typing import Any, Final

from bot import (
    NOT_MINE,
    Claimed,
    Context,
    NotMine,
    Reply,
    Shelf,
    UpdateKind,
    UserError,
    action,
    command,
    dialogue,
    listen,
)
from bot.cards.signal import ADVICE, USAGE, DropRule, SaveRule, Tried, rule_tried, signal_list, signals_unplaced
from bot.parse.signal import RuleSet, WordError, build_rule, built_in, lint_rule, rule_from_words
from bot.signals import hear_signals, heard, rules_of, since, title_of
from bot.understand import customers_in, find_customer, speak_of
from models.customer import Customer, focus_of
from models.person import Concern, Person, Role
from models.signal import SignalRule, noted_about, own_rules, put_rule, rule_data, stored_notes, tallies

SELLERS: Final = frozenset({Role.REP, Role.MANAGER, Role.DIRECTOR, Role.VP})
EDITORS: Final = frozenset({Role.DIRECTOR, Role.VP, Role.ADMIN})
NAME: Final = "signal.rule"
LOOK_BACK: Final = timedelta(days=90)
MAX_NOTES: Final = 2000
SAMPLES: Final = 3
LISTED: Final = 10
MAX_WORDS: Final = 30
MAX_TITLE: Final = 12
EVIDENCE: Final = 8
SURE: Final = 0.3  # whatever else understands the sentence goes first
SEPARATOR: Final = re.compile(r"[、，,;；\n]+")
PARTS: Final = re.compile(rf"(?:^|[；;，,\n\s])\s*({'|'.join(ADVICE)})\s*[:：]")


@listen("signal", kinds={UpdateKind.TEXT, UpdateKind.VOICE}, order=60)
def hear_signal(ctx: Context) -> Claimed | None:
    """Take "恒信 客户提到预算未批" for what it is: a signal to note."""
    if ctx.is_group or Role(ctx.sender.role) not in SELLERS:
        return None
    found = rules_of(ctx).find(ctx.text)
    return Claimed("客户信号", lambda: _note(ctx), confidence=SURE) if found else None


def _note(ctx: Context) -> Reply:
    customer_id = _customer_said(ctx)
    if customer_id is None:
        rules = rules_of(ctx)
        return signals_unplaced([heard(rules, signal) for signal in rules.find(ctx.text)])
    speak_of(ctx, customer_id)
    return hear_signals(ctx, ctx.text, customer_id, f"said:{ctx.row_id}", brief=False)


def _customer_said(ctx: Context) -> str | None:
    """Return the customer that is named, or was spoken of a moment ago when nobody is named."""
    named = customers_in(ctx, ctx.text)
    if named:
        decided = named[0][1].decided
        return decided.id if decided and not named[0][1].ask else None
    return focus_of(ctx.session, ctx.sender.id, ctx.now)


# -- the command -------------------------------------------------------------------------------------------------------


@command(
    "信号", aliases=("客户信号", "信号词"), help="客户露了哪些信号、几次；总监增补信号词", usage="/信号 恒信", shelf=Shelf.ASK,
    roles=SELLERS | EDITORS, glue=("新增", "加词", "停用", "启用", "试"),
)  # fmt: skip
def signals(ctx: Context) -> Reply:
    said = ctx.args.rest.strip() if ctx.args else ""
    verb = next((verb for verb in VERBS if said.startswith(verb)), None)
    if verb is not None:
        return VERBS[verb](ctx, said[len(verb) :].strip(" ：:"))
    return _about(ctx, said) if said else _list(ctx)


def _list(ctx: Context) -> Reply:
    rules = rules_of(ctx)
    rows: dict[str, list[str]] = defaultdict(list)
    for row in tallies(ctx.session, ctx.sight, since(ctx)):
        customer = ctx.session.get(Customer, row.customer_id)
        rows[customer.label if customer else row.customer_id].append(f"{title_of(rules, row.label)} {row.count} 次")
    titles = list(dict.fromkeys(title_of(rules, rule.label) for rule in rules.rules))
    off = [row.title for row in own_rules(ctx.session) if not row.active]
    return signal_list(
        [(customer, "、".join(counts)) for customer, counts in list(rows.items())[:LISTED]], titles, off,
        days=ctx.settings.rules.signal.within.days, may_edit=Role(ctx.sender.role) in EDITORS,
    )  # fmt: skip


def _about(ctx: Context, said: str) -> Reply:
    resolution = find_customer(ctx, said)
    customer = ctx.session.get(Customer, resolution.decided.id) if resolution.decided else None
    if customer is None:
        raise UserError(f"「{said[:20]}」是哪家客户？例：/信号 恒信。" + (f"增补写：{USAGE}" if _may_edit(ctx) else ""))
    if not ctx.sight.covers(Concern.CUSTOMER, customer.owner_id):
        raise UserError("这家不是你的客户。")
    rules = rules_of(ctx)
    counts = [
        f"{title_of(rules, row.label)} {row.count} 次"
        for row in tallies(ctx.session, ctx.sight, since(ctx), customer.id)
    ]
    days = ctx.settings.rules.signal.within.days
    if not counts:
        return f"{customer.label} 近 {days} 天没有信号。"
    lines = []
    for noted in noted_about(ctx.session, customer.id, ctx.sight, since(ctx))[:EVIDENCE]:
        who = ctx.session.get(Person, noted.person_id)
        lines.append(f"· {noted.on:%m-%d} {who.name if who else ''}：「{noted.text}」→ {title_of(rules, noted.label)}")
    return "\n".join([f"{customer.label} 近 {days} 天：{'、'.join(counts)}", *lines])


# -- rules -------------------------------------------------------------------------------------------------------------


def _may_edit(ctx: Context) -> bool:
    return Role(ctx.sender.role) in EDITORS


def _must_edit(ctx: Context) -> None:
    if not _may_edit(ctx):
        raise UserError("信号词由总监、VP 或管理员增补。")


def _try_sentence(ctx: Context, said: str) -> Reply:
    if not said:
        raise UserError("试哪一句？例：/信号 试 客户说款子还没下来")
    rules = rules_of(ctx)
    found = [f"「{signal.text}」→ {title_of(rules, signal.label)}" for signal in rules.find(said)]
    return "；".join(found) if found else "这句没有信号。"


def _add(ctx: Context, said: str) -> Reply:
    """Read a rule, check it, and show what it would have found; nothing is saved yet."""
    _must_edit(ctx)
    head, advice = _advice_in(said)
    title, separator, listed = head.replace("：", ":").partition(":")
    title = title.strip()
    if not separator or not 0 < len(title) <= MAX_TITLE:
        raise UserError(f"写成：{USAGE}")
    row = _row_of(ctx, title)
    words = list(dict.fromkeys([*row.words, *(word.strip() for word in SEPARATOR.split(listed) if word.strip())]))
    if len(words) > MAX_WORDS:
        raise UserError(f"一个信号最多自己加 {MAX_WORDS} 个词，现在 {len(words)} 个。")
    advice = [new or old for new, old in zip(advice, [*row.advice, "", "", ""], strict=False)]
    state = {"label": row.label, "title": row.title, "words": words, "advice": advice, "row": ctx.row_id}
    tried = _tried(ctx, state) if words else Tried(0, 0, ())
    ctx.talk(NAME, state)
    return rule_tried(ctx.row_id, row.title, words, advice, tried)


def _advice_in(said: str) -> tuple[str, list[str]]:
    """Split "搬迁：要搬厂；话术：…；动作：…" into what comes before and the three pieces of advice."""
    pieces = PARTS.split(said)
    given = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    return pieces[0], [given.get(name, "").strip(" ；;，,\n") for name in ADVICE]


def _row_of(ctx: Context, title: str) -> SignalRule:
    """Return what is stored under a title, a built-in signal's empty row, or a new one."""
    for row in own_rules(ctx.session):
        if row.title == title:
            return row
    built = next((rule.label for rule in built_in().rules if rule.title == title), None)
    label = built or f"own-{ctx.row_id}"
    return SignalRule(
        label=label, title=title, words=[], advice=[], active=True, by_person_id=ctx.sender.id, at=ctx.now
    )


def _tried(ctx: Context, state: dict[str, Any]) -> Tried:
    try:
        raw = rule_from_words(state["label"], state["title"], state["words"])
    except WordError as error:
        raise UserError(f"{error}。") from None
    problems = lint_rule(raw)
    if problems:
        raise UserError(f"这条规则不能用：{problems[0]}")
    notes = stored_notes(ctx.session, ctx.sight, ctx.now - LOOK_BACK, MAX_NOTES)
    trials = RuleSet([build_rule(raw, {})]).try_on(notes)
    samples = [(trial.message, trial.signals[0].text) for trial in trials[:SAMPLES]]
    return Tried(len(notes), len(trials), samples)


@dialogue(NAME)
def hear_decision(ctx: Context, state: dict[str, Any]) -> Reply | NotMine:
    """Take 保存 and 不要 in words too."""
    said = ctx.text.strip()
    if said in {"保存", "好", "确认"}:
        return _save(ctx, state)
    if said in {"不要", "取消", "算了"}:
        ctx.hang_up()
        return "好，没有保存。"
    return NOT_MINE


@action(SaveRule)
def save_pressed(ctx: Context, press: SaveRule) -> Reply:
    return _save(ctx, _state(ctx, press.row_id))


@action(DropRule)
def drop_pressed(ctx: Context, press: DropRule) -> Reply:
    _state(ctx, press.row_id)
    ctx.hang_up()
    ctx.close_card("没有保存")
    return "好，没有保存。"


def _state(ctx: Context, row_id: int) -> dict[str, Any]:
    row = ctx.open_dialogue()
    if row is None or row.form != NAME or row.answers.get("row") != row_id:
        raise UserError("这条已经处理过了，再发一遍「/信号 新增 …」。")
    return dict(row.answers)


def _save(ctx: Context, state: dict[str, Any]) -> Reply:
    _must_edit(ctx)
    ctx.hang_up()
    ctx.close_card("已保存")
    _put(ctx, SignalRule(
        label=state["label"], title=state["title"], words=state["words"], advice=state["advice"], active=True,
        by_person_id=ctx.sender.id, at=ctx.now,
    ))  # fmt: skip
    return f"已保存，「{state['title']}」从现在起生效。停用发：/信号 停用 {state['title']}"


def _switch(ctx: Context, title: str, *, on: bool) -> Reply:
    _must_edit(ctx)
    row = _row_of(ctx, title)
    if not row.words and not any(rule.label == row.label for rule in built_in().rules):
        raise UserError(f"没有叫「{title[:MAX_TITLE]}」的信号，发「/信号」看有哪些。")
    _put(ctx, SignalRule(
        label=row.label, title=row.title, words=list(row.words), advice=list(row.advice), active=on,
        by_person_id=ctx.sender.id, at=ctx.now,
    ))  # fmt: skip
    return f"「{row.title}」已{'启用' if on else '停用，记过的次数保留'}。"


def _put(ctx: Context, row: SignalRule) -> None:
    before = next((rule_data(old) for old in own_rules(ctx.session) if old.label == row.label), None)
    put_rule(ctx.session, row)
    ctx.note("signal_rule.changed", "signal_rule", row.label, before=before, after=rule_data(row))


VERBS: Final = {
    "新增": _add,
    "加词": _add,
    "停用": lambda ctx, said: _switch(ctx, said, on=False),
    "启用": lambda ctx, said: _switch(ctx, said, on=True),
    "试": _try_sentence,
}
