"""Plays a company forward: everybody's acts in order of time over the real inbox, dispatch, outbox and scheduler."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.app import SIGNING_KEY, Parts, create_app
from bot.clock import PracticeClock
from bot.settings import DatabaseSection, Settings
from bot.sim.cast import Cast, load_company
from bot.sim.day import Act, manager_day, rep_day
from bot.sim.platform import NAME, Shown, SimPlatform, SimReader
from bot.update import Chat, ChatKind, Location, Media, MediaKind, Press, Update, UpdateKind
from models.chat import InboxRow, InboxState, OutboxRow, OutboxState, put_setting
from models.db import Database
from models.schema import upgrade

BEGIN: Final = datetime(2026, 11, 16, 7, 30, tzinfo=UTC)
"""The wall time at which every simulation begins, in the company's zone: a Monday."""
LATE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Played:
    """A simulation that was played: its transcript and what it comes to."""

    transcript: tuple[str, ...]
    summary: tuple[str, ...]
    duplicates: int
    parked: int

    @property
    def text(self) -> str:
        """Transcript and summary as they are printed."""
        return "\n".join([*self.transcript, "", *self.summary, ""])


def play(settings: Settings, *, days: int, people: int, seed: int) -> Played:
    """Play `days` calendar days of a company with `people` reps; same settings, seed and numbers: same bytes."""
    with tempfile.TemporaryDirectory() as folder:
        stage = Simulation(settings, Path(folder), people=people, seed=seed)
        try:
            stage.run(days)
            return stage.result(days)
        finally:
            stage.close()


class Simulation:
    """One company in a folder of its own (`bot.sim.day.Stage`)."""

    def __init__(self, settings: Settings, folder: Path, *, people: int, seed: int) -> None:
        self._zone: ZoneInfo = settings.calendar.timezone
        self._begin = BEGIN.replace(tzinfo=self._zone)
        self._seed = seed
        self._platform = SimPlatform()
        self._clock = PracticeClock(self._begin, frozen=True)
        url = f"sqlite:///{folder}/sim.db"
        _prepare(url, seed)
        database = DatabaseSection(url=url, media_dir=str(folder / "media"))
        settings = settings.model_copy(update={"database": database})
        parts = Parts(clock=self._clock, reader=SimReader(), adapters=lambda _s: {NAME: self._platform}, workers=0)
        self._app = create_app(settings, parts)
        with self._app.services.database.write() as session:
            self._cast: Cast = load_company(session, people=people, seed=seed, now=self._clock.now())
        self._app.runtime.inbox.start()
        self._count = 0

    def close(self) -> None:
        """Stop and close the database."""
        self._app.runtime.inbox.stop()
        self._app.services.database.close()

    def run(self, days: int) -> None:
        """Let everybody act in order of time, and time pass between."""
        for act in sorted(self._acts(days)):
            self._app.runtime.advance(max(act.at.astimezone(UTC), self._clock.now()))
            act.run(self)
        end = self._begin.replace(hour=0, minute=0) + timedelta(days=days)
        self._app.runtime.advance(max(end.astimezone(UTC), self._clock.now()))

    def _acts(self, days: int) -> Iterator[Act]:
        first = self._begin.date()
        for on in (first + timedelta(days=offset) for offset in range(days)):
            if not self._app.services.calendar.is_workday(on):
                continue
            morning = datetime.combine(on, time(), self._zone)
            for rep in self._cast.reps:
                yield from rep_day(rep, morning, self._seed)
            for manager in self._cast.managers:
                yield from manager_day(manager, morning, self._seed)

    # -- what people do ------------------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """The instant, in the company's zone."""
        return self._clock.now().astimezone(self._zone)

    def say(
        self, who: str, text: str = "", *, image: bytes | None = None, place: tuple[float, float] | None = None
    ) -> list[Shown]:
        """Send a text, a picture or a place; returns what this person was shown because of it."""
        if image is not None:
            media = Media(MediaKind.IMAGE, key=self._app.services.media.put(image), name="photo.jpg", size=len(image))
            return self._deliver(who, UpdateKind.IMAGE, "[图片]", media=(media,))
        if place is not None:
            return self._deliver(who, UpdateKind.LOCATION, "[位置]", location=Location(*place))
        return self._deliver(who, UpdateKind.TEXT, text, text=text)

    def press(self, who: str, label: str) -> list[Shown] | None:
        """Press the newest button that begins with `label`; None when there is none."""
        for shown in reversed(self._platform.inbox(who)[-6:]):
            for button in shown.buttons:
                if button.label.startswith(label) and isinstance(button.action, str):
                    press = Press(button.action, message_id=shown.key)
                    return self._deliver(who, UpdateKind.ACTION, f"点【{button.label}】", press=press)
        return None

    def _deliver(self, who: str, kind: UpdateKind, said: str, **facts: object) -> list[Shown]:
        self._count += 1
        now = self._clock.now()
        self._platform.lines.append((now, f"{self._cast.names[who]} ▸ {said}"))
        before = set(self._platform.shown)
        update = Update(
            id=f"s{self._count}", platform=NAME, bot="sim", chat=Chat(ChatKind.DIRECT, who), sender_id=who, kind=kind, at=now,
            received_at=now, **facts,  # type: ignore[arg-type]  # the fields of one kind
        )  # fmt: skip
        self._app.runtime.receive(update)
        self._app.runtime.settle()
        return [shown for key, shown in self._platform.shown.items() if key not in before and shown.chat == who]

    # -- what it comes to ----------------------------------------------------------------------------------------------

    def result(self, days: int) -> Played:
        """Return transcript and summary."""
        names = {**self._cast.names, "sales": "销售群"}
        lines = tuple(
            f"{at.astimezone(self._zone):%m-%d %H:%M} {_named(line, names)}" for at, line in self._platform.lines
        )
        with self._app.services.database.read() as session:
            rows = list(session.scalars(select(OutboxRow).order_by(OutboxRow.id)))
            parked = len(list(session.scalars(select(InboxRow.id).where(InboxRow.state == InboxState.PARKED))))
        duplicates = sum(count - 1 for count in self._platform.deliveries.values())
        return Played(lines, tuple(self._summary(rows, days, duplicates, parked)), duplicates, parked)

    def _summary(self, rows: list[OutboxRow], days: int, duplicates: int, parked: int) -> Iterator[str]:
        pushes = [row for row in rows if row.is_push and row.state in {OutboxState.SENT, OutboxState.CHANGED}]
        late = sum(row.sent_at is not None and row.sent_at - row.not_before > LATE for row in pushes)
        merged = sum(row.state == OutboxState.MERGED for row in rows)
        daily: Counter[tuple[str, str]] = Counter()
        for row in pushes:
            if row.person_id and row.sent_at:
                daily[row.person_id, f"{row.sent_at.astimezone(self._zone):%m-%d}"] += 1
        people = len(self._cast.names)
        yield f"{days} 天，{people} 人，种子 {self._seed}"
        yield f"收到 {self._count} 条，处理失败 {parked} 条，发出 {len(self._platform.deliveries)} 条，其中推送 {len(pushes)} 条（并入别的消息 {merged} 条）"
        yield f"推送：平均每人每天 {len(pushes) / (people * days):.2f} 条，最多一天 {max(daily.values(), default=0)} 条，迟发 {late} 条，重复 {duplicates} 条"
        for person, name in sorted(self._cast.names.items()):
            counts = [f"{day} {count}" for (who, day), count in sorted(daily.items()) if who == person]
            yield f"  {name}（{person}）：{'，'.join(counts) or '没有推送'}"
        same = Counter((row.recipient, row.content) for row in pushes)
        yield f"同一人收到过一字不差的推送：{sum(count - 1 for count in same.values())} 条（不同的事，读起来分不出）"
        rules = Counter(row.rule or "其他" for row in pushes)
        yield "按规则：" + "，".join(f"{rule} {count}" for rule, count in sorted(rules.items()))


def _prepare(url: str, seed: int) -> None:
    """Make the database with a signing key that follows from the seed."""
    database = Database(url)
    upgrade(database)
    with database.write() as session:
        put_setting(session, SIGNING_KEY, sha256(f"sim:{seed}".encode()).hexdigest())
    database.close()


def _named(line: str, names: dict[str, str]) -> str:
    """Replace the account of the reader by his name."""
    head, mark, rest = line.partition(" ▸ ")
    account, colon, words = rest.partition("：")
    return f"{head}{mark}{names[account]}{colon}{words}" if account in names else line
