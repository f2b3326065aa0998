"""A basis, an agreement or a proof that comes after the words."""

from __future__ import annotations

from models.commitment import Commitment
from tests.chat import Company

SHOT = b"a screenshot"


def promise(company: Company) -> Commitment:
    with company.session() as session:
        return session.get_one(Commitment, "CN-20261116-001")


def test_a_picture_right_after_registering_is_the_basis(company: Company) -> None:
    company.say("zhouhang", "承诺 周五前给蓝海发合同")
    assert "依据已补（截图）" in company.say("zhouhang", images=[SHOT])[0].text
    assert promise(company).is_complete


def test_the_button_takes_a_picture_or_a_number_whenever_it_comes(company: Company) -> None:
    card = company.say("zhouhang", "承诺 周五前给蓝海发合同")[0]
    company.advance(hours=3)
    company.press("zhouhang", "补依据", on=card)
    assert "录音 B77" in company.say("zhouhang", "录音 B77")[0].text
    assert promise(company).basis_note == "B77"
    assert "已经有了" in company.press("zhouhang", "补依据", on=card)[0].text


def test_a_picture_hours_later_needs_the_quote(company: Company) -> None:
    card = company.say("zhouhang", "承诺 周五前给蓝海发合同")[0]
    company.advance(hours=3)
    company.say("zhouhang", images=[SHOT])
    assert not promise(company).is_complete
    company.say("zhouhang", images=[SHOT], quote=card)
    assert promise(company).is_complete


def test_a_picture_proves_what_was_closed_a_moment_ago(company: Company) -> None:
    company.say("zhouhang", "承诺 周五前给蓝海发合同 录音A1")
    company.say("zhouhang", "合同发过去了")
    assert not promise(company).kept
    assert "计入闭环率" in company.say("zhouhang", images=[SHOT])[0].text
    assert promise(company).kept


def test_the_picture_of_another_proves_nothing(company: Company) -> None:
    company.say("zhouhang", "承诺 周五前给蓝海发合同")
    company.say("linke", images=[SHOT])
    assert not promise(company).is_complete
