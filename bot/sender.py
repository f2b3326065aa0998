"""Sends what the outbox owes: claim in one short transaction, send outside, mark in another."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from prometheus_client import Counter
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.adapters.base import Adapter, Delivery, Fate, Metered, Outcome, Recipient, Recognising
from bot.claims import Keeper, claim_for
from bot.line import CLAIMABLE, Line
from bot.outbox import URGENT, load, load_for_sending
from bot.reply import CONTENT_JSON, Card, Content, stored
from bot.target import Targets, blocked_until
from bot.update import Chat, ChatKind
from models.chat import OutboxRow, OutboxState, put_setting
from models.db import Database, changed, one_at_a_time

log = structlog.get_logger(__name__)

MAX_ATTEMPTS: Final = 8
BACKOFF: Final = (2, 5, 15, 60, 180, 600, 1800, 3600)  # seconds
BLOCKED_FOR: Final = timedelta(minutes=5)
MERGED_BUTTONS: Final = 6
BATCH_SPAN: Final = 5_000
"""How far behind a message others with the same content are looked for: one announcement is written in one go."""
_CLAIM_LOCK: Final = 7_004
_COLUMNS: Final = tuple(attribute.key for attribute in OutboxRow.__mapper__.column_attrs)

SENDS = Counter("outbox_sends_total", "Attempts to send by platform and result", ["platform", "result"])


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do now: rows with one content for one platform."""

    rows: tuple[OutboxRow, ...]
    adapter: Adapter
    chat: Chat
    recipients: tuple[Recipient, ...]
    content: Content
    repeat: bool
    token: str = ""
    more: bool = True
    """Whether others wait as well: somebody should look."""


class Sender:
    """Takes due rows, one recipient at a time and in order, and hands them to the platforms.

    `now` is the clock of the business (it can be a practice clock); `lease_now` is real time, for claims that expire. `more` is
    called after each claim: somebody else may find another.
    """

    def __init__(  # noqa: PLR0913  # what a process lends it
        self, database: Database, adapters: Mapping[str, Adapter], *,
        claims: Keeper, lease_now: Callable[[], datetime], alarm: Callable[[str, str], None],
        postpone: Callable[[Session, OutboxRow, datetime], None], more: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        self._database = database
        self._adapters = adapters
        self._claims = claims
        self._lease_now = lease_now
        self._alarm = alarm
        self._postpone = postpone
        self._more = more

    def run_once(self, now: datetime) -> bool:
        """Send one due message (or one batch of identical ones); False when nothing is due."""
        with self._claims.holding() as token:
            return self._run(now, token)

    def _run(self, now: datetime, token: str) -> bool:
        with self._database.write() as session:
            job = self._claim(session, now, token)
        if job is None:
            return False
        if job.more:
            self._more()
        if job is _NOTHING_TO_SEND:
            return True
        outcomes = self._send(job, now)
        if not self._mark_unchanged(job, outcomes, now):
            with self._database.write() as session:
                self._mark(session, job, outcomes, now)
        for outcome in outcomes:
            SENDS.labels(job.adapter.name, outcome.fate).inc()
            if outcome.blocks:
                self._block(job.adapter.name, outcome, now)
        return True

    # -- claim ---------------------------------------------------------------------------------------------------------

    def _claim(self, session: Session, now: datetime, token: str) -> Job | None:
        one_at_a_time(session, _CLAIM_LOCK)  # two that look at once would each see a free recipient
        row, more = self._line(session, now).first()
        if row is None:
            return None
        rows = _merge_held(session, row, now) if row.held else (row,)
        targets = Targets(session, self._adapters, now)
        target = targets.of(rows[0])
        if target is None:
            self._keep_waiting(rows[0], targets, now)
            return _NOTHING_TO_SEND
        adapter, chat, account = target
        first = rows[0]
        if _is_spared(first, adapter):
            self._postpone(session, first, now)
            return _NOTHING_TO_SEND
        if _is_crowded(first, adapter, now):
            first.not_before = _after_the_crowd(first, now)
            return _NOTHING_TO_SEND
        others = self._same_content(session, first, adapter, targets)
        rows = (first, *(row for row, _ in others))
        recipients = [Recipient(first.key, account), *(recipient for _, recipient in others)]
        repeat = first.claimed_by is not None and first.attempts > 0
        for each in rows:
            each.claimed_by, each.claimed_until = token, self._lease_now() + claim_for(self._database)
            each.attempts += 1
        return Job(rows, adapter, chat, tuple(recipients), load_for_sending(first), repeat, token, more)

    def _line(self, session: Session, now: datetime) -> Line:
        return Line(session, now, self._lease_now())

    def _keep_waiting(self, row: OutboxRow, targets: Targets, now: datetime) -> None:
        """Nobody takes it now: it waits as long as a platform is blocked, and a day for an account to be added."""
        ends = targets.blocked_ends(row)
        row.error, row.detail = "no_account", "no platform reaches this recipient now"
        row.not_before = min(ends, default=now + BLOCKED_FOR)
        is_old = now - row.created_at >= timedelta(days=1)
        if is_old and not ends:
            row.state = OutboxState.NEVER
        row.held = row.held or (is_old and row.is_push)  # of all that has waited so long there will be one card

    def _same_content(
        self, session: Session, first: OutboxRow, adapter: Adapter, targets: Targets
    ) -> list[tuple[OutboxRow, Recipient]]:
        room = adapter.capabilities.batch - 1
        if room <= 0 or first.group_id or first.state != OutboxState.WAITING or first.reply_to or not first.is_push:
            return []
        query = CLAIMABLE.where(
            OutboxRow.id > first.id, OutboxRow.id <= first.id + BATCH_SPAN, func.coalesce(OutboxRow.attempted, OutboxRow.content) == (first.attempted or first.content),
            OutboxRow.state == OutboxState.WAITING,
            OutboxRow.is_push, OutboxRow.group_id.is_(None), OutboxRow.reply_to.is_(None),
            OutboxRow.held == first.held, OutboxRow.attempts == first.attempts,
        )  # fmt: skip
        wanted = query.order_by(OutboxRow.id).limit(room).with_for_update(skip_locked=True)
        found = session.scalars(wanted, self._line(session, targets.now).instants).all()
        targets.expect(found)
        reached = [(row, target) for row in found if (target := targets.of(row)) and target[0] is adapter]
        return [(row, Recipient(row.key, target[2])) for row, target in reached]

    # -- send ----------------------------------------------------------------------------------------------------------

    def _send(self, job: Job, now: datetime) -> Sequence[Outcome]:
        row = job.rows[0]
        try:
            if row.state == OutboxState.CHANGED:
                return [self._update(job, row, now)]
            delivery = Delivery(
                chat=job.chat, recipients=job.recipients, content=job.content, now=now,
                reply_to=row.reply_to or {}, mentions=tuple(row.mentions or ()), repeat=job.repeat, number=row.id,
            )  # fmt: skip
            if job.repeat and row.priority > URGENT and not _is_recognised(job.adapter, delivery):
                return [Outcome(row.key, Fate.UNKNOWN, error="interrupted") for row in job.rows]
            return job.adapter.send(delivery)
        except Exception as error:
            log.exception("send_failed", platform=job.adapter.name, key=row.key)
            return [Outcome(row.key, Fate.UNKNOWN, error=type(error).__name__) for row in job.rows]

    def _update(self, job: Job, row: OutboxRow, now: datetime) -> Outcome:
        if not isinstance(job.content, Card):
            return Outcome(row.key, Fate.NEVER, error="not_a_card")
        outcome = job.adapter.update(job.chat, row.key, row.handle or {}, job.content, now)
        if outcome.fate is not Fate.NEVER or not row.resend:
            return outcome
        again = Delivery(chat=job.chat, recipients=job.recipients, content=job.content, now=now, number=row.id)
        return job.adapter.send(again)[0]

    # -- mark ----------------------------------------------------------------------------------------------------------

    def _mark_unchanged(self, job: Job, outcomes: Sequence[Outcome], now: datetime) -> bool:
        """Mark the only row of a job by one statement; False when there are others, or it has changed since it was claimed."""
        held = job.rows[0]
        if len(job.rows) > 1 or [each.key for each in outcomes] != [held.key] or held.attempted is not None:
            return False
        ended = OutboxRow(**{name: getattr(held, name) for name in _COLUMNS})
        _apply(ended, outcomes[0], shown=held.revision, was_update=held.state == OutboxState.CHANGED, now=now)
        same = (OutboxRow.claimed_by == job.token, OutboxRow.revision == held.revision, OutboxRow.attempted.is_(None))
        values = {name: getattr(ended, name) for name in _COLUMNS if getattr(ended, name) != getattr(held, name)}
        with self._database.write_one() as session:
            marked = changed(session, update(OutboxRow).where(OutboxRow.id == held.id, *same).values(values))
        if marked:
            _tell(ended, outcomes[0])
        return bool(marked)

    def _mark(self, session: Session, job: Job, outcomes: Sequence[Outcome], now: datetime) -> None:
        by_key = {outcome.key: outcome for outcome in outcomes}
        ours = select(OutboxRow).where(OutboxRow.id.in_([row.id for row in job.rows])).order_by(OutboxRow.id)
        rows = {row.id: row for row in session.scalars(ours.with_for_update())}
        for held in job.rows:
            row = rows.get(held.id)
            if row is None or row.claimed_by != job.token:
                continue  # the claim expired and somebody else has it
            outcome = by_key.get(row.key, Outcome(row.key, Fate.UNKNOWN, error="no_outcome"))
            shown = held.revision - (held.attempted is not None)  # what changed since is to be shown yet
            _apply(row, outcome, shown=shown, was_update=held.state == OutboxState.CHANGED, now=now)
            _tell(row, outcome)

    def _block(self, platform: str, outcome: Outcome, now: datetime) -> None:
        with self._database.write() as session:
            fresh = blocked_until(session, platform, now) is None
            wait = max(BLOCKED_FOR, timedelta(seconds=outcome.retry_after or 0))
            put_setting(session, f"blocked:{platform}", (now + wait).isoformat())
        if fresh:
            self._alarm(platform, f"{outcome.error} {outcome.detail}".strip())


def _tell(row: OutboxRow, outcome: Outcome) -> None:
    if row.state in {OutboxState.NEVER, OutboxState.UNKNOWN}:
        log.warning("not_delivered", key=row.key, state=row.state, error=outcome.error, detail=outcome.detail)


def _apply(row: OutboxRow, outcome: Outcome, *, shown: int, was_update: bool, now: datetime) -> None:
    row.claimed_by = row.claimed_until = row.attempted = None
    row.error, row.detail = outcome.error or None, outcome.detail or None
    if outcome.fate is Fate.SENT or (was_update and outcome.fate in {Fate.NEVER, Fate.UNKNOWN}):
        row.shown_revision = shown
        row.state = OutboxState.CHANGED if row.revision > shown else OutboxState.SENT
        row.sent_at = row.sent_at or now
        if outcome.handle:
            row.handle = dict(outcome.handle)
            row.message_ref = outcome.handle.get("message_id")
    elif outcome.fate is Fate.LATER and outcome.retry_after is not None:
        row.attempts -= (
            1  # a limit or a missing setting named its wait: however often, that is no failure of the message
        )
        row.not_before = now + timedelta(seconds=outcome.retry_after)
    elif outcome.fate is Fate.LATER and row.attempts < MAX_ATTEMPTS:
        row.not_before = now + timedelta(seconds=BACKOFF[min(row.attempts, len(BACKOFF)) - 1])
    elif outcome.fate is Fate.UNKNOWN:
        row.state = OutboxState.UNKNOWN
    else:
        row.state = OutboxState.NEVER


def _is_recognised(adapter: Adapter, delivery: Delivery) -> bool:
    """Whether the platform shows a repeat only once."""
    return adapter.capabilities.keyed or (isinstance(adapter, Recognising) and adapter.recognises(delivery))


def _is_crowded(row: OutboxRow, adapter: Adapter, now: datetime) -> bool:
    """Whether a push would go out in a minute the platform asks to avoid (appendix 4 #10); urgent ones go at once."""
    waits = row.is_push and row.priority > URGENT and row.attempts == 0 and row.state == OutboxState.WAITING
    return waits and now.minute in adapter.capabilities.crowded_minutes


def _after_the_crowd(row: OutboxRow, now: datetime) -> datetime:
    """Return one to four minutes later, the same for identical content, which goes out in one call."""
    minutes = 1 + zlib.crc32(row.content.encode()) % 4
    return now.replace(second=0, microsecond=0) + timedelta(minutes=minutes)


def _merge_held(session: Session, first: OutboxRow, now: datetime) -> tuple[OutboxRow, ...]:
    """Put everything that waited out the night for one person into one card."""
    query = select(OutboxRow).where(
        OutboxRow.recipient == first.recipient, OutboxRow.held, OutboxRow.state == OutboxState.WAITING,
        OutboxRow.not_before <= now,
    )  # fmt: skip
    rows = list(session.scalars(query.order_by(OutboxRow.id)))
    if len(rows) < 2:  # one message needs no merging
        return (first,)
    contents = [load(row) for row in rows]
    titles = [c.title if isinstance(c, Card) else "" for c in contents]
    lines = [c.as_text() if isinstance(c, Card) else str(c) for c in contents]
    body = "\n\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))
    buttons = tuple(b for c in contents if isinstance(c, Card) for b in c.buttons)[:MERGED_BUTTONS]
    card = Card(title=f"夜里为你留了 {len(titles)} 条", body=body, buttons=buttons)
    digest = OutboxRow(
        key=f"merged:{zlib.crc32(first.key.encode())}:{first.id}", recipient=first.recipient, person_id=first.person_id,
        platform=first.platform, chat_id=first.chat_id, content=CONTENT_JSON.dump_json(stored(card)).decode(), is_push=True,
        not_before=now, created_at=now, priority=min(row.priority for row in rows),
    )  # fmt: skip
    session.add(digest)
    session.flush()
    for row in rows:
        row.state, row.merged_into = OutboxState.MERGED, digest.id
    return (digest,)


def _is_spared(row: OutboxRow, adapter: Adapter) -> bool:
    """Whether a push should rather go into the next digest; what comes out of one is not put back."""
    if not row.is_push or row.person_id is None or row.held or row.key.startswith("merged:"):
        return False
    if row.state != OutboxState.WAITING or row.priority <= URGENT:
        return False
    return isinstance(adapter, Metered) and adapter.defers(row.priority)


_NOTHING_TO_SEND: Final = Job((), None, Chat(ChatKind.DIRECT, ""), (), "", repeat=False)  # type: ignore[arg-type]  # a marker
