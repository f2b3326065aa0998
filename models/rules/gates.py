"""Gates: lists of required actions; nothing moves on until a gate is full (V01, F02, R01, K01, T03 …). Pure data and pure checks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that has to be there. `kinds` are the file kinds that may prove it (empty: any), `at_least` how many
    linked objects or characters it takes."""  # noqa: D205, D209

    name: str
    label: str
    kinds: frozenset[str] = frozenset()
    at_least: int = 1


@dataclass(frozen=True, slots=True)
class Gate:
    """A list of requirements under one name and rule."""

    name: str
    rule: str
    requirements: tuple[Requirement, ...]

    def missing(self, done: Collection[str]) -> tuple[Requirement, ...]:
        """Return what is not there yet, in order."""
        return tuple(item for item in self.requirements if item.name not in done)

    def is_full(self, done: Collection[str]) -> bool:
        """Whether nothing is missing."""
        return not self.missing(done)

    def is_filled(self, done: Collection[str]) -> bool:
        """Whether there is at least something weak for everything: one may go on, though it is no full mark."""
        return all(weakly(item.name) in done for item in self.missing(done))

    def boxes(self, done: Collection[str]) -> str:
        """Return the progress as people see it: ☑◐☐."""
        return "".join(_box(item.name, done) for item in self.requirements)

    def requirement(self, name: str) -> Requirement:
        """Return a requirement by name; raises KeyError."""
        for item in self.requirements:
            if item.name == name:
                return item
        raise KeyError(name)


def weakly(name: str) -> str:
    """Return how a requirement that is met only weakly is named among what is done."""
    return f"{name}:weak"


def _box(name: str, done: Collection[str]) -> str:
    if name in done:
        return "☑"
    return "◐" if weakly(name) in done else "☐"


LOCATION: Final = "location"
PHOTO: Final = "photo"
SCREENSHOT: Final = "screenshot"

VISIT_GATE: Final = Gate(
    "visit_three",
    "V01",
    (
        Requirement(LOCATION, "① 位置"),
        Requirement(PHOTO, "② 现场照片", frozenset({"site_photo"})),
        Requirement(SCREENSHOT, "③ 聊天截图", frozenset({"chat_screenshot"})),
    ),
)

REVIEW_GATE: Final = Gate(
    "visit_review",
    "V06 V07",
    (
        Requirement("goal", "本次目标"),
        Requirement("breakthrough", "突破点"),
        Requirement("objections", "客户异议"),
        Requirement("next_step", "下一步"),
        Requirement("next_due", "下一步截止日"),
        Requirement("summary", "对话摘要"),
    ),
)

COMMITMENT_GATE: Final = Gate(
    "commitment",
    "P01",
    (
        Requirement("customer", "客户"),
        Requirement("matter", "承诺事项"),
        Requirement("due", "时间点"),
        Requirement("basis", "依据（截图或录音编号）"),
    ),
)

INVOICE_PAPER: Final = "invoice_paper"

SIGNED_GATE: Final = Gate(
    "contract_signed",
    "R01 R02 R05",
    (
        Requirement(INVOICE_PAPER, "① 盖公章的开票资料", frozenset({"licence"})),
        Requirement("account", "② 确认收款账户（开户行）"),
        Requirement("invoice", "③ 发起开票"),
    ),
)

GATES: Final = {gate.name: gate for gate in (VISIT_GATE, REVIEW_GATE, COMMITMENT_GATE, SIGNED_GATE)}
