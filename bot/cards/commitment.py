"""What a rep sees while he makes a promise: questions, the draft, the receipt (J2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.action import Action
from bot.reply import Button, ButtonStyle, Card, Field
from models.commitment import Commitment
from models.commitment_draft import CommitmentDraft
from models.customer import Contact, Customer
from models.rules.workday import WorkCalendar

WEEKDAYS: Final = "一二三四五六日"
CIRCLED: Final = "①②③④⑤⑥⑦⑧⑨"


@dataclass(frozen=True, slots=True)
class PickWho(Action, name="cn.who"):
    """Which of the people a form of address fits."""

    draft: int
    place: int


@dataclass(frozen=True, slots=True)
class PickWhen(Action, name="cn.when"):
    """Which time: the `place`-th of the offers, or -1 for what was said."""

    draft: int
    place: int


@dataclass(frozen=True, slots=True)
class OtherWhen(Action, name="cn.other"):
    """Another time, to be typed."""

    draft: int


@dataclass(frozen=True, slots=True)
class RegisterDraft(Action, name="cn.reg"):
    """Register the draft."""

    draft: int


@dataclass(frozen=True, slots=True)
class DropDraft(Action, name="cn.drop"):
    """It is no promise, or not one to keep in the books."""

    draft: int


@dataclass(frozen=True, slots=True)
class AddBasis(Action, name="cn.basis"):
    """The screenshot or the number of the recording comes now."""

    commitment: str


@dataclass(frozen=True, slots=True)
class RegisterOverheard(Action, name="cn.heard"):
    """Register what was overheard in a note."""

    overheard: int


@dataclass(frozen=True, slots=True)
class NotAPromise(Action, name="cn.not"):
    """What was overheard is no promise; it is never asked again."""

    overheard: int


# -- words -------------------------------------------------------------------------------------------------------------


def day_words(at: datetime, zone: ZoneInfo, *, year: int | None = None) -> str:
    """Return "10-08 周四", with the year when it is another one than `year`."""
    local = at.astimezone(zone)
    front = f"{local.year}-" if year is not None and local.year != year else ""
    return f"{front}{local:%m-%d} 周{WEEKDAYS[local.weekday()]}"


def due_words(at: datetime, zone: ZoneInfo) -> str:
    """Return "10-08 周四 15:00"."""
    return f"{day_words(at, zone)} {at.astimezone(zone):%H:%M}"


def short_words(at: datetime, zone: ZoneInfo) -> str:
    """Return "10-08 15:00"."""
    return f"{at.astimezone(zone):%m-%d %H:%M}"


def customer_words(customer: Customer | None, contact: Contact | None) -> str:
    """Return "华东机械（王建国）"."""
    name = customer.label if customer else "未知客户"
    return f"{name}（{contact.name}）" if contact else name


def reminder_words(times: Sequence[datetime], zone: ZoneInfo) -> str:
    """Return "10-08 09:30 与 13:30", the day said once."""
    said: list[str] = []
    for place, at in enumerate(times):
        same_day = place and times[place - 1].astimezone(zone).date() == at.astimezone(zone).date()
        said.append(f"{at.astimezone(zone):{'%H:%M' if same_day else '%m-%d %H:%M'}}")
    return " 与 ".join(said)


# -- questions ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Who:
    """A person to pick: name, customer, and what helps to tell them apart."""

    name: str
    customer: str
    hint: str = ""


DOUBTS: Final = {
    "missing": "什么时候之前？例：下周三15点前",
    "vague": "「{said}」是哪天之前？例：下周三15点前",
    "invalid": "没有「{said}」这一天，是哪天？",
    "past": "「{said}」= {due}，已经过了，换个时间？",
    "relative": "「{said}」要看前面那件事哪天发生，请给一个日期。",
    "several": "「{said}」是哪一个？",
}


def questions(draft: CommitmentDraft, people: Sequence[Who], calendar: WorkCalendar) -> Card:
    """Ask what is not sure yet: who, when, what; never guess (C04, J2)."""
    asked, buttons = [], []
    if draft.customer_id is None:
        asked.append(_ask_who(draft, people))
        buttons += [
            Button(f"{CIRCLED[n]} {who.name}·{who.customer}", PickWho(draft.id, n)) for n, who in enumerate(people)
        ]
    if not draft.matter:
        asked.append("承诺了什么事？例：寄样品")
    if draft.doubt:
        asked.append(_ask_when(draft, calendar))
        buttons += _when_buttons(draft, calendar)
    numbered = [f"{n}）{question}" for n, question in enumerate(asked, 1)] if len(asked) > 1 else asked
    count = {2: "两", 3: "三"}.get(len(asked), "一")
    return Card(title=f"登记承诺？先确认{count}件事", body="\n".join(numbered), buttons=tuple(buttons))


def _ask_who(draft: CommitmentDraft, people: Sequence[Who]) -> str:
    if not people:
        return (
            f"「{draft.called}」是哪家客户的？回客户名就行。" if draft.called else "是对哪家客户承诺的？回客户名就行。"
        )
    listed = " ".join(
        f"{CIRCLED[n]} {who.name}·{who.customer}{f'（{who.hint}）' if who.hint else ''}" for n, who in enumerate(people)
    )
    return f"哪位{draft.called or '客户'}？ {listed} {CIRCLED[len(people)]} 都不是"


def _ask_when(draft: CommitmentDraft, calendar: WorkCalendar) -> str:
    due = day_words(draft.due_at, calendar.zone) if draft.due_at else ""
    if draft.doubt == "holiday" and draft.due_at:
        day = calendar.local_date(draft.due_at)
        return f"「{draft.when_said}」= {day:%m-%d}，是{_holiday(day, calendar)}，快递与客户可能都不上班。"
    return DOUBTS[draft.doubt].format(said=draft.when_said, due=due)


def _holiday(day: date, calendar: WorkCalendar) -> str:
    name, block = calendar.holiday_name(day) or "", calendar.holiday_block(day)
    place = {0: "第一天", 1: "最后一天"}
    edge = (
        next((place[n] for n, end in enumerate(block or ()) if end == day), "")
        if block and block[0] != block[1]
        else ""
    )
    return f"{name}假期{edge}"


def _when_buttons(draft: CommitmentDraft, calendar: WorkCalendar) -> list[Button]:
    zone = calendar.zone
    after = "（节后首日）" if draft.doubt == "holiday" else ""
    buttons = [
        Button(f"{due_words(datetime.fromisoformat(at), zone)}{after}", PickWhen(draft.id, n))
        for n, at in enumerate(draft.offers)
    ]
    if draft.due_at and draft.doubt in {"holiday", "several"}:
        front = "就按 " if draft.doubt == "holiday" else ""
        buttons.append(Button(f"{front}{short_words(draft.due_at, zone)}", PickWhen(draft.id, -1)))
    return [*buttons, Button("换个时间", OtherWhen(draft.id))]


@dataclass(frozen=True, slots=True)
class Warned:
    """A day that is too full: whose, how full already (1.1 is 110 %)."""

    name: str
    at: datetime
    share: float


def draft_card(
    draft: CommitmentDraft, customer: str, told: Sequence[tuple[str, str]], warned: Warned | None, zone: ZoneInfo
) -> Card:
    """Repeat what was understood before it is registered; `told` are (role, name) (J2)."""
    assert draft.due_at is not None
    fields = (
        Field("客户", customer),
        Field("事项", draft.matter),
        Field("期限", f"{due_words(draft.due_at, zone)} 前"),
        Field("依据", _basis(draft)),
        Field("责任", "你"),
        Field("知会", "、".join(f"{role} {name}" for role, name in told) or "无"),
    )
    body, yes = "", "登记"
    if warned:
        body = f"⚠ {warned.name}组 {warned.at.astimezone(zone):%m-%d} 已排 {warned.share:.0%}，赶得上吗？"
        yes = f"仍登记并问{warned.name}"
    buttons = (
        Button(yes, RegisterDraft(draft.id), ButtonStyle.PRIMARY),
        Button("改期", OtherWhen(draft.id)),
        Button("不登记", DropDraft(draft.id)),
    )
    return Card(title="📝 承诺草稿", body=body, fields=fields, buttons=buttons)


def _basis(draft: CommitmentDraft) -> str:
    if draft.basis_note:
        return f"录音 {draft.basis_note}"
    return "截图 ✅" if draft.basis_media else "还缺（截图 / 录音编号），可以现在发"


# -- registered --------------------------------------------------------------------------------------------------------


def registered(
    commitment: Commitment, customer: str, told: Sequence[str], reminded: Sequence[datetime], zone: ZoneInfo
) -> Card:
    """Receipt of a registered promise, with its number and what will happen (P01, P02)."""
    due = due_words(commitment.due_at, zone)
    lines = [f"{customer}，{due} 前{commitment.matter}。" + (f"已知会{'、'.join(told)}。" if told else "")]
    when = f"{reminder_words(reminded, zone)}（工作时段），" if reminded else ""
    lines.append(f"提醒安排：{when}逾期 {short_words(commitment.due_at, zone)} 起升级。回「撤销」可撤。")
    buttons: tuple[Button, ...] = ()
    if not commitment.is_complete:
        lines.append("⚠ 待补依据：发一张聊天截图或录音编号，补上才算登记完成。")
        buttons = (Button("补依据", AddBasis(commitment.id)),)
    return Card(title=f"✅ 已登记 {commitment.id}", body="\n".join(lines), buttons=buttons)


def basis_added(commitment: Commitment) -> str:
    """Receipt of a basis that came later."""
    what = f"录音 {commitment.basis_note}" if commitment.basis_note else "截图"
    return f"✅ {commitment.id} 依据已补（{what}），登记完成。"


def overheard_card(overheard_id: int, sentence: str) -> Card:
    """Ask whether a sentence of a note is a promise (M8)."""
    buttons = (
        Button("登记", RegisterOverheard(overheard_id), ButtonStyle.PRIMARY),
        Button("不是承诺", NotAPromise(overheard_id)),
    )
    return Card(title="这句像对外承诺，登记吗？", body=f"「{sentence}」", buttons=buttons)
