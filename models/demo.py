"""Loads the demo company of the practice chat: everybody of the acceptance stories, how full delivery is, one confirmed requirement list."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.orm import Session

from models.capacity import Capacity
from models.chat import GroupMemberRow, GroupRow, SequenceRow
from models.customer import Contact, Customer, CustomerAlias, touch_names
from models.person import Account, Person
from models.requirement import RequirementList
from models.rules.workday import default_calendar

DEMO = Path(__file__).with_name("demo.yaml")


def load_demo(session: Session, *, now: datetime, platform: str = "practice") -> None:
    """Fill an empty database with the demo company; accounts on `platform` are the person ids."""
    company = yaml.safe_load(DEMO.read_text("utf-8"))
    for person in company["people"]:
        _add_person(session, person, platform)
    for group in company["groups"]:
        _add_group(session, group, platform)
    for customer in company["customers"]:
        _add_customer(session, customer, now)
    touch_names(session)
    for person, load in company["loads"].items():
        _add_loads(session, person, load, now)
    for requirements in company["requirements"]:
        _add_requirements(session, requirements, now)


def _add_person(session: Session, facts: dict[str, Any], platform: str) -> None:
    session.add(
        Person(
            id=facts["id"], name=facts["name"], role=facts["role"], manager_id=facts.get("manager"),
            team=facts.get("team", ""), region=facts.get("region", ""),
        )
    )  # fmt: skip
    session.flush()
    session.add(Account(platform=platform, account_id=facts["id"], person_id=facts["id"]))


def _add_group(session: Session, facts: dict[str, Any], platform: str) -> None:
    session.add(
        GroupRow(
            id=facts["id"], platform=platform, conversation_id=facts["id"], name=facts["name"], purpose=facts["purpose"]
        )
    )
    session.add_all(GroupMemberRow(group_id=facts["id"], account_id=m, person_id=m) for m in facts["members"])
    session.flush()


def _add_customer(session: Session, facts: dict[str, Any], now: datetime) -> None:
    columns = ("id", "name", "short_name", "industry", "region", "address", "lat", "lng", "source", "grade")
    session.add(
        Customer(**{c: facts[c] for c in columns}, owner_id=facts["owner"], created_at=now, updated_at=now, details={})
    )
    session.flush()
    session.add_all(CustomerAlias(customer_id=facts["id"], alias=a, created_at=now) for a in facts["aliases"])
    session.add_all(Contact(customer_id=facts["id"], created_at=now, **contact) for contact in facts["contacts"])
    session.flush()


def _add_loads(session: Session, person: str, load: dict[str, Any], now: datetime) -> None:
    calendar = default_calendar()
    today = calendar.local_date(now)
    shares = {calendar.add_workdays(today, ahead): share for ahead, share in enumerate(load["ahead"], 1)} | load["days"]
    session.add_all(Capacity(person_id=person, day=day, booked=share, updated_at=now) for day, share in shares.items())
    session.flush()


def _add_requirements(session: Session, facts: dict[str, Any], now: datetime) -> None:
    name = f"XQ-{default_calendar().local_date(now):%Y%m%d}"
    session.merge(SequenceRow(name=name, value=facts["number"]))
    session.add(
        RequirementList(
            id=f"{name}-{facts['number']:03d}", customer_id=facts["customer"], owner_id=facts["owner"], version=1,
            text=facts["text"], confirmed_at=now,
        )
    )  # fmt: skip
    session.flush()
