"""改昨天日报 把蓝海改成恒信: a handed-in report says something else after a look at before and after (D13, J3)."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Final

from bot import (
    NOT_MINE,
    Claimed,
    Context,
    NotMine,
    Reply,
    Shelf,
    UpdateKind,
    UserError,
    action,
    command,
    dialogue,
    listen,
)
from bot.cards.daily_report_change import DropChange, MakeChange, change_for_manager, change_made, which_words
from bot.parse.sentence.swap import swaps_in
from bot.report_change import day_quoted, make_change, offer_change, report_meant
from bot.report_words import report_words
from models.correction import Correction, CorrectionState
from models.daily_report import REPORTING_ROLES, DailyReport, report_of
from models.daily_report_version import version_of
from models.person import Person

NAMED: Final = re.compile(
    r"^(?P<verb>我?[要想]?(?:改|更正|修改|更改)(?:一下)?)?\s?(?P<day>[^,，。；;\n]{0,12}?)的?日报(?:里面?|中)?的?[\s:：,，]*"
)
LOOSE: Final = re.compile(r"^(?:取消|算了|不改了?)[。.!！]?$")
SURE: Final = 2.5
"""Nothing else is meant by a sentence that names a report, or quotes one, and says what should be otherwise."""


@listen("report.change", kinds={UpdateKind.TEXT, UpdateKind.VOICE}, order=17)
def hear_change(ctx: Context) -> Claimed | None:
    if ctx.sender.role not in REPORTING_ROLES:
        return None
    head = NAMED.match(ctx.text.strip())
    rest = ctx.text.strip()[head.end() :] if head else ctx.text
    if head is not None and (head["verb"] or swaps_in(rest)):
        return Claimed("改日报", lambda: ask(ctx, head[0], rest), SURE)
    if head is None and swaps_in(rest) and day_quoted(ctx):
        return Claimed("改日报", lambda: ask(ctx, "", rest), SURE)
    return None


@command(
    "改日报", aliases=("修改日报",), help="改已经交了的日报", usage="改昨天日报 把蓝海改成恒信", shelf=Shelf.CHANGE
)
def change_report(ctx: Context) -> Reply:
    if ctx.sender.role not in REPORTING_ROLES:
        raise UserError("你不用交日报。")
    said = ctx.args.rest.strip() if ctx.args else ""
    head = NAMED.match(said)
    return ask(ctx, head[0] if head else "", said[head.end() :] if head else said)


def ask(ctx: Context, day: str, said: str) -> Reply:
    """Show what the report would be; without words to change, what it says now."""
    return _offer(ctx, report_meant(ctx, day), said)


def _offer(ctx: Context, report: DailyReport, said: str) -> Reply:
    swaps = swaps_in(said)
    if swaps:
        ctx.hang_up()
        return offer_change(ctx, report, swaps)
    ctx.talk("report.words", {"on": report.on.isoformat()})
    return which_words(report.on, report_words(ctx, version_of(ctx.session, report)))


@dialogue("report.words")
def take_words(ctx: Context, state: dict[str, Any]) -> Reply | NotMine:
    """Take the sentence that says what should be otherwise."""
    if ctx.update.kind not in {UpdateKind.TEXT, UpdateKind.VOICE}:
        return NOT_MINE
    if LOOSE.match(ctx.text.strip()):
        ctx.hang_up()
        return "好，不改。"
    report = report_of(ctx.session, ctx.sender.id, date.fromisoformat(state["on"]))
    return _offer(ctx, report, ctx.text) if report is not None and swaps_in(ctx.text) else NOT_MINE


# -- the buttons -------------------------------------------------------------------------------------------------------


@action(MakeChange)
def confirm(ctx: Context, press: MakeChange) -> Reply:
    slip = _own(ctx, press.correction)
    if slip.state != CorrectionState.SHOWN:
        return "这处已经处理过了。"
    report, rows = make_change(ctx, slip)
    ctx.close_card("已更正")
    manager = ctx.session.get(Person, ctx.sender.manager_id) if ctx.sender.manager_id else None
    if manager is not None:
        card = change_for_manager(ctx.sender.name, report.on, rows)
        ctx.send(manager.id, card, key=f"D13:fix:{slip.id}", subject=f"correction:{slip.id}", rule="D13")
    minutes = int(ctx.settings.rules.undo.window.total_seconds() // 60)
    return change_made(report.on, manager.name if manager else "", minutes)


@action(DropChange)
def drop(ctx: Context, press: DropChange) -> Reply:
    slip = _own(ctx, press.correction)
    if slip.state == CorrectionState.SHOWN:
        slip.state = CorrectionState.UNDONE
    ctx.close_card("没有改")
    return "好，不改。"


def _own(ctx: Context, correction: int) -> Correction:
    slip = ctx.session.get(Correction, correction, with_for_update=True)
    if slip is None or slip.owner_id != ctx.sender.id:
        raise UserError("这处更正不是你的。")
    return slip
