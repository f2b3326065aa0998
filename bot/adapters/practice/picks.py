"""The sample photos one may send from the page: drawn on the spot, for the practice instant and the player's own customer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.adapters.practice import samples


@dataclass(frozen=True, slots=True)
class Scene:
    """What a sample shows: the practice instant, a customer and somebody who works there."""

    now: datetime
    customer: str
    address: str
    contact: str
    title: str


@dataclass(frozen=True, slots=True)
class Pick:
    """One sample."""

    label: str
    hint: str
    draw: Callable[[Scene], bytes]


EARLIER: Final = timedelta(hours=2, minutes=35)

PICKS: Final[dict[str, Pick]] = {
    "site": Pick("现场照片，水印是现在", "时间水印跟着练习时钟", lambda s: samples.make_site_photo(s.now, s.address)),
    "site-earlier": Pick(
        "现场照片，水印早 2 小时 35 分", "看机器人怎么问", lambda s: samples.make_site_photo(s.now - EARLIER, s.address)
    ),
    "site-blurred": Pick(
        "现场照片，水印看不清", "看不清就说看不清", lambda s: samples.make_site_photo(s.now, s.address, blur=8.0)
    ),
    "site-night": Pick(
        "现场照片，光线很暗", "水印还读得出", lambda s: samples.make_site_photo(s.now, s.address, light=0.3)
    ),
    "site-plain": Pick("现场照片，没有水印", "相机没开水印", lambda s: samples.make_plain_photo(f"{s.now:%H%M}")),
    "chat": Pick("与客户的聊天截图", "有姓名和职务", lambda s: samples.make_chat_screenshot(s.contact, s.title)),
    "chat-stranger": Pick(
        "与别人的聊天截图", "不是这家客户的联系人", lambda _: samples.make_chat_screenshot("刘伟", "销售经理")
    ),
    "contract": Pick(
        "合同签署页", "甲方盖了章", lambda s: samples.make_contract_page(s.customer, s.now.date(), number=f"HT-{s.now:%Y%m%d}-01")
    ),
    "licence": Pick("营业执照", "带红章", lambda s: samples.make_licence(s.customer)),
    "waybill": Pick("快递面单", "寄样品、寄发票用", lambda _: samples.make_waybill()),
}  # fmt: skip
