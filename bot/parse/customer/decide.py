"""The policy: what may be linked without a question, and what must be asked (features C04, product complaint 13)."""

from dataclasses import dataclass

from bot.parse.customer import letters, sound
from bot.parse.customer.anatomy import Anatomy, dissect
from bot.parse.customer.keys import Spelling
from bot.parse.customer.score import Fit
from bot.parse.customer.types import Candidate, CustomerName, Reason, Resolution, Scope, Why
from bot.parse.customer.words import words

_LINK = 0.80
_LINK_INITIALS = 0.90
_MARGIN = 0.06
_NOTEWORTHY = 0.55
_BRAND = 0.8
_TWIN = 0.97  # the same brand and trade in another region: which one is meant must be asked
_SHORTEST_INITIALS = 4
_MOST_BUTTONS = 3
_NEARNESS = {Scope.OWN: 0.06, Scope.TEAM: 0.02, Scope.COMPANY: 0.0}
_CONTEXT_BONUS = 0.03
_POINTING = frozenset(words("pointing"))


@dataclass(frozen=True, slots=True)
class Rated:
    """A customer with its score; `spelling` is set when the typed name is a known spelling of it."""

    name: CustomerName
    fit: Fit
    scope: Scope
    spelling: Spelling | None

    @property
    def weight(self) -> float:
        """Return the score with the small advantage of being near."""
        return self.fit.score + _NEARNESS[self.scope]

    def order(self, context: str | None) -> tuple[int, float, str]:
        """Sort exact spellings first, then by score and nearness, then by id."""
        kind = self.spelling if self.spelling is not None else Spelling.CORE
        bonus = _CONTEXT_BONUS if self.name.id == context else 0.0
        return (int(kind), -round(self.weight + bonus, 6), self.name.id)


def means_context(folded: str) -> bool:
    """Tell whether a text points at the customer just spoken of (这家, 他们)."""
    return folded in _POINTING


def true_spelling(said: Anatomy, name: CustomerName, kind: Spelling) -> Spelling | None:
    """Return the spelling this name really has for what was said; None when only the hashes were equal."""
    if kind is Spelling.ALIAS:
        return kind if said.full in map(letters.fold, name.aliases) else None
    listed = dissect(name.name)
    if said.full == listed.full:
        return Spelling.FULL
    same = (said.region, said.branch) == (listed.region, listed.branch) and said.core == listed.core
    return Spelling.PLAIN if same else None


def candidate(one: Rated) -> Candidate:
    """Return what the caller sees of a rated customer."""
    why = {Spelling.FULL: Why.EXACT, Spelling.PLAIN: Why.EXACT, Spelling.ALIAS: Why.ALIAS}
    reason = Why.FUZZY if one.spelling is None else why.get(one.spelling, Why.FUZZY)
    return Candidate(one.name.id, one.name.name, round(one.fit.score, 4), one.scope, reason)


def decide(said: Anatomy, rated: list[Rated], *, context: str | None) -> Resolution:
    """Decide, or ask with at most three buttons. `rated` is sorted best first."""
    buttons = tuple(candidate(one) for one in rated if one.fit.score >= _NOTEWORTHY)[:_MOST_BUTTONS]
    for spelling in (Spelling.FULL, Spelling.ALIAS, Spelling.PLAIN):
        same = [one for one in rated if one.spelling is spelling]
        if same:
            twins = {one.name.id for one in rated if one.fit.score >= _TWIN} if spelling is Spelling.PLAIN else set()
            if same[0].scope is Scope.OWN or twins <= {one.name.id for one in same}:
                return _among_same(said, same, buttons, context)
            return Resolution(None, buttons, ask=True, reason=Reason.AMBIGUOUS)
    if winner := _winner(said, rated):
        return _decided(winner, buttons, Reason.OWN)
    if context and (winner := _winner(said, [one for one in rated if one.name.id == context])):
        rivals = [one for one in rated if one.fit.score > winner.fit.score and one is not winner]
        if not rivals:
            return _decided(winner, buttons, Reason.CONTEXT)
    if not buttons:
        return Resolution(None, (), ask=True, reason=Reason.UNKNOWN)
    close = len(rated) > 1 and rated[0].weight - rated[1].weight < _MARGIN
    return Resolution(None, buttons, ask=True, reason=Reason.AMBIGUOUS if close else Reason.UNSURE)


def _decided(one: Rated, buttons: tuple[Candidate, ...], reason: Reason) -> Resolution:
    chosen = candidate(one)
    rest = tuple(button for button in buttons if button.id != chosen.id)
    return Resolution(chosen, (chosen, *rest)[:_MOST_BUTTONS], ask=False, reason=reason)


def _among_same(said: Anatomy, same: list[Rated], buttons: tuple[Candidate, ...], context: str | None) -> Resolution:
    """Decide between customers of the same spelling: the only one in the nearest scope, else the context's, else ask."""
    reason = Reason.ALIAS if same[0].spelling is Spelling.ALIAS else Reason.EXACT
    for scope in Scope:
        here = [one for one in same if one.scope is scope]
        chosen = here[0] if len(here) == 1 else next((one for one in here if one.name.id == context), None)
        if chosen and not _other_legal_form(said, chosen):
            return _decided(chosen, buttons, reason)
        if here:
            break
    return Resolution(None, buttons, ask=True, reason=Reason.AMBIGUOUS if len(same) > 1 else Reason.UNSURE)


def _other_legal_form(said: Anatomy, one: Rated) -> bool:
    """Tell whether a legal form was written that is not the listed one: another company may stand behind it."""
    return (
        one.spelling is Spelling.PLAIN
        and one.scope is not Scope.OWN
        and bool(said.legal)
        and said.legal != dissect(one.name.name).legal
    )


def _winner(said: Anatomy, rated: list[Rated]) -> Rated | None:
    """Return the own customer that stands out: high score, clear margin, same brand, nothing against it."""
    if not rated or rated[0].scope is not Scope.OWN:
        return None
    best, *others = rated
    second = max((one.fit.score - (0.0 if one.scope is Scope.OWN else 2 * _MARGIN) for one in others), default=0.0)
    good = best.fit.score >= _LINK and best.fit.score - second >= _MARGIN and best.fit.brand >= _BRAND
    if not good or best.fit.contradiction:
        return None
    listed = dissect(best.name.name)
    if said.full.isascii() and said.full.isalpha() and not _typed_enough(said.full, best, listed.brand):
        return None
    only_borrowed = not said.trade and listed.borrowed  # 华东 may be the region, not 华东机械
    return best if len(said.core) >= 2 and not only_borrowed else None


def _typed_enough(typed: str, best: Rated, brand: str) -> bool:
    """Tell whether Latin letters are enough to link: a Latin brand, pinyin, or four initials that fit exactly."""
    if brand.startswith(typed):
        return True
    if sound.only_initials(typed):
        return len(typed) >= _SHORTEST_INITIALS and best.fit.score >= _LINK_INITIALS
    return len(typed) >= _SHORTEST_INITIALS
