"""Messages of the self-built app to people: sent once, in parts that fit, changed in place, taken back."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from bot.adapters.base import Delivery, Fate, Outcome, Recipient
from bot.adapters.board import Board
from bot.adapters.wecom.card import closed_template
from bot.adapters.wecom.client import WecomClient
from bot.adapters.wecom.config import WecomConfig
from bot.adapters.wecom.errors import BAD_MEDIA, CARD_CLOSED, NOBODY, TASK_TAKEN, WecomError, api_error, parked
from bot.adapters.wecom.http import json_bytes
from bot.adapters.wecom.limits import MAX_RECIPIENTS, PERSON
from bot.adapters.wecom.mark import mark
from bot.adapters.wecom.part import Part, parts_of
from bot.adapters.wecom.task import task_id
from bot.adapters.wecom.upload import MediaSource, Uploads
from bot.adapters.windows import Windows
from bot.reply import Card

_REMEMBERED: Final = 2000
_CODES: Final = ("card_response_code", "response_code")
"""Codes a card may be changed by, newest first: of the last press, and of the sending."""


@dataclass(slots=True)
class _Receipt:
    """What became of the parts of one call so far."""

    missed: dict[str, str] = field(default_factory=dict)  # account → error
    msgids: list[str] = field(default_factory=list)
    response_code: str = ""

    def add(self, answer: Mapping[str, Any]) -> None:
        for name, error in (("invaliduser", NOBODY), ("unlicenseduser", "unlicensed")):
            self.missed |= dict.fromkeys(str(answer.get(name) or "").casefold().replace(",", "|").split("|"), error)
        self.missed.pop("", None)
        if answer.get("msgid"):
            self.msgids.append(str(answer["msgid"]))
        self.response_code = str(answer.get("response_code") or "")


class AppChannel:
    """Speaks as the self-built app."""

    def __init__(
        self,
        client: WecomClient,
        config: WecomConfig,
        media: MediaSource,
        *,
        now: Callable[[], datetime],
        board: Board | None = None,
    ) -> None:
        self._client = client
        self._config = config
        self._media = media
        self._uploads = Uploads(media, client.upload, now=now)
        self._people = Windows(PERSON, now=now, board=board, scope="wecom.person:")
        self._answered: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._guard = threading.Lock()

    # -- sending -------------------------------------------------------------------------------------------------------

    def send(self, delivery: Delivery) -> list[Outcome]:
        """Send to each recipient; at most 1000 a call."""
        outcomes: list[Outcome] = []
        for start in range(0, len(delivery.recipients), MAX_RECIPIENTS):
            outcomes += self._send_batch(delivery, delivery.recipients[start : start + MAX_RECIPIENTS])
        return outcomes

    def _send_batch(self, delivery: Delivery, recipients: Sequence[Recipient]) -> list[Outcome]:
        task = task_id([recipient.key for recipient in recipients], delivery.content)
        try:
            parts = parts_of(delivery.content, task_id=task, link=self._config.public_url, media=self._media)
        except WecomError as error:
            return [error.outcome(recipient.key) for recipient in recipients]
        if not parts:
            return [Outcome(recipient.key, Fate.NEVER, error="44004", detail="内容为空") for recipient in recipients]
        now, later = self._with_room(recipients, len(parts), whole=delivery.repeat)
        sent = self._send_parts(parts, now, delivery) if now else []
        return [*sent, *later]

    def _with_room(
        self, recipients: Sequence[Recipient], places: int, *, whole: bool
    ) -> tuple[list[Recipient], list[Outcome]]:
        """Part those who may get so many more messages now from those who have to wait.

        A repeat must have the same recipients as the first attempt, so with `whole` all wait for one.
        """
        waits = self._people.take_each([_account(each) for each in recipients], places, whole=whole)
        now = [each for each in recipients if not waits[_account(each)]]
        late = [
            parked(wait, "此人一分钟内消息已满").outcome(each.key)
            for each in recipients
            if (wait := waits[_account(each)])
        ]
        return now, late

    def _send_parts(self, parts: Sequence[Part], recipients: Sequence[Recipient], delivery: Delivery) -> list[Outcome]:
        receipt = _Receipt()
        try:
            for place, part in enumerate(parts):
                known_by = mark(delivery.number, place)
                receipt.add(self._send_part(part, recipients, known_by, repeat=delivery.repeat))
        except WecomError as error:
            return [error.outcome(recipient.key) for recipient in recipients]
        handle = {"via": "app", "msgid": ",".join(receipt.msgids), "message_id": (receipt.msgids or [""])[-1]}
        card = parts[-1].content
        if "task_id" in card:
            handle |= {"task_id": card["task_id"], "response_code": receipt.response_code}
        return [_outcome(recipient, receipt, handle) for recipient in recipients]

    def _send_part(
        self, part: Part, recipients: Sequence[Recipient], known_by: Mapping[str, Any], *, repeat: bool
    ) -> dict[str, Any]:
        try:
            return self._post(self._body(part, recipients, known_by), repeat=repeat)
        except WecomError as error:
            if error.code != BAD_MEDIA or not part.media_key:
                raise
        self._uploads.forget(self._uploads.media_id(part.kind, part.media_key, part.file_name))
        return self._post(self._body(part, recipients, known_by), repeat=repeat)

    def _body(self, part: Part, recipients: Sequence[Recipient], known_by: Mapping[str, Any]) -> dict[str, Any]:
        content = part.content
        if part.media_key:
            content = {"media_id": self._uploads.media_id(part.kind, part.media_key, part.file_name)}
        return {
            "touser": "|".join(recipient.account_id for recipient in recipients),
            "agentid": int(self._config.agent_id),
            "msgtype": part.kind,
            part.kind: content,
            **known_by,
        }

    def _post(self, body: Mapping[str, Any], *, repeat: bool) -> dict[str, Any]:
        """Send once; once more, byte for byte, when the answer was lost. What this process has sent it does not send again."""
        digest = sha256(json_bytes(body)).hexdigest()
        with self._guard:
            known = self._answered.get(digest)
        if known is not None:
            return known
        try:
            answer = self._client.post_json("message/send", body)
        except WecomError as error:
            answer = self._again_after(error, body, repeat=repeat)
        with self._guard:
            self._answered[digest] = answer
            while len(self._answered) > _REMEMBERED:
                self._answered.popitem(last=False)
        return answer

    def _again_after(self, error: WecomError, body: Mapping[str, Any], *, repeat: bool) -> dict[str, Any]:
        if _already_there(error, repeat=repeat):
            return {}
        if error.meaning.fate is not Fate.UNKNOWN:
            raise error
        try:
            return self._client.post_json("message/send", body)
        except WecomError as second:
            if _already_there(second, repeat=True):
                return {}
            raise (error if second.meaning.fate is Fate.LATER else second) from None  # the first may have arrived

    # -- afterwards ----------------------------------------------------------------------------------------------------

    def update(self, account: str, key: str, handle: Mapping[str, str], card: Card) -> Outcome:
        """Change a card in place, by the code of the last press or else of the sending; each works once, for 72 hours."""
        task = handle.get("task_id") or task_id([key], card)
        template = closed_template(card, task_id=task, link=self._config.public_url)
        left = dict(handle)
        outcome = Outcome(key, Fate.NEVER, error="no_response_code", detail="卡片已不能更新")
        for name in _CODES:
            code = left.pop(name, "")
            if not code:
                continue
            outcome = self._update_by(code, account, key, template)
            if outcome.fate is Fate.SENT:
                return Outcome(key, Fate.SENT, handle=left)
            if outcome.error not in CARD_CLOSED:
                return outcome
        return outcome

    def _update_by(self, code: str, account: str, key: str, template: Mapping[str, Any]) -> Outcome:
        body = {
            "userids": [account],
            "agentid": int(self._config.agent_id),
            "response_code": code,
            "template_card": template,
        }
        try:
            self._client.post_json("message/update_template_card", body)
        except WecomError as error:
            return self._update_again(error, body, key)
        return Outcome(key, Fate.SENT)

    def _update_again(self, error: WecomError, body: Mapping[str, Any], key: str) -> Outcome:
        if error.meaning.fate is not Fate.UNKNOWN:
            return error.outcome(key)
        try:
            self._client.post_json("message/update_template_card", body)
        except WecomError as second:
            if second.code not in CARD_CLOSED:
                return second.outcome(key)
        return Outcome(key, Fate.SENT)  # a used code now means that the lost answer was a yes

    def recall(self, handle: Mapping[str, str]) -> Outcome:
        """Take a message back, all its parts; possible for 24 hours."""
        for msgid in filter(None, handle.get("msgid", "").split(",")):
            try:
                self._client.post_json("message/recall", {"msgid": msgid})
            except WecomError as error:
                return error.outcome("")
        return Outcome("", Fate.SENT)


def _account(recipient: Recipient) -> str:
    return recipient.account_id.casefold()


def _already_there(error: WecomError, *, repeat: bool) -> bool:
    """Whether an earlier attempt arrived: its task id is taken."""
    return repeat and error.code == TASK_TAKEN


def _outcome(recipient: Recipient, receipt: _Receipt, handle: Mapping[str, str]) -> Outcome:
    missed = receipt.missed.get(_account(recipient))
    if missed is None:
        return Outcome(recipient.key, Fate.SENT, handle=handle)
    if missed == "unlicensed":
        return Outcome(recipient.key, Fate.NEVER, error=missed, detail="此人没有企业微信基础接口许可")
    return api_error(missed).outcome(recipient.key)
