from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from bot.adapters.token import MemoryTokenStore
from bot.adapters.wecom.client import WecomClient
from bot.adapters.wecom.config import WecomConfig
from tests.fakes.wecom.server import FakeWecom, fake_wecom
from tests.fakes.wecom.state import AGENT, CORP, SECRET


@pytest.fixture
def wecom() -> Iterator[FakeWecom]:
    with fake_wecom() as fake:
        yield fake


@pytest.fixture
def config(wecom: FakeWecom) -> WecomConfig:
    return WecomConfig(corp_id=CORP, agent_id=AGENT, secret=SECRET, api_base=wecom.url)


class Clock:
    """One clock for both sides."""

    def __init__(self, wecom: FakeWecom) -> None:
        self._state = wecom.state

    def now(self) -> datetime:
        return self._state.now

    def pass_time(self, **span: float) -> None:
        self._state.now += timedelta(**span)


@pytest.fixture
def clock(wecom: FakeWecom) -> Clock:
    return Clock(wecom)


@pytest.fixture
def client(config: WecomConfig, clock: Clock) -> WecomClient:
    return WecomClient(config, tokens=MemoryTokenStore(), now=clock.now)


def eventually(condition: Callable[[], object], seconds: float = 10) -> None:
    """Wait for something that happens in another thread."""
    until = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < until, "it did not happen"
        pause.wait(0.005)
