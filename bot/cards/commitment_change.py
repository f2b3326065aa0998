"""What a rep sees while he moves and keeps a promise (J2), and what his manager sees of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.action import Action
from bot.cards.commitment import due_words, reminder_words, short_words
from bot.cards.deadline import late_words
from bot.reply import Button, ButtonStyle, Card, Field
from models.commitment import Commitment, CommitmentMove


@dataclass(frozen=True, slots=True)
class ConfirmMove(Action, name="cn.move"):
    """The new time is agreed with the customer."""

    move: int
    reason: int  # place in REASONS; -1: the one that is stored


@dataclass(frozen=True, slots=True)
class PickMoved(Action, name="cn.moved"):
    """Which promise a sentence moves; the sentence is handled again with it."""

    row_id: int
    commitment: str


@dataclass(frozen=True, slots=True)
class PickClosed(Action, name="cn.closed"):
    """Which promise a sentence closes; the sentence is handled again with it."""

    row_id: int
    commitment: str


def which_promise(
    found: Sequence[tuple[Commitment, str]], press: Callable[[Commitment], Action], zone: ZoneInfo
) -> Card:
    """Ask which open promise a sentence is about."""
    buttons = tuple(
        Button(f"{customer} {commitment.matter} {short_words(commitment.due_at, zone)}"[:40], press(commitment))
        for commitment, customer in found[:6]
    )
    return Card(title="是哪一条承诺？", body="选一条，或带上编号再说一次。", buttons=buttons)


REASONS: Final = ("客户要求", "交付排期", "我方准备")


def move_asked(move: CommitmentMove, commitment: Commitment, zone: ZoneInfo) -> Card:
    """Repeat a new time before it counts (J2)."""
    why = f"改期原因记「{move.reason}」。" if move.reason else "改期原因选一个。"
    consent = "客户同意的截图已收到。" if move.consent_media else "请补客户同意的截图。"
    body = (
        f"你指 {commitment.id}（{commitment.matter}，原 {short_words(commitment.due_at, zone)}）？\n"
        f"「{move.said}」= {due_words(move.new_due_at, zone)}。{why}{consent}"
    )
    if move.reason:
        buttons: tuple[Button, ...] = (Button("确认改期", ConfirmMove(move.id, -1), ButtonStyle.PRIMARY),)
    else:
        buttons = tuple(Button(f"确认改期（{why}）", ConfirmMove(move.id, n)) for n, why in enumerate(REASONS))
    return Card(title="改期？", body=body, buttons=buttons)


def moved(commitment: Commitment, move: CommitmentMove, reminded: Sequence[datetime], zone: ZoneInfo) -> str:
    """Receipt of a rescheduling (old → new, counted)."""
    when = f"提醒改到 {reminder_words(reminded, zone)}。" if reminded else ""
    consent = "" if move.consent_media else "客户同意的截图还没有，发来我就补上。"
    return (
        f"✅ {commitment.id} 已改期：{short_words(move.old_due_at, zone)} → {short_words(commitment.due_at, zone)}"
        f"（第 {commitment.reschedules} 次，{move.reason}）。{when}{consent}"
    )


def nothing_open(promises: Sequence[tuple[Commitment, str]], zone: ZoneInfo) -> str:
    """Answer 「样品寄了」 when no open promise fits: nothing was registered, or something else is open."""
    if not promises:
        return "好。这件事没有登记过承诺，不用闭环。想留个记录，写进「日报」或「拜访 客户」。"
    rows = [f"{one.id} {customer} {one.matter}（{short_words(one.due_at, zone)}）" for one, customer in promises[:5]]
    return (
        "没有对得上的承诺。手上没完的：\n"
        + "\n".join(rows)
        + "\n要闭环就带上编号，例："
        + f"{promises[0][0].id} 完成了"
    )


def closed_words(commitment: Commitment, rate: str) -> str:
    """Receipt of a kept promise and the closing rate of the month (P05)."""
    if commitment.waybill:
        proof = f"，单号 {commitment.waybill} 已识别"
    else:
        proof = "，凭证已存" if commitment.proof_media else "；还没有凭证，发单号或截图才计入闭环率"
    late = ""
    if commitment.closed_at and commitment.closed_at > commitment.due_at:
        late = f"（晚 {late_words(commitment.closed_at - commitment.due_at)}）"
    return f"✅ 闭环{late}{proof}。{commitment.id} {commitment.matter}。承诺闭环率本月 {rate}。"


def given_up_for_manager(who: str, commitment: Commitment, customer: str, zone: ZoneInfo) -> Card:
    """Tell the manager that a promise will not be kept."""
    fields = (Field("期限", f"{due_words(commitment.due_at, zone)}"), Field("原因", commitment.reason))
    return Card(title=f"⚠ 承诺做不到：{who} {commitment.id}", body=f"{customer}：{commitment.matter}", fields=fields)
