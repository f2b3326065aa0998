"""A message cut into pieces of one happening each, by what is told rather than by commas alone.

What is spoken without a pause is cut where somebody else begins to speak or act, or where a new time follows something
finished; a time or a name that stands alone between commas belongs to what it is the time or the name of.
"""

import re
from collections.abc import Iterator, Sequence

from bot.parse.action import find_actions
from bot.parse.clause import Clause, pauses
from bot.parse.sentence.contacts import contact
from bot.parse.sentence.marks import with_office
from bot.parse.sentence.types import Span

_A_WORD = 3  # shorter pieces between blanks, but for names and times, are things, not clauses
_LEAST = 4  # nothing happens in fewer characters
_NOT_THE_ONE = r"(?<![P给跟向对和与同替帮为陪找请把被让由从见催等问叫带约的里上中是在说发寄送传回诉应诺系知醒识到会])"
_THEY = rf"{_NOT_THE_ONE}(?:他们?|她们?|P+|客户|对方|人家)(?:那边|这边)?[就又也还都]?"
_WE = rf"{_NOT_THE_ONE}(?:我们?|咱们?)(?:这边)?"
_TURNS = (
    r"然后|接着|另外|还有就是|不过|但是|所以|而且",
    rf"{_THEY}(?=说|讲|问|要|嫌|觉得|答应|想|同意|反馈|表示|让|T|看完|担心|催|回复)",
    r"(?<![说要想是能会可])(?:让|叫|要求)(?=我们?|咱们?|T)",
    r"(?<=[了吧啊样高低贵])要我们",
    rf"{_WE}(?=说|答应|承诺|T|回去|打算|准备|马上|把|跟他|回他)",
    r"(?<=[了过完啊吧呢])(?=T)",
    r"(?<=[一-龥][:：])(?=C)",
)
_TURN = re.compile("|".join(_TURNS))
_JUST_WHEN = re.compile(
    r"(?:(?:他们?|她|对方|客户|P+|我)?(?:说|讲|回|答应)?(?:是|的是|在|会在|要)?|时间|期限|最[晚迟快早]|大概|估计|左右|就|搞定|弄好|给到|完成|之前|[:：的在定是吧])*"
)
_JUST_WHO = re.compile(r"[PC的和跟、在:：与及也都那边]*")
_TELEGRAM = 8  # an activity noted in a word: 现场勘测, 产品演示


def segments(copy: str, marks: str, kept: Sequence[Span]) -> list[Clause]:
    """Cut a message into pieces, each with the number of its sentence; `kept` are the spans of names and times."""
    pieces: list[Clause] = []
    for clause in _whole(copy, marks, kept):
        pieces.extend(_thoughts(copy, marks, clause))
    return _with_what_belongs(copy, marks, pieces)


def _joined(copy: str, first: Clause, last: Clause) -> Clause:
    span = (first.span[0], last.span[1])
    return Clause(copy[slice(*span)], span, first.sentence)


def _whole(copy: str, marks: str, kept: Sequence[Span]) -> list[Clause]:
    """Join clauses where a cut fell into a time or a name (11-18 15:00, Acme Ltd), and short pieces between blanks."""
    joined: list[Clause] = []
    for clause in pauses(copy):
        last = joined[-1] if joined else None
        if last and last.sentence == clause.sentence and _torn(marks, last, clause, kept):
            joined[-1] = _joined(copy, last, clause)
        else:
            joined.append(clause)
    return joined


def _torn(marks: str, last: Clause, clause: Clause, kept: Sequence[Span]) -> bool:
    pause = marks[last.span[1] : clause.span[0]]
    if pause and not pause.strip() and any(_is_name_or_thing(marks[slice(*one.span)]) for one in (last, clause)):
        return True
    if any(start < last.span[1] < end or start < clause.span[0] < end for start, end in kept):
        return True
    return any(start <= last.span[0] and last.span[1] <= end for start, end in kept if "," not in marks[start:end])


def _is_name_or_thing(marks: str) -> bool:
    """Whether a piece between blanks tells nothing by itself: 王总, 11月25日, 15.6万, 样品."""
    words = re.sub(r"[PCT0-9a-z.,%￥万元亿千的\s]", "", marks)
    return len(words) < _A_WORD


def _thoughts(copy: str, marks: str, clause: Clause) -> Iterator[Clause]:
    """Cut what is said in one breath where a new thought begins."""
    start, end = clause.span
    for turn in _TURN.finditer(with_office(marks), start + _LEAST, end - _LEAST + 1):
        place = turn.start()
        if place - start >= _LEAST and not _is_open(marks[start:place]):
            yield Clause(copy[start:place], (start, place), clause.sentence)
            start = place
    yield Clause(copy[start:end], (start, end), clause.sentence)


def _is_open(front: str) -> bool:
    """Whether nothing has been told yet: only who and when, or a verb that wants an object."""
    return not re.sub(r"[PCT的在和跟、:：那边刚才今天]", "", front) or bool(
        re.search(r"(?:说好|讲好|答应|承诺|保证|同意|改到|定在|推到|[约说讲])(?:好|了|在)*$", front)
    )


def _with_what_belongs(copy: str, marks: str, pieces: Sequence[Clause]) -> list[Clause]:
    """Join lone times with the deed before them or the words behind them, and entries in telegram style."""
    done: list[Clause] = []
    for piece in pieces:
        last = done[-1] if done and done[-1].sentence == piece.sentence else None
        if last and (
            _is_lone_time(marks[slice(*last.span)], marks[slice(*piece.span)])
            or _is_its_time(marks[slice(*piece.span)], marks[slice(*last.span)])
            or _is_one_entry(marks[slice(*last.span)], marks[slice(*piece.span)])
        ):
            done[-1] = _joined(copy, last, piece)
        else:
            done.append(piece)
    return done


def _is_lone_time(before: str, marks: str) -> bool:
    """下周一吧，去蓝海: the time of what comes behind."""
    return "T" in before and "T" not in marks and bool(_JUST_WHEN.fullmatch(before.replace("T", "")))


def _is_its_time(marks: str, before: str) -> bool:
    """要检测报告，48小时内: a lone time after something to do that has none."""
    if "T" not in marks or "T" in before or not _JUST_WHEN.fullmatch(marks.replace("T", "")):
        return False
    return bool(find_actions(before) or contact().search(before))


def _is_one_entry(before: str, marks: str) -> bool:
    """周四9:30，恒信，刘工，现场勘测: who, when and what between commas, said without a verb's trimmings."""
    return _is_note(before) and _is_note(marks) and not any(letter in before and letter in marks for letter in "TC")


def _is_note(marks: str) -> bool:
    return all(_is_short_note(one) for one in re.split(r"[,，]", marks))


def _is_short_note(marks: str) -> bool:
    words = re.sub(r"[PCT,、:：\s]", "", marks)
    if not words or _JUST_WHO.fullmatch(words):
        return True
    alone = len(words) == len(marks) and len(words) <= _TELEGRAM
    return (
        alone and not re.search(r"[了过没不嫌太说要]", words) and bool(find_actions(words) or contact().search(words))
    )
