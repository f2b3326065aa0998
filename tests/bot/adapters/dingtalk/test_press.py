from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.adapters.dingtalk.config import DingtalkConfig
from bot.adapters.dingtalk.press import parse_press
from bot.adapters.dingtalk.wire import Unreadable
from bot.update import Chat, ChatKind, UpdateKind
from tests.bot.adapters.dingtalk.payloads import press

NOW = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)
CONFIG = DingtalkConfig(client_id="dingabc123", client_secret="s3cr3t", corp_id="dingcorp1")


def test_a_press_in_a_group_tells_who_pressed_what_on_which_card() -> None:
    update = parse_press(press("next.ok~V1~sig", reason="客户改期", days=3), CONFIG, NOW, "f-1")
    assert update.kind is UpdateKind.ACTION
    assert (update.sender_id, update.chat) == ("zhouhang", Chat(ChatKind.GROUP, "cidSales=="))
    assert update.press is not None
    assert (update.press.value, update.press.message_id) == ("next.ok~V1~sig", "rem-20261121-77")
    assert update.press.values == {"reason": "客户改期", "days": "3"}


def test_our_own_key_wins_over_the_cards_id() -> None:
    update = parse_press(press("a~b", key="提醒:合同:7"), CONFIG, NOW)
    assert update.press is not None
    assert (update.press.message_id, update.press.values) == ("提醒:合同:7", {})


def test_a_press_in_the_direct_chat_belongs_to_the_person() -> None:
    update = parse_press({**press("a~b"), "spaceType": "IM_ROBOT", "spaceId": "zhouhang"}, CONFIG, NOW)
    assert update.chat == Chat(ChatKind.DIRECT, "zhouhang")


def test_two_presses_are_two_and_one_press_delivered_twice_without_a_frame_is_one() -> None:
    first, second = (parse_press(press("a~b"), CONFIG, NOW, frame) for frame in ("f-1", "f-2"))
    assert first.id != second.id
    assert parse_press(press("a~b"), CONFIG, NOW).id == parse_press(press("a~b"), CONFIG, NOW).id


@pytest.mark.parametrize("change", [{"corpId": "other"}, {"userId": ""}, {"outTrackId": None}])
def test_a_card_of_somebody_else_or_of_nobody_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(Unreadable):
        parse_press({**press("a~b"), **change}, CONFIG, NOW)
