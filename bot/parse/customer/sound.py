"""How a name sounds: readings, sounds that people mix up, and pinyin typed instead of characters."""

import re
from functools import lru_cache

from pypinyin import Style, pinyin
from pypinyin.constants import PINYIN_DICT

# Characters whose usual reading in names is not the dictionary's first one, or which have two.
_READINGS = {
    "长": "chang zhang", "重": "chong zhong", "行": "hang xing", "乐": "le yue", "朝": "chao zhao", "都": "du",
    "厦": "xia sha", "蚌": "beng", "泊": "bo po", "柏": "bai bo", "参": "shen can", "单": "dan shan", "解": "jie xie",
    "仇": "qiu chou", "曾": "zeng", "盛": "sheng", "晟": "sheng cheng", "和": "he", "奇": "qi", "藏": "zang cang",
    "强": "qiang", "宿": "su", "传": "chuan", "弹": "dan tan", "六": "liu lu", "莞": "guan wan", "栖": "qi xi",
    "浒": "hu xu", "区": "qu ou", "查": "zha cha", "盖": "gai ge", "尉": "wei yu", "覃": "qin tan", "翟": "zhai di",
    "石": "shi", "大": "da dai", "车": "che", "会": "hui", "省": "sheng", "术": "shu", "系": "xi", "率": "lv shuai",
    "咖": "ka", "臧": "zang", "贾": "jia", "华": "hua", "员": "yuan", "种": "zhong", "卜": "bu", "薄": "bo", "尹": "yin",
    "纪": "ji", "任": "ren", "洗": "xi xian", "冼": "xian", "朴": "pu piao", "繁": "fan", "召": "zhao shao",
    "奥": "ao", "阿": "a", "亚": "ya", "信": "xin", "合": "he", "万": "wan", "南": "nan", "属": "shu", "什": "shen shi",
    "调": "tiao diao", "降": "jiang", "校": "xiao", "量": "liang", "颉": "jie", "尚": "shang", "陆": "lu", "蛤": "ge",
    "读": "du", "说": "shuo", "射": "she", "仔": "zai zi", "炮": "pao", "旋": "xuan", "兴": "xing", "沈": "shen",
    "艾": "ai", "厂": "chang", "广": "guang", "体": "ti", "折": "zhe", "贞": "zhen", "娜": "na", "茜": "qian xi",
}  # fmt: skip
_INITIALS = {"zh": "z", "ch": "c", "sh": "s", "l": "n", "f": "h", "r": "n"}
_FINALS = {"ang": "an", "eng": "en", "ing": "in", "iang": "ian", "uang": "uan", "ong": "en", "v": "u", "ve": "ue"}
_SYLLABLE = re.compile(r"^(zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw]?)(.*)$")
_LONGEST_SYLLABLE = 6
_MOST_SPELLINGS = 3
_SLACK = 1.65  # how much dearer another cut may be and still count: sanlint is san li n t too
_LETTER_PRICE = 1.6  # a lone letter in typed pinyin is an initial; reading it so costs more than a whole syllable


@lru_cache(maxsize=32768)
def readings(char: str) -> tuple[str, ...]:
    """Return the toneless readings of a character, the usual one first; a character without any reads as itself."""
    if own := _READINGS.get(char):
        return tuple(own.split())
    if char.isascii() or ord(char) not in PINYIN_DICT:
        return (char,)
    return (pinyin(char, style=Style.NORMAL, strict=False)[0][0],)


@lru_cache(maxsize=4096)
def blur(syllable: str) -> str:
    """Fold the sounds that dialects and input methods mix up (zh/z, n/l, f/h, ang/an, in/ing) into one."""
    match = _SYLLABLE.match(syllable)
    if not match or not syllable.isascii():
        return syllable
    initial, final = match.groups()
    return _INITIALS.get(initial, initial) + _FINALS.get(final, final)


@lru_cache(maxsize=32768)
def blurred(char: str) -> tuple[str, ...]:
    """Return the blurred readings of a character."""
    return tuple(dict.fromkeys(map(blur, readings(char))))


@lru_cache(maxsize=32768)
def initials(char: str) -> tuple[str, ...]:
    """Return the first letters a character may be typed with."""
    return tuple(dict.fromkeys(reading[0] for reading in readings(char)))


@lru_cache(maxsize=1)
def _syllables() -> frozenset[str]:
    """Return every Mandarin syllable: the readings of the ten thousand common characters."""
    marks = (pinyin(chr(code), style=Style.NORMAL, strict=False)[0][0] for code in range(0x4E00, 0x9FA6))
    plain = {mark for mark in marks if mark.isascii() and mark.isalpha()}
    return frozenset(plain - {"m", "n", "ng", "hm", "hng", "eh"})


@lru_cache(maxsize=4096)
def spell(letters: str) -> tuple[tuple[str, ...], ...]:
    """Cut typed pinyin into syllables and lone initials, likeliest cut first: "huadongjx" → hua dong j x."""
    known = _syllables()
    best: list[list[tuple[float, tuple[str, ...]]]] = [[(0.0, ())]]
    for end in range(1, len(letters) + 1):
        cuts: list[tuple[float, tuple[str, ...]]] = []
        for size in range(1, min(_LONGEST_SYLLABLE, end) + 1):
            piece = letters[end - size : end]
            if size == 1 or piece in known:
                price = _LETTER_PRICE if size == 1 and piece not in {"a", "e"} else 1.0
                cuts += [(cost + price, (*rest, piece)) for cost, rest in best[end - size]]
        cuts.sort(key=lambda cut: (cut[0], cut[1]))
        best.append(cuts[:_MOST_SPELLINGS])
    cheapest = best[-1][0][0]
    return tuple(cut for cost, cut in best[-1] if cost <= cheapest + _SLACK)


def only_initials(letters: str) -> bool:
    """Tell whether Latin letters are read as initials alone: hdjx, not huadong."""
    return all(len(piece) == 1 for piece in spell(letters)[0])


def warm_up() -> None:
    """Load what the first typed pinyin would wait for."""
    spell("a")
