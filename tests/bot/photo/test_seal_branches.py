"""J4's two seal branches, and whose seal it is: real pictures through the real engine, down to the sentence (R02)."""

from collections.abc import Iterator

import pytest

from bot.adapters.practice import samples
from bot.cards.photo import seal_sentence
from bot.photo import PhotoKind, PhotoReader, facts_of
from models.rules.photo import PhotoFacts, Verdict
from models.rules.photo_paper import check_party
from models.rules.photo_seal import check_seal, check_seal_party

pytestmark = pytest.mark.ocr

BLUE_SEA = ("上海蓝海包装有限公司", "蓝海包装")


@pytest.fixture(scope="module")
def reader() -> Iterator[PhotoReader]:
    with PhotoReader(timeout_s=120) as one:
        yield one


def said(facts: PhotoFacts) -> str:
    return seal_sentence(facts, check_seal(facts), check_seal_party(facts, BLUE_SEA))


def test_a_licence_copy_without_a_seal_is_told_so_and_why_that_may_be(reader: PhotoReader) -> None:
    facts = facts_of(reader.read(samples.make_licence(seal=False), expect=PhotoKind.LICENCE))
    assert said(facts) == "识别为营业执照；未见红色印章（黑白复印章我看不出来）。"
    assert check_party(facts, BLUE_SEA, name="company").verdict is Verdict.AGREES


def test_the_same_with_the_customers_red_seal_says_where_it_is_and_whose(reader: PhotoReader) -> None:
    facts = facts_of(reader.read(samples.make_licence(sealed_by=BLUE_SEA[0]), expect=PhotoKind.LICENCE))
    assert check_seal(facts).verdict is Verdict.AGREES
    assert said(facts) == "✅ 红章在右下。章上是「上海蓝海包装有限公司」，与客户一致。"


def test_a_black_and_white_copy_is_not_called_unsealed(reader: PhotoReader) -> None:
    facts = facts_of(reader.read(samples.make_licence(grey=True), expect=PhotoKind.LICENCE))
    assert check_seal(facts).verdict is Verdict.CANNOT_READ
    assert said(facts) == "识别为营业执照；这张是黑白的，印章的颜色看不出来（不是说没盖）。可换一张，或请财务人工看。"


def test_another_companys_seal_is_asked_about(reader: PhotoReader) -> None:
    page = samples.make_contract_page("蓝海包装有限公司", sealed_by="苏州宏远物流有限公司")
    facts = facts_of(reader.read(page, expect=PhotoKind.CONTRACT_PAGE))
    assert check_seal_party(facts, BLUE_SEA).verdict is Verdict.DIFFERS
    assert "物流有限公司」，客户是「上海蓝海包装有限公司」，对不上" in said(facts)


def test_the_registrars_seal_on_a_licence_is_nobodys_company_seal(reader: PhotoReader) -> None:
    facts = facts_of(reader.read(samples.make_licence(), expect=PhotoKind.LICENCE))
    assert check_seal_party(facts, BLUE_SEA).verdict is Verdict.CANNOT_READ
    assert "不是客户公章" in said(facts)
