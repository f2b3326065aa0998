from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.adapters.base import Delivery, Fate, Outcome, Recipient
from bot.adapters.token import MemoryTokenStore
from bot.adapters.wecom.app import AppChannel
from bot.adapters.wecom.client import WecomClient
from bot.adapters.wecom.config import WecomConfig
from bot.adapters.wecom.task import task_id
from bot.reply import Button, ButtonStyle, Card, Content, Document
from bot.update import Chat, ChatKind
from tests.bot.adapters.wecom.conftest import Clock
from tests.fakes.wecom.server import FakeWecom
from tests.fakes.wecom.state import HTML, HTTP_502, LOSE_ANSWER

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
CARD = Card("拜访提醒", "7号门店 14:00", buttons=(Button("已完成", "visit.ok~42~s", ButtonStyle.PRIMARY),))


def deliver(
    content: Content, *people: str, key: str = "remind:42:1", repeat: bool = False, number: int = 42
) -> Delivery:
    recipients = tuple(Recipient(f"{key}@p:{person}", person) for person in people or ("lihua",))
    chat = Chat(ChatKind.DIRECT, recipients[0].account_id)
    return Delivery(chat, recipients, content, datetime(2026, 9, 21, tzinfo=UTC), repeat=repeat, number=number)


@pytest.fixture
def media() -> dict[str, bytes]:
    return {"photo": PNG, "report": b"%PDF-1.7 lots of words"}


@pytest.fixture
def app(client: WecomClient, config: WecomConfig, media: dict[str, bytes], clock: Clock) -> AppChannel:
    return AppChannel(client, config, media, now=clock.now)


@pytest.fixture
def restarted(config: WecomConfig, media: dict[str, bytes], clock: Clock) -> AppChannel:
    """The same installation in a new process that remembers nothing."""
    client = WecomClient(config, tokens=MemoryTokenStore(), now=clock.now)
    return AppChannel(client, config, media, now=clock.now)


def fates(outcomes: list[Outcome]) -> list[str]:
    return [outcome.fate.value for outcome in outcomes]


class TestSending:
    def test_a_text_arrives(self, app: AppChannel, wecom: FakeWecom) -> None:
        [outcome] = app.send(deliver("明天 9 点见恒信暖通"))
        assert (outcome.key, outcome.fate, outcome.handle["message_id"]) == ("remind:42:1@p:lihua", Fate.SENT, "msg1")
        assert wecom.state.texts("lihua") == ["明天 9 点见恒信暖通"]

    def test_five_thousand_characters_arrive_whole_and_in_order(self, app: AppChannel, wecom: FakeWecom) -> None:
        text = "".join(chr(0x4E00 + number) for number in range(5000))
        assert fates(app.send(deliver(text))) == ["sent"]
        assert "".join(wecom.state.texts("lihua")) == text

    def test_equal_parts_of_a_long_text_are_all_delivered(self, app: AppChannel, wecom: FakeWecom) -> None:
        app.send(deliver("今" * 2728))
        assert sum(len(text) for text in wecom.state.texts("lihua")) == 2728

    def test_a_card_arrives_with_its_name_and_a_code(self, app: AppChannel, wecom: FakeWecom) -> None:
        [outcome] = app.send(deliver(CARD))
        assert outcome.handle["response_code"] == "RC2"
        assert outcome.handle["task_id"] == task_id(["remind:42:1@p:lihua"], CARD)
        assert [card["main_title"]["title"] for card in wecom.state.cards("lihua")] == ["拜访提醒"]

    def test_what_has_no_room_on_a_card_is_said_before_it(self, app: AppChannel, wecom: FakeWecom) -> None:
        app.send(deliver(replace(CARD, body="今" * 800)))
        assert [message.kind for message in wecom.state.phone("lihua")] == ["text", "text", "template_card"]
        assert "".join(wecom.state.texts("lihua")).endswith("今" * 800)

    def test_a_chart_comes_as_a_picture_before_its_card(self, app: AppChannel, wecom: FakeWecom) -> None:
        app.send(deliver(replace(CARD, image="photo")))
        assert [message.kind for message in wecom.state.phone("lihua")] == ["image", "template_card"]
        assert wecom.state.uploads == [("image", "拜访提醒.png", PNG)]

    @pytest.mark.parametrize(
        ("document", "kind"),
        [(Document("photo", "图", is_image=True), "image"), (Document("report", "周报.pdf"), "file"),
         (Document("report", "怪图", is_image=True), "file")],
    )  # fmt: skip
    def test_a_document_comes_as_what_the_phone_can_show(
        self, app: AppChannel, wecom: FakeWecom, document: Document, kind: str
    ) -> None:
        app.send(deliver(replace(document, caption="请看")))
        assert [message.kind for message in wecom.state.phone("lihua")] == [kind, "text"]

    def test_a_picture_for_many_is_uploaded_once(self, app: AppChannel, wecom: FakeWecom, clock: Clock) -> None:
        for number in range(3):
            app.send(deliver(Document("photo", "a.png", is_image=True), key=f"k{number}"))
        assert len(wecom.state.uploads) == 1
        clock.pass_time(hours=72)
        app.send(deliver(Document("photo", "a.png", is_image=True), key="k9"))
        assert len(wecom.state.uploads) == 2

    def test_a_media_id_that_is_gone_is_replaced_once(self, app: AppChannel, wecom: FakeWecom) -> None:
        app.send(deliver(Document("photo", "a.png", is_image=True), key="k1"))
        wecom.state.media.clear()
        assert fates(app.send(deliver(Document("photo", "a.png", is_image=True), key="k2", number=43))) == ["sent"]
        assert len(wecom.state.uploads) == 2

    def test_a_file_that_was_deleted_is_not_sent(self, app: AppChannel) -> None:
        assert fates(app.send(deliver(Document("gone", "a.png", is_image=True)))) == ["never"]

    def test_nothing_is_not_sent(self, app: AppChannel, wecom: FakeWecom) -> None:
        assert fates(app.send(deliver(" \n"))) == ["never"]
        assert wecom.state.calls["message/send"] == 0


class TestManyPeople:
    def test_two_thousand_recipients_take_two_calls(self, app: AppChannel, wecom: FakeWecom) -> None:
        wecom.state.everybody = True
        outcomes = app.send(deliver("周五 15:00 全员会", *(f"user{number}" for number in range(2000))))
        assert fates(outcomes) == ["sent"] * 2000
        assert wecom.state.calls["message/send"] == 2
        assert len({message.user for message in wecom.state.phones}) == 2000

    def test_who_was_not_reached_is_told_by_name(self, app: AppChannel, wecom: FakeWecom) -> None:
        wecom.state.unlicensed = {"zhaolei"}
        outcomes = app.send(deliver("全员会", "LiHua", "Ghost", "ZhaoLei", "wangfang"))
        assert [(outcome.fate, outcome.error) for outcome in outcomes] == [
            (Fate.SENT, ""), (Fate.NEVER, "81013"), (Fate.NEVER, "unlicensed"), (Fate.SENT, ""),
        ]  # fmt: skip

    def test_nobody_reached_is_told_for_each(self, app: AppChannel) -> None:
        outcomes = app.send(deliver("全员会", "ghost1", "ghost2"))
        assert [(outcome.fate, outcome.error) for outcome in outcomes] == [(Fate.NEVER, "81013")] * 2

    def test_a_card_for_many_has_one_name(self, app: AppChannel, wecom: FakeWecom) -> None:
        app.send(deliver(CARD, "lihua", "wangfang"))
        assert wecom.state.calls["message/send"] == 1
        assert wecom.state.cards("lihua") == wecom.state.cards("wangfang")
        assert wecom.state.cards("lihua")[0]["task_id"].startswith("@@")


class TestLimits:
    def test_31_pushes_in_a_minute_all_arrive_and_none_is_dropped(
        self, app: AppChannel, wecom: FakeWecom, clock: Clock
    ) -> None:
        waiting = [deliver(f"提醒 {number}", key=f"k{number}") for number in range(31)]
        rounds = 0
        while waiting:
            results = [(delivery, app.send(delivery)[0]) for delivery in waiting]
            waiting = [delivery for delivery, outcome in results if outcome.fate is Fate.LATER]
            clock.pass_time(seconds=max((o.retry_after or 0 for _, o in results if o.fate is Fate.LATER), default=0))
            rounds += 1
        assert wecom.state.texts("lihua") == [f"提醒 {number}" for number in range(31)]
        assert (wecom.state.dropped, rounds) == ([], 2)

    def test_only_the_one_who_has_too_many_waits(self, app: AppChannel, wecom: FakeWecom) -> None:
        for number in range(28):
            app.send(deliver(f"提醒 {number}", key=f"k{number}"))
        assert fates(app.send(deliver("全员会", "wangfang", "LiHua", "zhaolei"))) == ["sent", "sent", "later"]
        assert wecom.state.texts("zhaolei") == ["全员会"]

    def test_a_long_text_waits_as_a_whole(self, app: AppChannel, wecom: FakeWecom) -> None:
        for number in range(26):
            app.send(deliver(f"提醒 {number}", key=f"k{number}"))
        assert fates(app.send(deliver("今" * 2000))) == ["later"]
        assert len(wecom.state.texts("lihua")) == 26

    def test_45009_stops_everything_for_a_minute_without_losing_it(
        self, app: AppChannel, wecom: FakeWecom, clock: Clock
    ) -> None:
        wecom.state.fail("message/send", 45009)
        first, second = app.send(deliver("一", key="1"))[0], app.send(deliver("二", key="2"))[0]
        assert [(first.error, first.retry_after), (second.error, second.retry_after)] == [("45009", 60), ("parked", 60)]
        assert first.blocks
        clock.pass_time(seconds=60)
        app.send(deliver("一", key="1"))
        app.send(deliver("二", key="2"))
        assert wecom.state.texts("lihua") == ["一", "二"]


class TestOnceOnly:
    @pytest.mark.parametrize("fault", [LOSE_ANSWER, HTTP_502, HTML])
    @pytest.mark.parametrize("content", ["明天 9 点", CARD], ids=["text", "card"])
    def test_a_lost_answer_is_asked_for_again_byte_for_byte(
        self, app: AppChannel, wecom: FakeWecom, fault: str, content: Content
    ) -> None:
        wecom.state.fail("message/send", fault)
        assert fates(app.send(deliver(content))) == ["sent"]
        assert len(wecom.state.phone("lihua")) == 1
        bodies = [raw for name, raw in wecom.state.requests if name == "message/send"]
        assert len(bodies) == 2
        assert bodies[0] == bodies[1]

    def test_two_lost_answers_stay_unknown(self, app: AppChannel, wecom: FakeWecom) -> None:
        wecom.state.fail("message/send", LOSE_ANSWER, LOSE_ANSWER)
        assert fates(app.send(deliver("明天"))) == ["unknown"]

    @pytest.mark.parametrize(
        "content", ["今" * 1000, CARD, replace(CARD, body="今" * 800)], ids=["text", "card", "both"]
    )
    def test_killed_between_sending_and_marking_nobody_gets_a_second_one(
        self, app: AppChannel, restarted: AppChannel, wecom: FakeWecom, content: Content
    ) -> None:
        app.send(deliver(content))
        seen = [(message.kind, message.content) for message in wecom.state.phone("lihua")]
        assert fates(restarted.send(deliver(content, repeat=True))) == ["sent"]
        assert [(message.kind, message.content) for message in wecom.state.phone("lihua")] == seen

    def test_killed_before_sending_nothing_is_missing(self, restarted: AppChannel, wecom: FakeWecom) -> None:
        restarted.send(deliver(CARD, repeat=True))
        assert len(wecom.state.cards("lihua")) == 1

    def test_killed_in_the_middle_of_a_long_text_the_rest_follows(
        self, app: AppChannel, restarted: AppChannel, wecom: FakeWecom
    ) -> None:
        wecom.state.fail("message/send", None, 40058)
        text = "".join(chr(0x4E00 + number) for number in range(2000))
        app.send(deliver(text))
        restarted.send(deliver(text, repeat=True))
        assert "".join(wecom.state.texts("lihua")) == text

    def test_a_long_text_that_had_to_stop_goes_on_where_it_stopped(self, app: AppChannel, wecom: FakeWecom) -> None:
        wecom.state.fail("message/send", None, -1)
        assert fates(app.send(deliver("一" * 1000))) == ["later"]
        assert fates(app.send(deliver("一" * 1000))) == ["sent"]
        assert "".join(wecom.state.texts("lihua")) == "一" * 1000
        assert wecom.state.suppressed == 0

    def test_the_same_answer_to_the_same_question_is_given_twice(self, app: AppChannel, wecom: FakeWecom) -> None:
        for row in range(17, 40):
            app.send(deliver("今天没有安排", key=f"reply:{row}:0", number=row))
        assert wecom.state.texts("lihua") == ["今天没有安排"] * 23


class TestAfterwards:
    def sent(self, app: AppChannel) -> Outcome:
        return app.send(deliver(CARD))[0]

    def test_a_card_is_changed_in_place_once(self, app: AppChannel, wecom: FakeWecom) -> None:
        sent = self.sent(app)
        changed = app.update("lihua", sent.key, sent.handle, CARD.closed("已完成"))
        assert (changed.fate, changed.handle.get("response_code")) == (Fate.SENT, None)
        [update] = wecom.state.updates
        assert (update["userids"], update["template_card"]["replace_text"]) == (["lihua"], "已完成")
        assert app.update("lihua", sent.key, changed.handle, CARD).fate is Fate.NEVER
        assert app.update("lihua", sent.key, sent.handle, CARD).error == "60140"

    def test_each_press_gives_another_change(self, app: AppChannel, wecom: FakeWecom) -> None:
        handle: dict[str, Any] = dict(self.sent(app).handle)
        for press in ("P1", "P2"):
            wecom.state.response_codes[press] = "t"
            changed = app.update("lihua", "k", handle | {"card_response_code": press}, CARD)
            assert (changed.fate, changed.handle.get("response_code")) == (Fate.SENT, handle["response_code"])
        assert (
            app.update("lihua", "k", handle | {"card_response_code": "used"}, CARD).fate is Fate.SENT
        )  # by its own code

    @pytest.mark.parametrize("fault", [LOSE_ANSWER, HTTP_502])
    def test_a_change_whose_answer_was_lost_is_a_change(self, app: AppChannel, wecom: FakeWecom, fault: str) -> None:
        sent = self.sent(app)
        wecom.state.fail("message/update_template_card", fault)
        assert app.update("lihua", sent.key, sent.handle, CARD.closed()).fate is Fate.SENT
        assert len(wecom.state.updates) == 1

    def test_a_change_waits_while_wecom_is_busy(self, app: AppChannel, wecom: FakeWecom) -> None:
        sent = self.sent(app)
        wecom.state.fail("message/update_template_card", -1)
        assert app.update("lihua", sent.key, sent.handle, CARD).fate is Fate.LATER

    def test_all_parts_are_taken_back(self, app: AppChannel, wecom: FakeWecom) -> None:
        [sent] = app.send(deliver("今" * 2000))
        assert app.recall(sent.handle).fate is Fate.SENT
        assert wecom.state.recalled == ["msg1", "msg2", "msg3"]

    def test_a_changed_card_that_is_sent_anew_is_another_card(self, app: AppChannel, wecom: FakeWecom) -> None:
        """What the outbox does when a card cannot be changed any more: the same key, and WeCom takes a task id once."""
        self.sent(app)
        assert fates(app.send(deliver(replace(CARD, body="改到 15:00")))) == ["sent"]
        assert [card["main_title"]["desc"] for card in wecom.state.cards("lihua")] == ["7号门店 14:00", "改到 15:00"]

    def test_after_a_day_it_is_too_late(self, app: AppChannel, wecom: FakeWecom) -> None:
        sent = self.sent(app)
        wecom.state.fail("message/recall", 42052)
        assert app.recall(sent.handle).fate is Fate.NEVER
