"""Signature page of a contract: number, both parties, who signed, when (R13, J4)."""

import re
from collections.abc import Collection, Iterator

from bot.photo.layout import Span, below
from bot.photo.page import PUNCTUATION, Label, Page, Value, field_of, labelled, middle_of, wrapped
from bot.photo.parsers import company, day, person, strict_company, take
from bot.photo.reading import Box, Field

_STOP = r"^[甲乙]方|授权|代表|日期|签字|签章|法定|地址|电话|开户|账号|税号|^第.{1,3}条"
_PARTY = r"^{side}方(?:$|[(:;盖签单名]|(?=[^\u4e00-\u9fff]))"
_SIDES = (("customer", "甲"), ("supplier", "乙"))
_LABELS = (
    Label(
        "contract_no",
        r"(?:(?:合同|协议|订单)(?:编)?号|^.{1,2}编号)[:;.]?",
        take(r"[A-Za-z0-9][A-Za-z0-9\-/]{4,}"),
        like="合同编号",
    ),
    Label("sign_date", r"(?:签订|签署|签约|签字)(?:日期|时间)[:;.]?", day, leftmost=True, like="签订日期"),
    Label("sign_date", r"^日期[:;.]?", day, leftmost=True),
    Label("sign_date", r"签.{0,2}期[:;.]?", day, leftmost=True),
    Label(
        "signer",
        r"(?:授权代表|委托代理人|法定代表人|签约代表|代表人|签字人)(?:\(?签[字章名]\)?)?[:;.]?",
        person,
        leftmost=True,
        left_half=True,
        like="授权代表",
    ),
)
_LABEL_ONLY = re.compile(r"^[甲乙]方(?:[(].{0,4}[)]?)?[:;.]?")


def contract_fields(page: Page) -> Iterator[Field]:
    """Yield the fields of a signature page; 甲方 is our customer unless the page says otherwise."""
    yield from labelled(page, _LABELS, stop=_STOP)
    found = {name: _party(page, name, _PARTY.format(side=side)) for name, side in _SIDES}
    if found["supplier"] is None or found["customer"] is None:
        others = {field.box for field in found.values() if field is not None}
        found = {name: field or _opposite(page, name, others) for name, field in found.items()}
    yield from (field for field in found.values() if field is not None)


def _party(page: Page, name: str, pattern: str) -> Field | None:
    """Find a party behind its label or under it."""
    anchors = [span for span in page.spans if re.search(pattern, span.text)]
    for parse in (strict_company, company):
        for span in reversed(anchors):  # the signature block stands below the preamble
            for value in _places(page, span):
                parsed = parse(value.heard)
                if parsed is not None and not _LABEL_ONLY.match(value.heard.text):
                    return field_of(name, *parsed, value.spans)
    return None


def _places(page: Page, span: Span) -> Iterator[Value]:
    label = _LABEL_ONLY.match(span.text)
    end = label.end() if label else 2
    rest = span.heard.part(end).stripped(PUNCTUATION + "盖章)(签")
    if len(rest.text) >= 4:
        yield wrapped(page, Value(rest, (span,), span.offset(end)), stop=_STOP)
    under = below(span, page.spans, reach=3.0, shift=3.0)
    if under is not None and not re.search(_STOP, under.text):
        yield wrapped(page, Value(under.heard, (under,), under.start), stop=_STOP)


def _opposite(page: Page, name: str, others: Collection[Box | None]) -> Field | None:
    """Take the company on this party's half of the writing, when a seal hides its label; `others` belong to the other."""
    middle = middle_of(page)
    for span in reversed(page.spans):
        on_side = float(span.start[0]) < middle if name == "customer" else float(span.start[0]) >= middle
        if on_side and re.match(r"^[\u4e00-\u9fff()]{4,}", span.text) and not re.search(_STOP, span.text):
            value = wrapped(page, Value(span.heard, (span,), span.start), stop=_STOP)
            parsed = strict_company(value.heard)
            if parsed is not None and len(value.heard.text) == len(parsed[0]):
                field = field_of(name, *parsed, value.spans)
                if field.box not in others:
                    return field
    return None
