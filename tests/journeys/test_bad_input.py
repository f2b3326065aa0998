"""Whatever a thumb, a broken phone or a prankster sends: a clear sentence, nothing lost, no 5xx, against the real process."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

import pytest
import requests
from PIL import Image

from bot.file_name import LONGEST
from tests.bot.photo.hostile import pdf, png_header
from tests.bot.photo.hostile_files import saved, scans
from tests.journeys.office import Message, Office

PART_LIMIT = 20 * 2**20
CHINESE = re.compile(r"[\u4e00-\u9fff]{4}")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with Office(tmp_path_factory.mktemp("bad"), at="2026-11-16T14:00") as office:
        yield office


def answered(replies: list[Message]) -> str:
    """The words of one clear answer: Chinese, short, and not the sentence of a crash."""
    words = "\n".join(reply.words for reply in replies)
    assert CHINESE.search(words), replies
    assert "编号" not in words, words
    assert len(words) < 600
    return words


def kept(office: Office, who: str) -> list[Message]:
    """Everything a person said, as the chat still shows it."""
    shown = requests.get(f"{office.api}/messages", params={"viewer": who, "after": "0"}, timeout=30).json()["messages"]
    return [Message(message) for message in shown if message["from"] == who]


def photo() -> bytes:
    return saved(Image.effect_noise((640, 480), 60).convert("RGB"), "JPEG")


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("报价.txt", "x" * 5000)
    return out.getvalue()


PICTURES = {
    "cut in half": (lambda: photo()[: len(photo()) // 2], "没传完整"),
    "only its head": (lambda: photo()[:200], "没传完整"),
    "a bomb of 13,000 squared": (lambda: png_header(13_000, 13_000, body=bytes(13_000 * 200)), "太大"),
    "a zip named jpg": (archive, "不是图片"),
    "a page named jpg": (lambda: b"<html><script>alert(1)</script></html>" * 9, "不是图片"),
    "a drawing named jpg": (
        lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        "不是图片",
    ),
    "one pixel": (lambda: saved(Image.new("RGB", (1, 1)), "PNG"), "太小"),
    "20,000 by 20": (lambda: saved(Image.new("RGB", (20_000, 20)), "PNG"), "又细又长"),
    "a scan without pages": (lambda: pdf((595, 842), pages=0), "没传完整"),
    "thirty thousand scans": (lambda: scans(30_000), "太大"),
    "an animation in sixteen colours": (
        lambda: saved(odd(), "GIF", save_all=True, append_images=[odd()] * 9),
        "不知道归到哪里",
    ),
    "a print shop's four inks": (lambda: saved(odd().convert("CMYK"), "JPEG"), "不知道归到哪里"),
}


def odd() -> Image.Image:
    return Image.new("RGB", (64, 48), "teal")


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_that_is_none_is_answered_with_what_to_do(office: Office, name: str) -> None:
    make, words = PICTURES[name]
    before = len(kept(office, "zhouhang"))
    assert words in answered(office.say("zhouhang", images=[make()]))
    assert len(kept(office, "zhouhang")) == before + 1


FILE_NAMES = [
    "../../../etc/cron.d/x.csv", "..\\..\\x.csv", "a\0b.csv", "\u202evsc.exe.csv", "=cmd|' /C calc'!A1.csv", "好" * 3000 + ".csv",
    "<script>alert(1)</script>.csv", "x\ty\u2028z.csv", "%00%0a.csv", "😀\u200d.csv", ".csv", "名单'; DROP TABLE person; --.csv",
]  # fmt: skip


def send_file(office: Office, who: str, name: str, data: bytes) -> list[Message]:
    """Send a file as a hostile client would: the library would tidy its name."""
    raw = name.encode().replace(b'"', b"%22")
    facts = f'--x\r\nContent-Disposition: form-data; name="from"\r\n\r\n{who}\r\n--x\r\nContent-Disposition: form-data; name="chat"\r\n\r\ndirect\r\n'
    part = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="' + raw + b'"\r\nContent-Type: text/csv\r\n\r\n'
    )
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    body = facts.encode() + part + data + b"\r\n--x--\r\n"
    answer = requests.post(f"{office.api}/messages?wait=1", data=body, headers=headers, timeout=90)
    assert answer.status_code == 200, answer.text
    return [Message(reply) for reply in answer.json()["replies"]]


@pytest.mark.parametrize("name", FILE_NAMES, ids=lambda name: ascii(name)[:30])
def test_a_file_with_a_hostile_name_is_kept_under_a_plain_one(office: Office, name: str) -> None:
    answered(send_file(office, "akai", name, "客户名称,联系人\n".encode()))
    file = kept(office, "akai")[-1]["file"]
    assert file["name"].endswith(".csv")
    assert len(file["name"]) <= LONGEST
    assert not re.search(r"[/\\\x00-\x1f\u2028\u202e\u200d]", file["name"])


def upload(office: Office, data: bytes) -> requests.Response:
    parts = [("image", ("大图.jpg", data, "image/jpeg"))]
    facts = {"from": "linke", "chat": "direct"}
    return requests.post(f"{office.api}/messages?wait=1", data=facts, files=parts, timeout=90)


def test_twenty_megabytes_are_looked_at_and_one_byte_more_is_refused_in_words(office: Office) -> None:
    picture = photo()
    padded = picture + bytes(PART_LIMIT - len(picture))
    fits = upload(office, padded)
    assert fits.status_code == 200
    answered([Message(reply) for reply in fits.json()["replies"]])
    over = upload(office, padded + b"\0")
    assert (over.status_code, "20 MB" in over.json()["error"]) == (413, True)


@pytest.mark.parametrize(
    "text", ["今天和王建国谈得很好，" * 909, "a" * 10_000, "1" * 10_000, "😀" * 5_000, "（" * 10_000]
)
def test_ten_thousand_characters_are_read_and_kept_whole(office: Office, text: str) -> None:
    answered(office.say("linke", text))
    assert kept(office, "linke")[-1]["text"] == text


def test_one_character_too_many_is_said_and_not_cut_off_in_silence(office: Office) -> None:
    words = answered(office.say("linke", "好" * 10_001))
    assert "10,001" in words
    assert "10,000" in words
    assert "/帮助" not in words  # nobody mistypes a command of this length


@pytest.mark.parametrize(
    "text", ["👍🏽👨‍👩‍👧‍👦🎉", "\u200b\u200d\ufeff", "🎉", "\u202e反过来写", "ﷺ" * 300, "Z̸̢͠a̵lgo" * 50]
)
def test_signs_without_words_are_answered(office: Office, text: str) -> None:
    answered(office.say("linke", text))


def test_invisible_signs_inside_a_command_do_not_hide_it(office: Office) -> None:
    assert "华东机械" in answered(office.say("sun", "/客\u200b户 华东\u2060机\ufeff械"))


def test_an_unknown_person_is_told_what_to_do(office: Office) -> None:
    assert "管理员" in answered(office.say("nobody", "你好"))
    assert "管理员" in answered(office.say("nobody' OR '1'='1", "/我的"))


def press(office: Office, who: str, card: Message, action: str) -> requests.Response:
    facts = {"from": who, "message_id": card["id"], "action": action}
    return requests.post(f"{office.api}/actions?wait=1", json=facts, timeout=30)


def test_a_closed_button_a_foreign_one_and_a_forged_one(office: Office) -> None:
    (card,) = office.say("zhouhang", "/请假 明天")
    assert "取消请假" in card.buttons, card
    action = next(b["action"] for b in card["card"]["buttons"] if b["label"] == "取消请假")
    foreign = press(office, "linke", card, action)
    assert (foreign.status_code, "不是发给你" in foreign.json()["error"]) == (404, True)
    assert "取消" in answered(office.press("zhouhang", "取消请假", on=card))
    for value in (action, action[:-1] + ("a" if action[-1] != "a" else "b"), "x" * 900, "../../etc"):
        late = press(office, "zhouhang", card, value)
        assert late.status_code == 200
        assert re.search("失效|已经取消", answered([Message(reply) for reply in late.json()["replies"]]))


@pytest.mark.parametrize(
    "said",
    [
        "承诺 2月30日前给华东机械寄样品", "/承诺 华东机械 2026-02-30 寄样品", "/计划 2月30日 10:00 华东机械",
        "/计划 11月31日下午 华东机械", "/请假 2月30日", "/请假 明天到2月30日", "/日报 2月30日", "/日报 2026-02-30", "/日报 13月45日 客户拜访 恒信", "13月45日给蓝海发合同", "2月30日",
    ],
)  # fmt: skip
def test_a_day_no_calendar_has_is_named_as_such(office: Office, said: str) -> None:
    assert re.search("没有「.*(30|31|45).*」这一天", answered(office.say("linke", said)))
    office.say("linke", "取消")


def test_a_next_step_on_such_a_day_is_asked_for_again(office: Office) -> None:
    office.say("sun", "拜访 华东机械")
    words = "\n".join(reply.words for reply in office.say("sun", "王建国关心交期，下一步 2月30日前给新报价"))
    assert "没有「2月30日」这一天" in words


def test_nothing_was_parked_and_the_process_never_broke(office: Office) -> None:
    health = requests.get(office.api.replace("/practice/api", "/healthz"), timeout=10)
    assert health.json() == {"ok": True, "problems": {}}
    log = (office.folder / "process.log").read_text("utf-8")
    assert "Traceback" not in log
    assert "turn_failed" not in log
