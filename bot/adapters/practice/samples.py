"""Small invented pictures to try the bot with: a site photo, a chat screenshot, a licence, a signature page.

Used by the demo and by tests; every name and number is made up. Drawn with the bundled font, so they look alike on
every machine.
"""

import io
import math
import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

FONT = Path(__file__).resolve().parents[2] / "fonts" / "NotoSansSC-subset.otf"
CHINA = timezone(timedelta(hours=8))
WEEKDAYS = "一二三四五六日"
Colour = tuple[int, int, int]
INK: Colour = (25, 25, 25)
WHITE: Colour = (255, 255, 255)
SEAL_RED: Colour = (214, 32, 40)
_JPEG_QUALITY = 85


@dataclass(frozen=True)
class Row:
    """A text at a place: x, y, size in pixels."""

    x: int
    y: int
    size: int
    text: str
    colour: Colour = INK


def make_site_photo(
    at: datetime,
    address: str = "上海市浦东新区世纪大道100号",
    *,
    customer: str = "",
    blur: float = 0.0,
    light: float = 1.0,
) -> bytes:
    """Draw a factory gate with a time watermark as a camera app prints it. `at` is an aware instant, shown as Chinese time.

    `blur` is a radius in pixels at 1080 wide (8 makes it illegible), `light` 1.0 day … 0.15 night.
    """
    picture = _scene(1080, 1440, seed=f"{at:%Y%m%d%H%M}")
    local = at.astimezone(CHINA)
    rows = [
        Row(40, 1130, 96, f"{local:%H:%M}", WHITE),
        Row(330, 1140, 38, f"{local:%Y-%m-%d}", WHITE),
        Row(330, 1190, 38, f"星期{WEEKDAYS[local.weekday()]}", WHITE),
        Row(40, 1270, 36, address, WHITE),
    ]
    rows += [Row(40, 1330, 36, f"客户：{customer}", WHITE)] if customer else []
    _write(picture, rows, outline=(60, 60, 60))
    return _spoilt_jpeg(picture, blur, light)


def make_plain_photo(seed: str = "") -> bytes:
    """Draw a gate without any watermark; another `seed` is another place."""
    return _spoilt_jpeg(_scene(1080, 1440, seed=seed), 0.0, 1.0)


def make_chat_screenshot(name: str, title: str = "", messages: Iterable[str] = (), *, blur: float = 0.0) -> bytes:
    """Draw a WeChat conversation with this person; theirs and ours take turns."""
    picture = Image.new("RGB", (1080, 1920), (237, 237, 237))
    draw = ImageDraw.Draw(picture)
    _write(picture, [Row(60, 30, 34, "14:32"), Row(950, 30, 32, "76%"), Row(40, 104, 44, "<")])
    head = f"{name} {title}".strip()
    draw.text((540, 130), head, font=_font(46), fill=INK, anchor="mm")
    draw.line([0, 180, 1080, 180], fill=(210, 210, 210), width=2)
    draw.text((540, 225), "11月16日 下午2:08", font=_font(30), fill=(150, 150, 150), anchor="mm")
    y = 290
    for index, message in enumerate(
        messages or ("您好，方案我看过了", "好的，下午我到贵公司", "可以，报价单发我看一下")
    ):
        y = _bubble(draw, y, message, ours=index % 2 == 1)
    draw.rectangle([0, 1790, 1080, 1920], fill=(247, 247, 247))
    return _spoilt_jpeg(picture, blur, 1.0)


def make_licence(
    company: str = "上海蓝海包装有限公司",
    *,
    seal: bool = True,
    grey: bool = False,
    code: str = "91310115MA1K35PR6G",
    sealed_by: str = "上海市市场监督管理局",
) -> bytes:
    """Draw a business licence, with or without a red seal; `grey` makes it a black-and-white copy."""
    picture = Image.new("RGB", (1500, 1060), (250, 248, 240))
    ImageDraw.Draw(picture).rectangle([30, 30, 1470, 1030], outline=(190, 160, 90), width=12)
    ImageDraw.Draw(picture).text((750, 150), "营 业 执 照", font=_font(84), fill=INK, anchor="mm")
    facts = {
        "统一社会信用代码": code,
        "名    称": company,
        "类    型": "有限责任公司",
        "法定代表人": "张海清",
        "注册资本": "500万元整",
        "成立日期": "2018年05月21日",
        "住    所": "上海市浦东新区张江路88号",
    }
    rows = [Row(120, 330 + 72 * index, 34, label) for index, label in enumerate(facts)]
    rows += [Row(430, 330 + 72 * index, 34, value) for index, value in enumerate(facts.values())]
    _write(picture, [*rows, Row(980, 900, 34, "登记机关")])
    if seal:
        _stamp(picture, (1200, 850), 260, sealed_by)
    return _jpeg(picture.convert("L").convert("RGB") if grey else picture)


def make_contract_page(
    customer: str = "蓝海包装有限公司",
    signed_on: date = date(2026, 11, 2),
    *,
    number: str = "HT-20261102-01",
    seal: bool = True,
    sealed_by: str = "",
) -> bytes:
    """Draw the signature page of a contract with our customer as party A; `sealed_by` puts another company's seal on."""
    picture = Image.new("RGB", (1240, 1754), (252, 252, 250))
    written = f"{signed_on.year}年{signed_on.month}月{signed_on.day}日"
    _write(
        picture,
        [
            Row(470, 110, 48, "产品购销合同"),
            Row(120, 220, 30, f"合同编号：{number}"),
            Row(120, 330, 30, "第一条  乙方应于收到首付款后十五个工作日内完成交付与安装调试。"),
            Row(120, 390, 30, "第二条  本合同一式两份，甲乙双方各执一份，具有同等法律效力。"),
            Row(120, 900, 28, "（以下无正文，为签署页）"),
            Row(120, 1080, 32, "甲方（盖章）："),
            Row(120, 1132, 32, customer),
            Row(660, 1080, 32, "乙方（盖章）："),
            Row(660, 1132, 32, "上海远帆自动化有限公司"),
            Row(120, 1270, 32, "授权代表：李慧"),
            Row(660, 1270, 32, "授权代表：周航"),
            Row(120, 1370, 32, f"签订日期：{written}"),
            Row(660, 1370, 32, f"签订日期：{written}"),
        ],
    )
    if seal:
        _stamp(picture, (400, 1200), 270, sealed_by or customer)
    return _jpeg(picture)


def make_waybill(number: str = "SF1392210044518", carrier: str = "顺丰速运") -> bytes:
    """Draw a courier's label."""
    picture = Image.new("RGB", (760, 1100), WHITE)
    _write(
        picture,
        [
            Row(40, 30, 52, carrier),
            Row(200, 290, 38, number),
            Row(40, 460, 44, "收"),
            Row(110, 462, 34, "李慧  138****1234"),
            Row(110, 515, 34, "上海市浦东新区张江路88号"),
            Row(40, 680, 40, "寄"),
            Row(110, 684, 28, "方晴  139****5678"),
            Row(40, 860, 28, "件数：1   重量：0.30kg   托寄物：发票"),
            Row(40, 920, 28, "签收栏"),
            Row(500, 1020, 36, "已验视"),
        ],
    )
    return _jpeg(picture)


@lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), size)


def _write(picture: Image.Image, rows: Iterable[Row], *, outline: Colour | None = None) -> None:
    draw = ImageDraw.Draw(picture)
    for row in rows:
        width = max(1, row.size // 24) if outline else 0
        draw.text(
            (row.x, row.y), row.text, font=_font(row.size), fill=row.colour, stroke_width=width, stroke_fill=outline
        )


def _scene(width: int, height: int, *, seed: str) -> Image.Image:
    """Sky, buildings, a wall with a gate and a road: each seed is another place, so that two photos are not copies."""
    chance = random.Random(seed)  # noqa: S311 - a drawing, not a secret
    picture = Image.new("RGB", (width, height), (150, 185, 215))
    draw = ImageDraw.Draw(picture)
    for _ in range(chance.randint(3, 6)):
        left, top = chance.randint(-100, width - 80), chance.randint(40, int(height * 0.5))
        _building(draw, (left, top, left + chance.randint(140, 420), int(height * 0.6)), chance)
    wall = int(height * chance.uniform(0.42, 0.6))
    draw.rectangle([0, wall, width, height * 0.75], fill=(176, 150, 128))
    for x in range(chance.randint(0, 60), width, chance.randint(60, 140)):
        draw.line([x, wall, x, height * 0.75], fill=(150, 125, 105), width=4)
    gate = chance.randint(0, int(width * 0.6))
    draw.rectangle([gate, wall + 40, gate + chance.randint(220, 420), height * 0.75], fill=(70, 80, 92))
    draw.rectangle([0, height * 0.75, width, height], fill=(108, 110, 112))
    draw.line([0, height * 0.95, width, height * 0.8], fill=(200, 200, 180), width=10)
    return picture.filter(ImageFilter.GaussianBlur(1.5))


def _building(draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], chance: random.Random) -> None:
    left, top, right, bottom = box
    tone = chance.randint(70, 210)
    draw.rectangle(box, fill=(tone, tone, min(255, tone + 12)))
    step = chance.randint(30, 64)
    for x in range(left + 14, right - 20, step):
        for y in range(top + 16, bottom - 24, step):
            lit = chance.random() < 0.5
            draw.rectangle([x, y, x + step // 2, y + step // 2], fill=(230, 225, 190) if lit else (60, 70, 85))


def _bubble(draw: ImageDraw.ImageDraw, y: int, message: str, *, ours: bool) -> int:
    width = draw.textlength(message, font=_font(42)) + 52
    left = 930 - width if ours else 150
    draw.rounded_rectangle([left, y, left + width, y + 98], 14, fill=(149, 236, 105) if ours else WHITE)
    draw.rounded_rectangle([954 if ours else 36, y, 1044 if ours else 126, y + 90], 10, fill=(120, 140, 170))
    draw.text((left + 26, y + 18), message, font=_font(42), fill=INK)
    return y + 142


def _stamp(picture: Image.Image, centre: tuple[int, int], size: int, name: str) -> None:
    """Press a round company seal on the page: ring, star, name along the ring."""
    layer = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    middle, ink = size / 2, (*SEAL_RED, 215)
    draw.ellipse([5, 5, size - 5, size - 5], outline=ink, width=max(4, size // 40))
    points = []
    for corner in range(10):
        radius = size * (0.13 if corner % 2 == 0 else 0.05)
        angle = -math.pi / 2 + corner * math.pi / 5
        points.append((middle + radius * math.cos(angle), middle + radius * math.sin(angle)))
    draw.polygon(points, fill=ink)
    for index, char in enumerate(name):
        angle = math.radians(-210 + 240 * (index + 0.5) / len(name))
        glyph = Image.new("RGBA", (size // 4, size // 4), (0, 0, 0, 0))
        ImageDraw.Draw(glyph).text((size / 8, size / 8), char, font=_font(size // 9), fill=ink, anchor="mm")
        glyph = glyph.rotate(-math.degrees(angle) - 90, resample=Image.Resampling.BICUBIC)
        place = (middle + size * 0.37 * math.cos(angle), middle + size * 0.37 * math.sin(angle))
        layer.alpha_composite(glyph, (round(place[0] - size / 8), round(place[1] - size / 8)))
    picture.paste(layer, (centre[0] - size // 2, centre[1] - size // 2), layer)


def _spoilt_jpeg(picture: Image.Image, blur: float, light: float) -> bytes:
    if blur:
        picture = picture.filter(ImageFilter.GaussianBlur(blur))
    return _jpeg(picture.point(lambda value: value * light) if light != 1.0 else picture)


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_JPEG_QUALITY)
    return out.getvalue()
