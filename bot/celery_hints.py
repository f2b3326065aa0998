"""Hints through Celery, for those who run its broker anyway (`[queue] broker = "redis://…"` or "amqp://…").

The broker holds nothing that counts: a hint wakes one process that listens, which wakes another while there is more to do. Emptied, stopped or restarted, it costs
what a lost hint costs, half a second until the next look into the tables.
"""

from __future__ import annotations

from secrets import token_hex
from typing import Any, Final

import structlog
from celery import Celery
from celery.worker import WorkController, state
from kombu.entity import Queue
from kombu.exceptions import OperationalError

from bot.hints import KickedThreads, Lane, Wake

log = structlog.get_logger(__name__)

QUEUE: Final = "bot-hints"
TASK: Final = "bot.hint"
CONNECT_SECONDS: Final = 0.5
EXPIRES: Final = 5
RETRY_SECONDS: Final = 2.0
"""How long a broker that does not answer is left alone; meanwhile everybody polls."""


class CeleryHints(KickedThreads):
    """Sends hints as Celery tasks."""

    def __init__(self, broker: str, wake: Wake) -> None:
        super().__init__()
        self._app = _celery(broker)

        def hint(lane: str) -> None:
            wake(Lane(lane))

        self._app.task(name=TASK, ignore_result=True, shared=False)(hint)

    def start(self, *, listen: bool) -> None:
        """Begin to send hints, and to hear them if wanted."""
        self._begin({"hint-send": self._send} | ({"hint-hear": self._hear} if listen else {}))

    def stop(self) -> None:
        """End; a thread that still waits for a dead broker ends with the process."""
        self._stopping.set()  # before the worker is told to leave: it must not begin anew
        state.should_stop = 0
        self._end(3)
        state.should_stop = None

    def _send(self) -> None:
        while not self._stopping.is_set():
            try:
                for lane in self._next():
                    self._app.send_task(TASK, (str(lane),), queue=QUEUE, expires=EXPIRES, retry=False)
            except (OperationalError, OSError) as error:
                log.warning("broker_unreachable", error=type(error).__name__)
                self._stopping.wait(RETRY_SECONDS)

    def _hear(self) -> None:
        """Be a Celery worker in a thread: Celery reconnects by itself for as long as the broker is away."""
        self._app.set_current()  # of this thread: a task is looked up in the current application
        while not self._stopping.is_set():
            try:
                self._worker().start()
            except Exception as error:  # noqa: BLE001  # whatever breaks in its reconnecting: begin anew
                log.warning("hints_lost", error=type(error).__name__)
            self._stopping.wait(RETRY_SECONDS)

    def _worker(self) -> WorkController:
        return WorkController(
            app=self._app, pool="solo", concurrency=1, hostname=f"hints-{token_hex(4)}",
            without_gossip=True, without_mingle=True, without_heartbeat=True,
        )  # fmt: skip


def _celery(broker: str) -> Any:
    app = Celery("sales-bot", broker=broker, set_as_current=False)
    app.conf.update(
        task_queues=(Queue(QUEUE, durable=False, queue_arguments={"x-max-length": 1000}),),  # type: ignore[no-untyped-call]  # kombu has no types
        task_default_queue=QUEUE,
        task_ignore_result=True,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_timeout=CONNECT_SECONDS,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={"socket_connect_timeout": CONNECT_SECONDS, "max_retries": 1, "interval_start": 0},
    )
    return app
