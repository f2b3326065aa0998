from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.adapters.base import CheckResult
from bot.adapters.dingtalk.config import DingtalkConfig, GroupConfig, Mode
from tests.bot.adapters.dingtalk.conftest import MakeDesk
from tests.bot.adapters.dingtalk.desk import Desk
from tests.fakes.dingtalk.routes import BATCH, CARDS
from tests.fakes.dingtalk.server import FakeDingtalk
from tests.fakes.dingtalk.state import Trouble, Watch


@pytest.fixture
def watch() -> Watch:
    """Real time: the fake's Date header is real."""
    return Watch(datetime.now(UTC))  # noqa: TID251 - compared with a server's clock


def checked(desk: Desk) -> dict[str, CheckResult]:
    return {check.name: check for check in desk.adapter.checks()}


def test_a_good_set_up_passes_every_check_and_sends_nothing(desk: Desk, ding: FakeDingtalk) -> None:
    checks = checked(desk)
    assert [check.name for check in checks.values() if not check.ok] == []
    assert len(checks) >= 8
    assert not ding.state.delivered


def test_wrong_credentials_stop_the_rest_which_would_only_repeat_them(
    make_desk: MakeDesk, config: DingtalkConfig
) -> None:
    checks = checked(make_desk(replace(config, client_secret="wrong")))
    assert not checks["钉钉 access_token"].ok
    assert "client_secret" in checks["钉钉 access_token"].hint
    assert len(checks) == 2


def test_a_clock_that_is_wrong_by_more_than_five_minutes_is_named(desk: Desk) -> None:
    desk.watch.pass_time(seconds=310)
    assert "NTP" in checked(desk)["钉钉 时钟"].hint


def test_a_missing_scope_and_an_ip_that_is_not_allowed_are_named(desk: Desk, ding: FakeDingtalk) -> None:
    ding.state.trouble(
        BATCH,
        Trouble(
            403,
            {
                "code": "Forbidden.AccessDenied.AccessTokenPermissionDenied",
                "accessdenieddetail": {"requiredScopes": ["qyapi_robot_sendmsg"]},
            },
        ),
    )
    ding.state.trouble("/topapi/v2/department/listsub", Trouble(200, {"errcode": 60020, "errmsg": "ip"}))
    checks = checked(desk)
    assert "qyapi_robot_sendmsg" in checks["钉钉 机器人发消息"].detail
    assert "白名单" in checks["钉钉 通讯录"].detail


def test_a_gateway_that_refuses_points_at_publishing_and_mode(desk: Desk, ding: FakeDingtalk) -> None:
    ding.state.trouble("/v1.0/gateway/connections/open", Trouble(400, {"code": "notPublished"}))
    stream = checked(desk)["钉钉 Stream"]
    assert (stream.ok, "Stream" in stream.hint, "notPublished" in stream.detail) == (False, True, True)


def test_the_owner_of_the_stream_is_named(desk: Desk) -> None:
    desk.lease.acquire("dingtalk:stream:dingabc123", "host-1:42", 60)
    assert "host-1:42" in checked(desk)["钉钉 Stream"].detail


def test_colleagues_without_a_user_id_point_at_an_unpublished_version(desk: Desk) -> None:
    desk.adapter._quota.saw_unpublished(desk.watch.at)
    published = checked(desk)["钉钉 应用发布"]
    assert (published.ok, "版本管理与发布" in published.hint) == (False, True)


def test_groups_are_checked_one_by_one(make_desk: MakeDesk, config: DingtalkConfig, ding: FakeDingtalk) -> None:
    groups = (
        GroupConfig("好群", "cid1"),
        GroupConfig("没有机器人", "cid2"),
        GroupConfig("只有地址", "", ding.group_webhook("x")),
        GroupConfig("坏地址", "", "https://oapi.dingtalk.com/robot/send"),
        GroupConfig("什么都没有"),
    )
    path = "/v1.0/robot/groups/robots/query"
    ding.state.trouble(path, Trouble(passes=True), Trouble(400, {"code": "invalid.openConversationId"}))
    checks = checked(make_desk(replace(config, groups=groups)))
    told = {name.removeprefix("钉钉群 "): check.ok for name, check in checks.items() if name.startswith("钉钉群")}
    assert told == {"好群": True, "没有机器人": False, "只有地址": True, "坏地址": False, "什么都没有": False}


def test_a_card_template_without_its_permission_is_named(
    make_desk: MakeDesk, config: DingtalkConfig, ding: FakeDingtalk
) -> None:
    desk = make_desk(replace(config, card_template_id="3f0c.schema"))
    assert checked(desk)["钉钉 互动卡片"].ok
    ding.state.trouble(CARDS, Trouble(403, {"code": "Forbidden.AccessDenied.AccessTokenPermissionDenied"}))
    assert "Card.Instance.Write" in checked(desk)["钉钉 互动卡片"].hint


def test_http_mode_wants_what_tells_a_forger_from_dingtalk(make_desk: MakeDesk, config: DingtalkConfig) -> None:
    desk = make_desk(replace(config, mode=Mode.HTTP, corp_id="", card_template_id="3f0c.schema"))
    http = checked(desk)["钉钉 HTTP 回调"]
    assert not http.ok
    assert "corp_id" in http.detail
    assert "card_secret" in http.detail


def test_the_allowance_is_shown_and_a_used_up_one_fails(desk: Desk) -> None:
    desk.meter.add("dingtalk:dingabc123:api", f"{desk.watch.at:%Y-%m}", 5000)
    api = checked(desk)["钉钉 额度 api"]
    assert not api.ok
    assert "5,000" in api.detail
