"""One update → one reply: media first, who is it, then button, command, open dialogue, sentence.

Everything a turn does stands in one transaction with the mark that its update is handled: it happens once or not at all.
"""

from __future__ import annotations

import errno
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from prometheus_client import Counter, Histogram
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session

from bot import inbox
from bot.action import Action, unpack
from bot.adapters.base import TransportError
from bot.cards.calendar import no_such_day
from bot.cards.photo import OF_THE_FILE, problem_sentence
from bot.command import Claimed, Command, Listener, NotMine, action
from bot.context import Context, UserError
from bot.masking import keep_masked
from bot.media import remember_media
from bot.outbox import Address, Note, load
from bot.parse.command import nearest, parse_command
from bot.parse.time import impossible_day
from bot.presence import card_of, group_of, people_in, remember_press, seen
from bot.reply import Button, Card, CardState, Content, Document, Reply
from bot.services import Services
from bot.update import MAX_TEXT, UPDATE_JSON, Media, MediaKind, Update, UpdateKind
from models.chat import InboxRow
from models.person import ROLE_NAMES, Person, Role, person_of, shared_sight, sight_of

log = structlog.get_logger(__name__)

HANDLED = Counter("updates_handled_total", "Updates handled by platform and result", ["platform", "result"])
TOOK = Histogram("update_seconds", "Seconds from claim to commit", ["kind"])

UNKNOWN_PERSON: Final = "我还不认识你。请联系管理员把你的账号加进名单，加好后再发一次就行。"
CLOSED_BUTTON: Final = "这个按钮已经失效了，请看最新的卡片。"
NOT_YOURS: Final = "这张卡片不是发给你的，按了不算。"
GROUP_HINT: Final = "已私聊发你。"
BROKEN: Final = "这条没处理成功（编号 {reference}），已通知管理员，你的消息我留着。"
TOO_LONG: Final = "这条有 {count:,} 字，一次最多看 {most:,} 字，请分几条发。"
MAX_SLIP: Final = 60
"""Signs of the longest message that may be a mistyped command; longer ones were meant as sentences."""
RETRIES: Final = 2
DATABASE_WAIT: Final = timedelta(seconds=1)
DISK_WAIT: Final = timedelta(seconds=30)
"""Longer, because the picture is fetched from the platform again each time."""


class ClaimLostError(Exception):
    """The claim expired while the turn ran; whoever holds it now does the work."""


@dataclass(frozen=True, slots=True)
class PickReading(Action, name="heard.pick"):
    """Which of several readings of a sentence is meant."""

    row_id: int
    listener: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """An update with our own copies of its attachments and what was read in them."""

    update: Update
    readings: dict[str, Any]
    problems: tuple[str, ...] = ()


class Dispatcher:
    """Handles claimed updates."""

    def __init__(self, services: Services, lease_now: Callable[[], datetime]) -> None:
        self._services = services
        self._lease_now = lease_now  # claims run in real time, whatever the clock of the business says
        services.extras["route"] = self.route  # a handler may send a stored update through again, see `Context.again`

    def handle(self, held: inbox.Claim, now: datetime) -> None:
        """Handle one claimed update to its end: done, given back for later, or parked."""
        if held.attempts > inbox.MAX_ATTEMPTS:  # nobody lived to say why: whoever takes it dies of it
            self._park(held, now)
            return
        try:
            with TOOK.labels(held.update.kind).time():
                self._turn(held, self._prepare(held.update, now), now)
            HANDLED.labels(held.update.platform, "ok").inc()
        except ClaimLostError:
            HANDLED.labels(held.update.platform, "lost").inc()
        except UserError as error:
            self._answer_only(held, str(error), now)
            HANDLED.labels(held.update.platform, "refused").inc()
        except Exception as error:  # noqa: BLE001  # the boundary of a turn: whatever a handler raises ends here
            self._end_badly(held, error, now)

    def _end_badly(self, held: inbox.Claim, error: Exception, now: datetime) -> None:
        if _is_of_the_database(error):
            log.error("database_away", inbox=held.row_id, exc_info=error)
            self._give_back(held, wait=DATABASE_WAIT)
        elif _is_of_the_disk(error):
            log.error("no_room_on_disk", inbox=held.row_id, exc_info=error)
            self._give_back(held, wait=DISK_WAIT)
        else:
            self._fail(held, error, now)

    # -- before the transaction ----------------------------------------------------------------------------------------

    def _prepare(self, update: Update, now: datetime) -> Prepared:
        said = len(update.text) + len(update.voice_text or "")
        if said > MAX_TEXT:
            raise UserError(TOO_LONG.format(count=said, most=MAX_TEXT))
        media, readings, problems = [], {}, []
        for item in update.media:
            try:
                own = self._own_copy(update.platform, item, now)
            except TransportError as error:
                log.warning("media_not_fetched", platform=update.platform, reason=str(error))
                problems.append("附件没取到，请再发一次。")
                continue
            media.append(own)
            if own.kind is MediaKind.IMAGE and own.key and self._services.reader is not None:
                data = self._services.media.get(own.key) or b""
                readings[own.key] = self._services.reader.read(data)
                keep_masked(self._services, own.key, data, readings[own.key], now)
        return Prepared(replace(update, media=tuple(media)), readings, tuple(problems))

    def _own_copy(self, platform: str, item: Media, now: datetime) -> Media:
        data = None
        if item.key is None:
            fetched = self._services.adapters[platform].fetch(item)
            data = fetched.data
            item = replace(item, key=self._services.media.put(data), name=item.name or fetched.name, mime=fetched.mime)
        assert item.key is not None
        size = item.size or len(data or b"")
        with self._services.database.write() as session:
            remember_media(
                session, item.key, name=item.name, mime=item.mime, size=size, kind=item.kind, now=now,
                keep_days=self._services.settings.photos.keep_days,
            )  # fmt: skip
        return replace(item, size=size)

    # -- the transaction -----------------------------------------------------------------------------------------------

    def _turn(self, held: inbox.Claim, prepared: Prepared, now: datetime) -> None:
        with self._services.database.write() as session:
            if not inbox.finish(session, held, now=now):
                raise ClaimLostError
            person = seen(session, prepared.update, now)
            if person is None or not person.active:
                self._owe(session, held, prepared.update, None, [UNKNOWN_PERSON], now)
                return
            ctx = self._context(session, held, prepared, person, now)
            reply = prepared.problems or self.route(ctx)
            contents = _contents(reply)
            group = ctx.group_id if _for_everybody(ctx) else None
            self._owe(session, held, prepared.update, person, contents, now, group_id=group)
            if ctx.group_id and contents and group is None:
                self._owe(session, held, prepared.update, person, [GROUP_HINT], now, group_id=ctx.group_id)

    def _context(
        self, session: Session, held: inbox.Claim, prepared: Prepared, person: Person, now: datetime
    ) -> Context:
        update = prepared.update
        group = group_of(session, update)
        people = people_in(session, group) if group else ()
        return Context(
            services=self._services, session=session, now=now, cause=f"inbox:{held.row_id}", update=update,
            sender=person, sight=sight_of(session, person), group_id=group.id if group else None,
            group_people=people, readings=prepared.readings, card=card_of(session, update, person),
        )  # fmt: skip

    def route(self, ctx: Context) -> Reply:
        """Decide who answers."""
        if ctx.update.kind is UpdateKind.ACTION:
            return self._press(ctx)
        if ctx.update.kind is UpdateKind.EVENT:
            return self._event(ctx)
        return self._command_or_dialogue(ctx)

    def _press(self, ctx: Context) -> Reply:
        assert ctx.update.press is not None
        pressed = unpack(ctx.update.press.value, self._services.secret)
        if pressed is None or type(pressed) not in self._services.registry.actions:
            return CLOSED_BUTTON
        if ctx.card is None:
            return NOT_YOURS
        if ctx.update.press.value not in ctx.card.content:
            return CLOSED_BUTTON
        shown = load(ctx.card)
        if isinstance(shown, Card) and shown.state is CardState.VOID:
            return f"{shown.note or '这张卡片已作废'}，不用处理了。"
        remember_press(ctx.card, ctx.update)
        handler, _ = self._services.registry.actions[type(pressed)]
        return handler(ctx, pressed)

    def _event(self, ctx: Context) -> Reply:
        greet = self._services.registry.commands.get("帮助")
        return greet.run(ctx) if greet and ctx.update.event in {"enter_chat", "subscribe"} else None

    def _command_or_dialogue(self, ctx: Context) -> Reply:
        parsed = parse_command(ctx.text, registry=self._services.registry.specs) if ctx.text else None
        row = ctx.open_dialogue()
        free_text = row is not None and row.step == "free"
        if parsed is not None and (parsed.slash or not free_text or parsed.name in ALWAYS):
            return self._command(replace(ctx, args=parsed), self._services.registry.commands[parsed.name])
        if row is not None:
            reply = self._continue(ctx, row.form, row.version, dict(row.answers))
            if not isinstance(reply, NotMine):
                return reply
        return self._heard(ctx)

    def _command(self, ctx: Context, command: Command) -> Reply:
        if command.roles and Role(ctx.sender.role) not in command.roles:
            return f"「{command.spec.name}」只有{_role_names(command.roles)}能用。"
        if ctx.is_group and command.in_group is not None:
            shared = replace(ctx, sight=shared_sight(ctx.session, ctx.group_people))
            return command.in_group(shared)
        return command.run(ctx)

    def _continue(self, ctx: Context, name: str, version: int, state: dict[str, Any]) -> Reply | NotMine:
        dialogue = self._services.registry.dialogues.get(name)
        if dialogue is None or dialogue.version != version:
            ctx.hang_up()
            return "刚才那一问已经更新，请重新开始。"
        return dialogue.hear(ctx, state)

    def _heard(self, ctx: Context) -> Reply:
        offers = _offers(ctx, self._services.registry.listeners.values())
        if not offers:
            return self._lost(ctx)
        best = max(claimed.confidence for _, claimed in offers)
        leading = [(listener, claimed) for listener, claimed in offers if claimed.confidence >= best - 0.1]
        if len(leading) == 1:
            return leading[0][1].run()
        row_id = int(ctx.cause.partition(":")[2])
        buttons = tuple(Button(claimed.label, PickReading(row_id, listener.name)) for listener, claimed in leading)
        return Card(title="这句是指？", body=ctx.text[:100], buttons=buttons)

    def _lost(self, ctx: Context) -> Reply:
        if ctx.update.kind is UpdateKind.VOICE and not ctx.text:
            return "这条语音我听不了，请打字发给我。"
        if spoilt := next((one.problem for one in ctx.readings.values() if one.problem in OF_THE_FILE), None):
            return problem_sentence(spoilt)
        if ctx.update.kind not in {UpdateKind.TEXT, UpdateKind.VOICE}:
            return "收到了，但不知道归到哪里。先发「拜访 客户名」开始一次拜访，再发照片或位置。"
        if wrong := impossible_day(ctx.text, now=ctx.now, calendar=ctx.calendar):
            return no_such_day(wrong)
        near = nearest(ctx.text, self._services.registry.specs) if len(ctx.text) <= MAX_SLIP else None
        if near is not None:
            return f"没看懂。是想用「/{near.name}」吗？{self._services.registry.commands[near.name].usage}"
        return "没看懂这句。可以直接说一件事（如「明天给蓝海发合同」），或发「帮助」看我能做什么。"

    # -- replies and failures ------------------------------------------------------------------------------------------

    def _owe(  # noqa: PLR0913  # the facts of one answer
        self, session: Session, held: inbox.Claim, update: Update, person: Person | None,
        contents: Sequence[Content], now: datetime, *, group_id: str | None = None,
    ) -> None:  # fmt: skip
        in_group = update.chat.kind != "direct"
        to = Address(person_id=person.id if person else None, platform=update.platform, chat_id=update.sender_id)
        if in_group and group_id:
            to = Address(group_id=group_id, platform=update.platform, chat_id=update.chat.id)
        reply_to = dict(update.reply_to) if in_group == bool(group_id) else None
        for number, content in enumerate(contents):
            note = Note(
                f"reply:{held.row_id}:{number}@{to.recipient}", content, is_push=False, cause=f"inbox:{held.row_id}", reply_to=reply_to,
            )  # fmt: skip
            self._services.outbox.owe(session, to, note, now)

    def _answer_only(self, held: inbox.Claim, text: str, now: datetime) -> None:
        with self._services.database.write() as session:
            if inbox.finish(session, held, now=now):
                person = person_of(session, held.update.platform, held.update.sender_id)
                self._owe(session, held, held.update, person, [text], now)

    def _give_back(self, held: inbox.Claim, *, wait: timedelta | None = None) -> None:
        """Give an update back, to be tried again at once, or, where it is not to blame and the try does not count, after a wait."""
        retry_at = self._lease_now() + (wait or timedelta())
        with self._services.database.write() as session:
            inbox.release(session, held, retry_at=retry_at, tried=wait is None)

    def _fail(self, held: inbox.Claim, error: Exception, now: datetime) -> None:
        log.error("turn_failed", inbox=held.row_id, attempt=held.attempts, exc_info=error)
        HANDLED.labels(held.update.platform, "failed").inc()
        if held.attempts < RETRIES:
            self._give_back(held)
            return
        self._park(held, now)

    def _park(self, held: inbox.Claim, now: datetime) -> None:
        reference = secrets.token_hex(3)
        log.error("update_parked", reference=reference, inbox=held.row_id)
        with self._services.database.write() as session:
            if not inbox.park(session, held, now=now, error=reference):
                return
            person = person_of(session, held.update.platform, held.update.sender_id)
            self._owe(session, held, held.update, person, [BROKEN.format(reference=reference)], now)
            alarm_admins(self._services, session, f"parked:{held.row_id}", f"一条消息处理失败，编号 {reference}。", now)


ALWAYS: Final = frozenset({"撤销", "帮助"})
"""Commands that win over an open free-text question even without a slash."""


@action(PickReading)
def pick_reading(ctx: Context, press: PickReading) -> Reply:
    """Handle the stored sentence as the listener that was picked."""
    row = ctx.session.get(InboxRow, press.row_id)
    listener = ctx.services.registry.listeners.get(press.listener)
    if row is None or listener is None:
        return CLOSED_BUTTON
    said = UPDATE_JSON.validate_json(row.body)
    if said.sender_id != ctx.update.sender_id or said.platform != ctx.update.platform:
        return NOT_YOURS
    claimed = listener.hear(replace(ctx, update=said))
    return claimed.run() if claimed else CLOSED_BUTTON


def alarm_admins(services: Services, session: Session, code: str, text: str, now: datetime) -> None:
    """Tell every administrator once."""
    admins = session.scalars(select(Person).where(Person.role == Role.ADMIN, Person.active))
    for admin in admins:
        to = Address(person_id=admin.id)
        services.outbox.owe(session, to, Note(f"alarm:{code}@p:{admin.id}", f"⚠ {text}", priority=1), now)


def _is_of_the_database(error: Exception) -> bool:
    """Whether the database was busy or away: no fault of the message."""
    return isinstance(error, OperationalError | InterfaceError) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    )


def _is_of_the_disk(error: Exception) -> bool:
    """Whether there was no room for a picture, or nothing may be written: no fault of the message either."""
    return isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}


def _contents(reply: Reply | tuple[str, ...]) -> list[Content]:
    if reply is None:
        return []
    return [reply] if isinstance(reply, str | Card | Document) else list(reply)


def _for_everybody(ctx: Context) -> bool:
    """Whether an answer may stand in the group: only what a command made for everybody present (`in_group`)."""
    if not ctx.is_group:
        return False
    parsed = parse_command(ctx.text, registry=ctx.services.registry.specs) if ctx.text else None
    command = ctx.services.registry.commands.get(parsed.name) if parsed else None
    return command is not None and command.in_group is not None


def _offers(ctx: Context, listeners: Sequence[Listener] | Any) -> list[tuple[Listener, Claimed]]:
    found = []
    for listener in sorted(listeners, key=lambda item: item.order):
        if ctx.update.kind in listener.kinds:
            claimed = listener.hear(ctx)
            if claimed is not None:
                found.append((listener, claimed))
    return found


def _role_names(roles: frozenset[Role]) -> str:
    return "、".join(name for role, name in ROLE_NAMES.items() if role in roles)
