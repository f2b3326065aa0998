"""Signals heard in notes: the rules of this company, counted per customer over time, said back with advice (F09, F10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.cards.signal import Heard, signals_heard
from bot.context import Context, Turn
from bot.parse.signal import Rule, RuleSet, Signal, build_rule, built_in, rival_rule, rule_from_words
from bot.reply import Card
from models.customer import Customer
from models.person import Concern
from models.signal import SignalNoted, SignalRule, count_signal, note_signal, own_rules, rival_names, rules_version

RULES: Final = "signal_rules"
SHOWN: Final = 2
"""A card advises on so many signals at most: a wall of advice is read by nobody."""
MAX_TEXT: Final = 200
GOOD: Final = frozenset({"positive"})
"""Signals that are no trouble, however often they come."""


@dataclass(frozen=True, slots=True)
class SharedRules:
    """The rules a process has read, and of which version."""

    rules: RuleSet
    version: int


def rules_of(turn: Turn) -> RuleSet:
    """Return the company's rules: the built-in ones as a director changed them, his own, and the rivals' names."""
    version = rules_version(turn.session)
    shared: SharedRules | None = turn.services.extras.get(RULES)
    if shared is None or shared.version != version:
        rivals = (*turn.settings.rules.signal.rivals, *rival_names(turn.session))
        shared = SharedRules(compiled(own_rules(turn.session), rivals), version)
        turn.services.extras[RULES] = shared
    return shared.rules


def compiled(rows: Sequence[SignalRule], rivals: Sequence[str] = ()) -> RuleSet:
    """Return the built-in rules with everything a director changed."""
    changed = {row.label: row for row in rows}
    rules = [_advised(rule, changed.get(rule.label)) for rule in built_in().rules]
    rules += [_own(row) for row in rows if row.words]
    if (named := rival_rule(rivals)) is not None:
        first = next(rule for rule in rules if rule.label == named.label)
        rules.append(replace(named, title=first.title, advice=first.advice))
    silent = {row.label for row in rows if not row.active}
    return RuleSet((rule for rule in rules if rule.label not in silent), built_in().evidence)


def _advised(rule: Rule, row: SignalRule | None) -> Rule:
    if row is None or not any(row.advice):
        return rule
    built = (*rule.advice, "", "", "")
    return replace(rule, advice=tuple(own or built[place] for place, own in enumerate(row.advice)))


def _own(row: SignalRule) -> Rule:
    built = next((rule for rule in built_in().rules if rule.label == row.label), None)
    advice = tuple(row.advice) if built is None else _advised(built, row).advice
    return replace(build_rule(rule_from_words(row.label, row.title, row.words), {}), advice=advice)


def title_of(rules: RuleSet, label: str) -> str:
    """Return what people call a signal."""
    return next((rule.title for rule in rules.rules if rule.label == label), label)


def hear_signals(ctx: Context, text: str, customer_id: str, source: str, *, brief: bool = True) -> list[Card]:
    """Note the signals of a text about a customer; return at most one card about them.

    `source` names the note ("visit:V-…"). `brief`: what the note shows anyway (嫌贵 as an objection) gets no card before it
    repeats; the sentence a person typed for the signal's sake always does.
    """
    rules, found = rules_of(ctx), []
    quiet = {rule.label for rule in rules.rules if rule.quiet}
    repeated = ctx.settings.rules.signal.repeated
    for signal in rules.find(text):
        new = _noted(ctx, signal, customer_id, source)
        count = count_signal(ctx.session, customer_id, signal.label, since(ctx))
        often = count >= repeated and signal.label not in GOOD
        if not brief or (new and (often or signal.label not in quiet)):
            found.append((count, signal))
    return [_card(ctx, rules, customer_id, found)] if found else []


def _noted(ctx: Context, signal: Signal, customer_id: str, source: str) -> bool:
    noted = SignalNoted(
        customer_id=customer_id, person_id=ctx.sender.id, label=signal.label, rule_id=signal.rule_id, source=source,
        text=signal.text[:MAX_TEXT], start=signal.span[0], on=ctx.calendar.local_date(ctx.now), at=ctx.now,
    )  # fmt: skip
    if not note_signal(ctx.session, noted):
        return False
    ctx.note("signal.noted", "customer", customer_id, label=signal.label, source=source, span=list(signal.span))
    return True


def since(turn: Turn) -> datetime:
    """Return from when on signals count as repeated."""
    return turn.now - turn.settings.rules.signal.within


def _card(ctx: Context, rules: RuleSet, customer_id: str, found: list[tuple[int, Signal]]) -> Card:
    found = sorted(found, key=lambda pair: (-pair[0], -pair[1].weight, pair[1].span))[:SHOWN]
    customer = ctx.session.get(Customer, customer_id)
    limits = ctx.settings.rules.signal
    return signals_heard(
        customer_id, customer.label if customer else customer_id, [heard(rules, s, count) for count, s in found],
        repeated=limits.repeated, days=limits.within.days,
        can_plan=customer is not None and ctx.sight.covers(Concern.CUSTOMER, customer.owner_id),
    )  # fmt: skip


def heard(rules: RuleSet, signal: Signal, count: int = 0) -> Heard:
    """Return a signal as a card shows it."""
    rule = next(rule for rule in rules.rules if rule.id == signal.rule_id)
    return Heard(signal.label, title_of(rules, signal.label), signal.text, count, rule.advice, signal.label not in GOOD)
