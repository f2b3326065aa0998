"""What an administrator looks after from the phone: the check-up, the audit chain, next year's holidays."""

from __future__ import annotations

from datetime import date

from sqlalchemy import text

from models.rules.workday import SHIPPED
from tests.chat import Company

TABLE = (SHIPPED / "2026.yaml").read_text("utf-8").replace("2026-", "2027-").replace("year: 2026", "year: 2027")
# the same days a year later would make some make-up days working days; two are moved to weekends
TABLE_2027 = """
year: 2027
notice: 国办发明电〔2026〕9号
holidays: [{ name: 元旦, first: 2027-01-01, last: 2027-01-04 }, { name: 春节, first: 2027-02-05, last: 2027-02-12 }]
workdays: [{ day: 2027-01-09, name: 元旦 }]
"""


def test_the_check_up_names_what_is_wrong_and_what_is_fine(company: Company) -> None:
    (shown,) = company.say("akai", "/体检")
    assert "1 项要处理" in shown.text
    assert "缺 2027 年" in shown.text
    assert "汇报线" in shown.text


def test_the_audit_chain_is_checked_from_chat(company: Company) -> None:
    company.say("zhouhang", "拜访 华东机械")
    assert "审计链完整" in company.say("akai", "/核验")[0].text
    with company.database.write() as session:
        first = session.scalar(text("SELECT min(id) FROM event"))  # 1 on SQLite; PostgreSQL leaves gaps
        session.execute(text("UPDATE event SET data = '{}' WHERE id = :id"), {"id": first})
    assert f"第 {first} 条" in company.say("akai", "/核验")[0].text


def test_next_years_holidays_are_taken_from_a_file_at_once(company: Company) -> None:
    (before,) = company.say("akai", "/历法")
    assert "缺 2027 年" in before.text
    (taken,) = company.say("akai", "历法", files={"2027.yaml": TABLE_2027.encode()})
    assert "2027 年历法已载入" in taken.text
    assert "春节 02-05 至 02-12（8 天）" in taken.text
    assert not company.app.services.calendar.is_workday(date(2027, 2, 8))
    assert company.app.services.calendar.is_workday(date(2027, 1, 9))
    assert "缺" not in company.say("akai", "/历法")[0].text
    company.advance_to("2026-11-17 09:00")
    assert company.app.services.calendar.is_known(date(2027, 6, 1))


def test_a_table_with_a_mistake_is_refused_with_the_reason(company: Company) -> None:
    assert "is no weekend" in company.say("akai", "历法", files={"2027.yaml": TABLE.encode()})[0].text
    assert "用不了" in company.say("akai", files={"x.yaml": b"year: [1"})[0].text
    assert not company.app.services.calendar.is_known(date(2027, 6, 1))


def test_a_sample_is_given(company: Company) -> None:
    company.say("akai", "/历法")
    (shown,) = company.press("akai", "2026 年样例")
    assert "2026.yaml" in shown.text


def test_nobody_but_an_administrator_looks_after_this(company: Company) -> None:
    for said in ("/体检", "/核验", "/历法"):
        assert "只有管理员" in company.say("duli", said)[0].text
    assert "载入" not in company.say("duli", files={"2027.yaml": TABLE_2027.encode()})[0].text
