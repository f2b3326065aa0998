"""Which person is meant: 王总, 财务李姐, 老周, 王建国. The customer first, the person second; two 王总 are always asked.

Journey J2 ("哪位王总？") and feature C04: surname and title alone decide only inside one customer.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache, partial
from pathlib import Path

from bot.parse.customer import letters, sound
from bot.parse.customer.words import words

_words = partial(words, file=Path(__file__).with_name("person.txt"))
_MOST_BUTTONS = 3
_LONGEST_TEXT = 2_000
_CUES = frozenset("见给跟找请让约访")
_NEVER = datetime.min.replace(tzinfo=UTC)
_READINGS = {
    "单": "shan", "仇": "qiu", "解": "xie", "曾": "zeng", "区": "ou", "查": "zha", "盖": "ge", "尉迟": "yuchi", "朴": "piao",
    "任": "ren", "华": "hua", "翟": "zhai", "覃": "qin", "缪": "miao", "乐": "yue", "纪": "ji", "冼": "xian", "洗": "xian",
    "万俟": "moqi", "长孙": "zhangsun", "单于": "chanyu", "澹台": "tantai", "员": "yun", "宓": "mi", "召": "shao", "繁": "po",
    "秘": "bi", "折": "she", "黑": "he", "尹": "yin", "卜": "bu", "薄": "bo", "种": "chong", "车": "che", "燕": "yan", "宁": "ning",
}  # fmt: skip


class Sex(StrEnum):
    """What a form of address tells about the person."""

    SHE = "she"
    HE = "he"
    UNSAID = "unsaid"


class PersonReason(StrEnum):
    """Why a person was decided or not."""

    FULL_NAME = "full_name"
    ALIAS = "alias"
    ONLY_ONE = "only_one"  # the only one so called at this customer, or among all contacts
    AMBIGUOUS = "ambiguous"
    DOUBTFUL = "doubtful"  # one of this surname, but another title, or the name only sounds alike
    UNKNOWN = "unknown"
    EMPTY = "empty"  # nobody is named


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at a customer; `title` is what is on the card (采购经理), `role` the part in the deal (技术评估人)."""

    id: str
    customer_id: str
    name: str
    title: str = ""
    role: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """A form of address: 财务李姐 → surname 李, title 姐, sex she, department 财务; 王建国 → given 建国."""

    surname: str
    given: str
    title: str
    sex: Sex
    department: str
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class PersonResolution:
    """The answer: `decided`, or up to three contacts to ask about, likeliest first."""

    decided: Contact | None
    candidates: tuple[Contact, ...]
    ask: bool
    reason: PersonReason
    call: Call | None = None


@dataclass(frozen=True, slots=True)
class _Surroundings:
    customer: str | None
    context: str | None
    last_seen: Mapping[str, datetime]


def surname_reading(surname: str) -> str:
    """Return how a surname is read: 单 shan, 仇 qiu, 尉迟 yuchi."""
    return _READINGS.get(surname) or "".join(sound.readings(char)[0] for char in surname)


@cache
def _surnames() -> frozenset[str]:
    return frozenset((*_words("surnames"), *_words("compound surnames")))


@cache
def _pattern() -> re.Pattern[str]:
    lists = ("boss", "manager", "engineer", "she", "he")
    titles = sorted({title for name in lists for title in _words(name)}, key=len, reverse=True)
    surnames = sorted(_surnames(), key=len, reverse=True)
    stop = "|".join(map(re.escape, _words("not a title")))
    title = f"(?!{stop})(?:{'|'.join(map(re.escape, titles))})"
    family = "|".join(surnames)
    return re.compile(
        f"(?P<department>财务部?|采购部?|技术部?|设备部?|质检部?|生产部?|工程部?|仓库|行政部?|销售部?|研发部?|市场部?|人事部?|品质部?)?的?"
        f"(?:(?P<familiar>[老小阿大])(?P<known>{family})(?P<after>{title})?"
        f"|(?P<surname>{family})(?P<given>(?:(?![跟和与同找见约给问让请说去到在是的了向对陪])[\\u4e00-\\u9fffA-Za-z]){{0,2}}?)(?P<title>{title}))"
    )


def surname_of(name: str) -> str:
    """Return the surname of a full name: 欧阳雪 → 欧阳; "" when it does not start with one."""
    folded = letters.fold(name)
    return next((folded[:size] for size in (4, 3, 2, 1) if len(folded) > size and folded[:size] in _surnames()), "")


def parse_call(text: str) -> Call | None:
    """Read a form of address that stands alone: 王总, 老王, 欧阳经理, 财务李姐, 王建国; None when it is none."""
    stripped = text.strip()
    if match := _pattern().fullmatch(stripped):
        return _call(match)
    folded = letters.fold(stripped)
    surname = surname_of(folded)
    if surname and len(surname) < len(folded) <= len(surname) + 2:
        return Call(surname, folded[len(surname) :], "", Sex.UNSAID, "", (0, len(text)))
    return None


def calls_in(text: str, surnames: Iterable[str] = ()) -> tuple[Call, ...]:
    """Return the forms of address in a sentence, in order.

    Surnames that are also everyday words (向, 和, 方) count only when `surnames` (those of known contacts) has them.
    """
    known = frozenset(surnames)
    found: list[Call] = []
    place = 0
    while match := _pattern().search(text, place, _LONGEST_TEXT):
        call = _call(match)
        if _plausible(match, text, known):
            found.append(call)
            place = match.end()
        else:
            place = match.start() + 1
    return tuple(found)


def _plausible(match: re.Match[str], text: str, known: frozenset[str]) -> bool:
    """Tell whether a match is a person: not 项目经理, not 大方, 方总 after 见 but not 对方经理."""
    weak = _words("weak surnames")
    if match["familiar"]:
        return match["familiar"] in "老小" and match["known"] not in weak
    if (match["surname"] + match["given"]).startswith(_words("not a name")):
        return False
    before = text[max(0, match.start() - 1) : match.start()]
    return (
        match["surname"] not in weak or match["surname"] in known or before in _CUES or match.span() == (0, len(text))
    )


def _call(match: re.Match[str]) -> Call:
    title = match["title"] or match["after"] or ""
    sex = Sex.SHE if title in _words("she") else Sex.HE if title in _words("he") else Sex.UNSAID
    surname = match["surname"] or match["known"]
    return Call(surname, match["given"] or "", title, sex, match["department"] or "", match.span())


def find_contact(
    text: str,
    contacts: Iterable[Contact],
    *,
    customer: str | None = None,
    context: str | None = None,
    last_seen: Mapping[str, datetime] | None = None,
) -> PersonResolution:
    """Resolve a person named in a sentence or alone.

    `customer` is the customer the sentence is about: only its contacts count, and one of that surname decides.
    `context` is the customer of the last 30 minutes, `last_seen` contact id → aware UTC: both only set the order.
    """
    around = _Surroundings(customer, context, last_seen or {})
    people = [one for one in contacts if customer is None or one.customer_id == customer]
    if named := _named(text, people):
        return _resolve(named, around, PersonReason.FULL_NAME, None)
    if known := [one for one in people if any(alias and alias in text for alias in one.aliases)]:
        return _resolve(known, around, PersonReason.ALIAS, None)
    call = parse_call(text) or next(iter(calls_in(text, {surname_of(one.name) for one in people})), None)
    if call is None:
        return PersonResolution(None, (), ask=False, reason=PersonReason.EMPTY)
    return _resolve_call(call, people, around)


def _named(text: str, people: list[Contact]) -> list[Contact]:
    """Return the contacts whose whole name stands in the text; the longest names win."""
    found = [one for one in people if len(one.name) >= 2 and one.name in text]
    longest = max((len(one.name) for one in found), default=0)
    return [one for one in found if len(one.name) == longest]


def _resolve_call(call: Call, people: list[Contact], around: _Surroundings) -> PersonResolution:
    family = [one for one in people if surname_of(one.name) == call.surname or one.name == call.surname]
    if call.given:
        family = [one for one in family if _sounds_like(call.surname + call.given, one.name)]
        return _ask(family, around, PersonReason.DOUBTFUL, call)
    fitting = [one for one in family if not _doubtful(call, one)]
    if len(fitting) == 1 and (len(family) == 1 or around.customer):
        return _resolve(fitting, around, PersonReason.ONLY_ONE, call)
    return _ask(family, around, PersonReason.AMBIGUOUS if len(family) > 1 else PersonReason.DOUBTFUL, call)


def _sounds_like(said: str, name: str) -> bool:
    return len(said) == len(name) and all(
        set(sound.blurred(one)) & set(sound.blurred(other)) for one, other in zip(said, name, strict=True)
    )


def _doubtful(call: Call, one: Contact) -> bool:
    """Tell whether a title speaks against a contact. 总, 姐, 老师 are courtesy and fit everybody."""
    about = one.title + one.role
    if call.department and about and call.department.removesuffix("部") not in about:
        return True
    if call.title in _words("engineer"):
        return bool(about) and not any(word in about for word in _words("technical"))
    if call.title in _words("manager") and call.title != "老师":
        return bool(one.title) and call.title not in one.title
    return False


def _ordered(people: list[Contact], around: _Surroundings, call: Call | None) -> tuple[Contact, ...]:
    """Sort by context, fitting title, then last seen."""

    def key(one: Contact) -> tuple[bool, bool, float, str]:
        seen = around.last_seen.get(one.id, _NEVER)
        age = -seen.timestamp() if seen is not _NEVER else 0.0
        return (one.customer_id != around.context, call is not None and _doubtful(call, one), age, one.id)

    return tuple(sorted(people, key=key))[:_MOST_BUTTONS]


def _resolve(people: list[Contact], around: _Surroundings, reason: PersonReason, call: Call | None) -> PersonResolution:
    if len(people) == 1:
        return PersonResolution(people[0], tuple(people), ask=False, reason=reason, call=call)
    return _ask(people, around, PersonReason.AMBIGUOUS, call)


def _ask(people: list[Contact], around: _Surroundings, reason: PersonReason, call: Call | None) -> PersonResolution:
    candidates = _ordered(people, around, call)
    return PersonResolution(
        None, candidates, ask=True, reason=reason if candidates else PersonReason.UNKNOWN, call=call
    )
