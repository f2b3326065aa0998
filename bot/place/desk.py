"""Behind the place page: whose link it is, whether it is still good, and the update a position becomes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from math import isfinite
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.place.link import PlaceLink, read_token
from bot.services import Services
from bot.update import UPDATE_JSON, Chat, ChatKind, Location, Update, UpdateKind
from models.chat import InboxRow
from models.customer import Customer
from models.person import person_of
from models.rules.place import WGS84
from models.visit import Visit, VisitState

BOT: Final = "place"
_AGAIN: Final = "回到聊天发「定位」，我给你一个新链接。"


class Refused(Exception):  # noqa: N818  # what happened to a visitor
    """A visitor gets no page, or his position is not taken. `words` are for him; nothing in them tells what exists."""

    def __init__(self, status: HTTPStatus, words: str, hint: str = "") -> None:
        super().__init__(words)
        self.status = status
        self.words = words
        self.hint = hint


FORGED: Final = Refused(HTTPStatus.FORBIDDEN, "这个链接不对", f"可能没复制完整。{_AGAIN}")
NOT_YOURS: Final = Refused(HTTPStatus.FORBIDDEN, "这个链接不能用", _AGAIN)
EXPIRED: Final = Refused(HTTPStatus.GONE, "链接过期了", _AGAIN)
USED: Final = Refused(HTTPStatus.CONFLICT, "这个位置已经收到了", "不会重复记。要重发，回到聊天发「定位」。")
OVER: Final = Refused(HTTPStatus.GONE, "这次拜访已经结束", "不用再发位置了。")
NO_PLACE: Final = Refused(HTTPStatus.BAD_REQUEST, "手机给的位置不对", "请重新定位再发。")


@dataclass(frozen=True, slots=True)
class Opened:
    """A good link: what it stands for, the message it answers, and the customer as the page names him."""

    link: PlaceLink
    said: Update
    customer: str


def open_link(services: Services, token: str, now: datetime) -> Opened:
    """Return what a link opens; raises `Refused` for a forged, expired, used or foreign one."""
    link = read_token(token, services.secret)
    if link is None:
        raise FORGED
    with services.database.read() as session:
        opened = _open(session, link)
        if _is_used(session, link):
            raise USED
        if link.is_over(now):
            raise EXPIRED
        visit = session.get(Visit, link.visit_id)
        if visit is None or visit.state != VisitState.OPEN:
            raise OVER
    return opened


def _open(session: Session, link: PlaceLink) -> Opened:
    """Return what the link stands for, if its visit still belongs to who sent the message it answers."""
    row, visit = session.get(InboxRow, link.row_id), session.get(Visit, link.visit_id)
    try:
        said = UPDATE_JSON.validate_json(row.body) if row else None
    except ValidationError:  # the person has had his messages deleted
        said = None
    person = person_of(session, said.platform, said.sender_id) if said else None
    if said is None or person is None or not person.active or visit is None or visit.owner_id != person.id:
        raise NOT_YOURS
    customer = session.get(Customer, visit.customer_id)
    return Opened(link, said, customer.label if customer else "")


def _is_used(session: Session, link: PlaceLink) -> bool:
    used = select(InboxRow.id).where(InboxRow.bot == BOT, InboxRow.update_id == link.update_id)
    return session.scalar(used.limit(1)) is not None


def location_of(posted: Any) -> Location:
    """Return the position of a posted body (degrees and metres, WGS-84 as browsers have it); raises `Refused`."""
    facts = posted if isinstance(posted, dict) else {}
    lat, lng, accuracy = (_number(facts.get(name)) for name in ("lat", "lng", "accuracy"))
    if lat is None or lng is None or accuracy is None:
        raise NO_PLACE
    if not (-90 <= lat <= 90 and -180 <= lng <= 180 and 0 <= accuracy <= 40_000_000):  # degrees, half the earth
        raise NO_PLACE
    return Location(lat, lng, f"手机定位 ±{accuracy:.0f} 米", WGS84, accuracy)


def _number(value: Any) -> float | None:
    """Return a JSON number that is one: no text, no truth value, no NaN, nothing infinite."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if isfinite(number) else None


def update_of(opened: Opened, location: Location, now: datetime) -> Update:
    """Return the update of that person in his own chat; what the session of his message allowed it still allows."""
    said = opened.said
    direct = said.chat.kind is ChatKind.DIRECT
    return Update(
        id=opened.link.update_id,
        platform=said.platform,
        bot=BOT,
        chat=said.chat if direct else Chat(ChatKind.DIRECT, said.sender_id),
        sender_id=said.sender_id,
        kind=UpdateKind.LOCATION,
        at=now,
        received_at=now,
        location=replace(location, about=opened.link.visit_id),
        reply_to=said.reply_to if direct else {},
    )
