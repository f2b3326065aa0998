"""Chooses the way of each message: session while it lives, card where it waits for a press, webhook for a real @, robot else."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from typing import Final

from bot.adapters.base import Delivery, Fate, Outcome, Recipient
from bot.adapters.dingtalk.cards import Cards
from bot.adapters.dingtalk.channels import MOST_AT_ONCE, Notices, Robot, Sessions, Webhooks
from bot.adapters.dingtalk.compose import Composer
from bot.adapters.dingtalk.config import DingtalkConfig, GroupConfig
from bot.adapters.dingtalk.errors import DingtalkError
from bot.adapters.dingtalk.message import is_outsider
from bot.adapters.dingtalk.outcomes import failed
from bot.adapters.dingtalk.parts import FilePart, ImagePart, Part
from bot.update import ChatKind

_REPEATED: Final = "【可能重复】"
_REMEMBERED: Final = 4_096
_SESSION_CODES: Final = frozenset({"300001", "300005", "400101", "session.expired", "session.notExisted"})
_BAN_SECONDS: Final = 60


class Progress:
    """How many parts of a long message have gone out, so that trying again goes on where it stopped."""

    def __init__(self) -> None:
        self._done: OrderedDict[str, int] = OrderedDict()
        self._guard = Lock()

    def of(self, key: str) -> int:
        """Return how many parts of `key` have gone out."""
        with self._guard:
            return self._done.get(key, 0)

    def note(self, key: str, count: int) -> None:
        """Note that `count` parts have gone out."""
        with self._guard:
            self._done[key] = count
            while len(self._done) > _REMEMBERED:
                self._done.popitem(last=False)

    def forget(self, key: str) -> None:
        """Forget a message that is through."""
        with self._guard:
            self._done.pop(key, None)


@dataclass(frozen=True, slots=True)
class Courier:
    """Sends deliveries.

    `name` knows a colleague's name, for groups where no real @ is possible; `group_name` what a conversation was bound as;
    `is_short` says that calls are running out.
    """

    config: DingtalkConfig
    composer: Composer
    cards: Cards
    sessions: Sessions
    webhooks: Webhooks
    robot: Robot
    notices: Notices
    name: Callable[[str], str]
    group_name: Callable[[str], str]
    is_short: Callable[[datetime], bool]
    progress: Progress = field(default_factory=Progress)

    def send(self, delivery: Delivery) -> list[Outcome]:
        """Send now; one outcome per recipient."""
        if self.goes_as_card(delivery):
            return [self.cards.send(delivery, to) for to in delivery.recipients]
        outcomes: list[Outcome] = []
        for parts, recipients in self._composed(delivery, outcomes):
            for few in _chunks(recipients):
                outcomes += self._send_parts(replace(delivery, recipients=few), parts)
        return outcomes

    def goes_as_card(self, delivery: Delivery) -> bool:
        """Whether this goes out as an interactive card; words in an open session cost nothing where calls run out."""
        free_words = self.sessions.is_open(delivery) and self.is_short(delivery.now)
        return self.cards.takes(delivery) and not free_words

    def _composed(
        self, delivery: Delivery, outcomes: list[Outcome]
    ) -> Iterable[tuple[tuple[Part, ...], list[Recipient]]]:
        """Group the recipients by what they get; what cannot be composed is an outcome at once."""
        groups: dict[tuple[tuple[Part, ...], int], list[Recipient]] = {}
        for to in delivery.recipients:
            try:
                parts = self.composer.compose(delivery.content, delivery.chat, to, delivery.now)
            except DingtalkError as error:
                outcomes.append(failed(to.key, error))
                continue
            groups.setdefault((parts, self.progress.of(to.key)), []).append(to)
        return [(parts, recipients) for (parts, _), recipients in groups.items()]

    def _send_parts(self, delivery: Delivery, parts: Sequence[Part]) -> list[Outcome]:
        """Send the parts in order; a recipient whose part fails gets none of the later ones."""
        outcomes: dict[str, Outcome] = {}
        waiting = delivery.recipients
        for number in range(self.progress.of(waiting[0].key), len(parts)):
            part = _marked(parts[number], repeat=delivery.repeat and number == 0)
            for outcome in self._send_part(replace(delivery, recipients=waiting), part, number):
                outcomes[outcome.key] = _joined(outcomes.get(outcome.key), outcome)
            waiting = tuple(to for to in waiting if outcomes[to.key].fate is Fate.SENT)
            for to in waiting:
                self.progress.note(to.key, number + 1)
            if not waiting:
                break
        for to in waiting:
            self.progress.forget(to.key)
        return list(outcomes.values())

    def _send_part(self, delivery: Delivery, part: Part, number: int) -> Sequence[Outcome]:
        to = delivery.recipients[0]
        if not isinstance(part, ImagePart | FilePart) and self.sessions.is_open(delivery):
            outcome = self.sessions.send(delivery, to, part)
            if outcome.error not in _SESSION_CODES:
                return [outcome]
        if delivery.chat.kind is ChatKind.GROUP:
            return [self._to_group(delivery, to, part, number)]
        return self._to_people(delivery.recipients, part)

    def _to_group(self, delivery: Delivery, to: Recipient, part: Part, number: int) -> Outcome:
        group = self._group(to.account_id)
        if group and group.webhook and not isinstance(part, ImagePart | FilePart):
            outcome = self.webhooks.send(group, delivery, to, part, f"{to.key}#{number}")
            if not _needs_other_way(outcome, group):
                return outcome
        target = replace(to, account_id=(group.conversation_id if group else "") or to.account_id)
        names = [f"@{self.name(account)}" for account in delivery.mentions if self.name(account)]
        if names and not isinstance(part, ImagePart | FilePart):
            part = part.with_prefix(" ".join(names))
        return self.robot.to_group(target, part)

    def _group(self, conversation: str) -> GroupConfig | None:
        """Return the configured group of a conversation, also one that was bound by its name since we started."""
        known = self.config.group(conversation)
        if known is not None or all(group.conversation_id for group in self.config.groups):
            return known
        name = self.group_name(conversation)
        named = self.config.group(name) if name else None
        return replace(named, conversation_id=conversation) if named and not named.conversation_id else None

    def _to_people(self, recipients: Sequence[Recipient], part: Part) -> list[Outcome]:
        reachable = [to for to in recipients if not is_outsider(to.account_id)]
        unreachable = [_no_staff_id(to.key) for to in recipients if is_outsider(to.account_id)]
        outcomes = self.robot.to_people(reachable, part) if reachable else []
        return [
            *(self._last_resort(to, part, outcome) for to, outcome in zip(reachable, outcomes, strict=True)),
            *unreachable,
        ]

    def _last_resort(self, to: Recipient, part: Part, outcome: Outcome) -> Outcome:
        """Try a work notice for a person the robot cannot reach."""
        unreachable = outcome.fate is Fate.NEVER and outcome.error in {"invalidStaffId", "robot.oto.notExist"}
        if not unreachable or isinstance(part, ImagePart | FilePart) or not self.notices.takes(part):
            return outcome
        return self.notices.send(to, part)


def _needs_other_way(outcome: Outcome, group: GroupConfig) -> bool:
    """Whether a webhook is of no use now, and the robot can speak in the same group instead."""
    if not group.conversation_id:
        return False
    is_banned = outcome.error not in {"", "pace"} and (outcome.retry_after or 0) >= _BAN_SECONDS
    return outcome.fate is Fate.NEVER or outcome.error in _SESSION_CODES or is_banned


def _marked(part: Part, *, repeat: bool) -> Part:
    """Mark what may have arrived before: these channels have no key, and a silent double looks like a mistake."""
    return part.with_prefix(_REPEATED) if repeat and not isinstance(part, ImagePart | FilePart) else part


def _joined(before: Outcome | None, now: Outcome) -> Outcome:
    """Return the outcome of a message of several parts: the last one's, with the handles of all."""
    if before is None:
        return now
    joined = {
        name: ",".join(filter(None, (before.handle.get(name, ""), now.handle.get(name, "")))) for name in ("query_key",)
    }
    kept = {name: value for name, value in joined.items() if value}
    return replace(now, handle={**before.handle, **now.handle, **kept})


def _no_staff_id(key: str) -> Outcome:
    return Outcome(key, Fate.NEVER, error="no_staff_id", detail="没有员工 userId：应用版本未发布，或对方不是本企业员工")


def _chunks(recipients: Sequence[Recipient]) -> Iterator[tuple[Recipient, ...]]:
    for start in range(0, len(recipients), MOST_AT_ONCE):
        yield tuple(recipients[start : start + MOST_AT_ONCE])
