"""`/place/<token>`: a small page for a phone. It asks once, shows what it will send, and posts once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Final

import structlog
from flask import Blueprint, Flask, Response, jsonify, make_response, render_template, request

from bot.adapters.base import Receive
from bot.adapters.windows import Windows
from bot.place import desk
from bot.place.desk import Opened, Refused
from bot.place.link import PATH
from bot.services import Services
from bot.update import Location

log = structlog.get_logger(__name__)

MAX_BODY: Final = 2_048
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_LINK_RATE: Final = ((timedelta(minutes=1), 20),)
"""One link, page and posts together: a phone that tries again and again is still a phone."""
_GUESS_RATE: Final = ((timedelta(minutes=1), 60),)
"""Links that are none, from one address; a good one is never counted there, so a shared proxy harms nobody."""
TOO_OFTEN: Final = Refused(HTTPStatus.TOO_MANY_REQUESTS, "点得太快了", "等一分钟再试。")
TOO_LONG: Final = Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "这不是一个位置", "请重新打开链接。")
NOT_STORED: Final = Refused(HTTPStatus.SERVICE_UNAVAILABLE, "暂时没存上", "请再点一次「发送」，不会重复记。")
SENT: Final = "结果会发到聊天里，可以回去了。"


class Pages:
    """Opens links and takes positions for one process."""

    def __init__(self, services: Services, receive: Receive) -> None:
        self._services = services
        self._receive = receive
        now = services.clock.now
        self._links = Windows(_LINK_RATE, now=now)
        self._guesses = Windows(_GUESS_RATE, now=now)

    def open(self, token: str) -> Opened:
        """Return what a link opens; raises `Refused`."""
        now = self._services.clock.now()
        try:
            opened = desk.open_link(self._services, token, now)
        except Refused:
            if self._guesses.take(request.remote_addr or ""):
                raise TOO_OFTEN from None
            raise
        if self._links.take(opened.link.nonce):
            raise TOO_OFTEN
        return opened

    def show(self, token: str) -> Response:
        """Answer with the page, or with a page that says why not."""
        try:
            opened = self.open(token)
        except Refused as refused:
            log.info("place_page_refused", status=refused.status)
            return make_response(render_template("refused.html", refused=refused), refused.status)
        return make_response(
            render_template("place.html", opened=opened, weak_from=self._services.settings.photos.distance_m)
        )

    def take(self, token: str) -> Response:
        """Store a position before it is acknowledged; the same link never makes two."""
        try:
            opened = self.open(token)
            location = desk.location_of(_body())
            if not self._store(opened, location):
                raise desk.USED
        except Refused as refused:
            log.info("place_refused", status=refused.status)
            return make_response(jsonify(error=refused.words, hint=refused.hint), refused.status)
        return make_response(jsonify(ok=True, words=SENT), HTTPStatus.CREATED)

    def _store(self, opened: Opened, location: Location) -> bool:
        try:
            return self._receive(desk.update_of(opened, location, self._services.clock.now()))
        except Exception as error:  # noqa: BLE001  # whatever storing raises, nobody may be told that it worked
            log.error("place_not_stored", error=type(error).__name__)  # noqa: TRY400  # a trace may hold the position
            raise NOT_STORED from None


def _body() -> object:
    """Return the JSON that was posted; raises `Refused` before reading more than a position can be."""
    if request.content_length is None or request.content_length > MAX_BODY:
        raise TOO_LONG
    return request.get_json(silent=True) if request.is_json else None


def add_place_page(app: Flask, services: Services, receive: Receive) -> None:
    """Add the routes."""
    pages = Pages(services, receive)
    blueprint = Blueprint(
        "place", __name__, template_folder="templates", static_folder="static", static_url_path=f"{PATH}static"
    )
    blueprint.after_request(_guarded)
    routes: tuple[tuple[str, Callable[[str], Response]], ...] = (("GET", pages.show), ("POST", pages.take))
    for method, view in routes:
        blueprint.add_url_rule(f"{PATH}<token>", f"{method} token", view, methods=[method])
    app.register_blueprint(blueprint)


def _guarded(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Permissions-Policy"] = "geolocation=(self)"
    if request.endpoint != "place.static":
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex"
    return response
