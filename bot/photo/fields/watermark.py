"""Site photo: the watermark's time, date, weekday, address, coordinates and customer (V03)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from bot.photo.dates import Found, find_date, find_month_day, find_time, find_weekday, weekday_of
from bot.photo.layout import Span
from bot.photo.page import Label, Page, Value, field_of, labelled, wrapped
from bot.photo.parsers import COMPANY_END, HAN, company
from bot.photo.reading import Field
from bot.photo.text import Heard

_LABEL = (
    r"^(?:拍摄时间|拍照时间|时间|日期|星期|地点|地址|位置|定位|经纬度|经度|纬度|坐标|客户|公司|单位|备注|天气|海拔|姓名"
    r"|拍摄人|拍照人|打卡|项目|事由)"
)
_STOP = rf"{_LABEL}|{COMPANY_END}$|20[0-9]{{2}}[-./年]|[0-9]{{1,2}}:[0-9]{{2}}|星期|[0-9.]{{6,}}°|[0-9]{{2,3}}[.][0-9]{{4,}}"
_PLACE_LABEL = re.compile(r"^(?:(?:拍摄)?(?:地点|地址|位置|定位)[:;.]?|[点址][:;])")
_PLACE = tuple(
    re.compile(pattern)
    for pattern in (
        rf"[{HAN}]{{2,8}}(?:省|自治区|市)[·.]?[{HAN}]{{1,10}}(?:区|县|市|镇|路|街|道|村|园)",
        rf"[{HAN}]{{2,}}(?:区|县|镇)[{HAN}]{{2,}}(?:路|街|道|巷|村|园)",
        rf"[{HAN}]{{2,}}(?:路|街|大道|巷|段|道|东|南|西|北)[0-9]{{1,5}}号",
    )
)
_PAIR = re.compile(
    r"(?P<a>[0-9]{1,3}[.][0-9]{3,9})[°\"']?(?P<an>[NSEW北南东西]?)[NSEW,.;/、]*(?:经度:?)?"
    r"(?P<b>[0-9]{1,3}[.][0-9]{3,9})[°\"']?(?P<bn>[NSEW北南东西]?)",
    re.IGNORECASE,
)
_SINGLE = (
    ("lat", re.compile(r"(?:纬度|[北南]纬)[:;]?([0-9]{1,2}[.][0-9]{3,9})")),
    ("lng", re.compile(r"(?:经度|[东西]经)[:;]?([0-9]{1,3}[.][0-9]{3,9})")),
)
_CUSTOMER = (
    Label(
        "customer",
        r"^(?:客户名称|客户单位|拜访客户|拜访对象|公司名称|单位名称)[:;.]?|^(?:客户|公司|单位)[:;.]",
        company,
        wraps=True,
    ),
    Label("customer", r"^备注[:;.]?拜访", company, wraps=True),
)
_COMPANY_LINE = re.compile(rf"^[{HAN}()A-Za-z0-9]{{4,40}}{COMPANY_END}$")
_BACKGROUND = re.compile(r"(?<=[号室楼层座])[a-z|.,'-]{1,2}$")  # scenery beside the last character reads as a letter
_DATE_LABEL = re.compile(r"时间|日期|拍摄")
_BARE_TIME = re.compile(r"^[^0-9]{0,4}[0-9OolI]{1,2}[:;][0-9OolI]{2}")
_EAST_FROM = 73.0  # westernmost longitude of China: tells which of two bare numbers is which
_MISMATCH = 0.4
_ALONE = 0.8
_WATERMARK = 14  # heights of its date: no watermark is taller


def watermark_fields(page: Page) -> Iterator[Field]:
    """Yield every watermark field found; a weekday that contradicts its date lowers the date's confidence."""
    dated = _dated(page.spans)
    weekday = next(((span, found) for span in page.spans if (found := find_weekday(span.heard))), None)
    if dated:
        span, found = dated
        agrees = weekday is None or weekday_of(found.value) in {weekday[1].value, ""}
        heard = found.heard if agrees else Heard(found.heard.text, tuple(s * _MISMATCH for s in found.heard.sure))
        yield field_of("date", found.value, heard, [span])
    if weekday:
        yield field_of("weekday", weekday[1].value, weekday[1].heard, [weekday[0]])
    yield from _clock(page.spans, dated)
    yield from _place(page, dated[0] if dated else None)
    yield from _coordinates(page.spans)
    yield from list(labelled(page, _CUSTOMER, stop=_LABEL))[:1] or _company_line(page.spans)


def _dated(spans: Sequence[Span]) -> tuple[Span, Found] | None:
    """Pick the date that looks most like a watermark's: labelled, with a time or weekday, low on the picture."""
    hits = [(span, found) for span in spans if (found := find_date(span.heard))]
    hits = hits or [(span, _doubted(span, found)) for span in spans if (found := find_month_day(span.heard))]

    def likeness(hit: tuple[Span, Found]) -> tuple[int, float]:
        span, found = hit
        cues = bool(_DATE_LABEL.search(span.text)) + 2 * bool(find_time(span.heard, after=found.end))
        return cues + 2 * bool(find_weekday(span.heard)), float(span.start[1])

    return max(hits, key=likeness, default=None)


def _doubted(span: Span, found: Found) -> Found:
    """Doubt a day without its year that stands alone: it may be a banner's."""
    if find_weekday(span.heard) or find_time(span.heard, after=found.end):
        return found
    return replace(found, heard=Heard(found.heard.text, tuple(min(_ALONE, sure) for sure in found.heard.sure)))


def _clock(spans: Sequence[Span], dated: tuple[Span, Found] | None) -> Iterator[Field]:
    """Yield the time: behind the date, else the clock face standing nearest to the date."""
    if dated:
        found = find_time(dated[0].heard, after=dated[1].end)
        if found:
            yield field_of("time", found.value, found.heard, [dated[0]])
            return
    faces = [(span, found) for span in spans if _BARE_TIME.match(span.text) and (found := find_time(span.heard))]
    if not faces:
        faces = [(span, found) for span in spans if _DATE_LABEL.search(span.text) and (found := find_time(span.heard))]
    if faces:
        span, found = min(faces, key=lambda face: _distance(face[0], dated))
        yield field_of("time", found.value, found.heard, [span])


def _distance(span: Span, dated: tuple[Span, Found] | None) -> float:
    return float(np.linalg.norm(span.start - dated[0].start)) if dated else -span.height


def _place(page: Page, dated: Span | None) -> Iterator[Field]:
    """Yield the address; a street sign far from the watermark's date is no more than a guess."""
    starts = sorted(_place_starts(page.spans), key=lambda start: _far(start[0], dated))
    for span, start in starts:
        heard = span.heard.part(start).stripped(":;.,-·")
        if len(heard.text) >= 2:
            whole = wrapped(page, Value(heard, (span,), span.offset(start)), stop=_STOP)
            scenery = _BACKGROUND.search(whole.heard.text)
            address = whole.heard.part(0, scenery.start()) if scenery else whole.heard
            if _far(span, dated):
                address = Heard(address.text, tuple(sure * _MISMATCH for sure in address.sure))
            yield field_of("address", address.text, address, whole.spans)
            return


def _far(span: Span, dated: Span | None) -> bool:
    return dated is not None and abs(float((span.start - dated.start) @ dated.down)) > _WATERMARK * dated.height


def _place_starts(spans: Sequence[Span]) -> Iterator[tuple[Span, int]]:
    for span in spans:
        label = _PLACE_LABEL.match(span.text)
        if label and len(span.text) > label.end() + 1:
            yield span, label.end()
    for pattern in _PLACE:
        hits = [(span, match.start()) for span in spans if (match := pattern.search(span.text))]
        yield from ((s, 0) for s, at in sorted(hits, key=lambda hit: -len(hit[0].text)) if at < 3 and not _company(s))


def _company(span: Span) -> bool:
    return bool(_COMPANY_LINE.match(span.text))


def _coordinates(spans: Sequence[Span]) -> Iterator[Field]:
    for span in spans:
        dated = find_date(span.heard)
        pair = _PAIR.search(span.text, dated.end if dated else 0)
        if pair is None:
            continue
        turned = pair["an"].upper() in {"E", "东"} or (float(pair["a"]) >= _EAST_FROM > float(pair["b"]))
        lat, lng = ("b", "a") if turned else ("a", "b")
        if float(pair[lat]) <= 90 and float(pair[lng]) <= 180:
            yield field_of("lat", pair[lat], span.heard.part(*pair.span(lat)), [span])
            yield field_of("lng", pair[lng], span.heard.part(*pair.span(lng)), [span])
            return
    for name, pattern in _SINGLE:
        for span in spans:
            if match := pattern.search(span.text):
                yield field_of(name, match[1], span.heard.part(*match.span(1)), [span])
                break


def _company_line(spans: Sequence[Span]) -> Iterator[Field]:
    for span in spans:
        if _company(span):
            yield field_of("customer", span.text, span.heard, [span])
            return
