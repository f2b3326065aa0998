"""Takes the pictures of the README: starts the demo, plays a visit in a real browser, photographs a desktop and a phone.

Run from the repository's root: `.venv/bin/python docs/take_pictures.py`. Needs Chromium; writes docs/images/*.png.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from PIL import Image
from playwright.sync_api import expect, sync_playwright

IMAGES: Final = Path(__file__).with_name("images")
DESKTOP: Final = {"width": 1360, "height": 860}
PHONE: Final = {"width": 390, "height": 844}
MONDAY: Final = "2026-11-16T13:40"


def main() -> None:
    """Take every picture."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        command = [sys.executable, "-m", "bot", "demo", "--port", "0", "--data", data, "--at", MONDAY, "--frozen"]
        demo = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603  # our own program
        try:
            assert demo.stdout is not None
            url = next(line.split()[-1] for line in demo.stdout if line.startswith("listening on"))
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            phone = browser.new_page(viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2)
            _play(browser.new_page(viewport=DESKTOP, locale="zh-CN", reduced_motion="reduce"), phone, url)
            browser.close()
        finally:
            demo.terminate()
            demo.wait(15)


def _play(page: Any, phone: Any, url: str) -> None:
    expect.set_options(timeout=60_000)
    page.goto(f"{url}?as=zhouhang&with=chenmin")
    rep, manager = page.locator(".phone").first, page.locator(".phone").nth(1)
    say(rep, "/拜访 华东机械")
    expect(rep.get_by_text("拜访开始")).to_be_visible()
    rep.get_by_label("发位置").click()
    page.get_by_label("离登记地址多远").select_option(label="约 150 米外")
    page.get_by_role("button", name="华东机械").last.click()
    expect(rep.get_by_text("距客户登记地址")).to_be_visible()
    sample(page, rep, "水印早 2 小时")
    expect(rep.get_by_role("button", name="按补记")).to_be_enabled()
    _phone(phone, url)
    rep.get_by_role("button", name="按补记").click()
    say(rep, "车间不让带手机，出来才发")
    expect(rep.get_by_text("有效（补记）")).to_be_visible()
    sample(page, rep, "有姓名和职务")
    expect(rep.get_by_text("结束拜访")).to_be_visible()
    say(rep, "他们认可方案，但嫌贵，周五前给新报价，客户很满意")
    rep.get_by_role("button", name="把那句删掉").click()
    expect(manager.locator(".card").first).to_be_visible()
    page.mouse.move(5, 5)
    rep.get_by_label("输入消息").blur()
    page.wait_for_timeout(800)
    shoot(page, "desktop")


def _phone(page: Any, url: str) -> None:
    page.goto(f"{url}?as=zhouhang")
    expect(page.get_by_role("button", name="按补记")).to_be_visible()
    page.wait_for_timeout(500)
    shoot(page, "phone")


def say(phone: Any, text: str) -> None:
    """Send a sentence."""
    phone.get_by_label("输入消息").fill(text)
    phone.get_by_label("输入消息").press("Enter")


def sample(page: Any, phone: Any, name: str) -> None:
    """Send a sample photo."""
    phone.get_by_role("button", name="发一张示例照片").click()
    page.get_by_role("dialog").get_by_role("button", name=name).click()


def shoot(page: Any, name: str) -> None:
    """Write a small PNG of what is on the screen."""
    path = IMAGES / f"{name}.png"
    page.screenshot(path=path)
    Image.open(path).convert("RGB").quantize(192).save(path, optimize=True)


if __name__ == "__main__":
    main()
