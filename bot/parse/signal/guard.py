"""What takes the force out of a match: negation, condition, question, the past, a training room."""

import re

from bot.parse.clause import Side, subject
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
# Their own words: in quotation marks, or what only a buyer says of himself.
_THEIR_WORDS = re.compile(
    r"""["“「『][^"”」』\n]{2,60}["”」』]|(?:^|(?<=[,，。:：\s]))我(?=(?:做|作)不了主|说了不算|定不了(?!价))"""
)
_CHANGED_SIDES = str.maketrans("我咱你您", "他他我我")
# 没有听到他们抱怨价格: a verb of noticing under a negation denies all that follows in its clause.
_WE = re.compile(r"我们|咱们?|我司|我方|我(?!的客户)")
_REPORTED = re.compile(
    r"(?:嫌|说|怕|觉得|问|抱怨|催|要求?|希望|担心|让|叫|请|给|跟|对|比|用|选|认|夸|看|压|砍|约|找|等|支持|答应|同意|告诉|通知|回复?|质疑|怀疑|信任?|联系|带|陪|约见|见|约了)"
    r"(?:了|过|着)?(?:我们|咱们|咱|我司|我方|公司|我)"
)
_UNHEARD = re.compile(
    r"(?:没|没有|并没|未|从没|从未|不曾|不再|别再|没再|无|没人|无人|没谁)(?:有|再|人|谁|任何人?|一个人)?"
    r"(?:听到?|听说|说过?|提到?|提起|提出|问起?|抱怨|反映|反馈|表示|出现|发现|发生|遇到|看到|见到?|感觉到|觉得|嫌|担心|顾虑|纠结|质疑|反对)"
)
_DENIED = re.compile(
    r"^[^,，。！？!?;\n]{0,6}(?:不是(?!一次|一回|很)|不存在|算不上|谈不上|不构成|不影响|没影响|无关|不要紧|不成问题|不是问题|没用|不算数?(?=$|[,，。])|不顶用|不管用|白搭|是误会|是谣言|不属实|是假的)"
)
_SETTLED = re.compile(
    r"^[^。！？!?;\n]{0,8}?(?:已经?|早就?|都|也|终于|总算|全|昨天|今天|刚刚?|上午|当场|后来|的事)[^,，。！？!?;\n没不未]{0,6}"
    r"(?:解决|搞定|谈妥|谈好|谈拢|敲定|落实|到位|批下来|批了|下来了|通过了|化解|消除|打消|说通|摆平|定下来|过去了|[解讲说谈]释?清楚|达成一致)"
    r"|^[^。！？!?;\n]{0,8}?(?:问题|分歧|顾虑|异议|矛盾)?(?:解决|打消|化解|消除|搞定|摆平)了"
)
_HYPOTHETICAL = re.compile(r"以防|免得|避免|防止|省得|如果|假如|要是|万一|倘若|假设|除非|即使|哪怕|就算|若是|一旦")
_QUESTION = re.compile(r"(?:吗|么|嘛|了没有?|没有?|呢)?\s*[?？]$|(?:吗|了没|了没有)$")
_WHETHER = re.compile(r"(?:是○是|有○有)")
_PAST = re.compile(r"之前|以前|原来|本来|原先|一开始|刚开始|起初|当初|去年|上次|早先|前期|上个月|上周|曾经?|开始")
_RESOLVED = re.compile(
    r"(?:现在|如今|目前|这次|这回|后来|今天|已经?|最后|最终)[^。！？!?;]{0,12}"
    r"(?:好了|没问题|不担心|放心|接受|认可|同意|解决|搞定|批了|批下来|到位|不[^。！？!?;]{0,4}了|没[^。！？!?;]{0,4}了|通过|签了|松口|定了|回来了|谈妥|ok|恢复|见到了|见上了|见着了|联系上了|选了?我们|误传|误会|没事|还是[^,，。]{1,4}负责)"
)
_TRAINING = re.compile(
    r"(?:培训|演练|课程|讲座|考试|案例库|教材|读书会|早会|分享会)(?:讲|课|时|上|里|中|内容|说|学|教|材料|练)|参加[^。！？!?;]{0,4}培训"
    r"|(?:跟|和|与)(?:客户|我们|他们|这家|这单|这个项目|项目|咱们?)(?:无关|没关系|不相干|没什么关系)"
    r"|(?:学|讲|练|背)[^。！？!?;]{0,6}话术|(?:怎么|如何|怎样)(?:应对|处理|回应|化解)|处理[^。！？!?;]{0,3}异议|案例[:：]|规则 ?(?:新增|修改)"
)
_INQUIRY = re.compile(
    r"(?:下次|明天|回头|记得|准备|打算|待会|后面|需要|我(?:们)?(?:要|得|去|再|来|先|会|想)?)[^。！？!?;]{0,6}"
    r"(?:问|了解|确认|核实|摸清|摸一下|探一?探|打听|搞清|弄清)[^。！？!?;]{0,8}$"
)


def matching_copy(text: str) -> str:
    """Return the text rules are matched on: cleaned, folded, A-not-A masked; same length as `clean(text)`."""
    return _A_NOT_A.sub(r"\1○\1", _told(fold(clean(text))))


def _told(text: str) -> str:
    """Turn what the customer said word for word into what the rep tells: “我们没预算” → “他们没预算”."""
    return _THEIR_WORDS.sub(lambda match: match[0].translate(_CHANGED_SIDES), text)


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
    if _UNHEARD.search(text, begin, start):
        return True
    prefix = _NO_NEGATOR.sub("", text[max(begin, start - window) : start])
    return bool(_NEGATOR.search(prefix))


def hypothetical(text: str, start: int) -> bool:
    """Whether the sentence is a condition up to the match."""
    return bool(_HYPOTHETICAL.search(text, sentence_at(text, start, start)[0], start))


def questioned(text: str, end: int) -> bool:
    """Whether the sentence around the match ends as a question."""
    stop = sentence_at(text, end, end)[1]
    tail = text[max(0, stop - 6) : stop + 1]
    return bool(_QUESTION.search(tail) or _WHETHER.search(text, clause_at(text, end, end)[0], end))


def over_by_now(text: str, start: int, end: int) -> bool:
    """Whether the matter is told as past and settled: 之前嫌贵，现在接受了."""
    first, last = sentence_at(text, start, end)
    return bool(_PAST.search(text, first, end) and _RESOLVED.search(text, end, last))


def ours(text: str, start: int) -> bool:
    """Whether we are who the clause tells of up to the match: 我们内部再议, 我们领导出差."""
    begin = clause_at(text, start, start)[0]
    front = _REPORTED.sub("", text[begin:start])
    we = max((match.end() for match in _WE.finditer(front)), default=-1)
    return we >= 0 and (subject(front) is not Side.THEM or subject(front[we:]) is Side.UNKNOWN)


def denied_after(text: str, end: int) -> bool:
    """Whether the words behind the match take it back: 压价不是这次的话题."""
    return bool(_DENIED.match(text[end : end + _REACH]))


def settled(text: str, end: int) -> bool:
    """Whether the matter is said to be settled behind the match: 预算的问题解决了, 交期已经谈妥."""
    return bool(_SETTLED.match(text[end : end + _REACH]))


def asked_by_us(text: str, start: int) -> bool:
    """Whether the match is only what the rep intends to find out: 下次问问他们预算批没批."""
    begin = clause_at(text, start, start)[0]
    return bool(_INQUIRY.search(text, begin, start)) if start > begin else False
