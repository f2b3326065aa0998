"""Next year's holidays are asked for in time, and when they arrive everything that runs is planned anew."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.calendar import company_calendar, keep_year
from bot.settings import ConfigError, parse_settings
from models.deadline import Deadline, Start, Subject, start_deadline
from models.event import Event
from models.rules.clocks import CLOCKS
from models.world import World
from tests.chat import Company, shanghai

TABLE = """
year: 2027
notice: 国办发明电〔2026〕9号
holidays: [{ name: 元旦, first: 2027-01-01, last: 2027-01-04 }]
workdays: [{ day: 2027-01-09, name: 元旦 }]
"""


@pytest.fixture
def company(quiet_company: Company) -> Company:
    """The company without daily reports, whose clocks would stand beside the one a test is about."""
    return quiet_company


def asked(company: Company) -> list[str]:
    return [shown.text for shown in company.inbox("akai") if "历法" in shown.text]


def test_the_administrator_is_asked_each_week_from_november(tmp_path: Path) -> None:
    company = Company(tmp_path, at="2026-10-26 08:00")
    company.advance_to("2026-10-30 18:00")
    assert asked(company) == []
    company.advance_to("2026-11-02 09:40")
    assert len(asked(company)) == 1
    assert "2027 年" in asked(company)[0]
    company.advance_to("2026-11-08 18:00")
    assert len(asked(company)) == 1
    company.advance_to("2026-11-09 18:00")
    assert len(asked(company)) == 2
    company.close()


def test_a_new_table_moves_what_runs_into_the_new_year(company: Company) -> None:
    company.advance_to("2026-12-31 15:00")
    with company.database.write() as session:
        world = World(session, company.app.services.calendar, company.now)
        start_deadline(
            session, CLOCKS["next_step_confirmation"], Subject("visit", "V-1"), Start("chenmin", company.now), world
        )
    with company.database.write() as session:
        keep_year(session, TABLE, "2027.yaml")
    company.advance_to("2027-01-01 08:05")
    with company.session() as session:
        assert session.scalars(select(Deadline).where(Deadline.subject_id == "V-1")).one().next_at == shanghai(
            "2027-01-06 13:00"
        )
        changes = session.scalars(select(Event).where(Event.kind == "calendar_changed").order_by(Event.id)).all()
        assert changes[-1].data["moved"] >= 1


def test_a_company_adds_the_table_of_a_year(tmp_path: Path) -> None:
    (tmp_path / "2027.yaml").write_text(TABLE, encoding="utf-8")
    calendar = company_calendar(parse_settings({"calendar": {"tables": str(tmp_path)}}))
    assert calendar.is_known(date(2027, 6, 1))
    assert not calendar.is_workday(date(2027, 1, 4))
    assert calendar.is_workday(date(2027, 1, 9))
    assert calendar.holiday_name(date(2026, 10, 1)) == "国庆"


def test_a_damaged_table_refuses_to_start_by_name(tmp_path: Path) -> None:
    (tmp_path / "2027.yaml").write_text("year: 2027", encoding="utf-8")
    settings = parse_settings({"calendar": {"tables": str(tmp_path)}})
    with pytest.raises(ConfigError, match=r"calendar\.tables: 2027\.yaml"):
        company_calendar(settings)


def test_clocks_are_changed_in_the_configuration_and_a_wrong_key_is_named() -> None:
    settings = parse_settings({"rules": {"clocks": {"lead_response": {"after": {"lead_waiting": "20m"}}}}})
    assert settings.rules.clocks["lead_response"] != CLOCKS["lead_response"]
    assert settings.rules.clocks["payment_path"] == CLOCKS["payment_path"]
    with pytest.raises(ConfigError, match=r"rules\.clocks.*lead_response\.mode"):
        parse_settings({"rules": {"clocks": {"lead_response": {"mode": "sometimes"}}}})
