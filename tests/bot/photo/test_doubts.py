"""Doubtful fields are read again: cuts vote, known words choose, and nobody becomes surer than they were read."""

from collections.abc import Sequence

import numpy as np
import pytest

from bot.photo.ctc import places_of
from bot.photo.doubts import look_again
from bot.photo.engine import Places, Sheet
from bot.photo.known import settled
from bot.photo.load import Pixels
from bot.photo.nudge import nudged
from bot.photo.reading import Box, Field, Line, PhotoKind
from bot.photo.strips import Found
from bot.photo.vote import voted

PAGE = np.full((900, 700, 3), 255, dtype=np.uint8)
CHARACTERS = ("", "成", "部", "都", "市")


def at(top: int, left: int = 20) -> Box:
    return (left, top), (left + 300, top), (left + 300, top + 30), (left, top + 30)


def read(text: str, sure: float = 0.9, **others: tuple[str, float]) -> Places:
    """Return a reading; `others` gives what else was weighed for a character."""
    return tuple(((char, sure), *([others[char]] if char in others else [])) for char in text)


def sheet_of(*steps: dict[str, float]) -> np.ndarray:
    chances = np.zeros((len(steps), len(CHARACTERS)), dtype=np.float32)
    for row, step in zip(chances, steps, strict=True):
        for char, chance in step.items():
            row[CHARACTERS.index(char)] = chance
    return chances


def test_the_runner_up_of_a_character_is_kept() -> None:
    places = places_of(sheet_of({"成": 0.9}, {"": 0.99}, {"部": 0.6, "都": 0.3}), CHARACTERS)
    assert [[char for char, _ in place] for place in places] == [["成"], ["部", "都"]]


def test_a_character_that_lost_against_nothing_is_kept_as_a_place_that_may_be_empty() -> None:
    places = places_of(sheet_of({"成": 0.9}, {"": 0.7, "都": 0.3}, {"市": 0.9}), CHARACTERS)
    assert [place[0][0] for place in places] == ["成", "", "市"]
    assert places[1][1][0] == "都"


def test_the_edge_of_a_character_is_no_lost_character() -> None:
    places = places_of(sheet_of({"成": 0.9}, {"": 0.7, "成": 0.3}, {"市": 0.9}), CHARACTERS)
    assert len(places) == 2


def test_three_cuts_outvote_one_and_are_no_surer_than_their_mean() -> None:
    heard = settled(voted([read("北部", 0.9), read("北都", 0.8), read("北都", 0.7)]))
    assert heard.text == "北都"
    assert heard.sure[1] == pytest.approx(0.5)


def test_a_character_most_cuts_saw_is_put_back() -> None:
    assert settled(voted([read("有限任", 0.95), read("有限责任", 0.9), read("有限责任", 0.9)])).text == "有限责任"


def test_where_a_character_may_be_missing_the_next_one_is_doubted() -> None:
    heard = settled(voted([read("甲丙", 0.99), read("甲丙", 0.99), read("甲乙丙", 0.9)]))
    assert heard.text == "甲丙"
    assert heard.confidence < 0.85


@pytest.mark.parametrize(
    ("text", "wrong", "meant"),
    [("成部宏图物流", ("部", "都"), "成都宏图物流"), ("雁培区科技路", ("培", "塔"), "雁塔区科技路"), ("教有咨询", ("有", "育"), "教育咨询")],
)  # fmt: skip
def test_a_known_word_chooses_among_what_was_weighed(text: str, wrong: tuple[str, str], meant: str) -> None:
    heard = settled(read(text, 0.6, **{wrong[0]: (wrong[1], 0.3)}))
    assert heard.text == meant
    assert heard.confidence == pytest.approx(0.3)


def test_no_word_is_made_of_what_was_not_weighed_or_hardly() -> None:
    assert settled(read("成部宏图", 0.6)).text == "成部宏图"
    assert settled(read("成部宏图", 0.6, 部=("都", 0.02))).text == "成部宏图"


def test_what_was_read_surely_stays_whatever_is_known() -> None:
    assert settled(read("成部宏图", 0.95, 部=("都", 0.9))).text == "成部宏图"


def test_of_two_known_words_the_likelier_stays() -> None:
    assert settled(read("电子商务", 0.6, 商=("服", 0.3))).text == "电子商务"


def test_the_cuts_of_a_line_have_one_size() -> None:
    quad = np.asarray([[20.4, 30], [220.4, 34], [220, 52], [20, 48]], dtype=np.float32)
    assert len({strip.shape for strip in nudged(PAGE, quad, height=64)}) == 1


class Cuts:
    """An engine whose further cuts say what it is told."""

    name = "cuts"

    def __init__(self, *readings: Places) -> None:
        self.readings = readings
        self.asked: list[str] = []

    def read(self, pixels: Pixels) -> Sheet:
        raise AssertionError(pixels)

    def read_boxes(self, pixels: Pixels, lines: Sequence[Line]) -> tuple[Line, ...]:
        raise AssertionError(pixels, lines)

    def options(self, pixels: Pixels, lines: Sequence[Line]) -> tuple[tuple[Places, ...], ...]:
        assert pixels.size
        self.asked += [line.text for line in lines]
        return tuple(self.readings for _ in lines)


def line(text: str, top: int, sure: float) -> Line:
    return Line(text, at(top), sure, (sure,) * len(text))


def number_page(value: str, sure: float) -> Found:
    number = line(f"合同编号：{value}", 40, sure)
    return Found(
        (line("产品购销合同", 0, 0.6), number),
        {"contract_no": Field("contract_no", value, value, sure, number.box)},
    )


def test_only_the_lines_of_doubtful_fields_are_read_again() -> None:
    engine = Cuts(read("合同编号：HT202500017", 0.7))
    found = look_again(PhotoKind.CONTRACT_PAGE, PAGE, number_page("8T202500017", 0.6), engine)
    assert engine.asked == ["合同编号：8T202500017"]
    assert found.fields["contract_no"].value == "HT202500017"
    assert found.fields["contract_no"].confidence == pytest.approx(0.7)


@pytest.mark.parametrize(("kind", "sure"), [(PhotoKind.CONTRACT_PAGE, 0.9), (PhotoKind.OTHER, 0.5)])
def test_a_sure_field_and_a_picture_of_something_else_cost_nothing(kind: PhotoKind, sure: float) -> None:
    engine = Cuts()
    found = number_page("HT202500017", sure)
    assert look_again(kind, PAGE, found, engine) is found
    assert engine.asked == []


def test_an_engine_that_cannot_tell_what_else_it_weighed_changes_nothing() -> None:
    found = number_page("8T202500017", 0.6)
    again = look_again(PhotoKind.CONTRACT_PAGE, PAGE, found, Cuts())
    assert (again.lines, again.fields["contract_no"].value) == (found.lines, "8T202500017")
