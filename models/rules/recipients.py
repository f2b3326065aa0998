"""Who gets a step: up the reporting line, past whoever did not answer, through deputies, at last the administrator (E01).

Nobody is asked to watch over himself or over what he submitted, nobody is told twice as a level, and loops end.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from models.rules.clock import Recipient

_RANKS = {"manager": 1, "director": 2, "vp": 3}
_ASKED_RANK = {Recipient.MANAGER: 0, Recipient.DIRECTOR: 2, Recipient.VP: 3}  # the manager is whoever is next up


@dataclass(frozen=True, slots=True)
class Member:
    """A person as the chain sees him at one instant."""

    id: str
    role: str
    manager_id: str | None = None
    away: bool = False
    deputy_id: str | None = None
    active: bool = True

    @property
    def present(self) -> bool:
        """Whether the person can be written to now."""
        return self.active and not self.away


@dataclass(frozen=True, slots=True)
class Team:
    """Everybody a chain may climb through, and the administrators at its top."""

    members: Mapping[str, Member]
    admins: tuple[str, ...] = ()

    def line_above(self, person_id: str) -> Iterator[Member]:
        """Yield the reporting line from the direct manager up; a loop in the data ends it."""
        seen = {person_id}
        member = self.members.get(person_id)
        while member and member.manager_id and member.manager_id not in seen:
            seen.add(member.manager_id)
            member = self.members.get(member.manager_id)
            if member:
                yield member


@dataclass(frozen=True, slots=True)
class Addressee:
    """A person to write to, and as what; `instead_of` names whom he stands in for (the card says 「代」)."""

    person_id: str
    role: Recipient
    instead_of: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """Who is involved in a running clock: who must act, who submitted, who was told before as a level."""

    owner_id: str
    submitter_id: str | None = None
    told: frozenset[str] = frozenset()

    @property
    def barred(self) -> frozenset[str]:
        """People who cannot be a level above the owner in this matter."""
        return self.told | {self.owner_id} | ({self.submitter_id} if self.submitter_id else set())


def addressee(role: Recipient, case: Case, team: Team) -> Addressee | None:
    """Return who a step to `role` goes to now; None when nobody is left who was not told."""
    if role is Recipient.SUBMITTER:
        present = case.submitter_id and _member(team, case.submitter_id).present
        return Addressee(case.submitter_id, role) if case.submitter_id and present else None
    if role is Recipient.OWNER:
        return _owner_or_stand_in(case, team)
    return _first_above(role, case, team) or _admin(case, team)


def _owner_or_stand_in(case: Case, team: Team) -> Addressee | None:
    owner = _member(team, case.owner_id)
    if owner.present:
        return Addressee(owner.id, Recipient.OWNER)
    deputy = _deputy(owner, frozenset({case.owner_id, case.submitter_id or ""}), team)
    if deputy:
        return Addressee(deputy, Recipient.OWNER, instead_of=owner.id)
    fresh = Case(case.owner_id, case.submitter_id)  # every reminder meant for him goes to the same stand-in
    above = _first_above(Recipient.MANAGER, fresh, team) or _admin(fresh, team)
    return Addressee(above.person_id, above.role, instead_of=owner.id) if above else None


def _first_above(role: Recipient, case: Case, team: Team) -> Addressee | None:
    if role is Recipient.ADMIN:
        return None
    for member in team.line_above(case.owner_id):
        if _RANKS.get(member.role, 0) < _ASKED_RANK[role] or member.id in case.barred:
            continue
        if member.present:
            return Addressee(member.id, role)
        deputy = _deputy(member, case.barred, team)
        if deputy:
            return Addressee(deputy, role, instead_of=member.id)
    return None


def _deputy(member: Member, barred: frozenset[str], team: Team) -> str | None:
    """Return the deputy, or the deputy's deputy when that one is away too, unless barred."""
    seen = {member.id}
    while member.deputy_id and member.deputy_id not in seen:
        seen.add(member.deputy_id)
        member = _member(team, member.deputy_id)
        if member.present:
            return None if member.id in barred else member.id
    return None


def _admin(case: Case, team: Team) -> Addressee | None:
    for admin in team.admins:
        if admin not in case.barred:
            return Addressee(admin, Recipient.ADMIN)
    return None


def _member(team: Team, person_id: str) -> Member:
    return team.members.get(person_id) or Member(person_id, role="", active=False)
