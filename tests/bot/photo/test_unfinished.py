"""Last characters that fell outside their box: told by what the line says, read again, never invented."""

from collections.abc import Sequence

import numpy as np
import pytest

from bot.photo.engine import Places, Sheet
from bot.photo.load import Pixels
from bot.photo.parsers import company, strict_company
from bot.photo.reading import Line
from bot.photo.text import Heard
from bot.photo.unfinished import finished

PAGE: Pixels = np.zeros((100, 400, 3), dtype=np.uint8)
BOX = ((10, 10), (110, 10), (110, 40), (10, 40))


class WiderEngine:
    """Reads `more` behind what it read before, once the box is wide enough."""

    name = "wider"

    def __init__(self, more: str, *, width: int = 120, instead: str = "") -> None:
        self.more, self.width, self.instead = more, width, instead
        self.asked: list[str] = []

    def read(self, pixels: Pixels) -> Sheet:
        raise AssertionError(pixels)

    def read_boxes(self, pixels: Pixels, lines: Sequence[Line]) -> tuple[Line, ...]:
        self.asked += [line.text for line in lines]
        wide = [line.box[1][0] - line.box[0][0] >= self.width for line in lines]
        texts = [(self.instead or line.text) + self.more * far for line, far in zip(lines, wide, strict=True)]
        return tuple(Line(text, line.box, 0.9) for text, line in zip(texts, lines, strict=True))

    def options(self, pixels: Pixels, lines: Sequence[Line]) -> tuple[tuple[Places, ...], ...]:
        raise AssertionError(pixels, lines)


@pytest.mark.parametrize(
    ("text", "more"), [("星期", "一"), ("上海蓝海包装有限公", "司"), ("世纪大道100", "号"), ("2026-11-16 14:0", "5")]
)
def test_a_line_that_cannot_end_there_is_read_again_wider(text: str, more: str) -> None:
    assert [line.text for line in finished(PAGE, [Line(text, BOX, 1.0)], WiderEngine(more))] == [text + more]


def test_a_full_character_is_reached_by_the_second_step() -> None:
    engine = WiderEngine("一", width=145)
    assert finished(PAGE, [Line("星期", BOX, 1.0)], engine)[0].text == "星期一"
    assert len(engine.asked) == 2


@pytest.mark.parametrize("text", ["星期一", "14:05", "上海蓝海包装有限公司", "世纪大道100号", "甲方（盖章）"])
def test_a_finished_line_costs_nothing(text: str) -> None:
    engine = WiderEngine("x")
    assert finished(PAGE, [Line(text, BOX, 1.0)], engine)[0].text == text
    assert engine.asked == []


@pytest.mark.parametrize("engine", [WiderEngine("一二三"), WiderEngine("…"), WiderEngine("一", instead="星明")])
def test_what_does_not_simply_go_on_is_not_taken(engine: WiderEngine) -> None:
    assert finished(PAGE, [Line("星期", BOX, 1.0)], engine)[0].text == "星期"


@pytest.mark.parametrize("cut", ["上海蓝海包装有限公", "上海蓝海包装有限", "上海蓝海包装有限责任公"])
def test_a_cut_legal_form_is_completed_but_never_surely(cut: str) -> None:
    parsed = strict_company(Heard(cut, (1.0,) * len(cut)))
    assert parsed is not None
    assert parsed[0].endswith("公司")
    assert parsed[1].confidence < 0.85


def test_a_whole_name_stays_as_sure_as_it_was() -> None:
    name = "上海蓝海包装有限公司"
    assert company(Heard(name, (0.99,) * len(name))) == (name, Heard(name, (0.99,) * len(name)))


@pytest.mark.parametrize("read", ["上海蓝海包装有限任公司", "上海蓝海包装有限责公司", "上海蓝海包装有责任公司"])
def test_a_legal_form_that_lost_a_character_inside_gets_it_back_but_never_surely(read: str) -> None:
    parsed = strict_company(Heard(read, (1.0,) * len(read)))
    assert parsed is not None
    assert parsed[0] == "上海蓝海包装有限责任公司"
    assert parsed[1].confidence < 0.85


@pytest.mark.parametrize("read", ["中国国有公司", "上海蓝海包装有限公司", "上海蓝海包装股份有限公司"])
def test_a_whole_legal_form_stays_as_it_was_read(read: str) -> None:
    parsed = strict_company(Heard(read, (1.0,) * len(read)))
    assert parsed is not None
    assert (parsed[0], parsed[1].confidence) == (read, 1.0)


def test_a_doubtful_trade_before_a_whole_legal_form_is_not_taken_for_another_form() -> None:
    read = "上海蓝海包装有限公司"
    parsed = strict_company(Heard(read, (0.7,) * len(read)))
    assert parsed is not None
    assert parsed[0] == read
