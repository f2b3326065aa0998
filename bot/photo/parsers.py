"""From the characters behind a label to a value in normal form, or None when they cannot be one."""

import re

from bot.photo.dates import find_date
from bot.photo.page import Parsed, Parser
from bot.photo.text import Heard

HAN = r"\u4e00-\u9fff"
COMPANY_END = (
    r"(?:有限责任公司|股份有限公司|有限公司|集团公司|分公司|公司|事务所|合作社|经营部|商行|工厂|医院|学校|超市)"
)
_COMPANY = re.compile(rf"[{HAN}A-Za-z0-9()·&-]{{2,40}}?{COMPANY_END}(?:[{HAN}]{{2,10}}分公司)?")
_CUT_FORM = re.compile(r"(?:(?<=有限)|(?<=有限责任))(?P<rest>公?)$")
_FORMS = ("股份有限公司", "有限责任公司", "有限公司")
_LACKING_ONE = {  # small print loses a character in the middle without a trace
    form: tuple(form[:at] + form[at + 1 :] for at in range(1, len(form) - 1) if len(form) > len("有限公司"))
    for form in _FORMS
}
_INFERRED = 0.8
_DIGITS = str.maketrans("OoQDIl|ZSB", "0000111258")
_AMOUNT = re.compile(r"[0-9OoIl][0-9OoIl,]*(?:[.][0-9OoIl]{1,2})?")
_USCC = re.compile(r"(?<![0-9A-Z])[0-9A-Z]{18}(?![0-9A-Z])")
_USCC_FIX = str.maketrans({"I": "1", "O": "0", "Z": "2", "S": "5", "V": "Y"})
_ID = re.compile(r"[0-9OIl]{17}[0-9XxOIl]")
_EMAIL = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(?:[.][A-Za-z0-9-]+)+")
_BARE_HOUSE = re.compile(r"[路街道巷弄里段][0-9]{1,4}$")
_CENTS = re.compile(r"[0-9OoIl][.][0-9OoIl]{2}(?![0-9])")
_MOBILE = re.compile(r"(?<![0-9])1[3-9][0-9](?:[- ]?[0-9*]{4}){2}(?![0-9])")


def take(pattern: str) -> Parser:
    """Make a parser that takes the first group (or all) of a pattern."""
    compiled = re.compile(pattern)

    def parse(heard: Heard) -> Parsed:
        match = compiled.search(heard.text)
        if match is None:
            return None
        start, end = match.span(1 if compiled.groups else 0)
        return (heard.text[start:end], heard.part(start, end)) if end > start else None

    return parse


def day(heard: Heard) -> Parsed:
    """Parse a calendar date; a plus between its numbers can only be a dash."""
    found = find_date(heard)
    if found is None and "+" in heard.text:
        found = find_date(_unsure(Heard(heard.text.replace("+", "-"), heard.sure)))
    return (found.value, found.heard) if found else None


def _completed(heard: Heard) -> Heard:
    """Give a legal form its lost end back: after 有限公 only 司 can follow; never sure enough to call it different."""
    match = _CUT_FORM.search(heard.text)
    if match is None:
        return heard
    lost = "公司"[len(match["rest"]) :]
    return heard + Heard(lost, (_INFERRED,) * len(lost))


def mended(heard: Heard) -> Heard:
    """Put a misread legal form right: 股份有废公司 and 股份有公司 can only be 股份有限公司; as doubtful as it was read, or more."""
    for form in _FORMS:
        start = len(heard.text) - len(form)
        tail = heard.part(max(0, start))
        wrong = [sure for char, sure, meant in zip(tail.text, tail.sure, form, strict=False) if char != meant]
        begun = any(char == meant for char, meant in zip(tail.text[:2], form[:2], strict=False))
        if start >= 2 and begun and 0 < len(wrong) <= len(form) // 3 and max(wrong) < _INFERRED:
            return heard.part(0, start) + Heard(form, tail.sure)
        if heard.text.endswith(_LACKING_ONE[form]) and not heard.text.endswith(form):
            start, part = len(heard.text) - len(form) + 1, heard.part(1 - len(form))
            return heard.part(0, start) + Heard(form, (min((*part.sure, _INFERRED)),) * len(form))
    return heard


def company(heard: Heard) -> Parsed:
    """Parse a company name, cut at its legal form; a name without one is taken whole."""
    heard = mended(_completed(heard))
    match = _COMPANY.search(heard.text)
    start, end = match.span() if match else (0, len(heard.text))
    part = mended(heard.part(start, end))
    return (part.text, part) if len(re.findall(rf"[{HAN}]", part.text)) >= 2 else None


def strict_company(heard: Heard) -> Parsed:
    """Parse a company name that ends in a legal form."""
    heard = mended(_completed(heard))
    match = _COMPANY.search(heard.text)
    if match is None:
        return None
    part = mended(heard.part(*match.span()))
    return part.text, part


def _unsure(heard: Heard) -> Heard:
    return Heard(heard.text, tuple(min(_INFERRED, sure) for sure in heard.sure))


def cents(heard: Heard) -> Parsed:
    """Parse money that is printed with its cents: on an invoice a whole number beside a total is another column's."""
    return amount(heard) if _CENTS.search(heard.text) else None


def amount(heard: Heard) -> Parsed:
    """Parse money in yuan, two decimals."""
    match = _AMOUNT.search(heard.text)
    if match is None:
        return None
    digits = match[0].translate(_DIGITS).replace(",", "")
    return f"{float(digits):.2f}", heard.part(*match.span())


def digits(shortest: int, longest: int) -> Parser:
    """Make a parser for a run of digits of a certain length."""
    pattern = re.compile(rf"(?<![0-9])[0-9OoIl|]{{{shortest},{longest}}}(?![0-9])")

    def parse(heard: Heard) -> Parsed:
        match = pattern.search(heard.text)
        return (match[0].translate(_DIGITS), heard.part(*match.span())) if match else None

    return parse


def tax_number(heard: Heard) -> Parsed:
    """Parse a unified social credit code: 18 characters, never I, O, Z, S or V."""
    match = _USCC.search(heard.text.upper())
    return (match[0].translate(_USCC_FIX), heard.part(*match.span())) if match else None


def id_number(heard: Heard) -> Parsed:
    """Parse an identity number as written, whether or not its check digit holds."""
    match = _ID.search(heard.text)
    if match is None:
        return None
    return match[0][:17].translate(_DIGITS) + match[0][17].upper().translate(_DIGITS), heard.part(*match.span())


def mobile(heard: Heard) -> Parsed:
    """Parse a mobile number; a masked one keeps its stars."""
    match = _MOBILE.search(heard.text)
    return (re.sub("[- ]", "", match[0]), heard.part(*match.span())) if match else None


def email(heard: Heard) -> Parsed:
    """Parse an e-mail address; a capital I in one of small letters can only be an l."""
    match = _EMAIL.search(heard.text)
    if match is None:
        return None
    part = heard.part(*match.span())
    small = match[0].replace("I", "l")
    if small == match[0] or not small.islower():
        return match[0], part
    return small, _unsure(Heard(small, part.sure))


def person(heard: Heard) -> Parsed:
    """Parse a person's name: two to four Chinese characters, nothing else on the line."""
    match = re.match(rf"^[{HAN}·]{{2,4}}", heard.text)
    return (match[0], heard.part(*match.span())) if match else None


def address(heard: Heard) -> Parsed:
    """Take an address; a house number at its end lost the 号 that stood alone on the next line, never surely."""
    if _BARE_HOUSE.search(heard.text):
        heard = heard + Heard("号", (_INFERRED,))
    return (heard.text, heard) if heard.text else None


def uscc_check(code: str) -> bool:
    """Check digit of a unified social credit code (GB 32100)."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    if len(code) != 18 or any(char not in alphabet for char in code):
        return False
    total = sum(alphabet.index(char) * weight for char, weight in zip(code, weights, strict=False))
    return alphabet[(31 - total % 31) % 31] == code[17]


def id_check(number: str) -> bool:
    """Check digit of an identity number (GB 11643)."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return False
    total = sum(int(char) * weight for char, weight in zip(number, weights, strict=False))
    return "10X98765432"[total % 11] == number[17]
