"""What a sealed paper is worth: only a red company seal on the right company's paper counts by itself (R02)."""

from __future__ import annotations

import pytest

from models.rules.photo import PhotoFacts, ReadField, Reason, Verdict
from models.rules.sealed_paper import Claim, PaperOutcome, judge_paper, legal_names, misjudged

NAME = "蓝海包装有限公司"


def facts(company: str = NAME, *, kind: str = "licence", seal: str = "present", ring: str | None = NAME,
          sure: float = 0.98, text: str = "", spoilt: Reason | None = None) -> PhotoFacts:  # fmt: skip
    fields = {"company": ReadField(company, sure)} if company else {}
    return PhotoFacts(kind, fields, text=text, seal=seal, seal_confidence=0.9, seal_text=ring, spoilt=spoilt)


@pytest.mark.parametrize(
    ("seen", "outcome"),
    [
        (facts(), PaperOutcome.SEALED),
        (facts(ring=None), PaperOutcome.NOT_WHOSE),
        (facts(company=""), PaperOutcome.SEALED),
        (facts(seal="not_seen", ring=None), PaperOutcome.NO_SEAL),
        (facts(seal="cannot_tell", ring=None), PaperOutcome.NO_SEAL),
        (facts("蓝海科技有限公司", ring=None), PaperOutcome.OTHER_PARTY),
        (facts("蓝海科技有限公司", ring=None, sure=0.84), PaperOutcome.NOT_WHOSE),
        (facts("蓝海科技有限公司", ring=None, sure=0.94, spoilt=Reason.BLURRED), PaperOutcome.NOT_WHOSE),
        (facts(ring="苏州宏远物流有限公司"), PaperOutcome.OTHER_SEAL),
        (facts(ring="上海市市场监督管理局"), PaperOutcome.AUTHORITY),
        (facts(company="", kind="other", ring=None), PaperOutcome.OTHER_KIND),
        (facts(company="", kind="other", ring=None, text="开票信息\n名称:蓝海包装有限公司"), PaperOutcome.NOT_WHOSE),
        (facts(company="", kind="invoice", ring=None), PaperOutcome.OTHER_KIND),
    ],
)
def test_a_paper_counts_by_itself_only_when_nothing_speaks_against_it(seen: PhotoFacts, outcome: PaperOutcome) -> None:
    assert judge_paper(seen, [NAME]).outcome is outcome


def test_the_deciding_finding_is_the_one_the_outcome_rests_on() -> None:
    assert judge_paper(facts("蓝海科技有限公司", ring=None), [NAME]).deciding.verdict is Verdict.DIFFERS
    assert judge_paper(facts(seal="cannot_tell", ring=None), [NAME]).deciding.verdict is Verdict.CANNOT_READ
    assert judge_paper(facts(ring=None), [NAME]).deciding.verdict is Verdict.CANNOT_READ
    assert judge_paper(facts(kind="business_card"), [NAME]).deciding.verdict is Verdict.DIFFERS
    assert judge_paper(facts(company="", kind="other", ring=None), [NAME]).deciding.verdict is Verdict.CANNOT_READ


@pytest.mark.parametrize(
    ("verdict", "claim", "accepted", "wrong"),
    [
        (Verdict.DIFFERS, Claim.MISREAD, True, True),
        (Verdict.DIFFERS, Claim.LOOK, True, True),
        (Verdict.DIFFERS, Claim.MISREAD, False, False),
        (Verdict.DIFFERS, Claim.RELATED, True, False),
        (Verdict.DIFFERS, Claim.BLACK_AND_WHITE, True, False),
        (Verdict.CANNOT_READ, Claim.MISREAD, True, False),
    ],
)
def test_only_what_was_said_and_was_not_so_is_misjudged(
    verdict: Verdict, claim: Claim, *, accepted: bool, wrong: bool
) -> None:
    assert misjudged(verdict, claim, accepted=accepted) is wrong


def test_a_nickname_is_no_legal_name() -> None:
    assert legal_names(NAME, ["蓝海", "蓝海包装", "蓝海纸业有限公司", NAME]) == (NAME, "蓝海纸业有限公司")
