"""Numbers as people write them in front of a unit: 3, 三, 两, 俩, 十五, 廿三, 一百二."""

__all__ = ["DIGITS", "NUMBER", "to_int", "year_of"]

DIGITS = {
    char: value
    for value, chars in enumerate(("零〇", "一", "二两俩", "三仨", "四", "五", "六", "七", "八", "九"))
    for char in chars
}
NUMBER = r"(?:\d{1,3}|[一二两俩三仨四五六七八九十廿卅百]{1,5})"
_TENS = {"廿": 20, "卅": 30}


def to_int(text: str) -> int | None:
    """Read a small number; None when the signs do not form one (三四, 十百)."""
    if text.isascii():
        return int(text) if text.isdigit() else None
    total, digit, fresh = 0, 0, True
    for char in text:
        if char in DIGITS:
            if not fresh:
                return None
            digit, fresh = DIGITS[char], char in "零〇"
        elif char in _TENS:
            total, digit, fresh = total + _TENS[char], 0, True
        elif char in "十百":
            total, digit, fresh = total + max(digit, 1 if char == "十" else 0) * (10 if char == "十" else 100), 0, True
        else:
            return None
    return total + digit


def year_of(text: str) -> int | None:
    """Read a year written as four digits of either kind (2026, 二〇二六) or as two (26)."""
    digits = "".join(char if char.isdigit() and char.isascii() else str(DIGITS.get(char, "x")) for char in text)
    if not digits.isdigit():
        return None
    return int(digits) + (2000 if len(digits) == len("26") else 0)
