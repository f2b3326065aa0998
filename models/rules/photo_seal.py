"""Verdicts about a red company seal: is there one, and whose is it (R02, J4)."""

import re
from collections.abc import Iterable

from models.rules.alike import alike, company_core
from models.rules.photo import Finding, PhotoFacts, Reason, Verdict, doubt_of, unread

SEAL_ALIKE = 0.75  # share of a company's name found on a ring that proves it
SEAL_UNLIKE = 0.4  # share up to which it is another company's
AUTHORITY = re.compile("监督管理局|行政审批局|工商行政|税务局|管理委员会|发票专用章|监制")


def check_seal(facts: PhotoFacts) -> Finding:
    """Ask for a red company seal (R02); a black-and-white copy cannot be judged."""
    if facts.problem:
        return unread("seal", "red seal", facts)
    outcome = {
        "present": (Verdict.AGREES, Reason.OK),
        "not_seen": (Verdict.DIFFERS, Reason.NO_RED_SEAL),
    }.get(facts.seal, (Verdict.CANNOT_READ, facts.spoilt or Reason.BLACK_AND_WHITE))
    return Finding("seal", outcome[0], "red seal", facts.seal, facts.seal_confidence, outcome[1])


def check_seal_party(facts: PhotoFacts, names: Iterable[str]) -> Finding:
    """Compare the name along the seal's ring with the names the customer goes by (R02, J4).

    Writing on a ring is often misread: only a name with little in common differs. The registrar's seal printed on a
    licence is nobody's company seal.
    """
    wanted = [one for one in names if one]
    expected, read = wanted[0] if wanted else "", facts.seal_text
    if facts.problem or facts.seal != "present" or not read or not wanted:
        return unread("seal_party", expected, facts)
    if AUTHORITY.search(read):
        return Finding("seal_party", Verdict.CANNOT_READ, expected, read, facts.seal_confidence, Reason.AUTHORITY_SEAL)
    core = company_core(read)
    likeness = max(alike(core, company_core(one)) for one in wanted)
    if likeness >= SEAL_ALIKE:
        return Finding("seal_party", Verdict.AGREES, expected, read, likeness, Reason.OK)
    if likeness > SEAL_UNLIKE or facts.spoilt or not read.endswith("公司"):
        return Finding("seal_party", Verdict.CANNOT_READ, expected, read, likeness, doubt_of(facts))
    return Finding("seal_party", Verdict.DIFFERS, expected, read, facts.seal_confidence, Reason.OTHER_SEAL)
