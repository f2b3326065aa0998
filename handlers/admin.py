"""体检, 核验, 历法: what an administrator looks after, from the phone."""

from __future__ import annotations

from sqlalchemy import func, select

from bot import Claimed, Context, Document, Reply, Shelf, UpdateKind, UserError, action, command, listen
from bot.calendar import keep_year, refresh_calendar
from bot.cards.admin import (
    SampleTable,
    calendar_known,
    calendar_refused,
    calendar_taken,
    chain_checked,
    checked_up,
)
from bot.checks import company_checks
from bot.update import Media, MediaKind
from models.deadline import reschedule
from models.event import Event, verify
from models.person import Role
from models.rules.workday import SHIPPED, HolidayTableError, missing_years
from models.world import World

ADMIN = (Role.ADMIN,)
MAX_TABLE = 64 * 1024


@command("体检", aliases=("doctor", "自检"), help="看系统哪里不对", shelf=Shelf.ADMIN, roles=ADMIN)
def check_up(ctx: Context) -> Reply:
    results = list(company_checks(ctx.services, ctx.session, deep=False))
    adapters = ctx.services.adapters.items()
    ill = {f"{name} {key}": reason for name, adapter in adapters for key, reason in adapter.health().items()}
    return checked_up(results, ill)


@command("核验", aliases=("审计核验",), help="核对审计链有没有被改过", shelf=Shelf.ADMIN, roles=ADMIN)
def check_chain(ctx: Context) -> Reply:
    broken = verify(ctx.session)
    count = ctx.session.scalar(select(func.count(Event.id))) or 0
    ctx.note("audit.verified", "audit", "chain", broken=broken.id if broken else None)
    return chain_checked(broken, count)


@command("历法", aliases=("放假表", "节假日"), help="看放假调休表，导入新的一年", shelf=Shelf.ADMIN, roles=ADMIN)
def show_calendar(ctx: Context) -> Reply:
    file = _table_in(ctx)
    if file is not None:
        return _take(ctx, file)
    known = ctx.calendar.known_years
    missing = missing_years(ctx.calendar.local_date(ctx.now), known)
    return calendar_known(known, missing, _newest_shipped())


@listen("calendar.file", kinds=(UpdateKind.FILE,))
def hear_table(ctx: Context) -> Claimed | None:
    file = _table_in(ctx)
    if file is None or ctx.sender.role != Role.ADMIN:
        return None
    return Claimed("载入放假表", lambda: _take(ctx, file), confidence=0.8)


def _table_in(ctx: Context) -> Media | None:
    files = (m for m in ctx.update.media if m.kind is MediaKind.FILE and m.name.lower().endswith((".yaml", ".yml")))
    return next(files, None)


def _take(ctx: Context, file: Media) -> Reply:
    assert file.key is not None
    data = ctx.services.media.get(file.key) or b""
    if len(data) > MAX_TABLE:
        raise UserError(calendar_refused("文件太大"))
    try:
        table = keep_year(ctx.session, data.decode("utf-8-sig"), file.name)
    except (HolidayTableError, UnicodeDecodeError) as error:
        raise UserError(calendar_refused(str(error)[:200])) from None
    calendar = refresh_calendar(ctx.services, ctx.session)
    moved = reschedule(ctx.session, World(ctx.session, calendar, ctx.now))
    ctx.note("calendar_changed", "calendar", str(table.year), file=file.key, moved=moved)
    return calendar_taken(table.year, table.off, table.work, moved)


@action(SampleTable)
def give_sample(ctx: Context, press: SampleTable) -> Reply:
    path = SHIPPED / f"{press.year}.yaml"
    if not path.exists():
        return "这一年没有样例了，发「历法」看最新的。"
    return Document(ctx.services.media.put(path.read_bytes()), path.name, caption="照这个写新的一年")


def _newest_shipped() -> int:
    return max(int(path.stem) for path in SHIPPED.glob("*.yaml"))
