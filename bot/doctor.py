"""`doctor`: everything a deployer can get wrong, one line each with a hint."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy.exc import SQLAlchemyError

from bot.adapters.base import CheckResult
from bot.app import Application, Parts, create_app
from bot.checks import company_checks
from bot.settings import Settings

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


def all_checks(settings: Settings, *, wecom_echo: bool = False, parts: Parts | None = None) -> Iterable[CheckResult]:
    """Yield every check of this installation; without a database there is nothing else to say."""
    try:
        application = create_app(settings, parts)
    except (SQLAlchemyError, OSError, ModuleNotFoundError) as error:
        hint = "检查 database.url：数据库在运行吗，账号有权限吗，目录能写吗，驱动装了吗（PostgreSQL 要 psycopg）"
        yield CheckResult("数据库", ok=False, detail=f"连不上：{type(error).__name__}", hint=hint)
        return
    try:
        yield from _checks(application, wecom_echo=wecom_echo)
    finally:
        application.services.database.close()


def _checks(application: Application, *, wecom_echo: bool) -> Iterable[CheckResult]:
    services = application.services
    with services.database.read() as session:
        results = list(company_checks(services, session))
    yield from results
    for adapter in services.adapters.values():
        yield from adapter.checks()
        extra = getattr(adapter, "echo_checks", None)
        if wecom_echo and extra is not None:
            yield from extra()
