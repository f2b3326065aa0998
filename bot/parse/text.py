"""Two views of what a person typed: `clean` (shown and stored) and `fold` (matched only).

The raw text is kept by the caller for the audit trail; nothing here normalises it away (no NFKC: ① must not become 1).
"""

import re

_DIGITS = {ord("０") + i: ord("0") + i for i in range(10)}
_INVISIBLE = dict.fromkeys(
    [
        *range(0x09),
        *range(0x0E, 0x20),
        0x7F,
        0xAD,
        0x061C,
        0x180E,
        0x200B,
        0x200C,
        0x200E,
        0x200F,
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        0xFEFF,
        *range(0xE0000, 0xE0080),
    ]
)
_BLANKS = dict.fromkeys([0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000, 0x2800, 0x3164], ord(" "))
_BREAKS = dict.fromkeys([0x0B, 0x0C, 0x85, 0x2028, 0x2029], ord("\n"))
_CLEAN = {**_INVISIBLE, **_BLANKS, **_BREAKS, **_DIGITS}

_EMOJI = "\u2190-\u2bff\ufe0f\U0001f000-\U0001faff"
_STRAY_JOINER = re.compile(f"(?<![{_EMOJI}])\u200d|\u200d(?![{_EMOJI}])")
_WIDE_CLOCK = re.compile(r"(?<=\d)：(?=\d)")

# Traditional characters of command words, keys, dates and the commonest talk of the trade; one for one.
_TRADITIONAL = "諾幫訪報劃計銷導後邊聲規則滾據憑證聯繫異議額標戶週樣單價貨採購預決領經辦審簽約給問說這個們來過還沒時間點號進開會談錢緊貴質誰讓請認應辭職離調換總廠長醫書記課務員對競爭優暫復徑數節體檢曆歷資綁團隊績門負責產實當發絡現場圖錄補遲夠試詞啟閉見觀閱讀撥萬億兩幾禮麼為與參選擇該項準備變確關係動東車機構賬帳匯違術業"
_SIMPLIFIED = "诺帮访报划计销导后边声规则滚据凭证联系异议额标户周样单价货采购预决领经办审签约给问说这个们来过还没时间点号进开会谈钱紧贵质谁让请认应辞职离调换总厂长医书记课务员对竞争优暂复径数节体检历历资绑团队绩门负责产实当发络现场图录补迟够试词启闭见观阅读拨万亿两几礼么为与参选择该项准备变确关系动东车机构账账汇违术业"

_FOLD = {
    **dict(zip(map(ord, _TRADITIONAL), map(ord, _SIMPLIFIED), strict=True)),
    **{ord("Ａ") + i: ord("a") + i for i in range(26)},
    **{ord("ａ") + i: ord("a") + i for i in range(26)},
    **{ord("A") + i: ord("a") + i for i in range(26)},
    **{ord(wide): ord(narrow) for wide, narrow in zip("／＼：︰﹕，；＠＝｜［］－＃", "/\\:::,;@=|[]-#", strict=True)},
    0x2044: ord("/"),
    0x2215: ord("/"),
    0xFE6B: ord("@"),
}


def clean(text: str) -> str:
    """Keep what the person meant to type: no invisible characters, plain blanks and breaks, ASCII digits and 15:30."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").translate(_CLEAN)
    if "\u200d" in plain:
        plain = _STRAY_JOINER.sub("", plain)
    return _WIDE_CLOCK.sub(":", plain) if "：" in plain else plain


def fold(text: str) -> str:
    """Return the matching copy of a cleaned text: same length, lower case, narrow separators, so spans carry over."""
    return text.translate(_FOLD)


def narrow(text: str) -> str:
    """Return `fold` with ASCII digits and nothing removed: spans are those of the text given, cleaned or not."""
    return fold(text.translate(_DIGITS))
