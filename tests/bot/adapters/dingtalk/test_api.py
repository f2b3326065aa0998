from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.adapters.base import Fate
from bot.adapters.dingtalk.config import DingtalkConfig
from bot.adapters.dingtalk.errors import DingtalkError, Kind, api_error, oapi_error
from bot.adapters.dingtalk.quota import Kind as Allowance
from tests.bot.adapters.dingtalk.conftest import MakeDesk
from tests.bot.adapters.dingtalk.desk import Desk
from tests.fakes.dingtalk.routes import BATCH, GROUP
from tests.fakes.dingtalk.server import FakeDingtalk
from tests.fakes.dingtalk.state import Trouble

TOKEN = "/v1.0/oauth2/accessToken"
QPS = "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"
DENIED = "Forbidden.AccessDenied.AccessTokenPermissionDenied"
USED_UP = "Forbidden.AccessDenied.ApiCountLimitForOrg"


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (403, QPS, Kind.THROTTLED),
        (403, "Forbidden.AccessDenied.QpsLimitForApi", Kind.THROTTLED),
        (403, "Forbidden.AccessDenied.QpmLimitForAppkeyAndApi", Kind.THROTTLED),
        (403, USED_UP, Kind.QUOTA),
        (403, DENIED, Kind.CONFIG),
        (403, "Forbidden.AccessDenied.IpNotInWhiteList", Kind.CONFIG),
        (400, "send.too.fast", Kind.THROTTLED),
        (400, "send.byToken.tooFast", Kind.THROTTLED),
        (429, "systemBusy", Kind.TRANSIENT),
        (429, "whatever", Kind.THROTTLED),
        (500, "system.error", Kind.TRANSIENT),
        (502, "", Kind.TRANSIENT),
        (400, "InvalidAuthentication", Kind.TOKEN),
        (401, "", Kind.TOKEN),
        (400, "invalidParameter.robotCode.auth", Kind.CONFIG),
        (400, "invalidParameter.robotCode.downloadCode", Kind.CONTENT),
        (400, "robot.oto.notExist", Kind.GONE),
        (400, "group.disbanded", Kind.GONE),
        (400, "invalidParameter.msgParam.tooLong", Kind.CONTENT),
        (400, "contain.sensitive", Kind.CONTENT),
        (400, "session.expired", Kind.SESSION),
        (400, "unknown.send.result", Kind.UNKNOWN),
        (400, "param.cardAlreadyExist", Kind.ALREADY),
        (777, "new.code", Kind.TRANSIENT),
        (400, "new.code", Kind.CONTENT),
    ],
)
def test_new_errors_are_told_apart_throttling_before_permission(status: int, code: str, kind: Kind) -> None:
    assert api_error(status, {"code": code}).kind is kind


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"errcode": 90018}, Kind.THROTTLED),
        ({"errcode": "410100"}, Kind.THROTTLED),
        ({"errcode": 88, "sub_code": "90018"}, Kind.THROTTLED),
        ({"errcode": 88, "sub_code": "60011"}, Kind.CONFIG),
        ({"errcode": -1}, Kind.TRANSIENT),
        ({"errcode": 40014}, Kind.TOKEN),
        ({"errcode": 90020}, Kind.QUOTA),
        ({"errcode": 60020}, Kind.CONFIG),
        ({"errcode": 310000}, Kind.CONFIG),
        ({"errcode": 60121}, Kind.GONE),
        ({"errcode": 430104}, Kind.CONTENT),
        ({"errcode": "300001"}, Kind.SESSION),
        ({"errcode": "odd"}, Kind.CONTENT),
        ({}, Kind.CONTENT),
    ],
)
def test_old_errors_are_told_apart_as_number_and_as_text(answer: dict[str, Any], kind: Kind) -> None:
    assert oapi_error(answer).kind is kind


def test_a_missing_scope_is_named_to_the_administrator_and_stops_the_platform(desk: Desk, ding: FakeDingtalk) -> None:
    answer = {"code": DENIED, "accessdenieddetail": {"requiredScopes": ["qyapi_robot_sendmsg"]}}
    ding.state.trouble(BATCH, Trouble(403, answer))
    outcome = desk.send("提醒", "zhouhang")[0]
    assert (outcome.fate, outcome.blocks) == (Fate.LATER, True)
    assert "qyapi_robot_sendmsg" in outcome.detail


@pytest.mark.parametrize(
    ("trouble", "fate", "retry_after"),
    [
        (Trouble(403, {"code": QPS}), Fate.LATER, 2),
        (Trouble(500, {"code": "system.error"}), Fate.LATER, None),
        (Trouble(503, raw="<html>down</html>"), Fate.LATER, None),
        (Trouble(200, raw="<html>punish</html>"), Fate.LATER, 300),
        (Trouble(200, {"status": 1111, "punish": "deny"}), Fate.LATER, 300),
        (Trouble(400, {"code": "invalidParameter.msgParam.tooLong"}), Fate.NEVER, None),
        (Trouble(400, {"code": "robot.oto.notExist"}), Fate.NEVER, None),
        (Trouble(302, raw=""), Fate.LATER, 300),
    ],
)
def test_each_failure_says_whether_and_when_to_try_again(
    desk: Desk, ding: FakeDingtalk, trouble: Trouble, fate: Fate, retry_after: float | None
) -> None:
    ding.state.trouble(BATCH, trouble)
    outcome = desk.send("提醒", "zhouhang")[0]
    assert (outcome.fate, outcome.retry_after, outcome.blocks) == (fate, retry_after, False)
    assert len(ding.state.called(BATCH)) == 1


def test_after_being_throttled_the_interface_rests_a_second(desk: Desk, ding: FakeDingtalk) -> None:
    ding.state.trouble(BATCH, Trouble(403, {"code": QPS}))
    desk.send("提醒", "zhouhang")
    desk.send("提醒", "zhouhang")
    assert sum(desk.ticker.paused) == pytest.approx(1.0, abs=0.01)


def test_one_interface_is_called_at_most_fifteen_times_a_second(desk: Desk, ding: FakeDingtalk) -> None:
    for _ in range(40):
        desk.send("提醒", "zhouhang")
    times = [call.at.timestamp() for call in ding.state.called(BATCH)]
    assert max(sum(start <= at < start + 1 for at in times) for start in times) <= 15
    assert times[-1] - times[0] < 3


# -- tokens ----------------------------------------------------------------------------------------------------------------


def test_a_token_is_fetched_once_and_renewed_five_minutes_before_its_end(desk: Desk, ding: FakeDingtalk) -> None:
    for _ in range(3):
        desk.send("提醒", "zhouhang")
    assert len(ding.state.called(TOKEN)) == 1
    desk.watch.pass_time(seconds=7200 - 301)
    desk.send("提醒", "zhouhang")
    assert len(ding.state.called(TOKEN)) == 1
    desk.watch.pass_time(seconds=2)
    desk.send("提醒", "zhouhang")
    assert len(ding.state.called(TOKEN)) == 2


def test_a_token_that_died_early_is_renewed_once_and_the_message_arrives(desk: Desk, ding: FakeDingtalk) -> None:
    desk.send("一", "zhouhang")
    desk.watch.pass_time(minutes=5)
    ding.state.api_token = "api-token-2"
    assert desk.send("二", "zhouhang")[0].fate is Fate.SENT
    assert len(ding.state.called(TOKEN)) == 2
    assert len(ding.state.called(BATCH)) == 3


def test_a_token_that_stays_bad_costs_two_calls_and_then_stops(desk: Desk, ding: FakeDingtalk) -> None:
    refused = Trouble(400, {"code": "InvalidAuthentication"})
    desk.send("一", "zhouhang")
    desk.watch.pass_time(minutes=5)
    ding.state.trouble(BATCH, refused, refused)
    outcome = desk.send("二", "zhouhang")[0]
    assert (outcome.fate, outcome.blocks) == (Fate.LATER, True)
    assert len(ding.state.called(BATCH)) == 3
    assert len(ding.state.called(TOKEN)) == 2
    ding.state.trouble(BATCH, refused, refused)
    desk.send("二", "zhouhang")
    assert len(ding.state.called(TOKEN)) == 2  # within ten seconds nobody fetches again


def test_the_old_interfaces_renew_their_own_token_once_and_never_recurse(desk: Desk, ding: FakeDingtalk) -> None:
    desk.files["a" * 64] = b"x"
    ding.state.oapi_token = "oapi-token-1"
    assert desk.adapter.directory.by_mobile("138") is None
    desk.watch.pass_time(minutes=5)
    ding.state.oapi_token = "oapi-token-2"
    assert desk.adapter.directory.by_mobile("138") is None
    assert len(ding.state.called("/gettoken")) == 2
    bad = Trouble(200, {"errcode": 40014, "errmsg": "不合法的access_token"})
    ding.state.trouble("/topapi/v2/user/getbymobile", *[bad] * 50)
    before = len(ding.state.calls)
    with pytest.raises(DingtalkError) as caught:
        desk.adapter.directory.by_mobile("138")
    assert caught.value.kind is Kind.TOKEN
    assert len(ding.state.calls) - before <= 3


def test_wrong_credentials_are_said_in_plain_words(make_desk: MakeDesk, config: DingtalkConfig) -> None:
    desk = make_desk(replace(config, client_secret="wrong"))
    outcome = desk.send("提醒", "zhouhang")[0]
    assert (outcome.error, outcome.blocks) == ("invalidClientIdOrSecret", True)
    assert "ClientSecret" in outcome.detail


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble(500, raw="<html>"),
        Trouble(404, {"errcode": 404}),
        Trouble(200, raw="x"),
        Trouble(200, {"errcode": "odd"}),
        Trouble(200, []),
    ],
)
def test_whatever_the_old_host_answers_is_one_kind_of_error(desk: Desk, ding: FakeDingtalk, trouble: Trouble) -> None:
    ding.state.trouble("/topapi/v2/user/get", trouble)
    with pytest.raises(DingtalkError):
        desk.adapter.directory.user("zhouhang")


def test_no_secret_is_ever_logged(desk: Desk, ding: FakeDingtalk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ding.state.trouble(BATCH, Trouble(500, {"code": "system.error"}))
    desk.send("提醒", "zhouhang")
    desk.send("提醒", "zhouhang", reply_to=desk.session("zhouhang"))
    ding.state.trouble("/topapi/v2/user/get", Trouble(500, raw="<html>"), Trouble(200, {"errcode": 60011}))
    for _ in range(2):
        with pytest.raises(DingtalkError):
            desk.adapter.directory.user("zhouhang")
    ding.state.oapi_token = "oapi-token-9"
    desk.watch.pass_time(hours=3)
    desk.adapter.directory.user("zhouhang")
    assert caplog.text
    for secret in ("s3cr3t-value", "oapi-token", "api-token", "session-of-zhouhang"):
        assert secret not in caplog.text


# -- allowance -------------------------------------------------------------------------------------------------------------


def used(desk: Desk, kind: Allowance) -> int:
    return next(quota.used for quota in desk.adapter.quota() if quota.kind is kind)


def test_paid_calls_count_and_free_or_throttled_ones_do_not(desk: Desk, ding: FakeDingtalk) -> None:
    desk.send("一", "zhouhang")
    desk.adapter.directory.user("zhouhang")
    ding.state.trouble(BATCH, Trouble(403, {"code": QPS}))
    desk.send("二", "zhouhang")
    assert used(desk, Allowance.API) == 1
    desk.send("三", "zhouhang", reply_to=desk.session("zhouhang"))
    assert (used(desk, Allowance.API), used(desk, Allowance.MESSAGES)) == (1, 1)


def _code(code: str) -> Callable[[], Trouble]:
    return lambda: Trouble(403, {"code": code})


def test_a_used_up_month_stops_paid_calls_until_the_first_and_session_replies_go_on(
    desk: Desk, ding: FakeDingtalk
) -> None:
    ding.state.trouble(BATCH, _code(USED_UP)())
    outcome = desk.send("提醒", "zhouhang")[0]
    assert (outcome.fate, outcome.blocks) == (Fate.LATER, True)
    calls = len(ding.state.called(BATCH))
    assert desk.send("提醒", "zhouhang")[0].error == "90020"
    assert desk.send("群", group="cid")[0].error == "90020"
    assert (len(ding.state.called(BATCH)), len(ding.state.called(GROUP))) == (calls, 0)
    assert desk.send("好", "zhouhang", reply_to=desk.session("zhouhang"))[0].fate is Fate.SENT
    assert "dingtalk_quota" in desk.adapter.health()
    desk.watch.at = desk.watch.at.replace(month=11, day=30, hour=15, minute=59, second=59)
    assert desk.send("提醒", "zhouhang")[0].error == "90020"
    desk.watch.pass_time(seconds=1)  # 1 December 00:00 in Beijing
    assert desk.send("提醒", "zhouhang")[0].fate is Fate.SENT
    assert not desk.adapter.health()
