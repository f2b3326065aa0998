"""WeChat screenshot: who the chat is with and what they are (V04)."""

import re
from collections.abc import Iterator

from bot.photo.layout import Span, below, right_of
from bot.photo.page import Page, field_of
from bot.photo.parsers import HAN
from bot.photo.reading import Field
from bot.photo.text import Heard

TITLE_WORDS = (
    "总经理|副总经理|董事长|副董事长|总裁|副总裁|总监|副总监|经理|副经理|主任|副主任|主管|部长|副部长|科长|副科长|处长|厂长|副厂长|院长|店长|校长|所长"
    "|会计|出纳|采购员|采购|财务|工程师|专员|助理|秘书|负责人|老板|CEO|CTO|CFO|COO|董事|合伙人|组长|班长|文员|库管"
)
_AREA = (
    "采购|销售|项目|设备|设备科|财务|运营|行政|技术|区域|仓库|仓储|物流|市场|人事|人力资源|生产|质量|品质|研发|产品|客户|商务|工程|信息|信息科|后勤|法务"
    "|大区|高级|资深|执行|常务|办公室|综合|门店|供应链|渠道|售后|客服|安全|招标|品牌|总务|基建|维修|IT"
)
TITLE = re.compile(rf"(?:(?:{_AREA})(?:部|科|处|中心)?){{0,2}}(?:副?总经理|副总裁|副总监|副?(?:{TITLE_WORDS}))")
_SURNAME = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔"
    "白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐沿梅莫庄辛管祝左"
    "涂谷祁时舒耿牟卜肖詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠僧桑荆谌银扬明沙薄伏岑习胥保和蔺"
)
_COMPOUND = "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|令狐|慕容|长孙|宇文|司徒|端木|南宫|夏侯"
NAME = rf"(?:(?:{_COMPOUND})[{HAN}]{{1,2}}|[{_SURNAME}][{HAN}]{{1,2}})"
_NAME = re.compile(NAME)
_WHOLE_NAME = re.compile(rf"^{NAME}$")
_NOISE = re.compile(r"^[<>く〈《くﾉ《く\[(]+|[(][0-9]{1,3}[)]$|[.…]{2,}$|[>》…]+$")
_STATUS = re.compile(
    r"^[0-9]{1,2}:[0-9]{2}|^[0-9]{1,3}%?$|^(?:5G|4G|HD|WiFi|中国移动|中国联通|中国电信)", re.IGNORECASE
)
_SELF = re.compile(r"(?:我是|我叫|这里是|这边是)(?P<rest>.+)")
_HEAD = 0.16


def chat_fields(page: Page) -> Iterator[Field]:
    """Yield `contact` and `title` from the head line, or from the contact introducing themselves."""
    header = _header(page)
    name = title = None
    if header is not None:
        heard = _without_noise(header.heard)
        title = TITLE.search(heard.text)
        name = _name_in(heard, title)
        if name is not None:
            yield field_of("contact", name.text, name, [header])
        if title is not None:
            yield field_of("title", title[0], heard.part(*title.span()), [header])
        elif (beside := right_of(header, page.spans, reach=1.5)) and (title := TITLE.search(beside.text)):
            yield field_of("title", title[0], beside.heard.part(*title.span()), [beside])
    if title is None:
        yield from _introduced(page, name.text if name else None)


def _header(page: Page) -> Span | None:
    """Find the chat's name: high up, not the status bar, nearest the middle."""
    top, bottom = _extent(page)
    head = [s for s in page.spans if _down(s) < top + _HEAD * (bottom - top) and not _STATUS.match(s.text)]
    named = [
        span for span in head if len(_without_noise(span.heard).text) >= 2 and re.search(f"[{HAN}A-Za-z]", span.text)
    ]
    with_name = [span for span in named if _NAME.search(span.text)]
    return next(iter(sorted(with_name or named, key=_down)), None)


def _extent(page: Page) -> tuple[float, float]:
    rows = [_down(span) for span in page.spans]
    return (min(rows), max(rows)) if rows else (0.0, float(page.size[1]))


def _down(span: Span) -> float:
    return float(span.start[1] + span.end[1]) / 2


def _without_noise(heard: Heard) -> Heard:
    for _ in range(2):
        match = _NOISE.search(heard.text)
        if match is None:
            break
        heard = heard.part(match.end()) if match.start() == 0 else heard.part(0, match.start())
    return heard


def _name_in(heard: Heard, title: re.Match[str] | None) -> Heard | None:
    """Take the name out of `王建国`, `王建国 采购经理`, `华东机械-王建国`, `采购-王建国（华东机械）`."""
    rest = heard.part(0, title.start()) + Heard("|", (1.0,)) + heard.part(title.end()) if title else heard
    pieces = list(_pieces(rest))
    for piece in pieces:
        if _WHOLE_NAME.match(piece.text):
            return piece
    for piece in pieces:
        match = re.search(rf"{NAME}$", piece.text) if len(piece.text) > 4 else _NAME.search(piece.text)
        if match:
            return piece.part(*match.span())
    return pieces[0] if pieces and 2 <= len(pieces[0].text) <= 8 else None


def _pieces(heard: Heard) -> Iterator[Heard]:
    start = 0
    for match in re.finditer(rf"[^{HAN}A-Za-z·]+", heard.text):
        if match.start() > start:
            yield heard.part(start, match.start())
        start = match.end()
    if start < len(heard.text):
        yield heard.part(start)


def _with_next(page: Page, span: Span) -> list[Span]:
    """Return a line and up to two that stand under it: a bubble's words wrap."""
    used = [span]
    for _ in range(2):
        under = below(used[-1], page.spans, reach=2.2, shift=2.0)
        if under is None or under in used:
            break
        used.append(under)
    return used


def _introduced(page: Page, name: str | None) -> Iterator[Field]:
    """Read `你好，我是华东机械的采购经理王建国`, also when it wraps over two lines."""
    for span in page.spans:
        if not _SELF.search(span.text):
            continue
        used = _with_next(page, span)
        heard = sum((one.heard for one in used), Heard("", ()))
        spoken = _SELF.search(heard.text)
        title = TITLE.search(heard.text, spoken.start("rest")) if spoken else None
        if title and (name is None or name in heard.text):
            yield field_of("title", title[0], heard.part(*title.span()), used)
            if name is None and (who := _NAME.match(heard.text, title.end())):
                yield field_of("contact", who[0], heard.part(*who.span()), used)
            return
