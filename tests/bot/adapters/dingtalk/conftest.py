from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.adapters.dingtalk.config import DingtalkConfig
from tests.fakes.dingtalk.server import FakeDingtalk
from tests.fakes.dingtalk.state import Watch


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def ding(watch: Watch) -> Iterator[FakeDingtalk]:
    with FakeDingtalk(watch) as fake:
        yield fake


@pytest.fixture
def config(ding: FakeDingtalk) -> DingtalkConfig:
    return DingtalkConfig(
        client_id=ding.state.client_id,
        client_secret=ding.state.client_secret,
        corp_id="dingcorp1",
        robot_name="小记",
        api_base=ding.base,
        oapi_base=ding.base,
    )
