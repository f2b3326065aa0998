"""`doctor`: everything a deployer can get wrong, one line each with a hint."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.adapters.base import CheckResult
from bot.app import Application, create_app
from bot.settings import Settings
from models.event import verify

Echo = Callable[[str], None]


def run_doctor(settings: Settings, *, wecom_echo: bool, echo: Echo) -> int:
    """Print every check; return 1 if something would not work."""
    failed = 0
    for result in all_checks(settings, wecom_echo=wecom_echo):
        echo(f"{'✓' if result.ok else '✗'} {result.name}：{result.detail}")
        if not result.ok:
            failed += 1
            if result.hint:
                echo(f"    → {result.hint}")
    echo("一切正常。" if not failed else f"有 {failed} 项要处理。")
    return 1 if failed else 0


def all_checks(settings: Settings, *, wecom_echo: bool = False) -> Iterable[CheckResult]:
    """Yield every check of this installation."""
    yield from _disk(settings)
    try:
        application = create_app(settings)
    except SQLAlchemyError as error:
        yield CheckResult(
            "数据库", ok=False, detail=type(error).__name__, hint="检查 [database] url 和数据库是否在运行"
        )
        return
    yield from _database(application)
    yield _calendar(application)
    yield _ocr(settings)
    yield _platforms(application)
    for adapter in application.services.adapters.values():
        extra = getattr(adapter, "echo_checks", None)
        yield from adapter.checks()
        if wecom_echo and extra is not None:
            yield from extra()


def _disk(settings: Settings) -> Iterable[CheckResult]:
    folder = Path(settings.database.media_dir)
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free // 2**20
    yield CheckResult("磁盘", ok=free > 500, detail=f"剩余 {free} MB", hint="照片和数据库至少留 500 MB")


def _database(application: Application) -> Iterable[CheckResult]:
    database = application.services.database
    with database.read() as session:
        session.execute(text("SELECT 1"))
        broken = verify(session)
    yield CheckResult("数据库", ok=True, detail=database.engine.dialect.name)
    detail = "完整" if broken is None else f"第 {broken.id} 条对不上"
    yield CheckResult("审计链", ok=broken is None, detail=detail, hint="有人直接改过数据库；用备份比对这一条之后的记录")


def _calendar(application: Application) -> CheckResult:
    calendar = application.services.calendar
    ahead = calendar.local_date(application.services.clock.now()) + timedelta(days=40)
    known = calendar.is_known(ahead)
    detail = f"{ahead.year} 年{'已载入' if known else '未载入'}"
    return CheckResult(
        "节假日表", ok=known, detail=detail, hint="国务院公布后用「历法」导入；没导入时按周一至周五并注明"
    )


def _ocr(settings: Settings) -> CheckResult:
    from bot.photo import engine_report  # noqa: PLC0415  # loading an engine is slow

    ok, detail = engine_report(settings.photos.engine)
    return CheckResult(
        "识图", ok=ok, detail=detail, hint="安装 tesseract-ocr 与 tesseract-ocr-chi-sim，或保留 rapidocr"
    )


def _platforms(application: Application) -> CheckResult:
    names = "、".join(application.services.adapters) or "一个都没有"
    return CheckResult(
        "平台", ok=bool(application.services.adapters), detail=names, hint="在 config.toml 填 [wecom] 或 [dingtalk]"
    )
