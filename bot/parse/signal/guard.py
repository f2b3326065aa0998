"""What takes the force out of a match: negation, condition, question, the past, a training room."""

import re

from bot.parse.text import clean, fold

# 能不能 有没有 批没批: the middle is masked, so that no rule reads a negation out of a question.
_A_NOT_A = re.compile(r"([一-龥])[不没]\1")
_SENTENCE_END = re.compile(r"[。！？!?;\n]")
_CLAUSE_END = re.compile(r"[,，、。！？!?;:：\s]")

_REACH = 120  # no sentence is looked at further than this, so that a long paste stays linear
_NEGATOR = re.compile(r"[不没未无别非勿莫冇]|从来没|绝非")
_NO_NEGATOR = re.compile(
    r"没想到|不过|不但|不仅|不光|不止|不只|不管|不论|无论|不得不|不错|不少|不停|不断|不时|没准|没办法|不好意思|不知道|不确定"
    r"|要不|差不多|时不时|不如|不然|不满意?|不喜欢|不看好|不比|不输|不放心|不太放心|别的|别家|别人|特别|分别|级别|无非|非常"
    r"|无奈|无意中|未来|不一会|不久|不料|不巧|没多久|对不起|不瞒|不用说|不可避免|不愿意?|毫无疑问|不行|受不了|没谈拢|没敢"
)
_HYPOTHETICAL = re.compile(r"如果|假如|要是|万一|倘若|假设|除非|即使|哪怕|就算|若是|一旦")
_QUESTION = re.compile(r"(?:吗|么|嘛|了没有?|没有?|呢)?\s*[?？]$|(?:吗|了没|了没有)$")
_PAST = re.compile(r"之前|以前|原来|本来|原先|一开始|刚开始|起初|当初|去年|上次|早先|前期|上个月|上周|曾经?|开始")
_RESOLVED = re.compile(
    r"(?:现在|如今|目前|这次|这回|后来|今天|已经?|最后|最终)[^。！？!?;]{0,12}"
    r"(?:好了|没问题|不担心|放心|接受|认可|同意|解决|搞定|批了|批下来|到位|不[^。！？!?;]{0,4}了|没[^。！？!?;]{0,4}了|通过|签了|松口|定了|回来了|谈妥|ok)"
)
_TRAINING = re.compile(
    r"(?:培训|演练|课程|讲座|考试|案例库|教材|读书会|早会|分享会)(?:讲|课|时|上|里|中|内容|说|学|教|材料|练)|参加[^。！？!?;]{0,4}培训"
    r"|(?:学|讲|练|背)[^。！？!?;]{0,6}话术|(?:怎么|如何|怎样)(?:应对|处理|回应|化解)|处理[^。！？!?;]{0,3}异议|规则 ?(?:新增|修改)"
)
_INQUIRY = re.compile(
    r"(?:下次|明天|回头|记得|准备|打算|待会|后面|需要|我(?:们)?(?:要|得|去|再|来|先|会|想)?)[^。！？!?;]{0,6}"
    r"(?:问|了解|确认|核实|摸清|摸一下|探一?探|打听|搞清|弄清)[^。！？!?;]{0,8}$"
)


def matching_copy(text: str) -> str:
    """Return the text rules are matched on: cleaned, folded, A-not-A masked; same length as `clean(text)`."""
    return _A_NOT_A.sub(r"\1○\1", fold(clean(text)))


def about_training(text: str) -> bool:
    """Whether a message talks about handling customers rather than about a customer."""
    return bool(_TRAINING.search(text))


def sentence_at(text: str, start: int, end: int) -> tuple[int, int]:
    """Bounds of the sentence around a span."""
    return _bounds(text, start, end, _SENTENCE_END)


def clause_at(text: str, start: int, end: int) -> tuple[int, int]:
    """Bounds of the clause around a span: commas and blanks end a clause too."""
    return _bounds(text, start, end, _CLAUSE_END)


def _bounds(text: str, start: int, end: int, border: re.Pattern[str]) -> tuple[int, int]:
    first, last = max(0, start - _REACH), min(len(text), end + _REACH)
    before = first
    for match in border.finditer(text, first, start):
        before = match.end()
    after = border.search(text, end, last)
    return before, after.start() if after else last


def negated(text: str, start: int, window: int) -> bool:
    """Whether a negation stands in the same clause at most `window` characters before `start` (0 switches it off)."""
    if not window:
        return False
    begin = clause_at(text, start, start)[0]
    prefix = _NO_NEGATOR.sub("", text[max(begin, start - window) : start])
    return bool(_NEGATOR.search(prefix))


def hypothetical(text: str, start: int) -> bool:
    """Whether the sentence is a condition up to the match."""
    return bool(_HYPOTHETICAL.search(text, sentence_at(text, start, start)[0], start))


def questioned(text: str, end: int) -> bool:
    """Whether the sentence around the match ends as a question."""
    stop = sentence_at(text, end, end)[1]
    tail = text[max(0, stop - 6) : stop + 1]
    return bool(_QUESTION.search(tail))


def over_by_now(text: str, start: int, end: int) -> bool:
    """Whether the matter is told as past and settled: 之前嫌贵，现在接受了."""
    first, last = sentence_at(text, start, end)
    return bool(_PAST.search(text, first, start) and _RESOLVED.search(text, end, last))


def asked_by_us(text: str, start: int) -> bool:
    """Whether the match is only what the rep intends to find out: 下次问问他们预算批没批."""
    begin = clause_at(text, start, start)[0]
    return bool(_INQUIRY.search(text, begin, start)) if start > begin else False
