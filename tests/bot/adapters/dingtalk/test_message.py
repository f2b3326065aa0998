from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.adapters.dingtalk.config import DingtalkConfig
from bot.adapters.dingtalk.message import OverQuota, is_outsider, parse_message
from bot.adapters.dingtalk.wire import Unreadable
from bot.update import MAX_TEXT, UPDATE_JSON, Chat, ChatKind, MediaKind, Update, UpdateKind
from tests.bot.adapters.dingtalk.payloads import group_message, message, rich_text

NOW = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)
CONFIG = DingtalkConfig(client_id="dingabc123", client_secret="s3cr3t", corp_id="dingcorp1", robot_name="小记")


def read(data: dict[str, Any], config: DingtalkConfig = CONFIG) -> Update:
    update = parse_message(data, config, NOW)
    assert UPDATE_JSON.validate_json(UPDATE_JSON.dump_json(update)) == update
    return update


def test_a_text_in_the_direct_chat_comes_from_the_staff_id_and_is_trimmed() -> None:
    update = read(message())
    assert (update.id, update.platform, update.bot) == ("msgDemo1", "dingtalk", "dingabc123")
    assert update.chat == Chat(ChatKind.DIRECT, "zhouhang")
    assert (update.sender_id, update.kind, update.text) == ("zhouhang", UpdateKind.TEXT, "今天拜访了3家")
    assert update.at == datetime.fromtimestamp(1795399800, UTC)
    assert update.received_at == NOW


def test_a_group_message_belongs_to_the_conversation_and_names_the_colleagues_mentioned() -> None:
    users = [{"dingtalkId": "$:LWCP_v1:$bot"}, {"dingtalkId": "$:LWCP_v1:$zz", "staffId": "linke"}, {"dingtalkId": "x"}]
    update = read(group_message(atUsers=users))
    assert update.chat == Chat(ChatKind.GROUP, "cidSales==")
    assert update.mentions == ("linke",)
    assert update.reply_to["title"] == "华东销售群"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("@小记 /拜访 华东机械", "/拜访 华东机械"),
        ("@小记/拜访", "/拜访"),
        ("/日报 @小记", "/日报"),
        ("/日报\u2005@小记\u00a0", "/日报"),
        ("@小记 @小记 你好", "你好"),
        ("\u200b@小记\u2005你好", "你好"),
        ("请问 @小记 在吗", "请问 @小记 在吗"),
        ("a@小记司", "a@小记司"),
    ],
)
def test_the_bots_name_is_taken_off_both_ends_and_left_in_the_middle(said: str, meant: str) -> None:
    assert read(group_message(text={"content": said})).text == meant


def test_without_a_configured_name_a_lone_mention_can_only_be_the_bot() -> None:
    nameless = replace(CONFIG, robot_name="")
    assert read(group_message(text={"content": "@销售助手 你好"}), nameless).text == "你好"
    assert read(group_message(text={"content": "你好 @销售助手"}), nameless).text == "你好"
    users = [{"dingtalkId": "$:LWCP_v1:$bot"}, {"dingtalkId": "$:LWCP_v1:$zz", "staffId": "linke"}]
    assert read(group_message(text={"content": "@林可 跟一下"}, atUsers=users), nameless).text == "@林可 跟一下"
    assert read(message(text={"content": "@林可 跟一下"}), nameless).text == "@林可 跟一下"


def test_a_photo_with_a_caption_keeps_both_and_several_photos_keep_their_order() -> None:
    parts = (
        {"text": "门头照 "},
        {"type": "picture", "downloadCode": "one"},
        {"type": "picture", "downloadCode": "two"},
    )
    update = read(rich_text(*parts, {"text": "仓库"}))
    assert (update.kind, update.text) == (UpdateKind.IMAGE, "门头照 仓库")
    assert [image.ref["code"] for image in update.images] == ["one", "two"]
    assert {image.ref["robot"] for image in update.images} == {"dingabc123"}


def test_rich_text_without_a_photo_is_a_text_and_loses_the_bots_name() -> None:
    update = read(rich_text({"text": "@小记"}, {"text": " 你好"}, conversationType="1"))
    assert (update.kind, update.text) == (UpdateKind.TEXT, "你好")
    update = read(rich_text({"atName": "小记", "type": "at"}, {"content": "你好", "msgType": "text"}))
    assert (update.kind, update.text) == (UpdateKind.TEXT, "你好")


@pytest.mark.parametrize(
    "content",
    [{"downloadCode": "c1", "pictureDownloadCode": "c2"}, {"downloadCode": "c1"}, {"pictureDownloadCode": "c2"}],
)
def test_a_bare_photo_is_found_under_either_code(content: dict[str, str]) -> None:
    update = read(message(msgtype="picture", content=content))
    assert update.kind is UpdateKind.IMAGE
    assert len(update.images) == 1


def test_a_voice_message_brings_its_words() -> None:
    content = {"downloadCode": "v", "recognition": "明天回访李总", "duration": 4000}
    update = read(message(msgtype="audio", content=content))
    assert (update.kind, update.voice_text, update.media[0].kind) == (UpdateKind.VOICE, "明天回访李总", MediaKind.VOICE)


def test_a_file_keeps_its_name_and_a_photo_sent_as_a_file_is_a_photo() -> None:
    update = read(message(msgtype="file", content={"downloadCode": "f", "fileName": "报价.xlsx"}))
    assert (update.kind, update.media[0].name) == (UpdateKind.FILE, "报价.xlsx")
    update = read(message(msgtype="file", content={"downloadCode": "f", "fileName": "IMG_1.HEIC"}))
    assert (update.kind, update.media[0].kind) == (UpdateKind.IMAGE, MediaKind.IMAGE)


def test_video_and_unknown_kinds_are_told_apart() -> None:
    assert read(message(msgtype="video", content={"downloadCode": "v"})).kind is UpdateKind.VIDEO
    update = read(message(msgtype="unknownMsgType", content={"unknownMsgType": "位置"}))
    assert (update.kind, update.text) == (UpdateKind.UNKNOWN, "位置")
    assert read(message(msgtype="hologram")).kind is UpdateKind.UNKNOWN


def test_a_quote_carries_what_was_quoted() -> None:
    replied = {"msgId": "orig", "senderId": "$:LWCP_v1:$li", "content": {"text": "报价 12 万"}}
    update = read(message(text={"content": "同意", "isReplyMsg": True, "repliedMsg": replied}))
    assert update.quote is not None
    assert (update.quote.message_id, update.quote.text) == ("orig", "报价 12 万")
    replied = {"content": {"richText": [{"text": "照片"}, {"downloadCode": "p"}]}}
    quote = read(message(text={"content": "这张", "repliedMsg": replied})).quote
    assert quote is not None
    assert (quote.text, quote.media[0].ref["code"]) == ("照片", "p")


def test_whoever_has_no_staff_id_is_an_outsider_and_no_colleagues_name_can_be_borrowed() -> None:
    assert is_outsider(read(message(senderStaffId=None)).sender_id)
    foreign = read(group_message(senderCorpId="dingOther", senderStaffId="zhouhang"))
    assert is_outsider(foreign.sender_id)
    assert is_outsider(read(message(senderStaffId="", senderId="plain")).sender_id)


def test_messages_of_another_organisation_or_robot_are_refused() -> None:
    with pytest.raises(Unreadable):
        read(message(chatbotCorpId="dingOther"))
    with pytest.raises(Unreadable):
        read(message(robotCode="dingOther"), replace(CONFIG, robot_code="dingabc123"))


@pytest.mark.parametrize("name", ["errorCode", "errCode"])
@pytest.mark.parametrize("code", [20001, "20001"])
def test_the_quota_frame_is_recognised_under_all_its_names(name: str, code: Any) -> None:
    empty = {k: v for k, v in message().items() if k != "text"}
    with pytest.raises(OverQuota):
        read({**empty, name: code})


@pytest.mark.parametrize("broken", [{"msgId": None}, {"msgId": "x" * 500}, {"senderStaffId": None, "senderId": None}])
def test_a_message_nobody_sent_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        read(message(**broken))


def test_a_session_webhook_lives_as_long_as_the_platform_says_and_only_on_the_platforms_host() -> None:
    assert read(message()).reply_to["expires_at"] == "2026-11-23T03:40:00+00:00"
    no_expiry = read(message(sessionWebhookExpiredTime=None)).reply_to["expires_at"]
    assert no_expiry == (NOW + timedelta(minutes=1)).isoformat()
    for url in (
        "https://evil.example/robot",
        "http://oapi.dingtalk.com/x",
        "https://oapi.dingtalk.com@evil.example/",
        "https://[x",
    ):
        assert "webhook" not in read(message(sessionWebhook=url)).reply_to


def test_what_a_database_cannot_store_is_taken_out_and_long_text_is_cut() -> None:
    assert read(message(text={"content": "a\x00b\ud800c"})).text == "ab?c"
    assert len(read(message(text={"content": "长" * 20_000})).text) == MAX_TEXT


@pytest.mark.parametrize("created", [None, "soon", -5, 10**30, 1795399800000 + 90_000_000_000])
def test_an_impossible_time_becomes_the_time_of_receipt(created: Any) -> None:
    assert read(message(createAt=created)).at == NOW
