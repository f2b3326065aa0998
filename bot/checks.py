"""What can be wrong with an installation, one line each with a hint: for `doctor`, and short for /体检."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from bot import inbox, outbox
from bot.adapters.base import CheckResult
from bot.photo import NoEngineError, choose_engine
from bot.services import Services
from models.chat import GroupRow, InboxRow, InboxState, OutboxRow, OutboxState
from models.event import verify
from models.person import Account, Person, Role
from models.practice import PLATFORM as PRACTICE
from models.rules.workday import missing_years

FREE_MB: Final = 500
FONT: Final = Path(__file__).parent / "fonts" / "NotoSansSC-subset.otf"
STUCK_AFTER: Final = timedelta(minutes=10)

Check = Callable[[Services, Session], Iterable[CheckResult]]


def company_checks(services: Services, session: Session, *, deep: bool = True) -> Iterator[CheckResult]:
    """Run the checks that need no platform; `deep` walks the whole event log. A check that breaks is a failed check."""
    for check in CHECKS if deep else CHECKS[1:]:
        try:
            yield from check(services, session)
        except Exception as error:  # noqa: BLE001  # the doctor must not die of what it looks for
            name = check.__name__.removeprefix("check_")
            yield CheckResult(name, ok=False, detail=f"查不下去：{type(error).__name__}", hint="看日志里的完整原因")


def check_chain(_services: Services, session: Session) -> Iterator[CheckResult]:
    """Nobody changed the event log."""
    broken = verify(session)
    detail = "完整" if broken is None else f"第 {broken.id} 条对不上"
    yield CheckResult("审计链", ok=broken is None, detail=detail, hint="有人直接改过数据库；用备份比对这一条之后的记录")


def check_disk(services: Services, _session: Session) -> Iterator[CheckResult]:
    """There is room for pictures, and we may write there."""
    folder = Path(services.settings.database.media_dir)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".doctor"
        probe.write_bytes(b"ok")
        probe.unlink()
    except OSError as error:
        yield CheckResult(
            "磁盘",
            ok=False,
            detail=f"{folder} 写不进去：{error.strerror}",
            hint="改 database.media_dir，或给运行账号写权限",
        )
        return
    free = shutil.disk_usage(folder).free // 2**20
    yield CheckResult("磁盘", ok=free > FREE_MB, detail=f"剩余 {free:,} MB", hint=f"照片和数据库至少留 {FREE_MB} MB")


def check_database(services: Services, session: Session) -> Iterator[CheckResult]:
    """Ask the database for an answer."""
    session.execute(text("SELECT 1"))
    yield CheckResult("数据库", ok=True, detail=services.database.engine.dialect.name)


def check_calendar(services: Services, _session: Session) -> Iterator[CheckResult]:
    """Look for the holiday tables that are needed by now."""
    calendar = services.calendar
    years = missing_years(calendar.local_date(services.clock.now()), calendar.known_years)
    detail = f"缺 {'、'.join(map(str, years))} 年" if years else f"已载入到 {max(calendar.known_years)} 年"
    yield CheckResult(
        "节假日表", ok=not years, detail=detail, hint="国务院公布后发「历法」把表发给我；没有时按周一至周五并注明"
    )


def check_reading(services: Services, _session: Session) -> Iterator[CheckResult]:
    """Pictures can be read."""
    try:
        engine = choose_engine(services.settings.photos.engine)
    except NoEngineError:
        yield CheckResult(
            "识图", ok=False, detail=f"没有引擎 {services.settings.photos.engine}",
            hint="装 rapidocr（随依赖安装），或 apt install tesseract-ocr tesseract-ocr-chi-sim",
        )  # fmt: skip
        return
    yield CheckResult("识图", ok=True, detail=engine)


def check_font(_services: Services, _session: Session) -> Iterator[CheckResult]:
    """Charts can show Chinese."""
    yield CheckResult(
        "中文字体",
        ok=FONT.exists(),
        detail=FONT.name if FONT.exists() else "缺字体文件",
        hint="重新取一份完整的程序文件",
    )


def check_platforms(services: Services, _session: Session) -> Iterator[CheckResult]:
    """Look for a platform, and for a practice chat beside a real one."""
    names = list(services.adapters)
    detail = "、".join(names) or "一个都没有"
    yield CheckResult("平台", ok=bool(names), detail=detail, hint="在 config.toml 填 [wecom] 或 [dingtalk]")
    if PRACTICE in names and len(names) > 1:
        yield CheckResult("练习聊天", ok=False, detail="和真实平台一起开着", hint="正式环境设 practice.enabled = false")


def check_address(services: Services, _session: Session) -> Iterator[CheckResult]:
    """Callbacks need an address that is reached from outside, over https."""
    url, wecom = services.settings.server.public_url, services.settings.wecom
    needed = bool(wecom.aes_key or wecom.bot.aes_key or services.settings.dingtalk.mode == "http")
    fine = url.startswith("https://") if url else not needed
    placeless = not all(adapter.capabilities.location for adapter in services.adapters.values())
    without = "没填（定位链接用不了，位置只能按照片水印记「弱」）" if placeless else "没填"
    yield CheckResult(
        "外网地址", ok=fine, detail=url or without, hint="server.public_url 填 https:// 开头的地址，平台要能访问"
    )


def check_people(services: Services, session: Session) -> Iterator[CheckResult]:
    """There are people, an administrator, accounts to reach them by, and managers for those who have to have one."""
    people = list(
        session.scalars(select(Person).where(Person.active, Person.role != Role.OUTSIDER).order_by(Person.id))
    )
    yield CheckResult(
        "人员", ok=bool(people), detail=f"{len(people)} 人", hint="python -m bot import people people.csv"
    )
    if not people:
        return
    admins = [person for person in people if person.role == Role.ADMIN]
    yield CheckResult(
        "管理员", ok=bool(admins), detail=_names(admins) or "一个都没有", hint="people.csv 里给一个人写 role = admin"
    )
    platforms = set(services.adapters)
    reachable = set(session.scalars(select(Account.person_id).where(Account.platform.in_(platforms))))
    lost = [person for person in people if platforms and person.id not in reachable]
    detail = f"{_names(lost)} 没有账号，收不到消息" if lost else "都有账号"
    yield CheckResult("账号", ok=not lost, detail=detail, hint="people.csv 补 wecom_userid 或 dingtalk_userid 再导入")
    ids = {person.id for person in people}
    alone = [p for p in people if p.role in {Role.REP, Role.MANAGER} and p.manager_id not in ids]
    detail = f"{_names(alone)} 没有在职的上级，提醒没处升级" if alone else "完整"
    yield CheckResult("汇报线", ok=not alone, detail=detail, hint="people.csv 补 manager 再导入")


def check_groups(services: Services, session: Session) -> Iterator[CheckResult]:
    """Look for groups on a platform that is not connected."""
    groups = list(session.scalars(select(GroupRow).order_by(GroupRow.id)))
    lost = [group.name for group in groups if group.platform not in services.adapters]
    detail = f"{'、'.join(lost[:5])} 所在的平台没接上" if lost else f"{len(groups)} 个"
    yield CheckResult("群", ok=not lost, detail=detail, hint="接上平台，或在群里 @我 发 /绑定本群 重新绑定")


def check_queues(services: Services, session: Session) -> Iterator[CheckResult]:
    """Nothing waits for long, nothing failed for good unnoticed."""
    now = services.clock.now()
    waiting, since_in = inbox.depth(session)
    owed, since_out = outbox.depth(session, now)
    stuck = any(since is not None and now - since > STUCK_AFTER for since in (since_in, since_out))
    detail = f"待处理 {waiting}，待发 {owed}"
    yield CheckResult("队列", ok=not stuck, detail=detail, hint="worker 没在跑或平台不通；/healthz 看是哪个")
    day = now - timedelta(days=1)
    parked = select(func.count()).where(InboxRow.state == InboxState.PARKED, InboxRow.handled_at > day)
    never = select(func.count()).where(OutboxRow.state == OutboxState.NEVER, OutboxRow.created_at > day)
    failed, unsent = session.scalar(parked) or 0, session.scalar(never) or 0
    detail = f"处理失败 {failed}，发不出 {unsent}"
    yield CheckResult(
        "近一天",
        ok=not failed and not unsent,
        detail=detail,
        hint="日志里搜 turn_failed、send_failed；发不出多半是账号不对",
    )


def _names(people: list[Person]) -> str:
    shown = "、".join(person.name for person in people[:5])
    return f"{shown} 等 {len(people)} 人" if len(people) > 5 else shown


CHECKS: Final[tuple[Check, ...]] = (
    check_chain, check_database, check_disk, check_calendar, check_reading, check_font, check_platforms, check_address,
    check_people, check_groups, check_queues,
)  # fmt: skip
