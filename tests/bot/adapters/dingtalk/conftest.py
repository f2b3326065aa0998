from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from bot.adapters.dingtalk.config import DingtalkConfig
from tests.bot.adapters.dingtalk.desk import Desk
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


MakeDesk = Callable[[DingtalkConfig], Desk]


@pytest.fixture
def make_desk(ding: FakeDingtalk, watch: Watch) -> Iterator[MakeDesk]:
    desks: list[Desk] = []

    def make(config: DingtalkConfig) -> Desk:
        desks.append(Desk(ding, config, watch))
        return desks[-1]

    yield make
    for desk in desks:
        desk.adapter.stop()


@pytest.fixture
def desk(make_desk: MakeDesk, config: DingtalkConfig, ding: FakeDingtalk) -> Desk:
    for name in ("zhouhang", "linke", "chenmin"):
        ding.state.people[name] = {"name": name, "dept_id_list": [1]}
    return make_desk(config)
