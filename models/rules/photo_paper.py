"""Verdicts about what is printed on a paper: party, number, date, the right kind of voucher (R02, R08, R13).

"Cannot read" is never scored as "differs", as in `models.rules.photo`.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from models.rules.alike import apart, company_core, folded, same_party
from models.rules.photo import SURE_IF_ONE_OFF, Finding, PhotoFacts, Reason, Verdict, certainty_needed, doubt_of, unread


def lost_one(read: str, expected: str) -> bool:
    """Tell a reading that lacks one character: engines drop one of small print without noticing, so it proves nothing."""
    return len(read) + 1 == len(expected) and any(
        read == expected[:at] + expected[at + 1 :] for at in range(len(expected))
    )


def check_party(facts: PhotoFacts, names: Iterable[str], *, name: str = "customer") -> Finding:
    """Compare a company read off a page with the names the customer goes by, short ones included (R02, R13, J4)."""
    wanted = [one for one in names if one]
    expected = wanted[0] if wanted else ""
    read = facts.fields.get(name)
    if read is None or facts.problem:
        return unread("party", expected, facts)
    core = company_core(read.value)
    cores = [company_core(one) for one in wanted]
    if any(same_party(core, other) for other in cores):
        return Finding("party", Verdict.AGREES, expected, read.value, read.confidence, Reason.OK)
    one_off = any(apart(core, other) <= 1 for other in cores)
    if any(lost_one(core, other) for other in cores) or read.confidence < (
        SURE_IF_ONE_OFF if one_off else certainty_needed(facts)
    ):
        return Finding("party", Verdict.CANNOT_READ, expected, read.value, read.confidence, doubt_of(facts))
    reason = Reason.ONE_CHARACTER_OFF if one_off else Reason.OTHER_PARTY
    return Finding("party", Verdict.DIFFERS, expected, read.value, read.confidence, reason)


def check_voucher(facts: PhotoFacts, *, kinds: Iterable[str], number: str | None = None) -> Finding:
    """Check a step's voucher (R08): the right kind of paper, and the waybill number when one is known."""
    wanted = tuple(kinds)
    if facts.problem:
        return unread("voucher", number or wanted[0], facts)
    if facts.kind not in wanted:
        verdict = Verdict.CANNOT_READ if facts.kind == "other" or facts.spoilt else Verdict.DIFFERS
        reason = Reason.NOT_FOUND if verdict is Verdict.CANNOT_READ else Reason.OTHER_KIND
        return Finding("voucher", verdict, wanted[0], facts.kind, 0.0, facts.spoilt or reason)
    if number is None:
        return Finding("voucher", Verdict.AGREES, wanted[0], facts.kind, 1.0, Reason.OK)
    return check_number(facts, number, names=("waybill_no", "inv_no", "slip_no", "contract_no"))


def check_number(facts: PhotoFacts, number: str, *, names: Sequence[str]) -> Finding:
    """Compare a number on the page (the first of `names` that was read) with the one on record."""
    read = next((facts.fields[name] for name in names if name in facts.fields), None)
    if read is None or facts.problem:
        return unread("number", number, facts)
    ours, theirs = folded(number), folded(read.value)
    if ours == theirs:
        return Finding("number", Verdict.AGREES, number, read.value, read.confidence, Reason.OK)
    one_off = apart(ours, theirs) <= 1
    if lost_one(theirs, ours) or read.confidence < (SURE_IF_ONE_OFF if one_off else certainty_needed(facts)):
        return Finding("number", Verdict.CANNOT_READ, number, read.value, read.confidence, doubt_of(facts))
    reason = Reason.ONE_CHARACTER_OFF if one_off else Reason.OTHER_NUMBER
    return Finding("number", Verdict.DIFFERS, number, read.value, read.confidence, reason)


def check_date(facts: PhotoFacts, expected: date, *, name: str = "sign_date") -> Finding:
    """Compare a date on the page with the one on record (R13)."""
    read = facts.fields.get(name)
    if read is None or facts.problem:
        return unread("date", expected.isoformat(), facts)
    if read.value == expected.isoformat():
        return Finding("date", Verdict.AGREES, expected.isoformat(), read.value, read.confidence, Reason.OK)
    one_off = apart(read.value, expected.isoformat()) <= 1
    if read.confidence < (SURE_IF_ONE_OFF if one_off else certainty_needed(facts)):
        return Finding("date", Verdict.CANNOT_READ, expected.isoformat(), read.value, read.confidence, doubt_of(facts))
    return Finding("date", Verdict.DIFFERS, expected.isoformat(), read.value, read.confidence, Reason.OTHER_DATE)
