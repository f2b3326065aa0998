"""Text as read → text to match: half-width, without blanks, with the confidence of each character kept beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.photo.reading import Line

_HALF: dict[int, str] = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_SIMPLE = dict(
    zip(
        "強偉傑麗軍靜艷濤國東慶蘭遠飛鵬張劉陳楊趙吳孫馬羅鄭謝韓馮蕭鄧許呂蘇盧蔣賈葉閻鍾龍萬錢湯賴龔顏嚴溫魯韋畢聶齊莊塗費紀號樓層區縣鎮廣門電話機構業務貿產設備醫療術環網絡科創聯雲嘉銳啟華發豐達興寶鋼鐵車廠圖裝飾詢諮報價簽訂協議條書資"
        "黃餘饒譚鄒賀閔顧陸鮑龐駱單關寧藍歐鳳壽瑩潔穎倫義勝澤紅貴財經濱漢灣島鄉遼長陽蕪濟輝順誠億匯維優萊潤連營銀證額總實開貨運輸數項責會辦處員師監記",
        "强伟杰丽军静艳涛国东庆兰远飞鹏张刘陈杨赵吴孙马罗郑谢韩冯萧邓许吕苏卢蒋贾叶阎钟龙万钱汤赖龚颜严温鲁韦毕聂齐庄涂费纪号楼层区县镇广门电话机构业务贸产设备医疗术环网络科创联云嘉锐启华发丰达兴宝钢铁车厂图装饰询咨报价签订协议条书资"
        "黄余饶谭邹贺闵顾陆鲍庞骆单关宁蓝欧凤寿莹洁颖伦义胜泽红贵财经滨汉湾岛乡辽长阳芜济辉顺诚亿汇维优莱润连营银证额总实开货运输数项责会办处员师监记",
        strict=True,
    )
)  # the engine writes a blurred character in its traditional form; papers here are in simplified ones
_SAME = _HALF | {
    ord(char): other
    for char, other in {
        **_SIMPLE,
        "￥": "¥",
        "—": "-",
        "–": "-",
        "−": "-",
        "_": "-",
        "。": ".",
        "【": "[",
        "】": "]",
        "︰": ":",
    }.items()
}


@dataclass(frozen=True, slots=True)
class Heard:
    """A run of characters and how sure the engine was of each."""

    text: str
    sure: tuple[float, ...]

    @property
    def confidence(self) -> float:
        """How sure of the weakest character; 0 for nothing."""
        return min(self.sure, default=0.0)

    def part(self, start: int, end: int | None = None) -> "Heard":
        """Slice like a string."""
        return Heard(self.text[start:end], self.sure[start:end])

    def __add__(self, other: "Heard") -> "Heard":
        return Heard(self.text + other.text, self.sure + other.sure)

    def stripped(self, unwanted: str) -> "Heard":
        """Drop unwanted characters at both ends."""
        start = len(self.text) - len(self.text.lstrip(unwanted))
        end = len(self.text.rstrip(unwanted))
        return self.part(start, max(start, end))


def heard_of(line: Line) -> Heard:
    """Bring one line to half width and take the blanks out."""
    sure: Sequence[float] = line.chars if len(line.chars) == len(line.text) else [line.confidence] * len(line.text)
    kept = [(char, value) for char, value in zip(line.text, sure, strict=True) if not char.isspace()]
    return Heard("".join(char for char, _ in kept).translate(_SAME), tuple(value for _, value in kept))


def plain(text: str) -> str:
    """Half-width, no blanks: the form in which two texts are compared."""
    return "".join(text.split()).translate(_SAME)
