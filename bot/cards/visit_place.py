"""What a rep sees of the place of a visit (V02), and how he sends one where the chat cannot (J1, DingTalk)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from bot.cards.visit import DisputeReading, PlaceAsked
from bot.reply import Button, Card
from models.rules.gates import VISIT_GATE

KILOMETRES_FROM: Final = 1000
TENTHS_BELOW: Final = 99_950


def away(metres: int) -> str:
    """Return "201 米", or kilometres where metres say little any more."""
    if metres < KILOMETRES_FROM:
        return f"{metres} 米"
    return f"{metres / 1000:.1f} 公里" if metres < TENTHS_BELOW else f"{metres / 1000:.0f} 公里"


def location_accepted(metres: int | None, radius: int, done: Collection[str]) -> str:
    """Receipt of a place within the radius (V02, M4)."""
    if metres is None:
        return f"① 位置 ✅ 已记下（客户还没有登记坐标，没有判距离）。 {VISIT_GATE.boxes(done)}"
    return f"① 位置 ✅ 距客户登记地址 {metres} 米（≤{radius}）。 {VISIT_GATE.boxes(done)}"


def location_too_far(metres: int, radius: int, evidence_id: int, done: Collection[str]) -> Card:
    """A place outside the radius (V02)."""
    body = (
        f"距客户登记地址 {away(metres)}，超过 {radius} 米。\n"
        "可能：A 还没到　B 客户换了地址　C 定位飘了\n到现场再发一次位置就行。"
    )
    buttons = (Button("我有异议", DisputeReading(evidence_id)),)
    return Card(title="① 位置 ⚠ 没对上", body=f"{body} {VISIT_GATE.boxes(done)}", buttons=buttons)


def place_wanted(visit_id: str, customer: str, asked: PlaceAsked, done: Collection[str]) -> Card:
    """A new page for the place of an open visit."""
    if asked.link is None:
        body = "这里发不了位置。请发水印带地址的现场照片，我按「弱位置」记，不算满分。"
        return Card(title="① 位置", body=f"{body} {VISIT_GATE.boxes(done)}")
    body = f"{visit_id} 的定位链接，{asked.minutes} 分钟内有效，只能用一次。 {VISIT_GATE.boxes(done)}"
    return Card(title=f"① 位置 · {customer}", body=body, links=(asked.link,))


def place_too_vague(metres: int | None, accuracy: float, done: Collection[str], asked: PlaceAsked | None) -> Card:
    """A fix that may be too far off to say: kept as weak, and how to make it whole (V02)."""
    off = f"，离客户登记地址约 {away(metres)}" if metres is not None else ""
    body = f"手机给的误差是 ±{accuracy:.0f} 米{off}，说不准在不在，先记为「弱位置」，不算满分。\n到窗边或户外再发一次就能补满。"
    links = (asked.link,) if asked and asked.link else ()
    return Card(title="① 位置 ◐ 弱", body=f"{body} {VISIT_GATE.boxes(done)}", links=links)


def place_from_watermark(address: str, asked: PlaceAsked) -> str:
    """Say that a photo's watermark stands in for the place (J1, DingTalk)."""
    better = "；发「定位」走链接可以补满" if asked.link else ""
    return f"① 位置 ◐ 用水印地址「{address}」记为「弱位置」，不算满分{better}。"
