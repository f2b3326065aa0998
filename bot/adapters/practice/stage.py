"""What stands behind the clock bar, the reset button and the pickers: the runtime and the demo company."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy.orm import Session

from bot.clock import PracticeClock, SystemClock
from bot.command import Command
from bot.services import Services
from models.chat import SettingRow, get_setting, put_setting
from models.customer import NAMES_VERSION, Customer, contacts_of, customers_in_sight
from models.db import Base
from models.demo import load_demo
from models.person import Person, sight_of
from models.practice import PLATFORM

if TYPE_CHECKING:
    from bot.runtime import Runtime

REACHED: Final = "practice_clock"
"""Setting: the practice instant reached, so that the next start goes on from there."""
KEPT: Final = ("signing_key", NAMES_VERSION)
"""Settings a reset keeps: signed links stay good, and caches of names notice that the company is a new one."""
REAL_TIME: Final = timedelta(minutes=1)


class Stage:
    """The verbs of the practice chat that reach beyond its own messages."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._began = services.clock.now()
        self._in_real_time = abs(self._began - SystemClock().now()) < REAL_TIME

    @property
    def clock(self) -> PracticeClock:
        """The practice clock."""
        return cast("PracticeClock", self._services.clock)

    @property
    def _runtime(self) -> Runtime:
        return cast("Runtime", self._services.extras["runtime"])

    @property
    def is_movable(self) -> bool:
        """Whether this company runs on a practice clock at all."""
        return isinstance(self._services.clock, PracticeClock)

    @property
    def is_frozen(self) -> bool:
        """Whether the clock only moves when it is told to."""
        return self.is_movable and self.clock.frozen

    def advance(self, to: datetime) -> int:
        """Move the clock to an aware instant, running everything due on the way; returns the pushes sent.

        Raises ValueError when `to` lies in the past.
        """
        pushed = self._runtime.advance(to)
        with self._services.database.write() as session:
            put_setting(session, REACHED, self.clock.now().isoformat())
        return pushed

    def next_due_at(self) -> datetime | None:
        """Return the next instant at which something happens by itself."""
        return self._runtime.next_due_at()

    def reset(self) -> None:
        """Load the demo company afresh, at the time it was first loaded (or now, when it lives in real time)."""
        with self._runtime.standing_still(), self._services.database.write() as session:
            real_time = self._in_real_time and not self.clock.frozen
            self.clock.reset(SystemClock().now() if real_time else self._began)
            _empty(session)
            load_demo(session, now=self.clock.now(), platform=PLATFORM)
            put_setting(session, REACHED, self.clock.now().isoformat())

    def commands(self, person_id: str) -> Sequence[Command]:
        """Return what the composer suggests to a person after "/"."""
        with self._services.database.read() as session:
            person = session.get(Person, person_id)
        return self._services.registry.visible_to(person.role) if person else ()

    def customers(self, person_id: str) -> list[Customer]:
        """Return the customers with an address that a person may see, to send as a location."""
        with self._services.database.read() as session:
            found = customers_in_sight(session, sight_of(session, session.get(Person, person_id)))
        return [customer for customer in found if customer.lat is not None and customer.lng is not None]

    def contact(self, customer: Customer) -> tuple[str, str]:
        """Return name and title of the first contact of a customer."""
        with self._services.database.read() as session:
            known = contacts_of(session, customer.id)
        return (known[0].name, known[0].title) if known else ("王建国", "采购经理")


def _empty(session: Session) -> None:
    kept = {name: get_setting(session, name) for name in KEPT}
    for table in reversed(Base.metadata.sorted_tables):
        session.execute(table.delete())
    session.expunge_all()
    session.add_all(SettingRow(name=name, value=value) for name, value in kept.items() if value is not None)
    session.flush()
