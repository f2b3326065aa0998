"""SQLite, one process: killed with SIGKILL in the middle of a burst and started again on the same data."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.journeys.office import Office

pytestmark = pytest.mark.timeout(300)
PEOPLE = ("zhouhang", "linke", "sun", "chenmin")
EACH = 50


def test_two_hundred_messages_survive_a_kill(tmp_path: Path) -> None:
    with Office(tmp_path, at="2026-11-16T09:30") as office:
        taken, half = threading.Semaphore(0), EACH * len(PEOPLE) // 2

        def talk(who: str) -> None:
            for number in range(EACH):
                _post(office, who, number)
                taken.release()

        with ThreadPoolExecutor(len(PEOPLE)) as pool:
            talking = [pool.submit(talk, who) for who in PEOPLE]
            for _ in range(half):
                assert taken.acquire(timeout=120)
            office.kill()
            office.start()
            for done in talking:
                done.result()
        for who in PEOPLE:  # the last of a chat is answered when all before it are
            office.say(who, "帮助", client_id="last")
        for who in PEOPLE:
            _check(office, who)


def _post(office: Office, who: str, number: int) -> None:
    """Send until it is taken, like a platform; the same id each time."""
    body = {"from": who, "chat": "direct", "text": f"帮助 {number}", "client_id": f"{who}-{number}"}
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            answer = requests.post(f"{office.api}/messages", json=body, timeout=10)
        except requests.RequestException:
            threading.Event().wait(0.1)
            continue
        if answer.status_code == 202:
            return
    raise AssertionError("never taken")


def _check(office: Office, who: str) -> None:
    query = {"viewer": who, "after": "0", "chat": "direct"}
    seen = requests.get(f"{office.api}/messages", params=query, timeout=60).json()["messages"]
    own = [m["text"] for m in seen if m["from"] == who]
    assert own == [*(f"帮助 {number}" for number in range(EACH)), "帮助"], "lost, doubled or out of order"
    assert len(seen) - len(own) == EACH + 1, "an answer is missing or came twice"
