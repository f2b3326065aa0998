from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.adapters.base import Delivery, Fate, Outcome, Recipient
from bot.adapters.wecom.appchat import AppChats
from bot.adapters.wecom.client import WecomClient
from bot.adapters.wecom.config import GroupRobot, WecomConfig
from bot.adapters.wecom.robot import Robots, is_webhook
from bot.reply import Button, Card, Content, Document, Field
from bot.update import Chat, ChatKind
from tests.bot.adapters.wecom.conftest import Clock
from tests.fakes.wecom.server import FakeWecom
from tests.fakes.wecom.state import LOSE_ANSWER

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
TABLE = "# 日报\n| 人 | 完成 |\n|:--|--:|\n| 李华 | 3 |"
MEDIA = {"photo": PNG, "report": b"%PDF-1.7 lots of words"}


def deliver(
    content: Content, chat: str, *, mentions: tuple[str, ...] = (), repeat: bool = False, key: str = "k"
) -> Delivery:
    return Delivery(
        Chat(ChatKind.GROUP, chat), (Recipient(key, chat),), content, datetime(2026, 9, 21, tzinfo=UTC),
        mentions=mentions, repeat=repeat,
    )  # fmt: skip


class TestRobots:
    @pytest.fixture
    def robots(self, config: WecomConfig, wecom: FakeWecom, clock: Clock) -> Robots:
        group = GroupRobot("华东晨会", wecom.webhook(KEY))
        return Robots(replace(config, groups=(group,)), MEDIA, now=clock.now)

    def send(self, robots: Robots, content: Content, **more: Any) -> Outcome:
        [outcome] = robots.send(deliver(content, "webhook:华东晨会", **more))
        return outcome

    def heard(self, wecom: FakeWecom) -> list[dict[str, Any]]:
        return wecom.state.robots[KEY]

    def test_a_text_calls_people(self, robots: Robots, wecom: FakeWecom) -> None:
        self.send(robots, "日报还差两位", mentions=("lihua", "@all"))
        assert self.heard(wecom) == [
            {"msgtype": "text", "text": {"content": "日报还差两位", "mentioned_list": ["lihua", "@all"]}}
        ]

    def test_a_long_text_comes_in_parts_and_calls_at_the_end(self, robots: Robots, wecom: FakeWecom) -> None:
        self.send(robots, "今" * 1500, mentions=("lihua",))
        texts = [message["text"] for message in self.heard(wecom)]
        assert "".join(text["content"] for text in texts) == "今" * 1500
        assert ["mentioned_list" in text for text in texts] == [False, False, True]

    def test_a_table_is_drawn(self, robots: Robots, wecom: FakeWecom) -> None:
        self.send(robots, TABLE)
        assert self.heard(wecom) == [{"msgtype": "markdown_v2", "markdown_v2": {"content": TABLE}}]

    def test_a_short_card_is_a_notice_without_buttons(self, robots: Robots, wecom: FakeWecom) -> None:
        self.send(robots, Card("晨会", "三件事", buttons=(Button("知道了", "k"),)))
        [message] = self.heard(wecom)
        assert message["template_card"]["card_type"] == "text_notice"
        assert "button_list" not in message["template_card"]

    def test_a_long_card_is_written_out_within_the_hard_limit(self, robots: Robots, wecom: FakeWecom) -> None:
        card = Card("周报", "\n".join(["恒信暖通：报价已发，等终审"] * 200), (Field("拜访", "31"),))
        assert self.send(robots, card).fate is Fate.SENT
        contents = [message["markdown"]["content"] for message in self.heard(wecom)]
        assert "\n".join(contents).startswith("**周报**\n恒信暖通")
        assert contents[-1].endswith(">拜访：31")

    def test_a_card_may_call_people(self, robots: Robots, wecom: FakeWecom) -> None:
        self.send(robots, Card("晨会", "三件事"), mentions=("lihua",))
        assert self.heard(wecom)[0]["markdown"]["content"] == "**晨会**\n三件事\n<@lihua>"

    def test_pictures_and_files_go_out(self, robots: Robots, wecom: FakeWecom) -> None:
        self.send(robots, Document("photo", "a.png", is_image=True))
        self.send(robots, Document("report", "周报.pdf", caption="请看"))
        self.send(robots, Card("图", image="photo"))
        assert [message["msgtype"] for message in self.heard(wecom)] == [
            "image",
            "file",
            "text",
            "image",
            "template_card",
        ]
        assert list(wecom.state.robot_files.values()) == [("周报.pdf", MEDIA["report"])]

    def test_never_more_than_twenty_a_minute(self, robots: Robots, wecom: FakeWecom, clock: Clock) -> None:
        waiting = [str(number) for number in range(40)]
        while waiting:
            outcome = self.send(robots, waiting[0], key=waiting[0])
            if outcome.fate is Fate.SENT:
                waiting.pop(0)
            else:
                assert outcome.error == "parked"
                clock.pass_time(seconds=outcome.retry_after or 0)
        assert [message["text"]["content"] for message in self.heard(wecom)] == [str(number) for number in range(40)]

    def test_one_busy_group_does_not_stop_the_rest(self, robots: Robots, wecom: FakeWecom) -> None:
        wecom.state.fail("webhook/send", 45009)
        outcome = self.send(robots, "在")
        assert (outcome.fate, outcome.blocks, outcome.retry_after) == (Fate.LATER, False, 60)

    def test_what_arrived_is_not_said_again(self, robots: Robots, wecom: FakeWecom) -> None:
        wecom.state.fail("webhook/send", None, -1)
        assert self.send(robots, "今" * 1500).fate is Fate.LATER
        assert self.send(robots, "今" * 1500).fate is Fate.SENT
        assert "".join(message["text"]["content"] for message in self.heard(wecom)) == "今" * 1500

    def test_a_lost_answer_is_not_repeated_unmarked(self, robots: Robots, wecom: FakeWecom) -> None:
        wecom.state.fail("webhook/send", LOSE_ANSWER)
        assert self.send(robots, "在").fate is Fate.UNKNOWN
        self.send(robots, "在", repeat=True)
        assert [message["text"]["content"] for message in self.heard(wecom)] == ["在", "（可能重复）在"]

    @pytest.mark.parametrize("code", [93000, 93004, 93008])
    def test_a_robot_that_is_gone_is_given_up(self, robots: Robots, wecom: FakeWecom, code: int) -> None:
        wecom.state.fail("webhook/send", code)
        assert self.send(robots, "在").fate is Fate.NEVER

    def test_an_unknown_group_is_given_up(self, robots: Robots) -> None:
        assert robots.send(deliver("在", "webhook:没有"))[0].fate is Fate.NEVER

    def test_the_address_stays_secret(
        self, robots: Robots, wecom: FakeWecom, caplog: pytest.LogCaptureFixture, config: WecomConfig
    ) -> None:
        caplog.set_level(logging.DEBUG)
        wecom.state.fail("webhook/send", 93000)
        outcome = self.send(robots, "在")
        assert KEY not in caplog.text + repr(outcome) + repr(GroupRobot("a", wecom.webhook(KEY)))

    def test_an_address_is_recognised(self) -> None:
        assert is_webhook("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1")
        assert not is_webhook("https://qyapi.weixin.qq.com/cgi-bin/webhook/send")
        assert not is_webhook("https://example.com/?key=1")


class TestAppChats:
    @pytest.fixture
    def chats(self, client: WecomClient, clock: Clock) -> AppChats:
        return AppChats(client, MEDIA, now=clock.now)

    def test_a_group_is_made_changed_and_spoken_in(self, chats: AppChats, wecom: FakeWecom) -> None:
        chat = chats.create("华东晨会", ["lihua", "wangfang"], owner="lihua", chat_id="EAST01")
        chats.change(chat, name="华东", add=["zhaolei"], remove=["lihua"])
        assert (chat, chats.members(chat)) == ("EAST01", ["wangfang", "zhaolei"])
        chats.send(deliver("日报", "appchat:EAST01", mentions=("zhaolei",)))
        assert wecom.state.group_messages == [
            (
                "EAST01",
                {"chatid": "EAST01", "msgtype": "text", "text": {"content": "日报", "mentioned_list": ["zhaolei"]}},
            )
        ]

    @pytest.mark.parametrize("members", [["lihua"], ["x"] * 2001], ids=["one", "too many"])
    def test_a_group_has_two_to_two_thousand(self, chats: AppChats, members: list[str]) -> None:
        with pytest.raises(ValueError, match="members"):
            chats.create("x", members)

    def test_a_card_is_written_out(self, chats: AppChats, wecom: FakeWecom) -> None:
        chats.create("x", ["a", "b"], chat_id="C")
        chats.send(deliver(Card("晨会", "三件事", image="photo"), "appchat:C"))
        assert [body["msgtype"] for _, body in wecom.state.group_messages] == ["image", "markdown"]

    def test_a_file_goes_out(self, chats: AppChats, wecom: FakeWecom) -> None:
        chats.create("x", ["a", "b"], chat_id="C")
        chats.send(deliver(Document("report", "周报.pdf"), "appchat:C"))
        assert wecom.state.group_messages[0][1]["msgtype"] == "file"

    def test_somebody_else_s_group_is_given_up(self, chats: AppChats) -> None:
        [outcome] = chats.send(deliver("在", "appchat:OTHER"))
        assert (outcome.error, outcome.fate, outcome.blocks) == ("86008", Fate.NEVER, False)

    def test_a_repeat_says_so(self, chats: AppChats, wecom: FakeWecom) -> None:
        chats.create("x", ["a", "b"], chat_id="C")
        chats.send(deliver("日报", "appchat:C", repeat=True))
        assert wecom.state.group_messages[0][1]["text"]["content"] == "（可能重复）日报"
