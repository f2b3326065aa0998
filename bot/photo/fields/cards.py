"""Business card, identity card and courier's label: fields told by their form and place more than by labels."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.photo.fields.chat import NAME, TITLE
from bot.photo.layout import Span, below, right_of
from bot.photo.page import Label, Page, Value, field_of, labelled, wrapped
from bot.photo.parsers import COMPANY_END, HAN, address, email, id_check, id_number, mobile, take
from bot.photo.reading import Field
from bot.photo.text import Heard

_CARD_STOP = r"^(?:手机|电话|传真|邮箱|E-?mail|地址|网址|Tel|Mobile|Fax|Web|Add|M[:.]|T[:.])|@|1[3-9][0-9]{9}"
_CARD = (
    Label("mobile", r"^(?:手机|电话|联系电话|Mobile|Cell|Tel|MP|M|T)[:;.]?(?=[0-9+])", mobile),
    Label("mobile", r"(?=1[3-9][0-9])", mobile),
    Label("email", r"^(?:E-?mail|邮箱|电子邮箱|邮件|E)[:;.]?|(?=[a-z0-9]+@)", email),
    Label("address", r"^(?:公司|办公)?(?:地址|Add)[:;.]?", address, wraps=True),
)
_COMPANY_LINE = re.compile(rf"[{HAN}()A-Za-z0-9]{{3,30}}{COMPANY_END}$")
_WHOLE_NAME = re.compile(rf"^{NAME}$")
_ANY_NAME = re.compile(rf"^[{HAN}]{{2,4}}$")
_ID_STOP = r"公民身份|^[0-9]{6,}|姓名|性别|民族|出生|签发|有效期|样本|SPECIMEN"
_NATIONS = "汉|蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|高山|拉祜|水|东乡|纳西|景颇|柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|乌孜别克|俄罗斯|鄂温克|德昂|保安|裕固|京|塔塔尔|独龙|鄂伦春|赫哲|门巴|珞巴|基诺"
_ID = (
    Label("name", r"^姓名[:;.]?", take(rf"^[{HAN}·]{{2,5}}")),
    Label("sex", r"性别[:;.]?", take("[男女]")),
    Label("sex", r"^性.", take("[男女]")),
    Label("nation", r"民族[:;.]?", take(_NATIONS)),
    Label("address", r"^住址[:;.]?", address, wraps=True),
    Label("id_no", r"(?:身份号码|身份证号)[:;.]?", id_number, like="公民身份号码"),
    Label("id_no", r"(?=[0-9]{17}[0-9Xx])", id_number),
)
_PLAUSIBLE = 0.6  # a number whose own check digit fails may still be what is printed
_CARRIERS = "顺丰速运|顺丰|中通快递|中通|圆通速递|圆通|申通快递|申通|韵达快递|韵达|极兔速递|极兔|京东物流|京东快递|德邦快递|德邦|邮政|EMS"
_WAYBILL_NO = re.compile(
    r"(?<![A-Z0-9])((?:SF|YT|JDVC|JDV|JDX|JD|JT|ZTO|STO|DPK|YD|EMS|E[A-Z])?[0-9]{10,18}(?:CN)?)(?![0-9])"
)
_PHONE = re.compile(r"(?<![0-9])1[3-9][0-9][0-9*xX]{4}[0-9]{4}(?![0-9])")
_PHONE_LIKE = re.compile(r"(?<![0-9])(?P<lead>1[3-9][0-9]?)[*xX]{3,5}(?P<tail>[0-9]{4})(?![0-9])")
"""A masked number of which the engine lost a sign: it reads two equal ones in a row as one (199**** as 19****)."""
_DOUBLED = 0.6
_WAYBILL_STOP = r"^寄|^收|件数|签收|托寄|[0-9*]{11}"


def business_card_fields(page: Page) -> Iterator[Field]:
    """Yield the fields of a business card; the name is the largest writing that can be one."""
    yield from labelled(page, _CARD, stop=_CARD_STOP)
    titled = [(span, match) for span in page.spans if (match := TITLE.search(span.text)) and len(span.text) <= 16]
    names = [span for span in page.spans if _WHOLE_NAME.match(span.text)]
    names = names or [span for span in page.spans if _ANY_NAME.match(span.text) and not TITLE.search(span.text)]
    if names:
        best = max(names, key=lambda span: span.height)
        yield field_of("name", best.text, best.heard, [best])
    for span, match in titled:
        before = span.heard.part(0, match.start())
        if not names and _WHOLE_NAME.match(before.text):
            yield field_of("name", before.text, before, [span])
        yield field_of("title", match[0], span.heard.part(*match.span()), [span])
    for span in sorted(page.spans, key=lambda one: -one.height):
        company = _COMPANY_LINE.search(span.text)
        if company:
            yield field_of("company", company[0], span.heard.part(*company.span()), [span])


def id_card_fields(page: Page) -> Iterator[Field]:
    """Yield the fields of an identity card; the birthday is the one inside the number, which both sides prove."""
    found = {field.name: field for field in reversed(list(labelled(page, _ID, stop=_ID_STOP)))}
    number = found.get("id_no")
    if number is not None:
        born = f"{number.value[6:10]}-{number.value[10:12]}-{number.value[12:14]}"
        sure = number.confidence * (1.0 if id_check(number.value) or _written(page, born) else _PLAUSIBLE)
        found["birth"] = Field("birth", born, number.value[6:14], round(sure, 3), number.box)
    yield from found.values()


def waybill_fields(page: Page) -> Iterator[Field]:
    """Yield number, carrier and recipient of a courier's label."""
    yield from _waybill_number(page.spans)
    for span in page.spans:
        if match := re.search(_CARRIERS, span.text):
            yield field_of("carrier", match[0], span.heard.part(*match.span()), [span])
    phones = [
        (span, match) for span in page.spans if (match := _PHONE.search(span.text) or _PHONE_LIKE.search(span.text))
    ]
    if phones:
        yield from _recipient(page, *phones[0])


def _written(page: Page, born: str) -> bool:
    year, month, day = (int(part) for part in born.split("-"))
    return f"{year}年{month}月{day}日" in page.text or f"出生{year}" in page.text


def _waybill_number(spans: Sequence[Span]) -> Iterator[Field]:
    hits = [(span, match) for span in spans if (match := _WAYBILL_NO.search(span.text))]
    for span, match in sorted(hits, key=lambda hit: -hit[0].height):
        yield field_of("waybill_no", match[1], span.heard.part(*match.span(1)), [span])


def _recipient(page: Page, span: Span, phone: re.Match[str]) -> Iterator[Field]:
    """Read the first name beside a phone number: labels print the recipient above the sender."""
    named, heard = span, _name_before(span.heard.part(0, phone.start()))
    if not heard.text:
        left = next((one for one in page.spans if right_of(one, page.spans, reach=6.0) is span), None)
        if left is not None:
            named, heard = left, _name_before(left.heard)
    if named.text.startswith("寄"):
        return  # the recipient's line was lost: the sender must not stand in
    yield _telephone(span, phone)
    if heard.text:
        yield field_of("recipient", heard.text, heard, [named])
    start = named.offset(max(0, named.text.find(heard.text)))
    under = below(named, page.spans, left=start, reach=2.6)
    if under is not None and not re.search(_WAYBILL_STOP, under.text):
        whole = wrapped(page, Value(under.heard, (under,), under.start), stop=_WAYBILL_STOP)
        if parsed := address(whole.heard):
            yield field_of("address", *parsed, whole.spans)


def _telephone(span: Span, phone: re.Match[str]) -> Field:
    """Return a label's masked number; what the engine ran together is given back, never surely."""
    heard = span.heard.part(*phone.span())
    if phone.re is _PHONE:
        return field_of("recipient_tel", phone[0], heard, [span])
    lead = phone["lead"] if len(phone["lead"]) == len("199") else phone["lead"] + phone["lead"][-1]
    field = field_of("recipient_tel", f"{lead}****{phone['tail']}", heard, [span])
    return replace(field, confidence=min(_DOUBLED, field.confidence))


def _name_before(heard: Heard) -> Heard:
    match = re.search(rf"(?:^收(?:件人|货人|方)?[:;.]?)?([{HAN}·]{{2,4}})[^{HAN}]*$", heard.text)
    return heard.part(*match.span(1)) if match else Heard("", ())
