"""Interactive cards: only where the deployer has published a template; everything else falls back to words.

The template's variables are a contract with the deployer (docs/dingtalk.md): `title body fields note image status pending key`, and
for up to five buttons `b1`…`b5` (label), `a1`…`a5` (what it sends back), `s1`…`s5` ("primary", "danger", "disabled", …).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from bot.adapters.base import Delivery, Fate, Outcome, Recipient
from bot.adapters.dingtalk import wire
from bot.adapters.dingtalk.api import Api
from bot.adapters.dingtalk.config import DingtalkConfig, Mode
from bot.adapters.dingtalk.errors import DingtalkError, Kind, api_error
from bot.adapters.dingtalk.markdown import body_text, open_buttons, plain, short_title
from bot.adapters.dingtalk.message import is_outsider
from bot.adapters.dingtalk.outcomes import failed, failed_keyed, sent
from bot.adapters.dingtalk.wire import Json
from bot.reply import Button, Card
from bot.update import Chat, ChatKind

CREATE: Final = "/v1.0/card/instances/createAndDeliver"
CARDS: Final = "/v1.0/card/instances"
MAX_BUTTONS: Final = 5
MAX_VALUE: Final = 1024
_TRACK: Final = re.compile(r"[A-Za-z0-9_.:#-]{1,100}")


class Cards:
    """Sends and updates interactive cards. `image` uploads a picture, `name` knows a colleague's name."""

    def __init__(
        self, config: DingtalkConfig, api: Api, *, image: Callable[[str], str], name: Callable[[str], str]
    ) -> None:
        self._config = config
        self._api = api
        self._image = image
        self._name = name

    def takes(self, delivery: Delivery) -> bool:
        """Whether a delivery can and should go as an interactive card: it waits for a press and fits the template."""
        card = delivery.content
        if not self._config.card_template_id or not isinstance(card, Card) or not open_buttons(card):
            return False
        fits = len(card.buttons) <= MAX_BUTTONS and all(
            len(value.encode()) <= MAX_VALUE for value in card_values(card, "").values()
        )
        return fits and not any(is_outsider(to.account_id) for to in delivery.recipients)

    def send(self, delivery: Delivery, to: Recipient) -> Outcome:
        """Send under an id made from our key: sent twice it arrives once."""
        assert isinstance(delivery.content, Card)
        track = track_id(to.key)
        handle = {"track": track, "message_id": track}
        try:
            values = self._values(delivery.content, to.key)
            answer = self._api.post(CREATE, self._create(delivery, to, track, values))
        except DingtalkError as error:
            return sent(to.key, **handle) if error.kind is Kind.ALREADY else failed_keyed(to.key, error)
        refused = _refused(answer)
        return failed(to.key, refused) if refused else sent(to.key, **handle)

    def update(self, key: str, handle: Mapping[str, str], card: Card) -> Outcome:
        """Change a card in place; a message that is no card cannot be changed."""
        track = handle.get("track", "")
        if not track:
            return Outcome(key, Fate.NEVER, error="not_updatable", detail="这条消息不是互动卡片，不能原地更新")
        body = {
            "outTrackId": track,
            "cardData": {"cardParamMap": {name: _cut(value) for name, value in self._values(card, key).items()}},
            "cardUpdateOptions": {"updateCardDataByKey": True},
        }
        try:
            self._api.call("PUT", CARDS, body)
        except DingtalkError as error:
            return failed_keyed(key, error)
        return sent(key, **handle)

    def _values(self, card: Card, key: str) -> dict[str, str]:
        return card_values(card, key, self._image(card.image) if card.image else "")

    def _create(self, delivery: Delivery, to: Recipient, track: str, values: Mapping[str, str]) -> Json:
        body: dict[str, Any] = {
            "cardTemplateId": self._config.card_template_id,
            "outTrackId": track,
            "callbackType": "STREAM" if self._config.mode is Mode.STREAM else "HTTP",
            "userIdType": 1,
            "cardData": {"cardParamMap": dict(values)},
            **_space(delivery.chat, to, values["title"]),
        }
        if self._config.mode is Mode.HTTP:
            body["callbackRouteKey"] = self._config.card_route_key
        return {**body, **self._deliver(delivery)}

    def _deliver(self, delivery: Delivery) -> Json:
        robot = self._config.robot
        if delivery.chat.kind is ChatKind.DIRECT:
            return {"imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT", "robotCode": robot}}
        at = {account: self._name(account) or account for account in delivery.mentions}
        return {"imGroupOpenDeliverModel": {"robotCode": robot, **({"atUserIds": at} if at else {})}}


def track_id(key: str) -> str:
    """Return the outTrackId of our key: the key itself where the platform takes it, else its digest."""
    return key if _TRACK.fullmatch(key) else f"k-{sha256(key.encode()).hexdigest()[:40]}"


def card_values(card: Card, key: str, image: str = "") -> dict[str, str]:
    """Return the template's variables; every one is set every time, because an update replaces by name."""
    values = {
        "title": short_title(card.title, card.body),
        "body": body_text(card),
        "fields": "\n".join(f"- **{plain(field.label)}**：{plain(field.value)}" for field in card.fields),
        "note": plain(card.note),
        "image": image,
        "status": str(card.state),
        "pending": "",
        "key": key,
    }
    return {**values, **_button_values(card.buttons)}


def _button_values(buttons: Sequence[Button]) -> dict[str, str]:
    values = {}
    for number in range(1, MAX_BUTTONS + 1):
        button = buttons[number - 1] if number <= len(buttons) else None
        values[f"b{number}"] = button.label if button else ""
        values[f"a{number}"] = str(button.action) if button and not button.disabled else ""
        values[f"s{number}"] = ("disabled" if button.disabled else str(button.style)) if button else "hidden"
    return values


def _space(chat: Chat, to: Recipient, title: str) -> Json:
    shown = {"lastMessageI18n": {"ZH_CN": title}, "notification": {"alertContent": title, "notificationOff": False}}
    if chat.kind is ChatKind.DIRECT:
        model = {"supportForward": False, **shown}
        return {"openSpaceId": f"dtv1.card//IM_ROBOT.{to.account_id}", "imRobotOpenSpaceModel": model}
    model = {"supportForward": False, **shown}
    return {"openSpaceId": f"dtv1.card//IM_GROUP.{to.account_id}", "imGroupOpenSpaceModel": model}


def _refused(answer: Json) -> DingtalkError | None:
    """Return why a card was created and yet not delivered: the 200 does not tell."""
    results = wire.children(wire.child(answer, "result"), "deliverResults")
    bad = next((each for each in results if each.get("success") is not True), None)
    if bad is None:
        return DingtalkError(Kind.CONTENT, "card refused") if answer.get("success") is False else None
    words = wire.text(bad, "errorMsg") or "not delivered"
    error = api_error(400, {"code": words})
    return error if error.kind is not Kind.CONTENT else DingtalkError(Kind.GONE, words[:60])


def _cut(value: str) -> str:
    """Return as much of a value as the platform takes."""
    return value.encode()[:MAX_VALUE].decode("utf-8", "ignore")
