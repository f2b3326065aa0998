"""Export: the same numbers as chat shows, of the people one may see, and nothing that runs in a spreadsheet."""

from __future__ import annotations

import csv
import io

from bot.context import Turn
from bot.exporting import EXPORTS, export_pages, file_bytes
from models.metric import MetricSnapshot
from models.person import Person
from tests.chat import Company


def _rows(company: Company, kind: str, viewer: str | None = None) -> list[dict[str, str]]:
    services = company.app.services
    with services.database.write() as session:
        person = session.get(Person, viewer) if viewer else None
        pages = export_pages(Turn(services, session, company.now, "test"), kind, person)
    return list(csv.DictReader(io.StringIO(file_bytes(pages, "").decode("utf-8-sig"), newline="")))


def _visit(company: Company, who: str, text: str) -> None:
    company.say(who, text)
    company.say(who, location=(31.2304, 121.4737))


def test_every_kind_can_be_exported_from_an_empty_company(company: Company) -> None:
    for kind in EXPORTS:
        assert isinstance(_rows(company, kind), list)


def test_visits_promises_and_reports_carry_names_and_states(company: Company) -> None:
    _visit(company, "zhouhang", "拜访 华东机械")
    (visit,) = _rows(company, "visits")
    assert (visit["销售"], visit["客户"], visit["状态"], visit["位置"]) == (
        "周航",
        "华东机械有限公司",
        "进行中",
        "有效",
    )
    assert visit["到场时间"] == "2026-11-16 09:00"


def test_people_export_what_they_see_in_chat_and_no_more(company: Company) -> None:
    _visit(company, "zhouhang", "拜访 华东机械")
    assert len(_rows(company, "visits", "zhouhang")) == 1
    assert len(_rows(company, "visits", "chenmin")) == 1
    assert _rows(company, "visits", "linke") == []
    assert _rows(company, "visits", "waibu") == []
    assert {row["owner"] for row in _rows(company, "customers", "linke")} == {"linke"}
    assert {row["id"] for row in _rows(company, "people", "chenmin")} == {"chenmin", "zhouhang", "linke", "sun"}
    assert {row["customer"] for row in _rows(company, "contacts", "linke")} == {"C1003", "C1004"}


def test_an_exported_number_is_the_snapshot_chat_shows(company: Company) -> None:
    rows = {row["指标"]: row for row in _rows(company, "metrics", "chenmin")}
    shown = company.say("chenmin", "/口径 三要素完整率")[0]
    with company.session() as session:
        snapshot = session.get_one(MetricSnapshot, int(rows["visit_complete"]["快照"]))
    assert f"快照 #{snapshot.id}" in shown.text
    assert f"（{rows['visit_complete']['计入']}/{rows['visit_complete']['总数']}）" in shown.text
