"""Which customer is meant: exact → confirmed alias → own → team → company; what is not certain is asked (C04)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np

from bot.parse.customer import codes, decide, letters, sound
from bot.parse.customer.anatomy import Anatomy, dissect
from bot.parse.customer.decide import Rated
from bot.parse.customer.keys import LONGEST_EXACT, Spelling, query_tokens
from bot.parse.customer.mention import Asker, mentions
from bot.parse.customer.score import NO_FIT, Fit, fit
from bot.parse.customer.store import Store
from bot.parse.customer.types import Candidate, CustomerName, Reason, Resolution, Scope, Why

_MOST_OWN, _MOST_TEAM, _MOST_COMPANY = 16, 10, 32
_LONGEST_QUERY = 60
_FLOOR = 0.4  # less alike than this is not worth a button
_DUPLICATE = 0.72


@dataclass(frozen=True, slots=True)
class _Circle:
    """The rows of the person's own customers and of the team's."""

    own: frozenset[int]
    team: frozenset[int]

    def scope(self, row: int) -> Scope:
        if row in self.own:
            return Scope.OWN
        return Scope.TEAM if row in self.team else Scope.COMPANY


class CustomerIndex:
    """All customers of one company, in memory. Not locked: one writer at a time, `find` is safe between writes.

    `version` is whatever counter the caller keeps in the database; another process reads the rows changed since its
    own version and calls `put`/`remove` with them.
    """

    def __init__(self, version: int = 0) -> None:
        self.version = version
        self._store = Store()
        self._codes: dict[str, tuple[str, ...]] = {}

    @classmethod
    def build(cls, names: Iterable[CustomerName], *, version: int = 0) -> "CustomerIndex":
        """Build from names, computing the keys; 0.2 ms a name."""
        return cls.load(((name, None) for name in names), version=version)

    @classmethod
    def load(cls, rows: Iterable[tuple[CustomerName, bytes | None]], *, version: int = 0) -> "CustomerIndex":
        """Build from stored rows (name, its `keys_for`); keys of an older program version are computed again."""
        index = cls(version)
        for name, packed in rows:
            index.put(name, packed)
        index._store.settle()
        sound.warm_up()
        return index

    def __len__(self) -> int:
        return len(self._store)

    def __contains__(self, customer_id: str) -> bool:
        return customer_id in self._store

    def get(self, customer_id: str) -> CustomerName | None:
        """Return a customer by id, None when there is none."""
        return self._store.get(customer_id)

    def put(self, name: CustomerName, keys: bytes | None = None) -> None:
        """Add a customer, or replace the one with the same id (new name, new alias, new owner)."""
        self._forget_codes(name.id)
        self._store.put(name, keys)
        for code in _codes_of(name):
            self._codes[code] = (*self._codes.get(code, ()), name.id)

    add = put
    update = put

    def remove(self, customer_id: str) -> None:
        """Forget a customer; unknown ids are no error."""
        self._forget_codes(customer_id)
        self._store.drop(customer_id)

    def _forget_codes(self, customer_id: str) -> None:
        known = self._store.get(customer_id)
        for code in _codes_of(known) if known else ():
            holders = tuple(one for one in self._codes[code] if one != customer_id)
            if holders:
                self._codes[code] = holders
            else:
                del self._codes[code]

    def find(
        self, query: str, *, own: Collection[str] = (), team: Collection[str] = (), context: str | None = None
    ) -> Resolution:
        """Resolve a customer named in a field or an answer.

        `own` and `team` are the ids of the person's and the team's customers; `context` is the id of the customer this
        chat was about within the last 30 minutes. Never raises; `decided` is set only when no question is needed.
        """
        folded = letters.fold(query[:_LONGEST_QUERY])
        circle = _Circle(self._store.rows(own), self._store.rows(team))
        if decide.means_context(folded) or not folded:
            return self._from_context(context, circle, empty=not folded)
        if (code := codes.code_in(query)) and (resolution := self._by_code(code, circle)):
            return resolution
        said = dissect(query[:_LONGEST_QUERY])
        rated = self._rate(said, circle, context)
        return decide.decide(said, rated, context=context)

    def mentions(
        self, text: str, *, own: Collection[str] = (), team: Collection[str] = (), context: str | None = None
    ) -> tuple[tuple[tuple[int, int], Resolution], ...]:
        """Return the customers named inside a sentence as ((start, end), resolution), in order, not overlapping."""
        near = self._store.rows(own) | self._store.rows(team)

        def find(part: str) -> Resolution:
            return self.find(part, own=own, team=team, context=context)

        return mentions(text, self._store, Asker(find, near.__contains__))

    def duplicates(self, name: str, *, limit: int = 3) -> tuple[Candidate, ...]:
        """Return customers that a new one of this name may already be (L15): 恒立液压股份 ↔ 恒立液压有限公司."""
        said = dissect(name[:_LONGEST_QUERY])
        rated = self._rate(said, _Circle(frozenset(), frozenset()), None, all_near=True)
        return tuple(decide.candidate(one) for one in rated if one.fit.score >= _DUPLICATE)[:limit]

    def _from_context(self, context: str | None, circle: _Circle, *, empty: bool) -> Resolution:
        name = self._store.get(context) if context else None
        if name is None or empty:
            return Resolution(None, (), ask=True, reason=Reason.EMPTY)
        (row,) = self._store.rows([name.id])
        found = Candidate(name.id, name.name, 1.0, circle.scope(row), Why.CONTEXT)
        return Resolution(found, (found,), ask=False, reason=Reason.CONTEXT)

    def _by_code(self, code: tuple[str, tuple[int, int], bool], circle: _Circle) -> Resolution | None:
        """Resolve a code; an unknown marked one is an error with its neighbours, an unmarked one may be a name (3m)."""
        wanted, span, marked = code
        ids = sorted(self._codes.get(wanted, ()))
        found = tuple(self._coded(one, 1.0, circle) for one in ids[:3])
        if len(ids) == 1:
            return Resolution(found[0], found, ask=False, reason=Reason.CODE, span=span)
        if ids:
            return Resolution(None, found, ask=True, reason=Reason.AMBIGUOUS, span=span)
        if not marked and not wanted[:1].isalpha():
            return None
        neighbours = [one for near in codes.near(wanted, self._codes) for one in sorted(self._codes[near])]
        found = tuple(self._coded(one, 0.5, circle) for one in dict.fromkeys(neighbours))
        found = tuple(sorted(found, key=lambda one: list(Scope).index(one.scope)))[:3]
        return Resolution(None, found, ask=True, reason=Reason.UNKNOWN_CODE, span=span)

    def _coded(self, customer_id: str, score: float, circle: _Circle) -> Candidate:
        (row,) = self._store.rows([customer_id])
        return Candidate(customer_id, self._store.name(row).name, score, circle.scope(row), Why.CODE)

    def _rate(self, said: Anatomy, circle: _Circle, context: str | None, *, all_near: bool = False) -> list[Rated]:
        """Score the rows that share something distinctive, best first; a whole name or alias needs no look at others."""
        exact = self._exact(said)
        if not all_near and min(exact.values(), default=Spelling.BRAND) <= Spelling.ALIAS:
            same = [self._rated(said, row, spelling, circle) for row, spelling in exact.items()]
            return sorted(same, key=lambda one: one.order(context))
        rows, weights = self._store.sharing(query_tokens(said))
        picked = dict.fromkeys(exact)
        for members, most in ((circle.own, _MOST_OWN), (circle.team, _MOST_TEAM), (None, _MOST_COMPANY)):
            if members is None:
                picked |= dict.fromkeys(self._store.best(rows, weights, most))
            elif members:
                inside = np.isin(rows, np.fromiter(members, np.int64, len(members)))
                picked |= dict.fromkeys(self._store.best(rows[inside], weights[inside], most))
        rated = [self._rated(said, row, exact.get(row), circle) for row in picked]
        rated = [one for one in rated if one.fit.score >= _FLOOR]
        rated.sort(key=lambda one: one.order(context))
        return rated

    def _rated(self, said: Anatomy, row: int, spelling: Spelling | None, circle: _Circle) -> Rated:
        name = self._store.name(row)
        best = fit(said, dissect(name.name))
        for alias in name.aliases:
            best = max(best, fit(said, dissect(alias)), key=_score)
        if spelling is not None and spelling <= Spelling.ALIAS:
            best = Fit(1.0, 1.0, contradiction=False)
        return Rated(name, best, circle.scope(row), spelling)

    def _exact(self, said: Anatomy) -> dict[int, Spelling]:
        """Return the rows spelled like this, with the strongest spelling; a chance equal hash is sorted out here."""
        found: dict[int, Spelling] = {}
        tries = (said.full[:LONGEST_EXACT], said.placed + said.branch)
        for text in dict.fromkeys(tries):
            for row, kind in self._store.spelled(text):
                spelling = decide.true_spelling(said, self._store.name(row), Spelling(kind))
                if spelling is not None:
                    found[row] = min(found.get(row, spelling), spelling)
        return found


def _codes_of(name: CustomerName) -> set[str]:
    return {code for code in (codes.normal(name.id), codes.normal(name.number or "")) if code}


def _score(one: Fit) -> float:
    return one.score if one is not NO_FIT else 0.0
