"""Buttons of a draft, pressed in any order, late, or by somebody else."""

from __future__ import annotations

from sqlalchemy import select

from models.commitment import Commitment
from tests.chat import Company


def count(company: Company) -> int:
    with company.session() as session:
        return len(session.scalars(select(Commitment)).all())


def test_registering_twice_registers_once(company: Company) -> None:
    (card,) = company.say("zhouhang", "周五前给蓝海发合同")
    company.press("zhouhang", "登记", on=card)
    assert "已经登记过了：CN-20261116-001" in company.press("zhouhang", "登记", on=card)[0].text
    assert count(company) == 1


def test_nobody_registers_for_another(company: Company) -> None:
    (card,) = company.say("zhouhang", "周五前给蓝海发合同")
    company.press("linke", "登记", on=card)
    assert count(company) == 0


def test_another_time_is_typed_and_repeated(company: Company) -> None:
    company.say("zhouhang", "周五前给蓝海发合同")
    company.press("zhouhang", "改期")
    (card,) = company.say("zhouhang", "下周一上午10点")
    assert "11-23 周一 10:00 前" in card.text


def test_an_image_alone_is_kept_with_the_draft(company: Company) -> None:
    company.say("zhouhang", "周五前给蓝海发合同")
    (card,) = company.say("zhouhang", images=[b"a screenshot"])
    assert "截图 ✅" in card.text
    assert count(company) == 0
    assert "待补依据" not in company.say("zhouhang", "登记")[0].text


def test_a_draft_that_was_interrupted_is_still_registered_by_a_yes(company: Company) -> None:
    company.say("zhouhang", "周五前给蓝海发合同")
    company.say("zhouhang", "/承诺 给华东机械寄样品")
    company.say("zhouhang", "取消")
    company.say("zhouhang", "好的")
    assert count(company) == 0
    company.say("zhouhang", "登记")
    assert count(company) == 1
