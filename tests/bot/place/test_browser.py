"""The place page on a phone, in a real browser that is somewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.listener import WebServer
from models.visit import EvidenceState, evidence_of
from tests.bot.place.phone import GATE, PUBLIC, path_of
from tests.browser import DESKTOP, PHONE, launched, opened, width_needed
from tests.stream_company import StreamCompany

sync_api = pytest.importorskip("playwright.sync_api", reason="browser tests need Playwright: uv sync")
expect = sync_api.expect
expect.set_options(timeout=15_000)  # a busy machine is no failure

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_only]
VISIT = "V-20261116-001"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launched() as started:
        yield started


@pytest.fixture
def company(tmp_path: Path) -> Iterator[StreamCompany]:
    made = StreamCompany(tmp_path, at="2026-11-16 14:00", settings={"server": {"public_url": PUBLIC}})
    made.say("zhouhang", "拜访 华东机械")
    yield made
    made.close()


@pytest.fixture
def address(company: StreamCompany) -> Iterator[str]:
    """The link, on the loopback address where the bot really listens."""
    server = WebServer(company.app.web, host="127.0.0.1", port=0, threads=4)
    server.start()
    yield f"http://127.0.0.1:{server.port}{path_of(company.last('zhouhang').text)}"
    server.stop()


def somewhere(accuracy: float = 12) -> dict[str, Any]:
    place = {"latitude": GATE[0], "longitude": GATE[1], "accuracy": accuracy}
    return {
        "geolocation": place,
        "permissions": ["geolocation"],
        "viewport": PHONE,
        "has_touch": True,
        "is_mobile": True,
    }


def state_of(company: StreamCompany) -> list[str]:
    company.runtime.settle()
    with company.session() as session:
        return [item.state for item in evidence_of(session, VISIT) if item.kind == "location"]


def test_a_rep_looks_at_what_will_be_sent_and_sends_it_once(browser: Any, company: StreamCompany, address: str) -> None:
    with opened(browser, **somewhere()) as page:
        page.goto(address)
        expect(page.get_by_role("heading", name="华东机械")).to_be_visible()
        assert width_needed(page) <= PHONE["width"]
        page.get_by_role("button", name="获取我的位置").click()
        expect(page.get_by_text("±12 米")).to_be_visible()
        expect(page.get_by_text(f"{GATE[0]:.6f}, {GATE[1]:.6f}")).to_be_visible()
        assert state_of(company) == []  # nothing has left the phone yet
        page.get_by_role("button", name="发送位置").click()
        expect(page.get_by_text("✓ 已发送")).to_be_visible()
        expect(page.get_by_role("button")).to_have_count(0)
        assert state_of(company) == [EvidenceState.VALID]
        page.reload()
        expect(page.get_by_text("这个位置已经收到了")).to_be_visible()


def test_who_refuses_is_told_what_to_do_and_nothing_is_sent(browser: Any, company: StreamCompany, address: str) -> None:
    with opened(browser, **{**somewhere(), "permissions": []}) as page:
        page.goto(address)
        page.get_by_role("button", name="获取我的位置").click()
        expect(page.get_by_text("没有拿到定位权限。")).to_be_visible()
        expect(page.get_by_role("button", name="再试一次")).to_be_enabled()
        assert state_of(company) == []


def test_a_vague_fix_is_called_weak_before_it_is_sent(browser: Any, company: StreamCompany, address: str) -> None:
    with opened(browser, **somewhere(1500)) as page:
        page.goto(address)
        page.clock.install()
        page.get_by_role("button", name="获取我的位置").click()
        expect(page.get_by_text("±1500 米")).to_be_visible()
        page.clock.fast_forward(13_000)  # it waits for a better one, and there is none
        expect(page.get_by_text("只能记「弱位置」")).to_be_visible()
        expect(page.get_by_text("走到窗边或户外")).to_be_visible()
        page.get_by_role("button", name="就发这个（弱位置）").click()
        expect(page.get_by_text("✓ 已发送")).to_be_visible()
        assert state_of(company) == [EvidenceState.WEAK]


def test_a_desktop_is_told_to_take_the_phone(browser: Any, company: StreamCompany, address: str) -> None:
    with opened(browser, **{**somewhere(40_000), "viewport": DESKTOP, "has_touch": False, "is_mobile": False}) as page:
        page.goto(address)
        page.clock.install()
        page.get_by_role("button", name="获取我的位置").click()
        expect(page.get_by_text("±40000 米")).to_be_visible()
        page.clock.fast_forward(13_000)
        expect(page.get_by_text("请用手机打开这个链接")).to_be_visible()


def test_a_lost_connection_is_told_and_the_second_try_counts_once(
    browser: Any, company: StreamCompany, address: str
) -> None:
    with opened(browser, **somewhere()) as page:
        page.goto(address)
        page.get_by_role("button", name="获取我的位置").click()
        page.route("**/place/*", lambda route: (route.fetch(), route.abort())[1])  # it arrives, the answer is lost
        page.get_by_role("button", name="发送位置").click()
        expect(page.get_by_text("网络不通")).to_be_visible()
        page.unroute("**/place/*")
        page.get_by_role("button", name="发送位置").click()
        expect(page.get_by_text("已收到，不会重复记")).to_be_visible()
        assert state_of(company) == [EvidenceState.VALID]


def test_an_expired_link_says_how_to_get_another(browser: Any, company: StreamCompany, address: str) -> None:
    company.advance(minutes=31)
    with opened(browser, **somewhere()) as page:
        page.goto(address)
        expect(page.get_by_role("heading", name="链接过期了")).to_be_visible()
        expect(page.get_by_text("回到聊天发「定位」")).to_be_visible()
        assert width_needed(page) <= PHONE["width"]
