"""The web application: platform callbacks, health and metrics. Bodies are bounded before anything is parsed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from flask import Flask, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from bot import inbox, outbox
from bot.adapters.base import Metered
from bot.place.page import add_place_page
from bot.services import Services

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.runtime import Runtime

STALE: Final = timedelta(seconds=60)
MAX_BODY: Final = 64 * 1024
"""Largest callback body; the practice chat raises it for its own routes."""


def create_web(services: Services, runtime: Runtime) -> Flask:
    """Return the web application with the routes of every platform."""
    web = Flask("bot", static_folder=None)
    web.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    web.json.ensure_ascii = False  # type: ignore[attr-defined]  # of Flask's default provider

    @web.errorhandler(HTTPException)
    def refused(error: HTTPException) -> tuple[Response, int]:
        return jsonify(error=error.name), error.code or 500

    @web.get("/healthz")
    def healthz() -> tuple[Response, int]:
        problems = find_problems(services, runtime)
        return jsonify(ok=not problems, problems=problems), 503 if problems else 200

    @web.get("/metrics")
    def metrics() -> Response:
        lines = generate_latest(REGISTRY) + generate_latest(_Families(_gauges(services)))
        return Response(lines, content_type=CONTENT_TYPE_LATEST)

    for adapter in services.adapters.values():
        adapter.register(web, runtime.receive)
    if not all(adapter.capabilities.location for adapter in services.adapters.values()):
        add_place_page(web, services, runtime.receive)
    return web


def find_problems(services: Services, runtime: Runtime) -> dict[str, str]:
    """Return what is not alive, name → what it is; no secrets."""
    problems: dict[str, str] = {}
    try:
        with services.database.read() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        problems["database"] = type(error).__name__
    now = runtime.lease_clock.now()
    stale = [name for name, beat in runtime.beats.items() if now - beat > STALE]
    problems |= dict.fromkeys(stale, "no heartbeat")
    problems |= runtime.watchdog.problems(now)
    for name, adapter in services.adapters.items():
        problems |= {f"{name}.{key}": reason for key, reason in adapter.health().items()}
    return problems


def _gauges(services: Services) -> list[GaugeMetricFamily]:
    """Return what the database tells; while it is away, that, because then somebody looks."""
    try:
        families = _stored(services)
    except SQLAlchemyError:
        families = []
    return [GaugeMetricFamily("database_up", "Whether the database answers", bool(families)), *families]


def _stored(services: Services) -> list[GaugeMetricFamily]:
    now = services.clock.now()
    with services.database.read() as session:
        waiting, oldest_in = inbox.depth(session)
        owed, oldest_out = outbox.depth(session, now)
        fates = outbox.fates(session)
    return [
        GaugeMetricFamily("inbox_depth", "Updates waiting to be handled", waiting),
        GaugeMetricFamily("inbox_age_seconds", "Age of the oldest waiting update", _age(now, oldest_in)),
        GaugeMetricFamily("outbox_depth", "Messages due and not sent", owed),
        GaugeMetricFamily("outbox_age_seconds", "Lateness of the oldest due message", _age(now, oldest_out)),
        _fates(fates),
        *_allowances(services),
    ]


def _fates(fates: Mapping[str, int]) -> GaugeMetricFamily:
    found = GaugeMetricFamily("outbox_not_delivered", "Messages that ended without a certain arrival", labels=["state"])
    for state, count in fates.items():
        found.add_metric([state], count)
    return found


def _allowances(services: Services) -> list[GaugeMetricFamily]:
    """Return what platforms that count have counted."""
    labels = ["platform", "allowance"]
    used = GaugeMetricFamily("platform_allowance_used", "Used of a platform's monthly allowance", labels=labels)
    limit = GaugeMetricFamily("platform_allowance_limit", "A platform's monthly allowance", labels=labels)
    for name, adapter in services.adapters.items():
        for allowance in adapter.allowances() if isinstance(adapter, Metered) else ():
            used.add_metric([name, allowance.name], allowance.used)
            limit.add_metric([name, allowance.name], allowance.limit)
    return [used, limit]


class _Families:
    """A one-off collection of gauges."""

    def __init__(self, families: Iterable[GaugeMetricFamily]) -> None:
        self._families = list(families)

    def collect(self) -> list[GaugeMetricFamily]:
        """Return the families."""
        return self._families


def _age(now, since) -> float:  # type: ignore[no-untyped-def]  # noqa: ANN001  # datetimes
    return max((now - since).total_seconds(), 0.0) if since else 0.0
