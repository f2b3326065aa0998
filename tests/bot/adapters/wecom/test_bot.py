from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.base import Delivery, Fate, Outcome, Recipient
from bot.adapters.lease import MemoryLease
from bot.adapters.token import MemoryTokenStore
from bot.adapters.wecom.adapter import WecomAdapter
from bot.adapters.wecom.bot_frames import Pace
from bot.adapters.wecom.bot_media import BotMedia
from bot.adapters.wecom.bot_message import read_bot_message
from bot.adapters.wecom.config import BotConfig, WecomConfig
from bot.adapters.wecom.crypto import Refused
from bot.adapters.wecom.errors import WecomError
from bot.adapters.wecom.stream import Streams, stream_body
from bot.adapters.wecom.surroundings import Surroundings
from bot.adapters.wecom.task import task_id
from bot.clock import SystemClock
from bot.reply import Button, ButtonStyle, Card, Content, Document, Field, Input, InputKind
from bot.update import UPDATE_JSON, Media, MediaKind, Update, UpdateKind
from tests.bot.adapters.wecom.conftest import eventually
from tests.fakes.wecom.bot import BOT_ID, BOT_SECRET, BotServer, FakeBot, fake_bot
from tests.fakes.wecom.crypto import aes_encrypt, key_of
from tests.fakes.wecom.server import FakeWecom
from tests.fakes.wecom.vectors import MEDIA_KEY

PACE = Pace(ping_every=5, ack_within=0.5, connect_within=5, back_off=(0.02, 0.05), tick=0.02, store_again=0.02)
CARD = Card("拜访提醒", "7号门店", buttons=(Button("已完成", "visit.ok~42~s", ButtonStyle.PRIMARY),))
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 5000
MEDIA = {"photo": PNG, "report": b"%PDF-1.7 words"}


class Desk:
    """A program with an AI bot that keeps what it hears and answers when told to."""

    def __init__(self, config: WecomConfig) -> None:
        self.clock = SystemClock()
        around = Surroundings(MemoryTokenStore(), MemoryLease(self.clock.now), MEDIA, self.clock.now, PACE)
        self.adapter = WecomAdapter(config, around)
        self.updates: queue.Queue[Update] = queue.Queue()
        self.known: set[str] = set()
        self.broken = 0

    def receive(self, update: Update) -> bool:
        if self.broken:
            self.broken -= 1
            raise OSError("database is locked")
        if update.id in self.known:
            return False
        self.known.add(update.id)
        self.updates.put(update)
        return True

    def next(self) -> Update:
        return self.updates.get(timeout=10)

    def answer(self, update: Update, content: Content, *, key: str = "reply:1:0", repeat: bool = False) -> Outcome:
        recipients = (Recipient(key, update.chat.id),)
        reply_to = dict(update.reply_to)
        delivery = Delivery(update.chat, recipients, content, self.clock.now(), reply_to=reply_to, repeat=repeat)
        return self.adapter.send(delivery)[0]

    def push(self, update: Update, content: Content, *, key: str = "k") -> Outcome:
        recipients = (Recipient(key, update.chat.id),)
        return self.adapter.send(Delivery(update.chat, recipients, content, self.clock.now()))[0]


@pytest.fixture
def server() -> Iterator[BotServer]:
    with fake_bot() as server:
        yield server


@pytest.fixture
def bot(server: BotServer) -> FakeBot:
    return server.bot


@pytest.fixture
def desk(bot: FakeBot) -> Iterator[Desk]:
    desk = Desk(WecomConfig(bot=BotConfig(BOT_ID, BOT_SECRET, bot.url)))
    desk.adapter.start(desk.receive)
    bot.wait_live()
    assert desk.adapter.bot.socket is not None
    eventually(lambda: desk.adapter.health() == {})
    eventually(lambda: desk.adapter.bot.socket and desk.adapter.bot.socket.is_live)
    yield desk
    desk.adapter.stop()


class TestHearing:
    def test_a_word_in_private(self, desk: Desk, bot: FakeBot) -> None:
        bot.say("今日拜访3家", sender="LiHua")
        update = desk.next()
        assert (update.text, update.sender_id, update.chat.kind, update.lane) == (
            "今日拜访3家",
            "lihua",
            "direct",
            "wecom:direct:lihua",
        )

    def test_a_mention_in_a_group_is_taken_off_and_the_group_keeps_its_case(self, desk: Desk, bot: FakeBot) -> None:
        bot.say("@助手 /query 恒信 @王丽", group="wrAbC")
        update = desk.next()
        assert (update.text, update.chat.kind, update.chat.id) == ("/query 恒信 @王丽", "group", "wrAbC")

    def test_what_a_voice_said(self, desk: Desk, bot: FakeBot) -> None:
        bot.say(kind="voice", voice={"content": "明天见王总"})
        update = desk.next()
        assert (update.kind, update.voice_text) == (UpdateKind.VOICE, "明天见王总")

    def test_a_picture_among_words_in_a_group(self, desk: Desk, bot: FakeBot) -> None:
        items = [
            {"msgtype": "text", "text": {"content": "@助手 7号店"}},
            {"msgtype": "image", "image": {"url": "http://127.0.0.1:9/a", "aeskey": MEDIA_KEY}},
        ]
        bot.say(kind="mixed", mixed={"msg_item": items}, group="wr1")
        update = desk.next()
        assert (update.kind, update.text) == (UpdateKind.IMAGE, "7号店")
        assert update.images[0].ref == {"via": "bot", "url": "http://127.0.0.1:9/a", "aeskey": MEDIA_KEY}

    def test_a_quoted_picture(self, desk: Desk, bot: FakeBot) -> None:
        quote = {"msgtype": "image", "image": {"pic_url": "http://127.0.0.1:9/b", "aeskey": MEDIA_KEY}}
        bot.say("@助手 存一下", group="wr1", quote=quote)
        update = desk.next()
        assert update.quote is not None
        assert update.quote.media[0].ref["url"] == "http://127.0.0.1:9/b"

    def test_a_quoted_word(self, desk: Desk, bot: FakeBot) -> None:
        bot.say("什么意思", quote={"msgtype": "text", "text": {"content": "恒信要降价"}})
        quote = desk.next().quote
        assert quote is not None
        assert quote.text == "恒信要降价"

    @pytest.mark.parametrize(("kind", "expected"), [("file", UpdateKind.FILE), ("video", UpdateKind.VIDEO)])
    def test_other_attachments(self, desk: Desk, bot: FakeBot, kind: str, expected: UpdateKind) -> None:
        bot.say(kind=kind, **{kind: {"url": "http://127.0.0.1:9/c", "aeskey": MEDIA_KEY}})
        assert desk.next().kind is expected

    @pytest.mark.parametrize("flat", [False, True], ids=["nested", "flat"])
    def test_a_press(self, desk: Desk, bot: FakeBot, flat: bool) -> None:
        details: dict[str, Any] = {
            "event_key": "visit.ok~42~s", "task_id": task_id(["reply:1:0"]),
            "selected_items": {"selected_item": [{"question_key": "q", "option_ids": {"option_id": ["a", "b"]}}]},
        }  # fmt: skip
        if flat:
            event = {"eventtype": "template_card_event"} | details
            body = {"msgid": "E", "from": {"userid": "lihua"}, "chattype": "single", "msgtype": "event", "event": event}
            bot.push("aibot_event_callback", body)
        else:
            bot.event("template_card_event", details)
        press = desk.next().press
        assert press is not None
        assert (press.value, press.message_id, press.values) == ("visit.ok~42~s", "reply:1:0", {"q": "a,b"})

    def test_a_message_delivered_twice_is_one(self, desk: Desk, bot: FakeBot) -> None:
        body = {
            "msgid": "M",
            "from": {"userid": "lihua"},
            "chattype": "single",
            "msgtype": "text",
            "text": {"content": "在"},
        }
        for _ in range(3):
            bot.push("aibot_msg_callback", body)
        bot.say("完")
        assert [desk.next().text, desk.next().text] == ["在", "完"]

    def test_a_kind_of_tomorrow(self, desk: Desk, bot: FakeBot) -> None:
        bot.say(kind="hologram")
        assert desk.next().kind is UpdateKind.UNKNOWN

    def test_a_database_that_is_away_loses_nothing_and_keeps_the_order(self, desk: Desk, bot: FakeBot) -> None:
        desk.broken = 5
        bot.say("一")
        bot.say("二")
        assert [desk.next().text, desk.next().text] == ["一", "二"]


class TestAnswering:
    def asked(self, desk: Desk, bot: FakeBot, **where: Any) -> Update:
        bot.say("在吗", **where)
        return desk.next()

    def test_the_first_answer_is_one_finished_stream_and_the_second_a_message(self, desk: Desk, bot: FakeBot) -> None:
        update = self.asked(desk, bot, group="wrAbC")
        assert desk.answer(update, "在", key="1").fate is Fate.SENT
        assert desk.answer(update, "还有一件事", key="2").fate is Fate.SENT
        req_id = update.reply_to["req_id"]
        assert bot.sent("aibot_respond_msg") == [stream_body(req_id, "在", finish=True)]
        assert bot.sent("aibot_send_msg") == [
            {"chatid": "wrAbC", "chat_type": 2, "msgtype": "markdown", "markdown": {"content": "还有一件事"}}
        ]

    def test_a_card_answers_too(self, desk: Desk, bot: FakeBot) -> None:
        outcome = desk.answer(self.asked(desk, bot), CARD)
        [body] = bot.sent("aibot_respond_msg")
        assert (body["msgtype"], body["template_card"]["task_id"]) == ("template_card", outcome.handle["task_id"])

    def test_a_card_with_nothing_to_press_is_written_out(self, desk: Desk, bot: FakeBot) -> None:
        desk.answer(self.asked(desk, bot), Card("已记下", "恒信暖通", (Field("时间", "14:00"),)))
        assert bot.sent("aibot_respond_msg")[0]["stream"]["content"] == "**已记下**\n恒信暖通\n>时间：14:00"

    def test_a_push_goes_to_the_session(self, desk: Desk, bot: FakeBot) -> None:
        desk.push(self.asked(desk, bot), "该写日报了")
        assert bot.sent("aibot_send_msg") == [
            {"chatid": "lihua", "chat_type": 1, "msgtype": "markdown", "markdown": {"content": "该写日报了"}}
        ]

    def test_long_texts_arrive_whole_in_parts_that_fit(self, desk: Desk, bot: FakeBot) -> None:
        text = "".join(chr(0x4E00 + number % 9000) for number in range(9000))
        desk.push(self.asked(desk, bot), text)
        parts = [body["markdown"]["content"] for body in bot.sent("aibot_send_msg")]
        assert "".join(parts) == text
        assert max(len(part.encode()) for part in parts) <= 20480

    @pytest.mark.parametrize("code", [846605, 846608])
    def test_an_answer_that_comes_too_late_becomes_a_message(self, desk: Desk, bot: FakeBot, code: int) -> None:
        update = self.asked(desk, bot)
        bot.refuse_with["aibot_respond_msg"] = [code]
        assert desk.answer(update, "在").fate is Fate.SENT
        assert bot.sent("aibot_send_msg")[0]["markdown"]["content"] == "在"

    def test_while_not_subscribed_it_waits(self, desk: Desk, bot: FakeBot) -> None:
        update = self.asked(desk, bot)
        bot.refuse_with["aibot_respond_msg"] = [846609]
        assert desk.answer(update, "在").fate is Fate.LATER
        assert desk.answer(update, "在").fate is Fate.SENT
        assert [body["stream"]["content"] for body in bot.sent("aibot_respond_msg")] == ["在", "在"]

    def test_one_busy_session_does_not_stop_the_others(self, desk: Desk, bot: FakeBot) -> None:
        bot.refuse_with["aibot_send_msg"] = [45009]
        outcome = desk.push(self.asked(desk, bot), "在")
        assert (outcome.fate, outcome.blocks, outcome.retry_after) == (Fate.LATER, False, 60)

    def test_an_answer_of_unknown_fate_is_not_repeated_unmarked(self, desk: Desk, bot: FakeBot) -> None:
        update = self.asked(desk, bot)
        bot.swallow_acks = True
        assert desk.answer(update, "在").fate is Fate.UNKNOWN
        bot.swallow_acks = False
        desk.answer(update, "在", repeat=True)
        assert bot.sent("aibot_send_msg")[0]["markdown"]["content"] == "（可能重复）在"

    def test_never_more_than_thirty_a_minute_in_a_session(self, desk: Desk, bot: FakeBot) -> None:
        update = self.asked(desk, bot)
        fates = [desk.push(update, str(number), key=str(number)).fate for number in range(31)]
        assert fates == [Fate.SENT] * 28 + [Fate.LATER] * 3

    def test_without_a_connection_it_waits(self, desk: Desk, bot: FakeBot) -> None:
        update = self.asked(desk, bot)
        desk.adapter.stop()
        outcome = desk.push(update, "在")
        assert (outcome.fate, outcome.retry_after) == (Fate.LATER, 1.0)

    def test_somebody_who_opens_the_chat_is_greeted_in_time(self, desk: Desk, bot: FakeBot) -> None:
        bot.event("enter_chat")
        update = desk.next()
        assert (update.kind, update.event) == (UpdateKind.EVENT, "enter_chat")
        desk.answer(update, "你好，发「帮助」看我会什么")
        assert bot.sent("aibot_respond_welcome_msg") == [
            {"msgtype": "text", "text": {"content": "你好，发「帮助」看我会什么"}}
        ]

    def test_a_greeting_that_comes_too_late_is_a_message(self, desk: Desk, bot: FakeBot) -> None:
        bot.event("enter_chat")
        bot.refuse_with["aibot_respond_welcome_msg"] = [846605]
        desk.answer(desk.next(), "你好")
        assert len(bot.sent("aibot_send_msg")) == 1

    def test_a_picture_is_uploaded_in_pieces(self, desk: Desk, bot: FakeBot) -> None:
        desk.answer(self.asked(desk, bot), Document("photo", "图.png", is_image=True, caption="请看"))
        [upload] = bot.uploads.values()
        assert (upload["data"], upload["total_chunks"], upload["type"], upload["filename"]) == (
            PNG,
            3,
            "image",
            "图.png",
        )
        assert [body["msgtype"] for body in bot.sent("aibot_respond_msg")] == ["image", "stream"]


class TestPresses:
    def pressed(self, desk: Desk, bot: FakeBot) -> tuple[Update, dict[str, str]]:
        bot.say("在吗")
        sent = desk.answer(desk.next(), CARD)
        bot.event("template_card_event", {"event_key": "visit.ok~42~s", "task_id": sent.handle["task_id"]})
        update = desk.next()
        given = {name: value for name, value in update.reply_to.items() if name.startswith("card_")}
        return update, {**sent.handle, **given}

    def change(self, desk: Desk, update: Update, handle: dict[str, str], at: datetime) -> Outcome:
        return desk.adapter.update(update.chat, "reply:1:0", handle, CARD.closed("已完成"), at)

    def test_the_card_changes_as_the_answer_to_its_press(self, desk: Desk, bot: FakeBot) -> None:
        update, handle = self.pressed(desk, bot)
        changed = self.change(desk, update, handle, update.received_at)
        assert changed.fate is Fate.SENT
        [body] = bot.sent("aibot_respond_update_msg")
        assert (body["response_type"], body["template_card"]["replace_text"]) == ("update_template_card", "已完成")
        assert not any(name.startswith("card_") for name in changed.handle)
        assert body["template_card"]["task_id"] == handle["task_id"]

    @pytest.mark.parametrize(("seconds", "fate"), [(3.9, Fate.SENT), (5.1, Fate.NEVER)])
    def test_after_five_seconds_it_is_too_late(self, desk: Desk, bot: FakeBot, seconds: float, fate: Fate) -> None:
        update, handle = self.pressed(desk, bot)
        assert self.change(desk, update, handle, update.received_at + timedelta(seconds=seconds)).fate is fate

    def test_without_a_press_it_cannot_change(self, desk: Desk, bot: FakeBot) -> None:
        bot.say("在吗")
        update = desk.next()
        assert self.change(desk, update, {"via": "bot"}, update.received_at).fate is Fate.NEVER


class Waiting:
    """Somebody who waits for an answer, and the frames he has seen (finished or not)."""

    def __init__(self) -> None:
        self.seconds = 100.0
        self.frames: list[bool] = []
        self.streams = Streams(
            lambda _req_id, body: self.frames.append(body["stream"]["finish"]), seconds=lambda: self.seconds
        )
        self.streams.asked("R")

    def at(self, seconds: float) -> list[bool]:
        self.seconds = 100 + seconds
        self.streams.tick()
        return self.frames


class TestStreams:
    @pytest.fixture
    def waiting(self) -> Waiting:
        return Waiting()

    def test_who_waits_for_two_seconds_gets_a_word_once(self, waiting: Waiting) -> None:
        assert waiting.at(1.9) == []
        assert waiting.at(2) == [False]
        assert waiting.at(3) == [False]
        assert waiting.streams.claim("R")

    def test_a_stream_is_ended_in_four_minutes_and_only_once(self, waiting: Waiting) -> None:
        waiting.at(2)
        assert waiting.at(239) == [False]
        assert waiting.at(240) == [False, True]
        assert waiting.at(300) == [False, True]
        assert not waiting.streams.claim("R")

    def test_who_was_answered_gets_nothing_more(self, waiting: Waiting) -> None:
        assert waiting.streams.claim("R")
        assert not waiting.streams.claim("R")
        assert waiting.at(2) == waiting.at(240) == []

    def test_an_answer_that_did_not_go_out_may_be_given_again(self, waiting: Waiting) -> None:
        waiting.streams.claim("R")
        waiting.streams.reopen("R")
        assert waiting.streams.claim("R")

    def test_a_redelivery_opens_nothing(self, waiting: Waiting) -> None:
        waiting.streams.forget("R")
        assert waiting.at(2) == []

    def test_what_is_long_over_is_forgotten(self, waiting: Waiting) -> None:
        waiting.at(480)
        assert waiting.streams._streams == {}

    def test_an_open_stream_is_finished_by_the_answer(self, desk: Desk, bot: FakeBot) -> None:
        assert desk.adapter.bot._channel is not None
        desk.adapter.bot._channel.streams.open_after = 0.05
        bot.say("读一下这张名片")
        update = desk.next()
        bot.until(lambda: bot.sent("aibot_respond_msg"))
        desk.answer(update, "王建国，采购经理")
        first, second = bot.sent("aibot_respond_msg")
        assert first["stream"]["id"] == second["stream"]["id"]
        assert [first["stream"]["finish"], second["stream"]["finish"]] == [False, True]


class Pictures(BaseHTTPRequestHandler):
    answers: list[tuple[int, bytes]]
    asked = 0

    def do_GET(self) -> None:
        type(self).asked += 1
        status, data = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        self.send_response_only(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def cdn() -> Iterator[Callable[..., tuple[str, type[Pictures]]]]:
    servers: list[ThreadingHTTPServer] = []

    def start(*answers: tuple[int, bytes]) -> tuple[str, type[Pictures]]:
        handler = type("Handler", (Pictures,), {"answers": list(answers)})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        servers.append(server)
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}/p", handler

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


class TestPictures:
    sealed = aes_encrypt(key_of(MEDIA_KEY), PNG)

    def media(self, url: str, **ref: str) -> Media:
        return Media(MediaKind.IMAGE, {"via": "bot", "url": url} | ref)

    def test_a_picture_is_fetched_and_decrypted(self, cdn: Callable[..., Any]) -> None:
        url, _ = cdn((200, self.sealed))
        assert BotMedia().fetch(self.media(url, aeskey=MEDIA_KEY)).data == PNG

    def test_in_url_mode_the_bot_s_own_key_opens_it(self, cdn: Callable[..., Any]) -> None:
        url, _ = cdn((200, self.sealed))
        assert BotMedia(MEDIA_KEY).fetch(self.media(url)).data == PNG

    def test_a_moment_of_503_is_waited_out(self, cdn: Callable[..., Any]) -> None:
        url, handler = cdn((503, b""), (502, b""), (200, self.sealed))
        pauses: list[float] = []
        assert BotMedia(MEDIA_KEY, pause=pauses.append).fetch(self.media(url)).data == PNG
        assert (handler.asked, pauses) == (3, [0.5, 2.0])

    def test_it_does_not_try_for_ever(self, cdn: Callable[..., Any]) -> None:
        url, handler = cdn((503, b""))
        with pytest.raises(WecomError) as error:
            BotMedia(MEDIA_KEY, pause=lambda _: None).fetch(self.media(url))
        assert (handler.asked, error.value.permanent) == (4, False)

    @pytest.mark.parametrize("answer", [(403, b""), (200, b"x" * 32), (200, b'{"errcode":40007}')])
    def test_what_is_no_picture_is_refused_for_good(self, cdn: Callable[..., Any], answer: tuple[int, bytes]) -> None:
        url, handler = cdn(answer)
        with pytest.raises(WecomError) as error:
            BotMedia(MEDIA_KEY).fetch(self.media(url))
        assert (handler.asked, error.value.permanent) == (1, True)

    def test_it_is_downloaded_when_it_is_heard_and_only_once(
        self, desk: Desk, bot: FakeBot, cdn: Callable[..., Any]
    ) -> None:
        url, handler = cdn((200, self.sealed))
        bot.say(kind="image", image={"url": url, "aeskey": MEDIA_KEY})
        update = desk.next()
        eventually(lambda: handler.asked == 1)
        handler.answers[:] = [(403, b"")]  # five minutes later
        assert desk.adapter.fetch(update.images[0]).data == PNG
        assert handler.asked == 1


def test_an_encrypted_id_is_translated_with_the_app(wecom: FakeWecom, config: WecomConfig, bot: FakeBot) -> None:
    encrypted = "woXYZabcdefghijklmnopqrstuvw"
    wecom.state.open_ids[encrypted] = "LiHua"
    desk = Desk(replace(config, bot=BotConfig(BOT_ID, BOT_SECRET, bot.url)))
    desk.adapter.start(desk.receive)
    bot.wait_live()
    for _ in range(2):
        bot.say("在", sender=encrypted)
    bot.say("在", sender="woUNKNOWNabcdefghijklmnopqr")
    assert [desk.next().sender_id for _ in range(3)] == ["lihua", "lihua", "woUNKNOWNabcdefghijklmnopqr"]
    assert wecom.state.calls["batch/openuserid_to_userid"] == 2
    desk.adapter.stop()


def test_what_must_be_typed_is_asked_for_on_the_card(desk: Desk, bot: FakeBot) -> None:
    bot.say("在吗")
    desk.answer(desk.next(), replace(CARD, inputs=(Input("why", "原因", InputKind.TEXT),)))
    [body] = bot.sent("aibot_respond_msg")
    assert "请直接回复：原因" in str(body["template_card"])


KINDS = ["text", "image", "mixed", "voice", "file", "video", "event", "stream", "hologram"]
FIELDS = [
    *KINDS, "msgid", "aibotid", "chatid", "chattype", "from", "userid", "content", "url", "aeskey", "msg_item", "quote",
    "eventtype", "template_card_event", "event_key", "task_id", "selected_items", "selected_item", "option_ids", "create_time",
]  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6),
    max_leaves=12,
)


@settings(max_examples=500, deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=8), st.sampled_from(KINDS))
def test_whatever_the_platform_says_is_read_or_refused(body: dict[str, Any], kind: str) -> None:
    said = {"from": {"userid": "a"}, "chattype": "single"} | body | {"msgtype": kind}
    try:
        update = read_bot_message(said, received_at=datetime(2026, 9, 21, tzinfo=UTC), req_id="R")
    except Refused:
        return
    if update is not None:
        UPDATE_JSON.validate_json(UPDATE_JSON.dump_json(update))
