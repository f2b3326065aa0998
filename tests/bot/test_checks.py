"""The doctor: every fault a deployer can make is found, named and hinted at; a healthy company has nothing to mend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, text, update

from bot import checks
from bot.adapters.base import CheckResult
from bot.app import Parts
from bot.checks import company_checks
from bot.doctor import all_checks, run_doctor
from bot.settings import parse_settings
from models.chat import GroupRow, InboxRow, InboxState, OutboxRow, OutboxState
from models.person import Account, Person
from tests.bot.cli import CommandLine
from tests.chat import Company, FakePlatform


def _results(company: Company) -> dict[str, CheckResult]:
    with company.session() as session:
        return {result.name: result for result in company_checks(company.app.services, session)}


def _set(company: Company, **sections: object) -> None:
    settings = parse_settings(sections)  # type: ignore[arg-type]
    company.app.services.settings = company.settings.model_copy(
        update={name: getattr(settings, name) for name in sections}
    )


def _run(company: Company, statement: object) -> None:
    with company.database.write() as session:
        session.execute(statement)  # type: ignore[call-overload]


def test_a_healthy_company_has_nothing_to_mend_but_next_years_table(company: Company) -> None:
    bad = [result for result in _results(company).values() if not result.ok]
    assert [result.name for result in bad] == ["节假日表"]  # it is November
    assert "2027" in bad[0].detail


def _no_disk(company: Company) -> None:
    path = Path(company.settings.database.media_dir).parent / "a file"
    path.write_text("in the way", "utf-8")
    _set(company, database={"url": company.settings.database.url, "media_dir": str(path / "media")})


def _tampered(company: Company) -> None:
    company.say("zhouhang", "拜访 华东机械")
    _run(company, text("UPDATE event SET kind = 'other' WHERE id = 1"))


def _stuck(company: Company) -> None:
    company.say("zhouhang", "你好", settle=False)
    company.runtime.inbox.stop()
    company.clock.move_to(company.now + timedelta(minutes=11))


def _parked(company: Company) -> None:
    company.say("zhouhang", "你好")
    _run(company, update(InboxRow).values(state=InboxState.PARKED))


def _unsent(company: Company) -> None:
    company.say("zhouhang", "你好")
    _run(company, update(OutboxRow).values(state=OutboxState.NEVER))


def _far_group(company: Company) -> None:
    with company.database.write() as session:
        session.add(GroupRow(id="far", platform="dingtalk", conversation_id="c", name="远方群"))


def _two_platforms(company: Company) -> None:
    company.app.services.adapters = {"practice": company.platform, "wecom": FakePlatform(name="wecom")}


def _nobody(company: Company) -> None:
    _run(company, update(Person).values(active=False))


FAULTS: list[tuple[str, Callable[[Company], None], str]] = [
    ("磁盘", _no_disk, "写不进去"),
    ("审计链", _tampered, "第 1 条"),
    ("识图", lambda c: _set(c, photos={"engine": "tesseract"}), "没有引擎"),
    ("平台", lambda c: setattr(c.app.services, "adapters", {}), "一个都没有"),
    ("练习聊天", _two_platforms, "一起开着"),
    ("外网地址", lambda c: _set(c, wecom={"corp_id": "w", "token": "t", "aes_key": "k"}), "没填"),
    ("外网地址", lambda c: _set(c, server={"public_url": "http://bot.example"}), "http://"),
    ("人员", _nobody, "0 人"),
    ("管理员", lambda c: _run(c, update(Person).where(Person.role == "admin").values(role="hq")), "一个都没有"),
    ("账号", lambda c: _run(c, delete(Account).where(Account.person_id == "linke")), "林可 没有账号"),
    ("汇报线", lambda c: _run(c, update(Person).where(Person.id == "sun").values(manager_id=None)), "孙 没有"),
    ("群", _far_group, "远方群"),
    ("队列", _stuck, "待处理 1"),
    ("近一天", _parked, "处理失败 1"),
    ("近一天", _unsent, "发不出 1"),
]


@pytest.mark.parametrize(("name", "fault", "said"), FAULTS, ids=[f"{name}-{said}" for name, _, said in FAULTS])
def test_a_fault_is_found_named_and_hinted_at(
    company: Company, monkeypatch: pytest.MonkeyPatch, name: str, fault: Callable[[Company], None], said: str
) -> None:
    if name == "识图":
        monkeypatch.setenv("PATH", "/nowhere")
    fault(company)
    result = _results(company)[name]
    assert not result.ok
    assert said in result.detail
    assert result.hint


def test_a_missing_font_is_found(company: Company, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(checks, "FONT", tmp_path / "gone.otf")
    assert not _results(company)["中文字体"].ok


def test_little_room_is_found(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "FREE_MB", 10**12)
    assert not _results(company)["磁盘"].ok


def test_a_known_next_year_is_fine(company: Company) -> None:
    services = company.app.services
    services.calendar = replace(services.calendar, known_years=services.calendar.known_years | {2027})
    assert _results(company)["节假日表"].ok


def test_a_check_that_breaks_is_a_failed_check_and_the_others_go_on(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check_tea(*_: object) -> list[CheckResult]:
        raise ZeroDivisionError

    monkeypatch.setattr(checks, "CHECKS", (check_tea, *checks.CHECKS))
    results = _results(company)
    assert results["tea"].detail.endswith("ZeroDivisionError")
    assert len(results) > 10


def test_without_a_database_the_doctor_says_that_and_stops(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    settings = parse_settings({"database": {"url": f"sqlite:///{tmp_path}/folder", "media_dir": str(tmp_path)}})
    (result,) = all_checks(settings)
    assert (result.name, result.ok) == ("数据库", False)


def test_the_platforms_own_checks_are_asked_too(tmp_path: Path) -> None:
    class Ill(FakePlatform):
        def checks(self) -> list[CheckResult]:
            return [CheckResult("企微 secret", ok=False, detail="40001", hint="重新复制")]

    settings = parse_settings({"database": {"url": f"sqlite:///{tmp_path}/a.db", "media_dir": str(tmp_path)}})
    results = all_checks(settings, parts=Parts(adapters=lambda _s: {"wecom": Ill(name="wecom")}))
    assert "企微 secret" in [result.name for result in results]


def test_the_command_line_exits_1_when_something_would_not_work(tmp_path: Path) -> None:
    shell = CommandLine(tmp_path)
    result = shell.run("doctor")
    assert result.exit_code == 1
    assert "✗ 平台：一个都没有" in result.output
    assert "→" in result.output
    assert "项要处理" in result.output


def test_every_line_of_the_doctor_says_one_thing(company: Company) -> None:
    lines: list[str] = []
    settings = company.settings
    company.close()
    assert run_doctor(settings, wecom_echo=False, echo=lines.append) == 1
    assert all(line.startswith(("✓ ", "✗ ", "    → ", "有 ")) for line in lines)
