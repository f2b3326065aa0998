"""What a rep sees while he makes, moves and keeps a promise (J2), and what his manager sees of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.action import Action
from bot.cards.deadline import Known, Occasion, deadline_card, late_words
from bot.reply import Button, ButtonStyle, Card, Field
from models.commitment import Commitment, CommitmentDraft
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
class MarkDone(Action, name="cn.done"):
    """已完成."""

    commitment: str


@dataclass(frozen=True, slots=True)
class TwoMoreHours(Action, name="cn.grace"):
    """再给我2小时."""

    commitment: str


@dataclass(frozen=True, slots=True)
class CannotDo(Action, name="cn.cannot"):
    """做不到了."""

    commitment: str


@dataclass(frozen=True, slots=True)
class ConfirmMove(Action, name="cn.move"):
    """The new time is agreed with the customer."""

    commitment: str
    due: str
    reason: str


@dataclass(frozen=True, slots=True)
class PickMeant(Action, name="cn.meant"):
    """Which promise a sentence is about; the sentence is handled again with it."""

    row_id: int
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


def which_promise(found: Sequence[tuple[Commitment, str]], row_id: int, zone: ZoneInfo) -> Card:
    """Ask which open promise a sentence is about."""
    buttons = tuple(
        Button(
            f"{customer} {commitment.matter} {short_words(commitment.due_at, zone)}"[:40],
            PickMeant(row_id, commitment.id),
        )
        for commitment, customer in found[:5]
    )
    return Card(title="是哪一条承诺？", body="选一条，或带上编号再说一次。", buttons=buttons)


def overheard_card(overheard_id: int, sentence: str) -> Card:
    """Ask whether a sentence of a note is a promise (M8)."""
    buttons = (
        Button("登记", RegisterOverheard(overheard_id), ButtonStyle.PRIMARY),
        Button("不是承诺", NotAPromise(overheard_id)),
    )
    return Card(title="这句像对外承诺，登记吗？", body=f"「{sentence}」", buttons=buttons)


# -- moving and closing ------------------------------------------------------------------------------------------------

REASONS: Final = ("客户要求", "交付排期", "我方准备")


def move_asked(commitment: Commitment, said: str, due_at: datetime, reason: str, zone: ZoneInfo) -> Card:
    """Repeat a new time before it counts (J2)."""
    why = f"改期原因记「{reason}」。" if reason else "改期原因选一个："
    body = (
        f"你指 {commitment.id}（{commitment.matter}，原 {short_words(commitment.due_at, zone)}）？\n"
        f"「{said}」= {due_words(due_at, zone)}。{why}\n请补客户同意的截图（可以先确认再发）。"
    )
    due = due_at.isoformat(timespec="minutes")
    buttons = [Button("确认改期", ConfirmMove(commitment.id, due, reason), ButtonStyle.PRIMARY)] if reason else []
    buttons += [] if reason else [Button(f"确认改期：{why}", ConfirmMove(commitment.id, due, why)) for why in REASONS]
    return Card(title="改期？", body=body, buttons=tuple(buttons))


def moved(commitment: Commitment, old: datetime, reminded: Sequence[datetime], zone: ZoneInfo) -> str:
    """Receipt of a rescheduling (old → new, counted)."""
    when = f"提醒改到 {reminder_words(reminded, zone)}。" if reminded else ""
    consent = "" if commitment.consent_media else "客户同意的截图还没有，发来我就补上。"
    return (
        f"✅ {commitment.id} 改期：{short_words(old, zone)} → {short_words(commitment.due_at, zone)}"
        f"（第 {commitment.reschedules} 次，{commitment.reason}）。{when}{consent}"
    )


def closed_words(commitment: Commitment, kept: int, due: int) -> str:
    """Receipt of a kept promise and the closing rate of the month (P05)."""
    if commitment.waybill:
        proof = f"，单号 {commitment.waybill} 已识别"
    else:
        proof = "，凭证已存" if commitment.proof_media else "；还没有凭证，发单号或截图才计入闭环率"
    late = ""
    if commitment.closed_at and commitment.closed_at > commitment.due_at:
        late = f"（晚 {late_words(commitment.closed_at - commitment.due_at)}）"
    return f"✅ 闭环{late}{proof}。{commitment.id} {commitment.matter}。承诺闭环率本月 {kept}/{due}。"


def given_up_for_manager(who: str, commitment: Commitment, customer: str, zone: ZoneInfo) -> Card:
    """Tell the manager that a promise will not be kept."""
    fields = (Field("期限", f"{due_words(commitment.due_at, zone)}"), Field("原因", commitment.reason))
    return Card(title=f"⚠ 承诺做不到：{who} {commitment.id}", body=f"{customer}：{commitment.matter}", fields=fields)


# -- reminders ---------------------------------------------------------------------------------------------------------


def _facts(occasion: Occasion) -> tuple[Commitment, str, ZoneInfo]:
    commitment = occasion.session.get(Commitment, occasion.deadline.subject_id)
    assert commitment is not None
    customer = occasion.session.get(Customer, commitment.customer_id)
    contact = occasion.session.get(Contact, commitment.contact_id) if commitment.contact_id else None
    return commitment, customer_words(customer, contact), occasion.world.around(occasion.who.person_id).calendar.zone


def _due_buttons(commitment: Commitment, *, first: bool) -> tuple[Button, ...]:
    grace = (Button("再给我2小时", TwoMoreHours(commitment.id)),) if first else ()
    done = Button("已完成", MarkDone(commitment.id), ButtonStyle.PRIMARY)
    return (done, *grace, Button("做不到了", CannotDo(commitment.id)))


@deadline_card("commitment_today")
def due_today(occasion: Occasion) -> Card:
    """Remind the owner in the morning of the day."""
    commitment, customer, zone = _facts(occasion)
    body = f"{customer}：{commitment.matter}，今天 {commitment.due_at.astimezone(zone):%H:%M} 前。"
    body += "" if commitment.is_complete else "\n依据还没补。"
    buttons = (
        Button("已完成", MarkDone(commitment.id), ButtonStyle.PRIMARY),
        Button("知道了", Known(occasion.deadline.id)),
    )
    return Card(title=f"⏰ 今天到期 {commitment.id}", body=body, buttons=buttons)


@deadline_card("commitment_soon")
def due_soon(occasion: Occasion) -> Card:
    """Remind the owner once more, while there is still time to act or to call the customer."""
    commitment, customer, zone = _facts(occasion)
    body = f"{customer}：{commitment.matter}，{commitment.due_at.astimezone(zone):%H:%M} 前。赶不上就先跟客户说，再回我「改到…」。"
    return Card(title=f"⏰ 快到期 {commitment.id}", body=body, buttons=_due_buttons(commitment, first=False))


@deadline_card("commitment_overdue")
def overdue(occasion: Occasion) -> Card:
    """Tell the owner that the time is up."""
    commitment, customer, zone = _facts(occasion)
    body = (
        f"{customer}：{commitment.matter}，说好 {due_words(commitment.due_at, zone)} 前。做了就回一句（带单号或截图）。"
    )
    first = commitment.grace_until is None
    return Card(title=f"⏰ 到期未闭环 {commitment.id}", body=body, buttons=_due_buttons(commitment, first=first))


@deadline_card("commitment_overdue_manager")
def overdue_for_manager(occasion: Occasion) -> Card:
    """Tell the manager once that a promise to a customer is overdue (P05)."""
    commitment, customer, zone = _facts(occasion)
    owner = occasion.world.name(commitment.owner_id)
    said = (
        f"\n{owner}说 {short_words(commitment.grace_until, zone)} 前完成，还没闭环。" if commitment.grace_until else ""
    )
    fields = (Field("期限", f"{due_words(commitment.due_at, zone)} 前"), Field("改期", f"{commitment.reschedules} 次"))
    body = f"{owner}承诺{customer}：{commitment.matter}。{said}"
    return Card(
        title=f"⚠ 承诺逾期 {commitment.id}",
        body=body,
        fields=fields,
        buttons=(Button("知道了", Known(occasion.deadline.id)),),
    )
