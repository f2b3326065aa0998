"""Known words settle what blur left open: of 部 and 都, both weighed by the engine, 成都 needs the second.

Words only choose among characters that were weighed on the picture, never add one, and a chosen character is no surer
than it was weighed: too little to call anything different.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from math import log

from bot.parse.customer.regions import table
from bot.parse.customer.trades import known_trades
from bot.photo.engine import Places
from bot.photo.text import Heard

_FORMS = (
    "有限公司",
    "有限责任公司",
    "股份有限公司",
    "集团公司",
    "分公司",
    "有限责任",
    "股份有限",
    "事务所",
    "合作社",
    "经营部",
)
_BUILDINGS = (
    "大厦 大楼 广场 中心 大道 大街 胡同 中路 北路 南路 东路 西路 北段 南段 中段 东段 西段 一路 二路 三路 科技园 工业园 产业园 "
    "软件园 创业园 开发区 工业区 工业园区 高新区 步行街 花园 公寓 小区 商务中心 写字楼 国际中心 号楼 单元"
)
_LABELS = "合同编号 甲方 乙方 授权代表 签订日期 客户名称 客户签字 拍摄时间 经纬度 星期 备注 拜访 地点 名称 纳税人识别号"
_NUMBERS = "HT XSHT CGHT XS CG"  # what numbers of contracts begin with: 合同, 销售, 采购
_WORTH = 1.0  # per character of a known word, against the logarithm of how much less likely its characters are
_UNSURE = 0.85  # only characters less sure than this are chosen again

Trie = dict[str, "Trie"]
_END = ""
Step = tuple[int, float, int, tuple[tuple[str, float], ...]]
"""Where a word ends, what its unlikely characters cost, how many were chosen anew, and the characters."""


def settled(places: Places) -> Heard:
    """Return a line with the characters that make most known words of what may stand in its places."""
    best: list[tuple[float, tuple[tuple[str, float], ...]]] = [(0.0, ())]
    for start in reversed(range(len(places))):
        rest = best[0]
        options = [(rest[0], (places[start][0], *rest[1]))]
        for end, cost, changed, chars in _words(places, start, _words_known(), 0.0):
            size = sum(1 for char, _ in chars if char)
            if 2 * changed <= size:
                after = best[end - start - 1]
                options.append((after[0] + cost + _WORTH * size, chars + after[1]))
        best.insert(0, max(options, key=lambda option: option[0]))
    return _heard(best[0][1])


def _heard(chosen: Sequence[tuple[str, float]]) -> Heard:
    """Join the characters; where none was chosen the next one is no surer than that."""
    sure: list[float] = []
    least = 1.0
    for char, chance in chosen:
        least = min(least, chance)
        if char:
            sure.append(least)
            least = 1.0
    if sure:
        sure[-1] = min(sure[-1], least)
    return Heard("".join(char for char, _ in chosen), tuple(sure))


def _words(places: Places, start: int, node: Trie, cost: float) -> Iterator[Step]:
    """Yield the known words that can begin at a place."""
    if _END in node:
        yield start, cost, 0, ()
    if start == len(places):
        return
    first, top = places[start][0]
    for char, sure in places[start] if top < _UNSURE or not first else ((first, top),):
        chosen = char != first
        following = node if not char else node.get(char)
        if following is None or (not char and node is _words_known()):
            continue
        for end, spent, changed, chars in _words(places, start + 1, following, cost + log(sure / top) * chosen):
            yield end, spent, changed + chosen, ((char, sure), *chars)


@cache
def _words_known() -> Trie:
    """Return places, trades, legal forms and labels as a tree of characters."""
    root: Trie = {}
    for word in {*table(), *known_trades(), *_FORMS, *_BUILDINGS.split(), *_LABELS.split(), *_NUMBERS.split()}:
        node = root
        for char in word:
            node = node.setdefault(char, {})
        if len(word) > 1:
            node[_END] = {}
    return root
