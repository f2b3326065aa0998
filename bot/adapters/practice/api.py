"""The practice chat's HTTP API (`/practice/api`): the page uses exactly this, and so may any program on this machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, jsonify, request

from bot.adapters.base import Receive
from bot.adapters.practice import incoming
from bot.adapters.practice.bell import Bell
from bot.adapters.practice.company import overview, state_json
from bot.adapters.practice.failures import FAILURES, METHODS, nowhere, only_here, plain
from bot.adapters.practice.links import Links
from bot.adapters.practice.moves import target
from bot.adapters.practice.picks import PICKS, Scene
from bot.adapters.practice.show import message_json, served, stored_file
from bot.adapters.practice.stage import Stage
from bot.adapters.practice.stream import Streams
from bot.adapters.practice.wait import Waiter, replies
from bot.adapters.practice.wire import (
    MAX_BODY,
    ActionIn,
    ApiError,
    ClockIn,
    MessageIn,
    MessagesQuery,
    ReadIn,
    fields,
    form_values,
    json_body,
)  # fmt: skip
from bot.media import MediaStore
from models import practice
from models.db import Database
from models.practice import DIRECT, Place, PracticeMessage

Answer = tuple[Response, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeApi:
    """The routes and what they need."""

    database: Database
    media: MediaStore
    bell: Bell
    links: Links
    streams: Streams
    receive: Receive
    stage: Stage

    def blueprint(self) -> Blueprint:
        """Return the routes, guarded, with every failure as `{"error": sentence}`."""
        api = Blueprint("practice_api", __name__, url_prefix="/practice/api")
        api.before_request(only_here)
        api.after_request(plain)
        for failure, answer in FAILURES.items():
            api.register_error_handler(failure, answer)
        for rule, method, view in self._routes():
            api.add_url_rule(rule, view.__name__, view, methods=[method])
        api.add_url_rule("/", "nowhere", nowhere, methods=METHODS)
        api.add_url_rule("/<path:rest>", "nowhere", nowhere, methods=METHODS)
        return api

    def _routes(self) -> list[tuple[str, str, Callable[..., Any]]]:
        return [
            ("/state", "GET", self.state),
            ("/messages", "GET", self.messages),
            ("/messages", "POST", self.say),
            ("/actions", "POST", self.press),
            ("/clock", "POST", self.move_clock),
            ("/clock/next", "GET", self.next_due),
            ("/reset", "POST", self.reset),
            ("/overview", "GET", self.overview),
            ("/read", "POST", self.read),
            ("/commands", "GET", self.commands),
            ("/places", "GET", self.places),
            ("/samples", "GET", self.samples),
            ("/samples/<name>", "GET", self.sample),
            ("/media/<message_id>/<name>", "GET", self.attachment),
            ("/events", "GET", self.events),
        ]

    # -- speaking ------------------------------------------------------------------------------------------------------

    def say(self) -> Answer:
        """`POST /messages`."""
        if request.mimetype == "multipart/form-data":
            request.max_content_length = MAX_BODY
            said = fields(MessageIn, form_values(request.form))
            media = incoming.attached(request.files, self.media)
        else:
            said, media = json_body(MessageIn, request), []
        with self.database.write() as session:
            stored = incoming.say(session, said, media, self.stage.clock.now())
        self.bell.ring()
        if stored.update is not None:
            self.receive(stored.update)
        wait_for = stored.update.id if stored.update else None
        return self._answer(stored.message_id, wait_for, said.sender, stored.place)

    def press(self) -> Answer:
        """`POST /actions`."""
        pressed = json_body(ActionIn, request)
        with self.database.read() as session:
            update, place = incoming.press(session, pressed, self.stage.clock.now())
        self.receive(update)
        return self._answer(update.id, update.id, pressed.sender, place)

    def _answer(self, own_id: str, update_id: str | None, sender: str, place: Place) -> Answer:
        if request.args.get("wait") not in {"1", "true"}:
            return jsonify(id=own_id), 202
        if update_id is None:
            return jsonify(id=own_id, replies=[]), 200
        if not Waiter(self.database, self.bell, self.stage.clock.now).handled(update_id):
            return jsonify(id=own_id), 202
        with self.database.read() as session:
            groups = {group.conversation_id: group.id for group in practice.groups(session)}
            found = replies(session, update_id, (Place(DIRECT, sender), place))
            return jsonify(id=own_id, replies=[message_json(one, sender, self.links, groups) for one in found]), 200

    # -- looking -------------------------------------------------------------------------------------------------------

    def state(self) -> Response:
        """`GET /state`."""
        with self.database.read() as session:
            return jsonify(state_json(session, self.stage))

    def messages(self) -> Response:
        """`GET /messages`: by `after` (seq), or by `changed_after` (cursor) to hear of changed cards too."""
        query = fields(MessagesQuery, request.args.to_dict())
        with self.database.read() as session:
            cursor = practice.latest_change(session)
            wanted = [practice.seen_by(session, query.viewer), PracticeMessage.seq > query.after]
            if query.changed_after is not None:
                wanted.append(PracticeMessage.change > query.changed_after)
            if query.chat:
                wanted.append(practice.in_chat(incoming.place_of(session, query.viewer, query.chat)))
            groups = {group.conversation_id: group.id for group in practice.groups(session)}
            found = [message_json(one, query.viewer, self.links, groups) for one in practice.find(session, *wanted)]
        return jsonify(messages=found, cursor=cursor)

    def overview(self) -> Response:
        """`GET /overview`: what is unread and what was said last, for everybody."""
        with self.database.read() as session:
            return jsonify(people=overview(session))

    def read(self) -> Response:
        """`POST /read`: somebody has read a chat up to a message."""
        body = json_body(ReadIn, request)
        with self.database.write() as session:
            place = incoming.place_of(session, body.viewer, body.chat)
            chat = DIRECT if place.kind == DIRECT else place.id
            practice.mark_read(session, body.viewer, chat, body.seq)
        return jsonify(ok=True)

    def attachment(self, message_id: str, name: str) -> Response:
        """`GET /media/…`: a signed link, and still only for somebody who can see the message."""
        viewer = request.args.get("viewer", "")
        good = self.links.holds(
            message_id, name, viewer, until=request.args.get("until", ""), sign=request.args.get("sign", "")
        )
        if not good:
            raise ApiError("这个链接已失效，请刷新页面。", 403)
        with self.database.read() as session:
            message = practice.by_message_id(session, message_id)
            if message is None or not practice.can_see(session, viewer, message):
                raise ApiError("你看不到这条消息。", 403)
            key, file_name = stored_file(message, name)
        return served(self.media.get(key) if key else None, file_name)

    def events(self) -> Response:
        """`GET /events`: server-sent events."""
        return Response(
            self.streams.open(),
            mimetype="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    # -- the stage -----------------------------------------------------------------------------------------------------

    def move_clock(self) -> Response:
        """`POST /clock`."""
        move = json_body(ClockIn, request)
        stage = self.stage
        if not stage.is_movable:
            raise ApiError("这里走的是真实时间，拨不动。")
        try:
            pushed = stage.advance(target(move, stage.clock.now()))
        except ValueError:
            raise ApiError("练习时钟只能往前走。") from None
        self.bell.moved()
        return jsonify(now=stage.clock.now().isoformat(), pushed=pushed)

    def next_due(self) -> Response:
        """`GET /clock/next`: when something happens next by itself."""
        at = self.stage.next_due_at()
        return jsonify(at=at.isoformat() if at else None)

    def reset(self) -> Response:
        """`POST /reset`: only where the company is a played one."""
        if not self.stage.is_movable:
            raise ApiError("这里是真实的公司，不能清空。")
        self.stage.reset()
        self.bell.reset()
        self.bell.moved()
        return self.state()

    def commands(self) -> Response:
        """`GET /commands`: what the composer suggests after "/"."""
        known = self.stage.commands(request.args.get("viewer", ""))
        hints = [
            {"name": each.spec.name, "help": each.help, "usage": each.usage, "aliases": list(each.spec.aliases)}
            for each in known
        ]
        return jsonify(commands=hints)

    def places(self) -> Response:
        """`GET /places`: addresses one may send as a location."""
        known = self.stage.customers(request.args.get("viewer", ""))
        return jsonify(places=[{"label": c.label, "address": c.address, "lat": c.lat, "lng": c.lng} for c in known])

    def samples(self) -> Response:
        """`GET /samples`: pictures to try things with."""
        return jsonify(samples=[{"id": name, "label": pick.label, "hint": pick.hint} for name, pick in PICKS.items()])

    def sample(self, name: str) -> Response:
        """`GET /samples/<id>?viewer=…`: one of them, drawn for the practice instant and a customer of the viewer."""
        if name not in PICKS:
            raise ApiError("没有这张示例照片。", 404)
        customers = self.stage.customers(request.args.get("viewer", ""))
        label, address = (
            (customers[0].name, customers[0].address)
            if customers
            else ("华东机械有限公司", "上海市黄浦区人民大道 200 号")
        )
        contact, title = self.stage.contact(customers[0]) if customers else ("王建国", "采购经理")
        return served(PICKS[name].draw(Scene(self.stage.clock.now(), label, address, contact, title)), f"{name}.jpg")
