"""People use the practice page in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.bot.adapters.practice.playhouse import Playhouse
from tests.browser import DESKTOP, PHONE, launched, opened, width_needed

sync_api = pytest.importorskip("playwright.sync_api", reason="browser tests need Playwright: uv sync")
Page = Any
Locator = Any
expect = sync_api.expect
expect.set_options(timeout=15_000)  # a busy machine is no failure

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launched() as started:
        yield started


@pytest.fixture
def desktop(browser: Any, playhouse: Playhouse) -> Iterator[Page]:
    with opened(browser, viewport=DESKTOP) as page:
        yield page


@pytest.fixture
def phone(browser: Any, playhouse: Playhouse) -> Iterator[Page]:
    with opened(browser, viewport=PHONE, has_touch=True, is_mobile=True) as page:
        yield page


def open_as(page: Page, playhouse: Playhouse, who: str, *, beside: str | None = None) -> Locator:
    """Open somebody's phone, perhaps beside another; returns the first."""
    page.goto(f"{playhouse.url}/?as={who}" + (f"&with={beside}" if beside else ""))
    first = page.locator(".phone").first
    expect(first.get_by_label("输入消息")).to_be_visible()
    expect(page.locator(".row").first).to_be_visible() if page.viewport_size["width"] > 860 else None
    return first


def say(phone: Locator, text: str) -> None:
    phone.get_by_label("输入消息").fill(text)
    phone.get_by_label("输入消息").press("Enter")


def own(phone: Locator) -> Locator:
    return phone.locator(".message.mine")


def bots(phone: Locator) -> Locator:
    return phone.locator(".message.theirs")


def test_a_sentence_is_answered_without_reloading(desktop: Page, playhouse: Playhouse) -> None:
    rep = open_as(desktop, playhouse, "zhouhang")
    say(rep, "/回声 明天给蓝海发合同")
    expect(own(rep).locator(".bubble")).to_have_text("/回声 明天给蓝海发合同")
    expect(bots(rep).locator(".bubble")).to_have_text("回声 /回声 明天给蓝海发合同")
    expect(rep.get_by_label("输入消息")).to_have_value("")
    expect(own(rep)).to_have_count(1)


def test_a_pressed_button_greys_out_in_place(desktop: Page, playhouse: Playhouse) -> None:
    rep = open_as(desktop, playhouse, "zhouhang")
    say(rep, "/问一问")
    card = rep.locator(".card")
    card.get_by_label("原因").fill("客户在催")
    card.get_by_role("button", name="同意").click()
    expect(card.get_by_role("button", name="同意")).to_be_disabled()
    expect(card.get_by_role("button", name="我来谈")).to_be_disabled()
    expect(card.locator(".card-note")).to_have_text("周航已同意")
    expect(card).to_have_count(1)
    expect(bots(rep).locator(".bubble")).to_have_text("好的。客户在催")


def test_a_push_is_seen_to_arrive_on_the_managers_phone(desktop: Page, playhouse: Playhouse) -> None:
    rep = open_as(desktop, playhouse, "zhouhang", beside="chenmin")
    manager = desktop.locator(".phone").nth(1)
    expect(manager).to_have_accessible_name("陈敏的手机")
    say(rep, "/问一问")
    rep.get_by_role("button", name="同意").click()
    expect(bots(manager).locator(".bubble")).to_have_text("周航同意了")


def test_a_push_for_somebody_else_counts_and_can_be_opened(desktop: Page, playhouse: Playhouse) -> None:
    rep = open_as(desktop, playhouse, "zhouhang")
    say(rep, "/问一问")
    rep.get_by_role("button", name="同意").click()
    row = desktop.locator('.row[data-id="chenmin"]')
    expect(row.locator(".badge")).to_have_text("1")
    desktop.locator(".toast-push").get_by_role("button", name="陈敏 收到").click()
    expect(desktop.locator(".phone").first).to_have_accessible_name("陈敏的手机")
    expect(row.locator(".badge")).to_have_count(0)


def test_markup_is_shown_literally(desktop: Page, playhouse: Playhouse) -> None:
    rep = open_as(desktop, playhouse, "zhouhang")
    nasty = '<img src=x onerror="window.hurt=1"><b>粗</b> **[x](javascript:window.hurt=1)** &lt;'
    say(rep, f"/回声 {nasty}")
    expect(own(rep).locator(".bubble")).to_have_text(f"/回声 {nasty}")
    expect(bots(rep).locator(".bubble")).to_contain_text('<img src=x onerror="window.hurt=1"><b>粗</b>')
    expect(rep.locator(".bubble img, .bubble b, .bubble a, .row-last img")).to_have_count(0)
    assert desktop.evaluate("window.hurt") is None


def test_everything_can_be_done_from_the_keyboard(desktop: Page, playhouse: Playhouse) -> None:
    rep = open_as(desktop, playhouse, "zhouhang")
    field = rep.get_by_label("输入消息")
    field.focus()
    desktop.keyboard.type("/")
    suggested = rep.get_by_role("listbox", name="命令")
    expect(suggested).to_be_visible()
    desktop.keyboard.press("Escape")
    expect(suggested).to_be_hidden()
    desktop.keyboard.press("Backspace")
    desktop.keyboard.type("/问")
    expect(suggested.get_by_role("option")).to_have_count(1)
    desktop.keyboard.press("Enter")
    expect(field).to_have_value("/问一问 ")
    desktop.keyboard.press("Enter")
    agree = rep.get_by_role("button", name="同意")
    expect(agree).to_be_enabled()
    agree.focus()
    desktop.keyboard.press("Enter")
    expect(agree).to_be_disabled()
    assert desktop.evaluate("document.activeElement !== document.body")
    field.focus()
    desktop.keyboard.type("第一行")
    desktop.keyboard.press("Shift+Enter")
    desktop.keyboard.type("第二行")
    desktop.keyboard.press("Enter")
    expect(own(rep).last.locator(".bubble")).to_have_text("第一行\n第二行", use_inner_text=True)


def test_a_command_is_found_and_taken_with_the_arrow_keys(desktop: Page, playhouse: Playhouse) -> None:
    rep = open_as(desktop, playhouse, "zhouhang")
    rep.get_by_label("输入消息").press_sequentially("/")
    options = rep.get_by_role("listbox", name="命令").get_by_role("option")
    expect(options.first).to_have_attribute("aria-selected", "true")
    desktop.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    chosen = options.nth(1).locator(".suggest-name").inner_text()
    desktop.keyboard.press("Tab")
    expect(rep.get_by_label("输入消息")).to_have_value(f"{chosen} ")


def test_a_place_is_sent_from_the_customers_address(desktop: Page, playhouse: Playhouse) -> None:
    rep = open_as(desktop, playhouse, "zhouhang")
    rep.get_by_role("button", name="发位置").click()
    sheet = desktop.get_by_role("dialog", name="发送位置")
    sheet.get_by_label("离登记地址多远").select_option(label="约 150 米外")
    sheet.get_by_role("button", name="华东机械").click()
    expect(own(rep).locator(".place")).to_contain_text("华东机械")
    expect(bots(rep)).to_have_count(1)
    (sent,) = [m for m in playhouse.messages("zhouhang") if m["location"]]
    assert sent["location"]["lat"] == pytest.approx(31.231713 + 150 / 111_320, abs=1e-6)


def test_a_typed_place_must_be_on_the_globe(desktop: Page, playhouse: Playhouse) -> None:
    rep = open_as(desktop, playhouse, "zhouhang")
    rep.get_by_role("button", name="发位置").click()
    sheet = desktop.get_by_role("dialog", name="发送位置")
    sheet.get_by_label("纬度").fill("91")
    sheet.get_by_label("经度").fill("121.4737")
    sheet.get_by_role("button", name="发送这个位置").click()
    expect(sheet.get_by_role("alert")).to_contain_text("纬度")
    sheet.get_by_label("纬度").fill("31.2304")
    sheet.get_by_role("button", name="发送这个位置").click()
    expect(own(rep).locator(".place")).to_contain_text("31.230400, 121.473700")


def test_a_sample_photo_is_sent_and_can_be_enlarged(desktop: Page, playhouse: Playhouse) -> None:
    rep = open_as(desktop, playhouse, "zhouhang")
    rep.get_by_role("button", name="发一张示例照片").click()
    desktop.get_by_role("dialog").get_by_role("button", name="水印是现在").click()
    picture = own(rep).get_by_role("button", name="看大图")
    picture.click()
    large = desktop.get_by_role("dialog", name="看大图")
    expect(large.locator("img")).to_be_visible()
    desktop.keyboard.press("Escape")
    expect(large).to_be_hidden()


def test_a_pasted_picture_waits_for_its_words(desktop: Page, playhouse: Playhouse) -> None:
    rep = open_as(desktop, playhouse, "zhouhang")
    desktop.evaluate(
        """async () => {
          const canvas = document.createElement("canvas"); canvas.width = canvas.height = 40;
          const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
          const data = new DataTransfer(); data.items.add(new File([blob], "剪贴板.png", { type: "image/png" }));
          document.querySelector(".field").dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    expect(rep.locator(".waiting-part.image")).to_have_count(1)
    say(rep, "/回声 看图")
    expect(own(rep).get_by_role("button", name="看大图")).to_be_visible()
    expect(bots(rep).locator(".bubble")).to_contain_text("图")
    expect(rep.locator(".waiting-part")).to_have_count(0)


def test_a_message_is_quoted(desktop: Page, playhouse: Playhouse) -> None:
    rep = open_as(desktop, playhouse, "zhouhang")
    say(rep, "/问一问")
    bots(rep).first.hover()
    bots(rep).first.get_by_role("button", name="引用这条").click()
    say(rep, "/回声 改成周四")
    expect(own(rep).last.locator(".quoted")).to_contain_text("待确认 · 报价")
    expect(bots(rep).last.locator(".bubble")).to_contain_text("引用「待确认 · 报价」")


def test_a_message_that_did_not_get_out_is_kept_and_sent_once_more(desktop: Page, playhouse: Playhouse) -> None:
    rep = open_as(desktop, playhouse, "zhouhang")
    desktop.route("**/practice/api/messages?wait=1", lambda route: route.abort())
    say(rep, "/回声 在电梯里")
    expect(rep.locator(".foot.failed")).to_contain_text("连不上")
    desktop.unroute("**/practice/api/messages?wait=1")
    rep.get_by_role("button", name="重发").click()
    expect(bots(rep).locator(".bubble")).to_have_count(1)
    expect(rep.locator(".foot.failed")).to_have_count(0)
    assert len(playhouse.messages("zhouhang")) == 2


def test_a_lost_answer_does_not_send_twice(desktop: Page, playhouse: Playhouse) -> None:
    rep = open_as(desktop, playhouse, "zhouhang")

    def deliver_and_lose_the_answer(route: Any) -> None:
        route.fetch()
        route.abort()

    desktop.route("**/practice/api/messages?wait=1", deliver_and_lose_the_answer)
    say(rep, "/回声 一次")
    expect(bots(rep).locator(".bubble")).to_have_count(1)
    desktop.unroute_all(behavior="wait")
    expect(rep.locator(".typing")).to_be_hidden()
    expect(rep.locator(".foot.failed")).to_have_count(0)
    expect(own(rep)).to_have_count(1)
    assert len(playhouse.messages("zhouhang")) == 2


def test_the_clock_bar_moves_time(desktop: Page, playhouse: Playhouse) -> None:
    open_as(desktop, playhouse, "zhouhang")
    face = desktop.locator(".clock-face")
    expect(face).to_contain_text("09:00")
    expect(face).to_contain_text("2026年11月16日 周一")
    desktop.get_by_role("button", name="+15 分").click()
    expect(face).to_contain_text("09:15")
    desktop.get_by_role("button", name="+1 天").click()
    expect(face).to_contain_text("2026年11月17日 周二")
    expect(desktop.locator(".toast").last).to_contain_text("过了 1 天")


def test_the_bot_in_a_group_is_asked_with_a_mention(desktop: Page, playhouse: Playhouse) -> None:
    rep = open_as(desktop, playhouse, "zhouhang")
    rep.get_by_role("tab", name="华东一组").click()
    rep.get_by_label("@机器人").uncheck()
    say(rep, "大家早")
    expect(own(rep)).to_have_count(1)
    rep.get_by_label("@机器人").check()
    say(rep, "点名")
    expect(bots(rep).locator(".bubble")).to_have_text("4 人在场")


def test_search_finds_people_and_groups(desktop: Page, playhouse: Playhouse) -> None:
    open_as(desktop, playhouse, "zhouhang")
    search = desktop.get_by_label("搜人或群")
    search.fill("财务")
    expect(desktop.locator(".row")).to_have_count(1)
    search.fill("没有的人")
    expect(desktop.locator(".rows")).to_contain_text("没有“没有的人”这个人或群")


def test_a_long_conversation_opens_at_its_end_and_shows_earlier_lines_on_request(
    desktop: Page, playhouse: Playhouse
) -> None:
    for number in range(160):
        playhouse.post("/messages", {"from": "linke", "chat": "huadong-team", "text": f"第 {number} 句"})
    desktop.goto(f"{playhouse.url}/?as=zhouhang&chat=huadong-team")
    rep = desktop.locator(".phone").first
    expect(rep.get_by_text("第 159 句", exact=True)).to_be_in_viewport()
    expect(rep.locator(".message")).to_have_count(150)
    rep.get_by_role("button", name="看更早的消息").click()
    expect(rep.locator(".message")).to_have_count(160)
    expect(rep.get_by_role("button", name="看更早的消息")).to_have_count(0)


def test_a_file_can_be_saved_again(desktop: Page, playhouse: Playhouse) -> None:
    playhouse.say("zhouhang", "/回声", files=[("file", ("对比表.csv", "甲,乙".encode(), "text/csv"))])
    rep = open_as(desktop, playhouse, "zhouhang")
    with desktop.expect_download() as saved:
        rep.get_by_label("保存文件 对比表.csv").click()
    assert saved.value.suggested_filename == "对比表.csv"


def test_starting_over_empties_every_phone(desktop: Page, playhouse: Playhouse) -> None:
    rep = open_as(desktop, playhouse, "zhouhang")
    say(rep, "/问一问")
    expect(bots(rep)).to_have_count(1)
    desktop.get_by_role("button", name="重新开始", exact=True).click()
    desktop.get_by_role("button", name="清掉，重新开始").click()
    expect(rep.locator(".message")).to_have_count(0)
    expect(rep.locator(".welcome-title")).to_have_text("周航，说一句话就能记")


def test_on_a_phone_nothing_scrolls_sideways(phone: Page, playhouse: Playhouse) -> None:
    playhouse.say("zhouhang", "/问一问")
    playhouse.say("zhouhang", f"/回声 {'A' * 400} {'长' * 200} https://example.com/{'x' * 200}")
    playhouse.say("zhouhang", "/回声", location={"lat": 31.2304, "lng": 121.4737, "label": "很长的地名" * 12})
    phone.goto(playhouse.url)
    expect(phone.locator(".row").first).to_be_visible()
    assert width_needed(phone) == PHONE["width"]
    phone.locator('.row[data-id="zhouhang"]').tap()
    mine = phone.locator(".phone")
    expect(mine.locator(".card")).to_be_visible()
    assert width_needed(phone) == PHONE["width"]
    assert mine.locator(".scroller").evaluate("e => e.scrollWidth <= e.clientWidth")
    phone.locator(".clock-toggle").tap()
    expect(phone.get_by_role("button", name="到下一件事")).to_be_visible()
    assert width_needed(phone) == PHONE["width"]
    phone.locator(".clock-toggle").tap()
    mine.get_by_role("button", name="发位置").tap()
    expect(phone.get_by_role("dialog", name="发送位置")).to_be_visible()
    assert width_needed(phone) == PHONE["width"]


def test_on_a_phone_one_goes_from_the_list_to_a_chat_and_back(phone: Page, playhouse: Playhouse) -> None:
    phone.goto(playhouse.url)
    phone.locator('.row[data-id="chenmin"]').tap()
    expect(phone.get_by_label("陈敏的手机")).to_be_visible()
    say(phone.locator(".phone"), "/问一问")
    agree = phone.get_by_role("button", name="同意")
    box = agree.bounding_box()
    assert box["height"] >= 44  # a thumb's size
    agree.tap()
    expect(agree).to_be_disabled()
    phone.get_by_role("button", name="回到列表").tap()
    expect(phone.get_by_label("搜人或群")).to_be_visible()


def test_every_control_has_a_name(desktop: Page, playhouse: Playhouse) -> None:
    playhouse.say("zhouhang", "/问一问")
    open_as(desktop, playhouse, "zhouhang", beside="chenmin")
    nameless = desktop.evaluate(
        """() => [...document.querySelectorAll("button, input:not([hidden]), select, textarea, [role=tab]")]
          .filter((e) => !(e.innerText || "").trim() && !e.getAttribute("aria-label") && !(e.labels && e.labels.length))
          .map((e) => e.outerHTML)"""
    )
    assert nameless == []
