"""A daily report in words (D01–D04): 日报 客户拜访 恒信；竞对反馈 恒信 格美降价8% → actions, progress, tomorrow, support."""

import re
from dataclasses import dataclass

from bot.parse.sentence.noticed import progress
from bot.parse.sentence.reading import Resolvers, read
from bot.parse.sentence.types import Draft, Mention
from bot.parse.sentence.words import REPORT_ACTION_CUES, ReportAction
from bot.parse.text import clean, fold

_HEADINGS = {
    "breakthrough": "今日突破|今天突破|突破",
    "progress": "客户进展|今日进展|进展",
    "tomorrow": "明日关键动作|明日计划|明天计划|明日动作|明日重点|明天重点|明日|明天",
    "support": "需支持事项?|需要支持|需支持|支持事项|需要协助|求助|需协助",
    "done": "今日动作|今日工作|今日完成|今天做了|今日",
}
_HEADING = re.compile("|".join(rf"(?P<{name}>{words})" for name, words in _HEADINGS.items()))
_SECTION = re.compile(rf"(?:^|(?<=[\n；;。,，\s]))[【\[]?(?:{'|'.join(_HEADINGS.values())})[】\]]?\s*[:：]\s*")
_SPLIT = re.compile(r"[；;。\n]+|(?:^|(?<=[\s；;。\n]))[0-9一二三四五①②③④⑤]{1,2}[.、)）．]\s*")
_TITLE = re.compile(r"^\s*[/／]?\s*日报[\s:：,，]*")
_NOTHING = re.compile(r"^(?:无|没有|暂无|没|无需|不需要|none|-)[。.]?$")
_SURE, _LIKELY = 0.97, 0.85


@dataclass(frozen=True)
class ReportItem:
    """One thing done today. `customer` is a (span, resolution) or None; `detail` what remains to be said."""

    action: ReportAction | None
    customer: Mention | None
    customer_text: str
    detail: str
    text: str
    confidence: float


@dataclass(frozen=True)
class Report:
    """A report taken apart; `progress` are the drafts of D03, `support` is empty when nothing is needed."""

    items: tuple[ReportItem, ...]
    progress: tuple[Draft, ...]
    breakthrough: str
    tomorrow: str
    support: str


def _sections(text: str) -> dict[str, str]:
    """Split at headings; what stands before the first one is what was done."""
    sections, name, place = dict.fromkeys(_HEADINGS, ""), "done", 0
    for match in [*_SECTION.finditer(text), None]:
        end = match.start() if match else len(text)
        sections[name] = f"{sections[name]}\n{text[place:end]}".strip(" \n；;,，。")
        if match:
            heading = _HEADING.search(match[0])
            name, place = (heading.lastgroup or "done") if heading else "done", match.end()
    return sections


def _action(text: str) -> tuple[ReportAction | None, str, float]:
    """Return the action, what follows its word, and how sure: its own name at the front is as good as a tick."""
    folded = fold(text)
    for action, pattern in REPORT_ACTION_CUES.items():
        match = pattern.match(folded)
        if match:
            return action, text[match.end() :].strip(" :：,，"), _SURE if match[0] == action.value else _LIKELY
    for action, pattern in REPORT_ACTION_CUES.items():
        if pattern.search(folded):
            return action, text, _LIKELY - 0.2
    return None, text, 0.5


def _item(text: str, resolvers: Resolvers) -> ReportItem:
    action, rest, confidence = _action(text)
    mention = next(iter(resolvers.customers(rest)), None)
    if mention:
        start, end = mention[0]
        detail = f"{rest[:start]} {rest[end:]}".strip(" :：,，")
        return ReportItem(action, mention, rest[start:end], detail, text, confidence)
    first, _, remainder = rest.partition(" ")
    named = first if action and remainder else ""
    return ReportItem(action, None, named, remainder.strip() if named else rest, text, min(confidence, _LIKELY))


def parse_report(text: str, resolvers: Resolvers) -> Report:
    """Read a daily report; an unknown customer keeps its text in `customer_text` for the question. Never raises."""
    body = _TITLE.sub("", clean(text[:4000]))
    sections = _sections(body)
    pieces = [piece.strip(" ,，") for piece in _SPLIT.split(sections["done"]) if piece and piece.strip(" ,，")]
    support = sections["support"].strip()
    told = "。".join(part for part in (sections["progress"], sections["breakthrough"], *pieces) if part)
    return Report(
        items=tuple(_item(piece, resolvers) for piece in pieces),
        progress=tuple(progress(read(told, resolvers))),
        breakthrough=sections["breakthrough"],
        tomorrow=sections["tomorrow"],
        support="" if _NOTHING.match(support) else support,
    )
