"""What a sealed paper is worth to finance: its kind, whose it is, and whether a red company seal is on it (R02, J4)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from models.rules.alike import company_core
from models.rules.gates import INVOICE_PAPER, SIGNED_GATE
from models.rules.photo import Finding, PhotoFacts, Reason, Verdict, unread
from models.rules.photo_paper import check_party, check_voucher
from models.rules.photo_seal import check_seal, check_seal_party

HEADER: Final = "company"
"""The field a licence is headed by."""
UNSORTED: Final = "other"
LEGAL_FORM: Final = re.compile(r"(?:公司|集团|厂|事务所|合作社|中心|医院|学校)$")
MIN_NAME: Final = 3


class PaperOutcome(StrEnum):
    """What follows from a paper. Only those of `COUNTING` count by themselves; everything else a person decides."""

    SEALED = "sealed"
    """Sealed, and the name on the seal is the customer's."""
    NOT_WHOSE = "not_whose"
    """Sealed, but the name on the seal could not be read: R02 asks for a red seal and its place, so it counts, and says so."""
    NO_SEAL = "no_seal"
    """Not seen, or cannot be told from this picture."""
    AUTHORITY = "authority"
    """The registrar's own seal, which every licence bears."""
    OTHER_PARTY = "other_party"
    OTHER_SEAL = "other_seal"
    OTHER_KIND = "other_kind"


COUNTING: Final = frozenset({PaperOutcome.SEALED, PaperOutcome.NOT_WHOSE})


class Claim(StrEnum):
    """What its owner says of a paper that was not taken, when he puts it to finance (J4)."""

    LOOK = "look"
    BLACK_AND_WHITE = "bw"
    RELATED = "related"
    MISREAD = "misread"


GRANTS_THE_READING: Final = frozenset({Claim.BLACK_AND_WHITE, Claim.RELATED})
"""Claims that say the machine read right: there is no red on a black seal, and a sister company has another name."""


@dataclass(frozen=True, slots=True)
class PaperFindings:
    """The findings on a paper, and what follows from them."""

    outcome: PaperOutcome
    seal: Finding
    party: Finding
    ring: Finding
    kind: Finding

    @property
    def deciding(self) -> Finding:
        """The finding the outcome rests on."""
        of_the_ring = dict.fromkeys(
            (PaperOutcome.NOT_WHOSE, PaperOutcome.OTHER_SEAL, PaperOutcome.AUTHORITY), self.ring
        )
        rests_on = of_the_ring | {PaperOutcome.OTHER_PARTY: self.party, PaperOutcome.OTHER_KIND: self.kind}
        return rests_on.get(self.outcome, self.seal)


def legal_names(name: str, others: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the names a paper may bear: never a nickname, or 蓝海科技 would pass for 蓝海包装 that is called 蓝海."""
    return (name, *(one for one in others if one != name and LEGAL_FORM.search(one)))


def judge_paper(facts: PhotoFacts, names: Iterable[str]) -> PaperFindings:
    """Judge a picture that should show a sealed paper of the party that goes by these legal names (R02)."""
    wanted = tuple(names)
    seal, ring, party = check_seal(facts), check_seal_party(facts, wanted), _header(facts, wanted)
    kind = check_voucher(facts, kinds=SIGNED_GATE.requirement(INVOICE_PAPER).kinds)
    return PaperFindings(_outcome(facts, seal, party, ring), seal, party, ring, kind)


def misjudged(verdict: str, claim: str, *, accepted: bool) -> bool:
    """Tell whether a paper finance accepted was misjudged (M4): the machine said something, and it was not so.

    What it could not read it did not misread; what its owner granted it read right.
    """
    return accepted and verdict == Verdict.DIFFERS and claim not in GRANTS_THE_READING


def _header(facts: PhotoFacts, names: tuple[str, ...]) -> Finding:
    """Compare the name the paper is headed by; on a page of no known kind a name that is not found says nothing."""
    if HEADER in facts.fields or facts.problem:
        return check_party(facts, names, name=HEADER)
    text = re.sub(r"\s", "", facts.text)
    found = next((one for one in names if len(company_core(one)) >= MIN_NAME and company_core(one) in text), None)
    return (
        Finding("party", Verdict.AGREES, names[0], found, 1.0, Reason.OK) if found else unread("party", names[0], facts)
    )


def _outcome(facts: PhotoFacts, seal: Finding, party: Finding, ring: Finding) -> PaperOutcome:
    if party.verdict is Verdict.DIFFERS:
        return PaperOutcome.OTHER_PARTY
    if ring.verdict is Verdict.DIFFERS:
        return PaperOutcome.OTHER_SEAL
    named = Verdict.AGREES in {party.verdict, ring.verdict}
    if facts.kind not in SIGNED_GATE.requirement(INVOICE_PAPER).kinds and not (facts.kind == UNSORTED and named):
        return PaperOutcome.OTHER_KIND
    if seal.verdict is not Verdict.AGREES:
        return PaperOutcome.NO_SEAL
    if ring.reason is Reason.AUTHORITY_SEAL:
        return PaperOutcome.AUTHORITY
    return PaperOutcome.SEALED if ring.verdict is Verdict.AGREES else PaperOutcome.NOT_WHOSE
