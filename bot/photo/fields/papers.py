"""Forms whose fields stand behind printed labels: licence, invoice, signed slip (R02, R08, R13)."""

import re
from collections.abc import Iterator, Sequence

from bot.photo.fields.chat import NAME
from bot.photo.layout import Span
from bot.photo.page import Label, Page, field_of, labelled
from bot.photo.parsers import (
    HAN,
    address,
    amount,
    cents,
    company,
    day,
    digits,
    mobile,
    person,
    strict_company,
    take,
    tax_number,
    uscc_check,
)
from bot.photo.reading import Field
from bot.photo.text import Heard

_LICENCE_STOP = r"^(?:统一社会|名称|类型|法定代表|负责人|经营者|注册资本|成立日期|营业期限|住所|经营|登记机关|国家企业|市场主体|[0-9]{4}年)"
_LICENCE = (
    Label("uscc", r"(?:统一社会信用代码|信用代码|注册号)[:;.]?", tax_number, under=True),
    Label("company", r"^名称[:;.]?", company, wraps=True),
    Label("legal_person", r"^(?:法定代表人|负责人|经营者|执行事务合伙人)[:;.]?", person, like="法定代表人"),
    Label("capital", r"^注册资[本金][:;.]?", take(r".*?[元币]整?|.+"), like="注册资本"),
    Label("found_date", r"^(?:成立日期|注册日期)[:;.]?", day, like="成立日期"),
    Label("address", r"^(?:住所|经营场所|营业场所|地址)[:;.]?", address, wraps=True),
    Label("address", r"^(?:.所|住.)[:;.]?$", address, wraps=True),
)
_INVOICE = (
    Label("inv_code", r"发票代码[:;.]?", digits(10, 12)),
    Label("inv_no", r"发票号码[:;.]?", digits(8, 20)),
    Label("inv_date", r"开票日期[:;.]?", day, like="开票日期"),
    Label("buyer", r"^(?:购.{0,4})?名?称[:;.]", company),
    Label("seller", r"^(?:销.{0,4})?名?称[:;.]", company, nth=1),
    Label("buyer_tax", r"识别号[:;.]?", tax_number),
    Label("seller_tax", r"识别号[:;.]?", tax_number, nth=1),
    Label("total", r"小写\)?[:;.]?", cents),
    Label("total", r"(?:价税合计|合计金额)[^0-9¥]{0,12}", cents),
)
_SLIP_STOP = r"^(?:单号|客户|联系|电话|地址|序号|产品|数量|单价|金额|合计|以上|日期|签)"
_SLIP = (
    Label("slip_no", r"^(?:单号|编号|送货单号|单据编号)[:;.]?", take(r"[A-Za-z]{0,4}[0-9]{5,}[A-Za-z0-9-]*")),
    Label("slip_no", r"^.号[:;.]", take(r"^[A-Za-z]{1,4}[0-9]{5,}[A-Za-z0-9-]*")),
    Label("customer", r"^(?:客户名称|客户单位|收货单位|客户|单位名称)[:;.]", company, like="客户名称"),
    Label("customer", r"^客.{0,2}称[:;.]?", strict_company),
    Label("phone", r"^(?:联系电话|电话|手机)[:;.]?", mobile, like="联系电话"),
    Label("phone", r"^联.{0,2}话[:;.]?", mobile),
    Label("address", r"^(?:地址|收货地址|送货地址)[:;.]?", address, wraps=True),
    Label("amount", r"合.{0,3}[额全][:;.]?", amount, like="合计金额"),
    Label("amount", r"合计[^0-9]{0,4}", amount),
    Label("signer", r"(?:客户签[字名收]|签收人|收货人|验收人|签[字名])(?:\(.{1,4}\))?[:;.]?", person, like="客户签字"),
    Label("signer", rf"^.{{0,3}}字[:;.]?(?=[{HAN}]{{2,4}}$)", person),
    Label("signer", r"^.{2,4}字[:;.]?$", take(rf"^{NAME}$")),  # 客户签字, two characters of it misread
    Label("sign_date", r"^(?:签收|验收)?日期[:;.]?", day),
    Label("sign_date", r"^.?期[:;.]", day),
)
_TABLE = re.compile(r"规格型号|货物或应税|项目名称|税率|^单价|^数量|^[0-9,]+[.][0-9]{2}$")
_LOOSE = (
    ("inv_code", re.compile(r"(?:.{1,2}代.?[:;.]?)?([0-9]{12}|[0-9]{10})")),
    ("inv_no", re.compile(r"(?:.{0,3}[号码].?[:;.])?([0-9]{20}|[0-9]{8})")),
)
_LOOSELY = 0.8  # what stands behind a label that was hardly read may be another number
_NAME_LABEL = re.compile(r"^(?:[购销].{0,3})?(?:名?称)?[:;.]?")
_MONEY = re.compile(r"[¥Y￥][0-9,]+[.][0-9]{2}")
_NUMBER_REST = re.compile(r"[0-9A-HJ-NP-RTUWXY]{18}")


def licence_fields(page: Page) -> Iterator[Field]:
    """Yield the fields of a business licence; a code that stands anywhere counts when its check digit holds."""
    yield from labelled(page, _LICENCE, stop=_LICENCE_STOP)
    yield from _loose_codes(page.spans)


def invoice_fields(page: Page) -> Iterator[Field]:
    """Yield the fields of an invoice: the first name and tax number are the buyer's, the second the seller's."""
    found = list(labelled(page, _INVOICE))
    names = {field.name for field in found}
    if "seller" not in names:  # one label was lost: which side is left shows by its place
        found = [field for field in found if field.name != "buyer"]
        found += _by_place(page)
    yield from found
    for name, pattern in _LOOSE:  # pale red labels are the first thing a bad photo loses
        for span in page.spans:
            match = pattern.fullmatch(span.text)
            if match:
                part = span.heard.part(*match.span(1))
                yield field_of(name, match[1], Heard(part.text, tuple(min(_LOOSELY, s) for s in part.sure)), [span])
    for span in page.spans:
        for name, parse in (("inv_date", day), ("buyer_tax", tax_number)):
            parsed = parse(span.heard)
            if parsed is not None:
                yield field_of(name, *parsed, [span])
    for span in reversed(page.spans):
        if _MONEY.fullmatch(span.text) and (parsed := amount(span.heard)):
            yield field_of("total", *parsed, [span])


def _by_place(page: Page) -> Iterator[Field]:
    """Tell buyer and seller by standing above and below the table."""
    table = next((span for span in page.spans if _TABLE.search(span.text) or _MONEY.fullmatch(span.text)), None)
    for span in page.spans:
        parsed = strict_company(span.heard.part(_label_end(span)))
        if parsed is None or table is None:
            continue
        above = float((span.start - table.start) @ table.down) < 0
        yield field_of("buyer" if above else "seller", *parsed, [span])


def slip_fields(page: Page) -> Iterator[Field]:
    """Yield the fields of a delivery note or acceptance slip."""
    yield from labelled(page, _SLIP, stop=_SLIP_STOP)
    for span in reversed(page.spans):  # a date whose label lies under the seal: slips are dated at the foot
        parsed = day(span.heard)
        if parsed is not None:
            yield field_of("sign_date", *parsed, [span])


def _loose_codes(spans: Sequence[Span]) -> Iterator[Field]:
    for span in spans:
        match = _NUMBER_REST.search(span.text)
        if match and uscc_check(match[0]):
            yield field_of("uscc", match[0], span.heard.part(*match.span()), [span])


def _label_end(span: Span) -> int:
    label = _NAME_LABEL.match(span.text)
    return label.end() if label else 0
