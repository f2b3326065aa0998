from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pytest

from bot.adapters.base import Fate, Recipient
from bot.adapters.dingtalk.config import DingtalkConfig, GroupConfig
from bot.reply import Button, Card, Document
from tests.bot.adapters.dingtalk.conftest import MakeDesk
from tests.bot.adapters.dingtalk.desk import Desk
from tests.fakes.dingtalk.routes import BATCH, CREATE, GROUP, SESSION, WEBHOOK
from tests.fakes.dingtalk.server import FakeDingtalk
from tests.fakes.dingtalk.state import Trouble

PASS = Trouble(passes=True)
CARD = Card("新线索", "华东机械", buttons=(Button("接单", "lead.take~17~sig"), Button("转出", "lead.pass~17~sig")))


def fates(outcomes: list[Any]) -> list[Fate]:
    return [outcome.fate for outcome in outcomes]


# -- replies ---------------------------------------------------------------------------------------------------------------


def test_a_reply_goes_through_the_session_while_it_lives_and_carries_no_token(desk: Desk, ding: FakeDingtalk) -> None:
    outcomes = desk.send("已记录 3 家", "zhouhang", reply_to=desk.session("zhouhang"))
    assert fates(outcomes) == [Fate.SENT]
    assert ding.state.reached("zhouhang")[0].by == "session"
    call = ding.state.called(SESSION)[0]
    assert "x-acs-dingtalk-access-token" not in {name.lower() for name in call.headers}
    assert not ding.state.called(BATCH)


def test_in_a_group_the_reply_names_whom_it_highlights(desk: Desk, ding: FakeDingtalk) -> None:
    desk.send("收到", group="cidSales==", reply_to=desk.session("cidSales=="), mentions=("zhouhang",))
    message = ding.state.reached("cidSales==")[0]
    assert message.at_users == ("zhouhang",)
    assert "@zhouhang" in message.content["text"]["content"]


def test_an_expired_session_is_not_tried_and_one_that_died_early_is_replaced_by_the_robot(
    desk: Desk, ding: FakeDingtalk
) -> None:
    session = desk.session("zhouhang")
    ding.state.sessions.clear()
    assert fates(desk.send("好", "zhouhang", reply_to=session)) == [Fate.SENT]
    assert [message.by for message in ding.state.reached("zhouhang")] == ["sampleText"]
    desk.watch.pass_time(minutes=89, seconds=1)
    desk.send("好", "zhouhang", reply_to=session)
    assert len(ding.state.called(SESSION)) == 1


def test_a_session_webhook_of_a_foreign_host_is_never_called(desk: Desk, ding: FakeDingtalk) -> None:
    with FakeDingtalk(desk.watch) as foreign:
        session = {**desk.session("zhouhang"), "webhook": foreign.session_webhook("zhouhang")}
        assert fates(desk.send("好", "zhouhang", reply_to=session)) == [Fate.SENT]
        assert not foreign.state.calls
    assert ding.state.reached("zhouhang")[0].by == "sampleText"


def test_a_session_reply_nobody_answered_may_have_arrived(desk: Desk, ding: FakeDingtalk) -> None:
    ding.state.trouble(SESSION, Trouble(after=True, status=200, raw="<html>"))
    outcome = desk.send("好", "zhouhang", reply_to=desk.session("zhouhang"))[0]
    assert outcome.fate is Fate.LATER  # HTML is the firewall's: nothing was taken


# -- people ----------------------------------------------------------------------------------------------------------------


def test_a_push_to_fifty_with_one_unknown_and_one_throttled_reaches_forty_eight_in_three_calls(
    desk: Desk, ding: FakeDingtalk
) -> None:
    people = [f"rep{n:02}" for n in range(50)]
    for each in people[1:]:
        ding.state.people[each] = {"name": each}
    ding.state.throttled.add("rep07")
    outcomes = {outcome.key: outcome for outcome in desk.send("18:00 前请交日报", *people)}
    assert [len(call.body["userIds"]) for call in ding.state.called(BATCH)] == [20, 20, 10]
    assert len(ding.state.delivered) == 48
    assert (outcomes["k:rep00"].fate, outcomes["k:rep00"].error) == (Fate.NEVER, "invalidStaffId")
    assert (outcomes["k:rep07"].fate, outcomes["k:rep07"].retry_after) == (Fate.LATER, 60)
    assert sum(outcome.fate is Fate.SENT for outcome in outcomes.values()) == 48
    ding.state.throttled.clear()
    assert fates(desk.send("18:00 前请交日报", "rep07")) == [Fate.SENT]


def test_whom_dingtalk_filters_is_not_called_reached(desk: Desk, ding: FakeDingtalk) -> None:
    ding.state.filtered.add("linke")
    assert fates(desk.send("提醒", "zhouhang", "linke")) == [Fate.SENT, Fate.NEVER]


def test_a_batch_that_hung_after_it_was_taken_is_unknown_and_not_repeated(desk: Desk, ding: FakeDingtalk) -> None:
    ding.state.trouble(BATCH, Trouble(500, {"code": "unknown.send.result", "message": ""}, after=True))
    outcome = desk.send("提醒", "zhouhang")[0]
    assert outcome.fate is Fate.UNKNOWN
    assert len(ding.state.called(BATCH)) == 1


def test_a_lost_answer_is_unknown_and_a_closed_port_is_surely_not_sent(
    desk: Desk, ding: FakeDingtalk, make_desk: MakeDesk, config: DingtalkConfig
) -> None:
    ding.state.trouble(BATCH, Trouble(after=True, cut=True))
    assert desk.send("提醒", "zhouhang")[0].fate is Fate.UNKNOWN
    dead = make_desk(replace(config, api_base="http://127.0.0.1:1"))
    assert dead.send("提醒", "zhouhang")[0].fate is Fate.LATER


def test_a_repeat_after_a_crash_says_so(desk: Desk, ding: FakeDingtalk) -> None:
    desk.send("升级提醒", "zhouhang", repeat=True)
    assert ding.state.reached("zhouhang")[0].content == {"content": "【可能重复】 升级提醒"}


def test_somebody_without_a_staff_id_gets_a_session_reply_or_an_honest_no(desk: Desk, ding: FakeDingtalk) -> None:
    outsider = "$:LWCP_v1:$enc"
    assert fates(desk.send("你好", outsider, reply_to=desk.session(outsider))) == [Fate.SENT]
    outcome = desk.send("你好", outsider)[0]
    assert (outcome.fate, outcome.error) == (Fate.NEVER, "no_staff_id")
    assert not ding.state.called(BATCH)


def test_the_last_resort_for_whom_the_robot_cannot_reach_is_a_work_notice(
    make_desk: MakeDesk, config: DingtalkConfig, ding: FakeDingtalk
) -> None:
    desk = make_desk(replace(config, agent_id="123"))
    assert fates(desk.send("合同到期", "ghost")) == [Fate.SENT]
    assert ding.state.reached("ghost")[0].by == "notice"
    ding.state.forbidden_notices.add("ghost2")
    assert fates(desk.send("合同到期", "ghost2")) == [Fate.NEVER]


# -- long text, pictures, files --------------------------------------------------------------------------------------------


def test_a_long_text_goes_in_pieces_and_a_retry_goes_on_where_it_stopped(desk: Desk, ding: FakeDingtalk) -> None:
    text = "\n".join(f"第{n}行" + "长" * 90 for n in range(100))
    first = desk.send(text, "zhouhang")
    assert fates(first) == [Fate.SENT]
    pieces = [message.content["content"] for message in ding.state.reached("zhouhang")]
    assert len(pieces) == 3
    assert "\n".join(pieces) == text
    assert len(first[0].handle["query_key"].split(",")) == 3


def test_a_piece_that_fails_is_retried_without_the_pieces_before_it(desk: Desk, ding: FakeDingtalk) -> None:
    text = "\n".join(f"第{n}行" + "长" * 90 for n in range(100))
    sent_before = len(ding.state.delivered)
    ding.state.trouble(BATCH, PASS, PASS, Trouble(429, {"code": "systemBusy"}))
    assert fates(desk.send(text, "zhouhang")) == [Fate.LATER]
    assert len(ding.state.delivered) - sent_before == 2
    assert fates(desk.send(text, "zhouhang")) == [Fate.SENT]
    pieces = [message.content["content"] for message in ding.state.reached("zhouhang")]
    assert "\n".join(pieces) == text


def test_a_chart_is_uploaded_once_and_sent_as_a_picture_behind_its_card(desk: Desk, ding: FakeDingtalk) -> None:
    desk.files["a" * 64] = b"\x89PNG\r\n\x1a\nchart"
    card = Card("漏斗", "本月", image="a" * 64)
    desk.send(card, "zhouhang", reply_to=desk.session("zhouhang"))
    desk.send(card, "linke")
    assert [message.by for message in ding.state.reached("zhouhang")] == ["session", "sampleImageMsg"]
    assert ding.state.reached("zhouhang")[1].content == {"photoURL": "@media-1"}
    assert list(ding.state.media.values()) == [b"\x89PNG\r\n\x1a\nchart"]


def test_a_file_keeps_its_name_and_one_dingtalk_does_not_take_is_refused_before_the_call(
    desk: Desk, ding: FakeDingtalk
) -> None:
    desk.files["b" * 64] = b"PK\x03\x04"
    assert fates(desk.send(Document("b" * 64, "线索.xlsx", caption="导出好了"), "zhouhang")) == [Fate.SENT]
    caption, file = ding.state.reached("zhouhang")
    assert caption.content == {"content": "导出好了"}
    assert file.content == {"mediaId": "@media-1", "fileName": "线索.xlsx", "fileType": "xlsx"}
    assert fates(desk.send(Document("b" * 64, "a.csv"), "zhouhang")) == [Fate.NEVER]
    assert fates(desk.send(Document("c" * 64, "gone.pdf"), "zhouhang")) == [Fate.NEVER]


# -- buttons without a template --------------------------------------------------------------------------------------------


def test_without_a_template_buttons_are_taps_and_words_in_the_direct_chat(desk: Desk, ding: FakeDingtalk) -> None:
    assert fates(desk.send(CARD, "zhouhang", "linke")) == [Fate.SENT, Fate.SENT]
    assert len(ding.state.called(BATCH)) == 1
    text = unquote(ding.state.reached("zhouhang")[0].content["text"])
    assert "dtmd://dingtalkclient/sendMessage?content=接单 #" in text
    code = text.rpartition("转出 #")[2][:4]
    for name in ("zhouhang", "linke"):
        found = desk.quick.find(name, code, desk.watch.at)
        assert found is not None
        assert (found.message_key, found.buttons["转出"]) == (f"k:{name}", "lead.pass~17~sig")


def test_in_a_group_buttons_are_words_only(desk: Desk, ding: FakeDingtalk) -> None:
    desk.send(CARD, group="cidSales==")
    text = ding.state.reached("cidSales==")[0].content["text"]
    assert "dtmd" not in text
    assert "“选项 #" in text


def test_a_closed_card_offers_nothing(desk: Desk, ding: FakeDingtalk) -> None:
    desk.send(CARD.closed("已由周航接单"), "zhouhang")
    text = ding.state.reached("zhouhang")[0].content["text"]
    assert "#" not in text.removeprefix("### ")
    assert "已由周航接单" in text


def test_a_message_without_a_template_cannot_be_changed_in_place(desk: Desk) -> None:
    outcome = desk.send(CARD, "zhouhang")[0]
    changed = desk.adapter.update(None, outcome.key, outcome.handle, CARD.closed(), desk.watch.at)  # type: ignore[arg-type]
    assert (changed.fate, changed.error) == (Fate.NEVER, "not_updatable")


# -- interactive cards -----------------------------------------------------------------------------------------------------


@pytest.fixture
def carded(make_desk: MakeDesk, config: DingtalkConfig, ding: FakeDingtalk) -> Desk:
    for name in ("zhouhang", "linke"):
        ding.state.people[name] = {"name": {"zhouhang": "周航", "linke": "林可"}[name]}
    return make_desk(replace(config, card_template_id="3f0c.schema"))


def test_with_a_template_a_card_carries_its_buttons_and_is_changed_in_place(carded: Desk, ding: FakeDingtalk) -> None:
    outcome = carded.send(CARD, "zhouhang")[0]
    assert outcome.fate is Fate.SENT
    body = ding.state.called(CREATE)[0].body
    assert body["callbackType"] == "STREAM"
    assert body["openSpaceId"] == "dtv1.card//IM_ROBOT.zhouhang"
    card = ding.state.cards[outcome.handle["track"]]
    assert (card["b1"], card["a1"], card["s2"], card["s3"]) == ("接单", "lead.take~17~sig", "default", "hidden")
    done = carded.adapter.update(None, outcome.key, outcome.handle, CARD.closed("已接单"), carded.watch.at)  # type: ignore[arg-type]
    assert done.fate is Fate.SENT
    assert (card["status"], card["a1"], card["s1"], card["note"]) == ("done", "", "disabled", "已接单")


def test_a_card_whose_answer_was_lost_is_sent_again_and_arrives_once(carded: Desk, ding: FakeDingtalk) -> None:
    ding.state.trouble(CREATE, Trouble(after=True, cut=True))
    assert carded.send(CARD, "zhouhang")[0].fate is Fate.LATER
    assert carded.send(CARD, "zhouhang")[0].fate is Fate.SENT
    assert len(ding.state.reached("zhouhang")) == 1


def test_a_card_that_was_created_and_not_delivered_is_not_called_sent(carded: Desk) -> None:
    outcome = carded.send(CARD, "ghost")[0]
    assert (outcome.fate, outcome.error) == (Fate.NEVER, "robot.oto.notExist")


def test_a_card_in_a_group_highlights_people_by_name(carded: Desk, ding: FakeDingtalk) -> None:
    carded.send(CARD, group="cidSales==", mentions=("linke",))
    assert ding.state.called(CREATE)[0].body["imGroupOpenDeliverModel"]["atUserIds"] == {"linke": "林可"}


def test_a_card_too_long_for_the_template_falls_back_to_words(carded: Desk, ding: FakeDingtalk) -> None:
    fits = Card("t", "长" * 341, buttons=CARD.buttons)
    assert carded.send(fits, "zhouhang")[0].handle["track"]
    too_long = Card("t", "长" * 342, buttons=CARD.buttons)
    assert "track" not in carded.send(too_long, "linke")[0].handle
    assert ding.state.reached("linke")[0].by == "sampleMarkdown"
    six = Card("t", "", buttons=tuple(Button(f"选{n}", "x") for n in range(6)))
    assert "track" not in carded.send(six, "linke")[0].handle


def test_keys_the_platform_does_not_take_get_a_digest_and_keep_their_key_inside(
    carded: Desk, ding: FakeDingtalk
) -> None:
    carded.send(CARD, group="群/一")
    body = ding.state.called(CREATE)[0].body
    assert len(body["outTrackId"]) <= 100
    assert body["outTrackId"].isascii()
    assert body["cardData"]["cardParamMap"]["key"] == "k:群/一"


# -- groups ----------------------------------------------------------------------------------------------------------------


def test_a_group_with_a_webhook_gets_a_real_mention_a_good_sign_and_a_key(
    make_desk: MakeDesk, config: DingtalkConfig, ding: FakeDingtalk
) -> None:
    hook = ding.group_webhook("cidSales==", "SEC1234567890abcdef")
    group = GroupConfig("华东销售群", "cidSales==", hook, "SEC1234567890abcdef")
    desk = make_desk(replace(config, groups=(group,)))
    assert fates(desk.send("晨会 9 点", group="cidSales==", mentions=("zhouhang",))) == [Fate.SENT]
    message = ding.state.reached("cidSales==")[0]
    assert (message.by, message.at_users) == ("webhook", ("zhouhang",))
    assert ding.state.called(WEBHOOK)[0].body["msgUuid"]


def test_a_webhook_whose_answer_was_lost_is_repeated_under_its_key_and_arrives_once(
    make_desk: MakeDesk, config: DingtalkConfig, ding: FakeDingtalk
) -> None:
    desk = make_desk(replace(config, groups=(GroupConfig("群", webhook=ding.group_webhook("群")),)))
    ding.state.trouble(WEBHOOK, Trouble(after=True, cut=True))
    assert fates(desk.send("晨会", group="群")) == [Fate.LATER]
    desk.ticker.pause(4)
    assert fates(desk.send("晨会", group="群")) == [Fate.SENT]
    assert len(ding.state.delivered) == 1


def test_a_webhook_gets_eighteen_a_minute_and_everybody_waiting_gets_his_turn(
    make_desk: MakeDesk, config: DingtalkConfig, ding: FakeDingtalk
) -> None:
    desk = make_desk(replace(config, groups=(GroupConfig("群", webhook=ding.group_webhook("群")),)))
    waiting = {f"matter-{n}": 0.0 for n in range(30)}
    began_at, moments = desk.ticker(), []
    while waiting:
        key = min(waiting, key=lambda each: waiting[each])
        desk.ticker.wait_until(waiting[key])
        outcome = desk.send_as(key, "提醒", group="群")
        if outcome.fate is Fate.SENT:
            moments.append(desk.ticker() - began_at)
            del waiting[key]
        else:
            desk.tries[key] = desk.tries.get(key, 0) + 1
            waiting[key] = desk.ticker() + (outcome.retry_after or 0)
    assert max(desk.tries.values()) <= 2
    assert max(sum(start <= at < start + 60 for at in moments) for start in moments) <= 18
    assert moments[-1] < 110


def test_the_ten_minute_ban_is_understood_and_the_robot_speaks_meanwhile_where_it_can(
    make_desk: MakeDesk, config: DingtalkConfig, ding: FakeDingtalk
) -> None:
    hook = ding.group_webhook("cidSales==")
    only_hook = GroupConfig("群", webhook=ding.group_webhook("群"))
    desk = make_desk(replace(config, groups=(GroupConfig("销售", "cidSales==", hook), only_hook)))
    too_fast = Trouble(200, {"errcode": 410100, "errmsg": "too fast"})
    ding.state.trouble(WEBHOOK, too_fast, too_fast, too_fast)
    assert fates(desk.send("一", group="cidSales==")) == [Fate.SENT]
    assert ding.state.reached("cidSales==")[0].by == "sampleText"
    assert desk.send("一", group="群")[0].retry_after == 60
    calls = len(ding.state.called(WEBHOOK))
    assert desk.send("二", group="群")[0].error == "pace"
    assert len(ding.state.called(WEBHOOK)) == calls
    desk.ticker.pause(61)
    assert desk.send("一", group="群")[0].retry_after == 600


def test_a_group_without_a_webhook_hears_plain_names(desk: Desk, ding: FakeDingtalk) -> None:
    ding.state.people["linke"]["name"] = "林可"
    assert fates(desk.send("请跟进", group="cidSales==", mentions=("linke", "ghost"))) == [Fate.SENT]
    call = ding.state.called(GROUP)[0]
    assert call.body["openConversationId"] == "cidSales=="
    assert json.loads(call.body["msgParam"]) == {"content": "@林可 请跟进"}


def test_a_wrong_webhook_falls_back_to_the_robot_or_is_reported_without_blocking_the_rest(
    make_desk: MakeDesk, config: DingtalkConfig, ding: FakeDingtalk
) -> None:
    hook = ding.group_webhook("cidSales==", "SEC-right")
    groups = (GroupConfig("甲", "cidSales==", hook, "SEC-wrong"), GroupConfig("乙", "", hook, "SEC-wrong"))
    desk = make_desk(replace(config, groups=groups))
    assert fates(desk.send("一", group="cidSales==")) == [Fate.SENT]
    desk.ticker.pause(4)
    outcome = desk.send("一", group="乙")[0]
    assert (outcome.fate, outcome.error, outcome.blocks) == (Fate.NEVER, "310000", False)
    assert "加签" in outcome.detail


# -- taking back, DING -----------------------------------------------------------------------------------------------------


def test_a_robot_message_is_recalled_and_a_session_reply_cannot_be(desk: Desk, ding: FakeDingtalk) -> None:
    outcome = desk.send("发错了", "zhouhang")[0]
    assert desk.adapter.recall(outcome.handle).fate is Fate.SENT
    in_group = desk.send("发错了", group="cidSales==")[0]
    assert desk.adapter.recall(in_group.handle).fate is Fate.SENT
    assert ding.state.called("/v1.0/robot/groupMessages/recall")[0].body["openConversationId"] == "cidSales=="
    assert desk.adapter.recall({}).fate is Fate.NEVER


def test_ding_works_where_the_edition_has_it_and_blocks_nothing_where_not(desk: Desk, ding: FakeDingtalk) -> None:
    to = [Recipient("k", "zhouhang")]
    assert fates(list(desk.adapter.ding(to, "请处理"))) == [Fate.SENT]
    ding.state.trouble(
        "/v1.0/robot/ding/send", Trouble(403, {"code": "Forbidden.AccessDenied.AccessTokenPermissionDenied"})
    )
    refused = next(iter(desk.adapter.ding(to, "请处理")))
    assert (refused.fate, refused.blocks) == (Fate.NEVER, False)


# -- our own stores fail ---------------------------------------------------------------------------------------------------


def test_a_store_that_is_away_before_the_call_means_surely_not_sent(desk: Desk, ding: FakeDingtalk) -> None:
    def away(*_: object) -> None:
        raise OSError("database is away")

    desk.shared.tokens.get = away  # type: ignore[method-assign,assignment]
    assert fates(desk.send("提醒", "zhouhang")) == [Fate.LATER]
    desk.quick.keep = away  # type: ignore[method-assign,assignment]
    assert fates(desk.send(CARD, "zhouhang")) == [Fate.LATER]
    assert not ding.state.called(BATCH)


def test_a_counter_that_is_away_after_the_call_does_not_make_a_sent_message_look_unsent(desk: Desk) -> None:
    def away(*_: object) -> int:
        raise OSError("database is away")

    desk.meter.add = away  # type: ignore[method-assign]
    assert fates(desk.send("提醒", "zhouhang")) == [Fate.SENT]


def test_when_calls_run_out_a_reply_speaks_in_words_that_cost_none(carded: Desk, ding: FakeDingtalk) -> None:
    carded.meter.add("dingtalk:dingabc123:api", f"{carded.watch.at:%Y-%m}", 4500)
    carded.send(CARD, "zhouhang", reply_to=carded.session("zhouhang"))
    assert ding.state.reached("zhouhang")[0].by == "session"
    carded.send(CARD, "zhouhang")
    assert ding.state.reached("zhouhang")[1].by == "card"


def test_a_card_the_platform_says_no_to_is_not_called_sent(carded: Desk, ding: FakeDingtalk) -> None:
    ding.state.trouble(CREATE, Trouble(200, {"success": False}))
    assert fates(carded.send(CARD, "zhouhang")) == [Fate.NEVER]
