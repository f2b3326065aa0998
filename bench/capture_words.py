"""The coarser words in which a second hand labelled what one sentence becomes, and how ours are compared with them.

The second hand knew seven kinds of records and twelve deeds; ours are finer, so both sides are brought to the coarser
word. What is awaited is free text: it is right when one side's words hold the other's, or both name the same thing. A
customer is the same by his short name (恒立, 恒立液压), and a 视频会 may be called either word.
"""

import re
from collections import Counter

Facts = Counter[tuple[str, str, str]]

DEEDS = {
    "send_proposal": "send_file", "send_material": "send_file", "send_contract": "contract", "new_quote": "quote",
    "deliver": "ship", "repair": "debug", "install": "debug",
    **dict.fromkeys(("train", "terms", "discount", "demo", "send_person", "ask_inside", "follow_up", "meet"), "other_action"),
}  # fmt: skip
KINDS = frozenset({"visit", "plan", "objection", "commitment", "next_step", "awaited", "signal"})
_DEPARTMENT = re.compile(r"^(?:采购|财务|设备部|设备科|设备|技术|质检|生产)的?(?=..)")
_BEFORE = re.compile(r"(?:之|以)?[前内]$|^最[晚迟]")


def coarse(facts: Facts) -> Facts:
    """Bring facts to the second hand's words; kinds it did not know are left out."""
    found: Facts = Counter()
    for (kind, slot, value), count in facts.items():
        kind_, value_ = "signal" if kind == "competitor" else str(kind), str(value)
        if kind_ not in KINDS or (kind_, slot) == ("signal", "amount"):
            continue
        if slot == "action":
            value_ = DEEDS.get(value_, value_)
        elif slot == "contact":
            value_ = _DEPARTMENT.sub("", value_)
        elif slot == "category":
            value_ = "决策链" if value_ == "决策" else value_
        elif slot == "due":
            value_ = _BEFORE.sub("", _BEFORE.sub("", value_))
        found[kind_, str(slot), value_] += count
    return found


def agreed(got: Facts, want: Facts) -> Facts:
    """Return `got` in the words of `want` where both name the same: what is awaited, a customer, a meeting on screen."""
    result: Facts = Counter()
    for fact, count in got.items():
        said = [one for one in want if one[:2] == fact[:2]]
        same = SAME.get(fact[1])
        result[next((one for one in said if same and same(one[2], fact[2])), fact)] += count
    return result


def _same_thing(one: str, other: str) -> bool:
    return one.lower() in other.lower() or other.lower() in one.lower() or (one[0] == other[0] and one[0] in "付款签")


def _same_customer(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _same_mode(one: str, other: str) -> bool:
    return one == other or {one, other} == {"视频", "会议"}


SAME = {"what": _same_thing, "customer": _same_customer, "mode": _same_mode}
