"""Values made of misread characters: what can only be meant is mended, what is unsure stays unsure."""

import pytest

from bot.photo.parsers import strict_company
from bot.photo.text import Heard


def company(text: str, *, doubt: str = "", sure: float = 0.4) -> str | None:
    parsed = strict_company(Heard(text, tuple(sure if char in doubt else 0.99 for char in text)))
    return parsed[0] if parsed else None


@pytest.mark.parametrize(
    ("text", "doubt", "name"),
    [
        ("郑州华信科技股份有废公司", "废", "郑州华信科技股份有限公司"),
        ("长沙博远科技有限表任公司", "表", "长沙博远科技有限责任公司"),
        ("广州卓越科技股份理限公司", "理", "广州卓越科技股份有限公司"),
        ("广州卓越科技有限公", "", "广州卓越科技有限公司"),
        ("上海电力公司", "电力", "上海电力公司"),
        ("上海蓝海分公司", "分", "上海蓝海分公司"),
    ],
)
def test_a_misread_legal_form_is_put_right(text: str, doubt: str, name: str) -> None:
    assert company(text, doubt=doubt) == name


def test_a_form_that_was_read_surely_is_left_as_it_is() -> None:
    assert company("上海蓝海无限公司", doubt="无", sure=0.95) == "上海蓝海无限公司"
