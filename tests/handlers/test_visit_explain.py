from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bench.forger import place
from bot.photo.fingerprint import fingerprint
from bot.photo.print import Print
from bot.photo.reading import Exif, Line
from models.rules.hints import Hint
from models.visit import EvidenceState
from tests.chat import Company, Shown
from tests.handlers.test_visit_photo import evidence
from tests.readers import ScriptedReader, chat_screenshot, site_photo

LINE = Line("好的，下午我到贵公司", ((0, 0), (9, 0), (9, 9), (0, 9)), 0.9)


def traces(seed: int) -> Print:
    found = fingerprint(place(seed, size=(540, 720)))
    assert found is not None
    return found


def at_once(company: Company, reader: ScriptedReader, seed: int, data: bytes, *, time: str = "16:38") -> list[Shown]:
    reading = replace(site_photo("2026-11-16", time), print=traces(seed))
    return company.say("zhouhang", images=[reader.show(data, reading)])


def linke_sent(company: Company, reader: ScriptedReader, seed: int) -> None:
    """林可 took this picture at another customer's."""
    company.say("linke", "拜访 蓝海包装")
    reading = replace(site_photo("2026-11-16", "16:39"), print=traces(seed))
    company.say("linke", images=[reader.show(b"hers", reading)])


def test_a_colleagues_picture_is_asked_about_and_nobody_is_named(visiting: Company, reader: ScriptedReader) -> None:
    linke_sent(visiting, reader, 3)
    card = at_once(visiting, reader, 3, b"mine")[0]
    assert "与团队内一张历史照片非常接近" in card.text
    assert "林可" not in card.text
    assert card.card.image is None
    assert evidence(visiting, "photo").state == EvidenceState.WAITING


def test_an_explanation_makes_it_count_tagged(visiting: Company, reader: ScriptedReader) -> None:
    linke_sent(visiting, reader, 3)
    at_once(visiting, reader, 3, b"mine")
    visiting.press("zhouhang", "说明")
    assert "再多说两个字" in visiting.say("zhouhang", "啊")[0].text
    assert "已说明" in visiting.say("zhouhang", "门口固定机位，每次都这样拍")[0].text
    kept = evidence(visiting, "photo")
    assert (kept.state, kept.hints, kept.note) == (
        EvidenceState.VALID, [Hint.SEEN_EXPLAINED], "门口固定机位，每次都这样拍",
    )  # fmt: skip


def test_an_explained_picture_still_has_to_say_when_it_was_taken(visiting: Company, reader: ScriptedReader) -> None:
    linke_sent(visiting, reader, 3)
    at_once(visiting, reader, 3, b"mine", time="14:05")
    visiting.press("zhouhang", "说明")
    answers = visiting.say("zhouhang", "门口固定机位，每次都这样拍")
    assert "相差 2 小时 35 分" in answers[-1].text


def test_the_same_picture_again_for_the_same_visit_is_no_reuse(visiting: Company, reader: ScriptedReader) -> None:
    at_once(visiting, reader, 3, b"mine")
    assert "② 照片 ✅" in at_once(visiting, reader, 3, b"mine again")[0].text


def test_a_picture_of_ones_own_earlier_visit_is_asked_about(visiting: Company, reader: ScriptedReader) -> None:
    at_once(visiting, reader, 3, b"mine")
    visiting.say("zhouhang", "拜访 蓝海包装")
    visiting.say("zhouhang", "1")
    assert "历史照片非常接近" in at_once(visiting, reader, 3, b"mine again")[0].text


def test_another_place_is_another_picture(visiting: Company, reader: ScriptedReader) -> None:
    linke_sent(visiting, reader, 3)
    assert "② 照片 ✅" in at_once(visiting, reader, 4, b"mine")[0].text


def test_the_same_chat_for_another_visit_is_only_hinted_at(visiting: Company, reader: ScriptedReader) -> None:
    shot = replace(chat_screenshot("王建国", "采购经理"), print=traces(5), lines=(LINE,))
    visiting.say("linke", "拜访 华东机械")
    visiting.say("linke", images=[reader.show(b"hers", shot)])
    answer = visiting.say("zhouhang", images=[reader.show(b"mine", shot)])[0]
    assert "③ 截图识别" in answer.text
    assert evidence(visiting, "screenshot").hints == [Hint.SAME_CHAT]
    assert "与另一次拜访的截图内容相同" in visiting.say("chenmin", "/穿透 V-20261116-001")[0].text


def test_what_caught_the_eye_is_a_hint_for_the_line_above_only(visiting: Company, reader: ScriptedReader) -> None:
    exif = Exif(taken_at=visiting.now - timedelta(hours=3))
    reading = replace(site_photo("2026-11-16", "16:38"), print=replace(traces(3), moire=0.9), exif=exif)
    answer = visiting.say("zhouhang", images=[reader.show(b"gate", reading)])[0]
    assert "② 照片 ✅" in answer.text
    shown = visiting.say("chenmin", "/穿透 V-20261116-001")[0].text
    assert "🟡 提示（不是结论）" in shown
    assert "与水印差 178 分钟" in shown
    assert "像翻拍屏幕" in shown
