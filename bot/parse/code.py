"""Codes, phones and numbers of identity and bank cards: found, brought to one form, and masked for showing."""

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.parse.text import narrow


class CodeKind(StrEnum):
    """What a code names; the value is the noun of the table it leads to."""

    VISIT = "visit"
    LEAD = "lead"
    COMMITMENT = "commitment"
    CONTRACT = "contract"
    INVOICE = "invoice"
    ATTRIBUTION = "attribution"
    RULE = "rule"
    IMPORT = "import"
    REQUIREMENT = "requirement"
    STRATEGY = "strategy"
    DOCUMENT = "document"
    QUOTE = "quote"
    OPPORTUNITY = "opportunity"
    CUSTOMER = "customer"
    PARCEL = "parcel"


PREFIXES = {
    "V": CodeKind.VISIT,
    "L": CodeKind.LEAD,
    "CN": CodeKind.COMMITMENT,
    "HT": CodeKind.CONTRACT,
    "KP": CodeKind.INVOICE,
    "GY": CodeKind.ATTRIBUTION,
    "R": CodeKind.RULE,
    "IM": CodeKind.IMPORT,
    "XQ": CodeKind.REQUIREMENT,
    "ST": CodeKind.STRATEGY,
    "D": CodeKind.DOCUMENT,
    "BJ": CodeKind.QUOTE,
    "SJ": CodeKind.OPPORTUNITY,
}
_PARCELS = "sf|yt|zto|sto|jd[a-z]{0,2}|ems|db|yd|jt|zt|jdvb"
_PREFIX = "|".join(sorted((prefix.lower() for prefix in PREFIXES), key=len, reverse=True))
_DASH = r"[-—–_‐ ]?"
_CODE = re.compile(
    rf"(?<![a-z0-9])(?:(?P<dated>{_PREFIX}){_DASH}(?P<day>20\d{{6}}){_DASH}(?P<number>\d{{2,4}})"
    rf"|(?P<short>{_PREFIX})[-—–‐](?P<serial>\d{{1,6}})"
    rf"|#\s?c?(?P<customer>\d{{2,8}})|(?P<parcel>(?:{_PARCELS})\d{{7,15}}))(?![a-z0-9]|-\d)"
)

_MOBILE = re.compile(r"(?<![\d.])(?:\+?86[- ]?)?(1[3-9]\d)([- ]?)(\d{4})\2(\d{4})(?!\d)")
_MASKED_MOBILE = re.compile(r"(?<![\d.])(1[3-9]\d)[x*＊×]{4}(\d{4})(?!\d)")
_LANDLINE = re.compile(r"(?<![\d-])(0\d{2,3})[- ](\d{7,8})(?![\d-])|(?<![\d-])(400|800)-?(\d{3})-?(\d{4})(?!\d)")
_IDENTITY = re.compile(r"(?<![0-9a-z])([1-9]\d{5})(\d{8})(\d{3}[0-9x])(?![0-9a-z])")
_BANK_CARD = re.compile(r"(?<![\d.])(?:\d{4}[ -]){3,4}\d{1,4}(?!\d)|(?<![\d.])\d{13,19}(?!\d)")
_EMAIL = re.compile(r"(?<![a-z0-9.])([a-z0-9][a-z0-9._+-]*)(@[a-z0-9-]+(?:\.[a-z0-9-]+)+)")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True)
class Code:
    """A code in its canonical form (V-20261116-004, #C1023, SF1390021) with its place in the text as given."""

    kind: CodeKind
    value: str
    span: tuple[int, int]


@dataclass(frozen=True)
class Private:
    """A number about a person: `masked` is what may be shown; `value` (digits only) is for storing and dialling."""

    kind: str
    value: str
    masked: str
    span: tuple[int, int]


def _code(match: re.Match[str]) -> Code:
    if match["dated"]:
        prefix = match["dated"].upper()
        return Code(PREFIXES[prefix], f"{prefix}-{match['day']}-{match['number']}", match.span())
    if match["short"]:
        prefix = match["short"].upper()
        return Code(PREFIXES[prefix], f"{prefix}-{match['serial']}", match.span())
    if match["customer"]:
        return Code(CodeKind.CUSTOMER, f"#C{match['customer']}", match.span())
    return Code(CodeKind.PARCEL, match["parcel"].upper(), match.span())


def find_codes(text: str) -> tuple[Code, ...]:
    """Find our codes and parcel numbers, however they are dashed or cased; never raises."""
    return tuple(_code(match) for match in _CODE.finditer(narrow(text)))


def valid_identity(number: str) -> bool:
    """Whether an 18-character identity number has the right check digit (GB 11643)."""
    if not re.fullmatch(r"\d{17}[0-9xX]", number):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == number[-1].upper()


def valid_card(number: str) -> bool:
    """Whether the digits pass the Luhn check of bank cards."""
    digits = [int(char) for char in number][::-1]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def find_phones(text: str) -> tuple[Private, ...]:
    """Find mobile numbers (also half masked ones as people paste them) and landlines."""
    folded = narrow(text)
    found = [Private("mobile", m[1] + m[3] + m[4], f"{m[1]}****{m[4]}", m.span()) for m in _MOBILE.finditer(folded)]
    found += [Private("masked", "", f"{m[1]}****{m[2]}", m.span()) for m in _MASKED_MOBILE.finditer(folded)]
    for match in _LANDLINE.finditer(folded):
        area, local = (match[1], match[2]) if match[1] else (match[3], match[4] + match[5])
        found.append(
            Private("landline", f"{area}-{local}", f"{area}-{'*' * (len(local) - 4)}{local[-4:]}", match.span())
        )
    return tuple(sorted(found, key=lambda phone: phone.span))


def _cards(folded: str) -> list[Private]:
    found = []
    for match in _BANK_CARD.finditer(folded):
        digits = re.sub(r"\D", "", match[0])
        if 13 <= len(digits) <= 19 and valid_card(digits):
            found.append(Private("bank_card", digits, f"{digits[:4]}****{digits[-4:]}", match.span()))
    return found


def find_private(text: str) -> tuple[Private, ...]:
    """Find phones, identity numbers, bank cards and mail addresses; overlaps go to the first of that list."""
    folded = narrow(text)
    identities = [
        Private("identity", match[0].upper(), f"{match[0][:3]}{'*' * 11}{match[0][-4:].upper()}", match.span())
        for match in _IDENTITY.finditer(folded)
        if "19" <= match[2][:2] <= "20" and 1 <= int(match[2][4:6]) <= 12
    ]
    mails = [
        Private("mail", m[0], f"{text[m.start()]}***{text[m.end(1) : m.end()]}", m.span())
        for m in _EMAIL.finditer(folded)
    ]
    codes = [code.span for code in find_codes(text)]
    kept: list[Private] = []
    found: list[Private] = [*find_phones(text), *identities, *_cards(folded), *mails]
    for item in found:
        spans = [*codes, *(other.span for other in kept)]
        if not any(item.span[0] < end and start < item.span[1] for start, end in spans):
            kept.append(item)
    return tuple(sorted(kept, key=lambda item: item.span))


def code_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Places no amount may be read from: codes and private numbers."""
    return (*(code.span for code in find_codes(text)), *(item.span for item in find_private(text)))


def mask(text: str) -> str:
    """Return the text with phones, identity numbers, bank cards and mail addresses masked (138****1234)."""
    pieces, end = [], 0
    for item in find_private(text):
        pieces += [text[end : item.span[0]], item.masked]
        end = item.span[1]
    return "".join([*pieces, text[end:]])
