"""Who works in a simulated company, and whom they sell to: made from the seed alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final

from sqlalchemy.orm import Session

from bot.sim.platform import NAME
from models.chat import GroupMemberRow, GroupRow
from models.customer import Contact, Customer, touch_names
from models.person import Account, Person, Role

SURNAMES: Final = "赵钱孙李周吴郑冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎"
GIVEN: Final = (
    "敏",
    "航",
    "立",
    "桂",
    "凯",
    "远",
    "晴",
    "青",
    "洋",
    "颖",
    "强",
    "婷",
    "波",
    "梅",
    "浩",
    "丽",
    "伟",
    "静",
    "磊",
    "娜",
)
BRANDS: Final = (
    "云帆",
    "鼎盛",
    "天禾",
    "浩瀚",
    "恒立",
    "蓝海",
    "华东",
    "金桥",
    "博远",
    "宏达",
    "启明",
    "瑞丰",
    "佳信",
    "永安",
    "长虹",
    "晨光",
)
TRADES: Final = ("机械", "包装", "液压", "暖通", "食品", "照明", "五金", "建材", "化工", "仪表")
SPAN: Final = 6
"""Reps of one manager, and customers of one rep at most."""
HIGHER: Final = (
    ("vp", Role.VP, None), ("director", Role.DIRECTOR, "vp"), ("presales", Role.PRESALES, "director"),
    ("delivery", Role.DELIVERY, "vp"), ("finance", Role.FINANCE, "vp"), ("admin", Role.ADMIN, "vp"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Client:
    """A customer as a rep knows it."""

    id: str
    name: str
    contact: str
    lat: float
    lng: float


@dataclass(frozen=True, slots=True)
class Rep:
    """A rep with his habits: chances out of one."""

    id: str
    name: str
    clients: tuple[Client, ...]
    diligence: float
    forgetfulness: float


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody who acts."""

    reps: tuple[Rep, ...]
    managers: tuple[str, ...]
    names: dict[str, str]


def load_company(session: Session, *, people: int, seed: int, now: datetime) -> Cast:
    """Fill an empty database with a company of `people` reps and their line; same seed, same company."""
    random = Random(f"{seed}:company")  # noqa: S311  # a play, no secret
    names = [f"{surname}{given}" for surname in SURNAMES for given in GIVEN]
    random.shuffle(names)
    called: dict[str, str] = {}
    for id_, role, manager in HIGHER:
        _add(session, id_, names.pop(), role, manager, called)
    managers = [f"manager{number:02d}" for number in range(1, (people - 1) // SPAN + 2)]
    for id_ in managers:
        _add(session, id_, names.pop(), Role.MANAGER, "director", called)
    reps = []
    taken = [f"{brand}{trade}" for brand in BRANDS for trade in TRADES]
    random.shuffle(taken)
    for number in range(people):
        id_ = f"rep{number + 1:03d}"
        _add(session, id_, names[number % len(names)], Role.REP, managers[number // SPAN], called)
        clients = tuple(
            _client(session, random, id_, taken, (number, place), now) for place in range(random.randint(3, SPAN))
        )
        reps.append(Rep(id_, called[id_], clients, random.uniform(0.5, 1.0), random.uniform(0.0, 0.3)))
    _add_group(session, [*managers, *(rep.id for rep in reps)])
    touch_names(session)
    return Cast(tuple(reps), tuple(managers), called)


def _add(
    session: Session, id_: str, name: str, role: Role, manager: str | None, called: dict[str, str]
) -> None:  # one column each
    session.add(Person(id=id_, name=name, role=role, manager_id=manager, team="", region="华东"))
    session.flush()
    session.add(Account(platform=NAME, account_id=id_, person_id=id_))
    called[id_] = name


def _client(
    session: Session, random: Random, owner: str, taken: list[str], at: tuple[int, int], now: datetime
) -> Client:  # one column each
    number = at[0] * SPAN + at[1]
    short = taken[number % len(taken)] + (f"{number // len(taken)}厂" if number >= len(taken) else "")
    client = Client(
        f"C{1001 + number}",
        f"{short}有限公司",
        random.choice(SURNAMES) + random.choice(GIVEN),
        31.0 + number / 1000,
        121.4,
    )
    session.add(
        Customer(
            id=client.id, name=client.name, short_name=short, industry="制造业", region="华东", owner_id=owner, address="工业路 1 号",
            lat=client.lat, lng=client.lng, source="展会扫码", grade="B", created_at=now, updated_at=now, details={},
        )
    )  # fmt: skip
    session.flush()
    session.add(
        Contact(customer_id=client.id, name=client.contact, title="采购经理", role="采购负责人", created_at=now)
    )
    return Client(client.id, short, client.contact, client.lat, client.lng)


def _add_group(session: Session, members: list[str]) -> None:
    session.add(GroupRow(id="sales", platform=NAME, conversation_id="sales", name="销售群", purpose="sales"))
    session.add_all(GroupMemberRow(group_id="sales", account_id=id_, person_id=id_) for id_ in members)
    session.flush()
