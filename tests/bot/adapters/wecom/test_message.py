from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.adapters.wecom.crypto import Refused
from bot.adapters.wecom.message import read_message
from bot.adapters.wecom.task import task_id
from bot.update import Chat, ChatKind, Location, Media, MediaKind, Press, Update, UpdateKind
from tests.fakes.wecom import vectors
from tests.fakes.wecom.driver import CallbackDriver

RECEIVED = datetime(2026, 9, 21, 14, 13, 25, tzinfo=UTC)
DRIVER = CallbackDriver(*vectors.OFFICIAL)


def read(xml: str) -> Update:
    return read_message(xml, received_at=RECEIVED)


def message(kind: str, **fields: Any) -> Update:
    return read(DRIVER.message(kind, **fields))


def event(name: str, **fields: Any) -> Update:
    return read(DRIVER.event(name, **fields))


def test_a_text_tells_who_when_and_what() -> None:
    update = message("text", Content="今日拜访3家", sender="LiHua", message_id="4561255354251345929")
    assert update == Update(
        id="m:1000002:lihua:4561255354251345929",
        platform="wecom",
        bot="1000002",
        chat=Chat(ChatKind.DIRECT, "lihua"),
        sender_id="lihua",
        kind=UpdateKind.TEXT,
        at=datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC),
        received_at=RECEIVED,
        text="今日拜访3家",
    )


def test_the_official_sample_is_read() -> None:
    update = read(vectors.V2.plain)
    assert (update.text, update.sender_id, update.id) == ("hello", "mycreate", "m:218:mycreate:4561255354251345929")


@pytest.mark.parametrize(
    ("kind", "expected", "media"),
    [
        ("image", UpdateKind.IMAGE, MediaKind.IMAGE),
        ("voice", UpdateKind.VOICE, MediaKind.VOICE),
        ("video", UpdateKind.VIDEO, MediaKind.VIDEO),
        ("shortvideo", UpdateKind.VIDEO, MediaKind.VIDEO),
    ],
)
def test_an_attachment_keeps_the_handle_to_fetch_it(kind: str, expected: UpdateKind, media: MediaKind) -> None:
    update = message(kind, MediaId="1G6nrLm", PicUrl="https://x/1", ThumbMediaId="T", Format="amr")
    assert (update.kind, update.media) == (expected, (Media(media, {"media_id": "1G6nrLm"}),))


def test_an_attachment_without_a_handle_is_refused() -> None:
    with pytest.raises(Refused):
        message("image", PicUrl="https://x/1")


def test_a_place_is_in_chinese_coordinates() -> None:
    update = message("location", Location_X="31.2304", Location_Y="121.4737", Scale="16", Label="上海市黄浦区")
    assert update.location == Location(31.2304, 121.4737, "上海市黄浦区", "gcj02")
    assert update.kind is UpdateKind.LOCATION


@pytest.mark.parametrize("lat", ["91", "-90.1", "nan", "inf", "", "北纬"])
def test_a_place_that_is_none_is_refused(lat: str) -> None:
    with pytest.raises(Refused):
        message("location", Location_X=lat, Location_Y="121.4737", Label="x")


def test_a_link_becomes_its_words_and_address() -> None:
    update = message("link", Title="报价单", Description="第三版", Url="https://crm.example/q/7")
    assert (update.kind, update.text) == (UpdateKind.LINK, "报价单\n第三版\nhttps://crm.example/q/7")


def test_a_kind_nobody_knows_yet_is_stored_as_unknown() -> None:
    update = message("hologram", Content="x")
    assert (update.kind, update.event) == (UpdateKind.UNKNOWN, "hologram")


class TestCards:
    def test_a_press_tells_the_button_the_card_and_how_to_change_it(self) -> None:
        key = "remind:42:1:林可"
        update = event(
            "template_card_event", EventKey="visit.ok~42~sig", TaskId=task_id([key]), CardType="button_interaction",
            ResponseCode="RC-1",
        )  # fmt: skip
        assert update.kind is UpdateKind.ACTION
        assert update.press == Press("visit.ok~42~sig", key)
        assert update.reply_to == {"via": "app", "card_response_code": "RC-1"}

    @pytest.mark.parametrize("options", [["a"], ["a", "b"]])
    def test_one_and_several_chosen_options_read_alike(self, options: list[str]) -> None:
        item = {"QuestionKey": "goal", "OptionIds": {"OptionId": options}}
        update = event(
            "template_card_event", EventKey="submit", TaskId="t", ResponseCode="R",
            SelectedItems={"SelectedItem": [item, {"QuestionKey": "next", "OptionIds": {"OptionId": ["c"]}}]},
        )  # fmt: skip
        assert update.press == Press("submit", "t", {"goal": ",".join(options), "next": "c"})

    def test_a_single_question_reads_like_many(self) -> None:
        item = {"QuestionKey": "goal", "OptionIds": {"OptionId": ["a"]}}
        update = event("template_card_event", EventKey="s", TaskId="t", SelectedItems={"SelectedItem": [item]})
        assert update.press == Press("s", "t", {"goal": "a"})

    def test_the_menu_of_a_card_is_a_press_too(self) -> None:
        update = event(
            "template_card_menu_event", EventKey="mute", TaskId="t", CardType="text_notice", ResponseCode="R"
        )
        assert (update.kind, update.press) == (UpdateKind.ACTION, Press("mute", "t"))

    def test_the_self_made_vector_is_read(self) -> None:
        update = read(vectors.S4.plain)
        assert (update.press, update.sender_id) == (Press("visit_done", "rem-42-1"), "zhangsan")


class TestEvents:
    @pytest.mark.parametrize(
        "name",
        [
            "subscribe",
            "unsubscribe",
            "enter_agent",
            "batch_job_result",
            "open_approval_change",
            "share_agent_change",
            "share_chain_change",
            "inactive_alert",
            "close_inactive_agent",
            "reopen_inactive_agent",
            "low_active_alert",
            "low_active",
            "active_restored",
            "pic_sysphoto",
            "pic_photo_or_album",
            "pic_weixin",
            "brand_new_event",
        ],
    )
    def test_an_event_is_named(self, name: str) -> None:
        update = event(name, EffectTime="1790000300")
        assert (update.kind, update.event) == (UpdateKind.EVENT, name)

    def test_a_reported_place_has_coordinates(self) -> None:
        update = event("LOCATION", Latitude="23.104105", Longitude="113.320107", Precision="65.0")
        assert (update.kind, update.event) == (UpdateKind.EVENT, "location")
        assert update.location == Location(23.104105, 113.320107, "", "gcj02")

    def test_a_chosen_place_is_like_a_sent_one(self) -> None:
        info = {"Location_X": "23", "Location_Y": "113", "Scale": "15", "Label": "广州市海珠区", "Poiname": "琶洲"}
        update = event("location_select", EventKey="k", SendLocationInfo=info)
        assert (update.kind, update.location) == (UpdateKind.LOCATION, Location(23, 113, "琶洲", "gcj02"))

    def test_a_menu_entry_with_a_command_is_the_command(self) -> None:
        assert (event("click", EventKey="/today").kind, event("click", EventKey="/today").text) == (
            UpdateKind.TEXT,
            "/today",
        )
        assert (event("click", EventKey="V1").kind, event("click", EventKey="V1").text) == (UpdateKind.EVENT, "V1")

    @pytest.mark.parametrize("name", ["scancode_push", "scancode_waitmsg"])
    def test_a_scan_gives_what_was_read(self, name: str) -> None:
        assert event(name, ScanCodeInfo={"ScanType": "qrcode", "ScanResult": "S-7"}).text == "S-7"

    @pytest.mark.parametrize("name", ["view", "view_miniprogram"])
    def test_an_opened_page_is_named(self, name: str) -> None:
        assert event(name, EventKey="https://crm.example").text == "https://crm.example"


class TestIdentity:
    def test_two_clicks_of_one_person_in_one_second_are_two(self) -> None:
        first = event("template_card_event", EventKey="done", TaskId="t1", ResponseCode="A")
        other_button = event("template_card_event", EventKey="snooze", TaskId="t1", ResponseCode="B")
        other_card = event("template_card_event", EventKey="done", TaskId="t2", ResponseCode="C")
        assert len({first.id, other_button.id, other_card.id}) == 3

    def test_a_redelivered_click_is_the_same_even_with_a_new_response_code(self) -> None:
        first = event("template_card_event", EventKey="done", TaskId="t1", ResponseCode="A")
        again = event("template_card_event", EventKey="done", TaskId="t1", ResponseCode="B")
        assert first.id == again.id

    def test_directory_changes_of_one_second_are_told_apart(self) -> None:
        ids = {event("change_contact", sender="sys", ChangeType="update_user", UserID=user).id for user in "abc"}
        assert len(ids) == 3

    def test_places_reported_in_one_second_are_told_apart(self) -> None:
        ids = {event("LOCATION", Latitude=lat, Longitude="113").id for lat in ("23.1", "23.2")}
        assert len(ids) == 2

    def test_one_message_id_of_two_people_is_two_messages(self) -> None:
        assert message("text", Content="x", sender="a").id != message("text", Content="x", sender="b").id

    def test_an_identity_fits_its_column(self) -> None:
        assert len(message("text", Content="x", message_id="9" * 500).id) <= 200


@pytest.mark.parametrize(
    "xml",
    [
        "",
        "hello",
        "<xml></xml>",
        "<xml>text</xml>",
        "<json/>",
        "<xml><MsgType>text</MsgType></xml>",
        "<xml><MsgType>text</MsgType><FromUserName>a</FromUserName><CreateTime>soon</CreateTime></xml>",
        "<xml><MsgType>text</MsgType><FromUserName>a</FromUserName><CreateTime>99999999999999</CreateTime></xml>",
        f"<xml><MsgType>text</MsgType><FromUserName>{'a' * 129}</FromUserName><CreateTime>1</CreateTime></xml>",
        "<xml><MsgType>event</MsgType><FromUserName>a</FromUserName><CreateTime>1</CreateTime></xml>",
        '<!DOCTYPE x [<!ENTITY a "b">]><xml><MsgType>&a;</MsgType></xml>',
        "<xml>" + "<a>" * 2000 + "</a>" * 2000 + "</xml>",
    ],
)
def test_what_is_no_message_is_refused(xml: str) -> None:
    with pytest.raises(Refused):
        read(xml)


def test_a_nul_never_reaches_the_database() -> None:
    assert message("text", Content="a").text == "a"
