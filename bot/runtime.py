"""The moving parts of one process: workers that handle, senders that send, a ticker that lets time pass."""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol

import structlog
from sqlalchemy import case, func, select, update

from bot import inbox as inbox_module
from bot import outbox as outbox_module
from bot.claims import RENEW_SECONDS, SHARED, Keeper
from bot.clock import PracticeClock, ServerClock, SystemClock
from bot.dispatch import Dispatcher, alarm_admins
from bot.hints import Lane, hints_of
from bot.inbox import Inbox
from bot.sender import Sender
from bot.services import Services
from bot.update import Update
from bot.wakeup import Wakeup
from bot.watchdog import Watchdog
from models.chat import InboxRow, InboxState, OutboxRow

log = structlog.get_logger(__name__)

POLL_SECONDS: Final = 0.5
"""How often the first thread of a kind looks although nobody called; whoever finds something calls the next."""
IDLE_SECONDS: Final = 20.0
"""How often the others do: they are there for when there is more."""
STOP_SECONDS: Final = 8.0
"""How long what is under way may take to end when the process is asked to leave; a platform's answer is worth waiting for."""
SETTLE_SECONDS: Final = 60.0
SUSPECT: Final = 2
MAX_TICKS: Final = 200
"""Runs of the due jobs at one instant before the practice clock moves on; a scan does bounded batches."""


class Ticks(Protocol):
    """What the runtime needs of `scheduler.job.Ticker`."""

    def tick(self, now: datetime) -> int:
        """Run everything due; returns how many runs there were."""

    def next_due_at(self, after: datetime) -> datetime | None:
        """Return when something is due next."""


class Alarm(Protocol):
    """What the runtime needs of the alarm clock (`scheduler.alarm`)."""

    def start(self, wake: Callable[[], None]) -> None:
        """Call `wake` every second from now on."""

    def stop(self) -> None:
        """Stop calling."""


class Runtime:
    """Runs a process. `workers=0` runs no worker (a pure web process), `alarm=None` no scheduler."""

    def __init__(
        self, services: Services, ticker: Ticks, *, alarm: Alarm | None, workers: int = 4, senders: int = 8,
    ) -> None:  # fmt: skip
        self.services = services
        self.ticker = ticker
        database = services.database
        self.lease_clock = SystemClock() if database.is_sqlite else ServerClock(database.server_now)
        self.hints = hints_of(services.database, services.settings.queue.broker, self.wake)
        self.inbox = Inbox(services.database, wake=partial(self.announce, Lane.INBOX))
        self._alarm = alarm
        self._claims = Keeper(database, f"{os.getpid()}-{secrets.token_hex(3)}")
        self._dispatcher = Dispatcher(services, self.lease_clock.now)
        self._work, self._sending = Wakeup(), Wakeup()
        self._sender = Sender(
            services.database, services.adapters, claims=self._claims,
            lease_now=self.lease_clock.now, alarm=self._platform_alarm, postpone=services.outbox.postpone, more=self._sending.call,
        )  # fmt: skip
        self._counts = (workers, senders)
        self._threads: list[threading.Thread] = []
        self._stopping = threading.Event()
        self._idle = threading.Condition()
        self._busy = 0
        self._stepping = threading.RLock()
        self.beats: dict[str, datetime] = {}
        self.watchdog = Watchdog(services, self.beats, self.lease_clock.now())

    # -- life ----------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start everything; in a process that owns its database alone, take back what a dead one held."""
        if self.services.database.is_sqlite:
            self._recover()
        self.inbox.start()
        workers, senders = self._counts
        self.hints.start(listen=workers > 0)
        if workers and not self.services.database.is_sqlite:
            self._spawn("keeper", self._keep_claims, None)
        self._spawn("watchdog", self._watch, None)
        for number in range(workers):
            self._spawn(f"worker-{number}", self.inbox.rush.before(self.work_once, self._stopping.wait), self._work)
        for number in range(senders if workers else 0):
            self._spawn(f"sender-{number}", self.send_once, self._sending)
        for adapter in (
            self.services.adapters.values() if workers else ()
        ):  # who holds a socket must be able to answer on it
            adapter.start(self.inbox.receive)
        if self._alarm is not None:
            self._alarm.start(self.tick)

    def stop(self) -> None:
        """Finish what is claimed, lose nothing, within ten seconds."""
        if self._alarm is not None:
            self._alarm.stop()
        for adapter in self.services.adapters.values():
            adapter.stop()
        self.inbox.stop()
        self._stopping.set()
        self._work.call_all()
        self._sending.call_all()
        until = time.monotonic() + STOP_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
            if thread.is_alive():  # its claim lapses, as a dead one's
                log.warning("stopped_in_the_middle", thread=thread.name)
        self.hints.stop()

    def announce(self, lane: Lane) -> None:
        """Tell the threads of every process that there may be something to do."""
        self.wake(lane)
        self.hints.kick(lane)

    def wake(self, lane: Lane) -> None:
        """Tell a thread of ours that there may be something to do."""
        (self._work if lane is Lane.INBOX else self._sending).call()

    def _keep_claims(self) -> bool:
        self._claims.renew(self.lease_clock.now())
        return False

    def _watch(self) -> bool:
        self.watchdog.look(self.lease_clock.now())
        return False

    def _spawn(self, name: str, step: Callable[[], bool], wakeup: Wakeup | None) -> None:
        """Start a thread that does a step whenever somebody has called since it began the last, or (without) every RENEW_SECONDS."""
        thread = threading.Thread(target=self._loop, args=(name, step, wakeup), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _loop(self, name: str, step: Callable[[], bool], wakeup: Wakeup | None) -> None:
        while not self._stopping.is_set():
            self.beats[name] = self.lease_clock.now()
            seen = wakeup.calls if wakeup else 0
            try:
                step()
            except Exception:
                log.exception("thread_step_failed", thread=name)
            if wakeup is None:
                self._stopping.wait(RENEW_SECONDS)
            else:
                wakeup.wait(seen, POLL_SECONDS if name.endswith("-0") else IDLE_SECONDS)

    def _recover(self) -> None:
        """Take back what a dead process held; what died with one before waits a moment, lest a row of deaths is blamed on it."""
        later = self.lease_clock.now() + SHARED
        again = case((InboxRow.attempts >= SUSPECT, later), else_=None)
        with self.services.database.write() as session:
            session.execute(update(InboxRow).where(InboxRow.state == InboxState.NEW).values(claimed_until=again))
            session.execute(
                update(OutboxRow).where(OutboxRow.state.in_(outbox_module.WAITING_STATES)).values(claimed_until=None)
            )

    # -- steps ---------------------------------------------------------------------------------------------------------

    def work_once(self) -> bool:
        """Handle one update; False when there is none."""
        with self._busy_while(), self._claims.holding() as token:
            held = inbox_module.claim(self.services.database, token=token, now=self.lease_clock.now())
            if held is None:
                return False
            if held.more:
                self._work.call()
            self._dispatcher.handle(held, self.services.clock.now())
        self._sending.call()
        return True

    def send_once(self) -> bool:
        """Send one message; False when none is due."""
        with self._busy_while():
            return self._sender.run_once(self.services.clock.now())

    def tick(self) -> None:
        """Let time pass: run the due jobs."""
        with self._stepping:
            self.beats["ticker"] = self.lease_clock.now()
            if self.ticker.tick(self.services.clock.now()):
                self.announce(Lane.OUTBOX)

    def _busy_while(self) -> _Busy:
        return _Busy(self)

    # -- practice ------------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Handle and send everything there is to do now, then return."""
        deadline = self.lease_clock.now() + timedelta(seconds=SETTLE_SECONDS)
        while self.lease_clock.now() < deadline:
            if self.work_once() or self.send_once():
                continue
            if self._busy == 0 and not self._waiting():
                return
            with self._idle:
                self._idle.wait(0.01)

    def advance(self, to: datetime) -> int:
        """Move the practice clock to `to`, running every due job on the way in order of time; returns pushes sent.

        Raises ValueError when `to` lies in the past.
        """
        clock = self.services.clock
        assert isinstance(clock, PracticeClock)
        with self._stepping:
            before = self._pushed()
            start = clock.now()
            if to < start:
                raise ValueError("the practice clock only moves forward")
            self._step(start)
            while (due := self._next_due(clock.now())) is not None and due <= to:
                clock.move_to(max(due, clock.now()))
                self._step(clock.now())
            clock.move_to(max(to, clock.now()))
            self._step(clock.now())
            return self._pushed() - before

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Let no time pass inside: no job runs and nobody else moves the practice clock."""
        with self._stepping:
            yield

    def next_due_at(self) -> datetime | None:
        """Return when the next thing will happen by itself."""
        return self._next_due(self.services.clock.now())

    def _step(self, now: datetime) -> None:
        for _ in range(MAX_TICKS):
            ran = self.ticker.tick(now)
            self.settle()
            if not ran:
                return

    def _next_due(self, after: datetime) -> datetime | None:
        with self.services.database.read() as session:
            waiting = session.scalar(
                select(func.min(OutboxRow.not_before)).where(
                    OutboxRow.state.in_(outbox_module.WAITING_STATES), OutboxRow.not_before > after
                )
            )
        candidates = [at for at in (self.ticker.next_due_at(after), waiting) if at is not None and at > after]
        return min(candidates, default=None)

    def _waiting(self) -> bool:
        if self.inbox.spooled:
            return True
        with self.services.database.read() as session:
            return bool(inbox_module.depth(session)[0] or outbox_module.depth(session, self.services.clock.now())[0])

    def _pushed(self) -> int:
        with self.services.database.read() as session:
            query = select(func.count()).where(OutboxRow.is_push, OutboxRow.sent_at.is_not(None))
            return session.scalar(query) or 0

    def receive(self, incoming: Update) -> bool:
        """Store an update durably (`bot.adapters.base.Receive`)."""
        return self.inbox.receive(incoming)

    def _platform_alarm(self, platform: str, reason: str) -> None:
        now = self.services.clock.now()
        text = f"{platform} 发送失败：{reason}。消息都留着，恢复后自动补发，不会重发。"
        with self.services.database.write() as session:
            alarm_admins(self.services, session, f"{platform}:{reason[:40]}:{now:%Y%m%d}", text, now)


class _Busy:
    """Counts threads in the middle of a step, so that `settle` can wait for them."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def __enter__(self) -> None:
        with self._runtime._idle:  # noqa: SLF001  # one class in two halves
            self._runtime._busy += 1  # noqa: SLF001

    def __exit__(self, *_: object) -> None:
        with self._runtime._idle:  # noqa: SLF001
            self._runtime._busy -= 1  # noqa: SLF001
