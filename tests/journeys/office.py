"""The demo company as a real process on loopback, spoken to through the practice chat's HTTP API and nothing else."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import requests

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
TURN_SECONDS = 90


class Message(dict[str, Any]):
    """A message of the practice chat with the words a person reads."""

    @property
    def words(self) -> str:
        card = self.get("card") or {}
        fields = [f"{field['label']}：{field['value']}" for field in card.get("fields", [])]
        parts = [
            self.get("text") or "",
            card.get("title", ""),
            card.get("body", ""),
            *fields,
            card.get("note", "") or "",
        ]
        return "\n".join(part for part in parts if part)

    @property
    def buttons(self) -> list[str]:
        return [b["label"] for b in (self.get("card") or {}).get("buttons", []) if not b["disabled"]]


class Office:
    """`with Office(tmp_path, at="2026-11-16T16:40") as office: office.say("zhouhang", "拜访 华东机械")`."""

    def __init__(self, folder: Path, *, at: str, extra: Sequence[str] = ()) -> None:
        self.folder, self._at, self._extra = folder, at, extra
        self._log = folder / "process.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.api = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        command = [sys.executable, "-m", "bot", "demo", "--port", "0", "--frozen", "--data", str(self.folder / "data")]
        first = not (self.folder / "data").exists()
        command += ["--at", self._at] if first else []
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [*command, *self._extra], cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, env=_environment()
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            match = re.search(r"listening on (http://\S+?)/?\s", self._log.read_text("utf-8", "replace"))
            if match:
                self.api = f"{match[1]}/practice/api"
                return
            assert self.process.poll() is None, self._log.read_text("utf-8", "replace")
            time.sleep(0.05)
        raise AssertionError(f"the demo did not start: {self._log.read_text('utf-8', 'replace')}")

    def stop(self) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(20)

    # -- people speak ---------------------------------------------------------------------------------------------------

    def say(self, who: str, text: str = "", *, images: Sequence[bytes] = (), location: tuple[float, float] | None = None,
            group: str = "direct", quote: Message | None = None, client_id: str | None = None) -> list[Message]:  # fmt: skip
        facts: dict[str, Any] = {"from": who, "chat": group}
        facts |= {"text": text} if text else {}
        facts |= {"mention_bot": True} if group != "direct" else {}
        facts |= {"quote": quote["id"]} if quote else {}
        facts |= {"client_id": client_id} if client_id else {}
        if images:
            files = [("image", (f"{n}.jpg", data, "image/jpeg")) for n, data in enumerate(images)]
            return self._replies(
                requests.post(f"{self.api}/messages?wait=1", data=facts, files=files, timeout=TURN_SECONDS)
            )
        if location:
            facts["location"] = {"lat": location[0], "lng": location[1], "label": "当前位置"}
        return self._replies(requests.post(f"{self.api}/messages?wait=1", json=facts, timeout=TURN_SECONDS))

    def press(
        self, who: str, label: str, *, on: Message | None = None, values: Mapping[str, str] | None = None
    ) -> list[Message]:
        message = on or next(m for m in reversed(self.seen(who)) if any(b.startswith(label) for b in m.buttons))
        button = next(b for b in message["card"]["buttons"] if b["label"].startswith(label))
        facts = {"from": who, "message_id": message["id"], "action": button["action"], "values": dict(values or {})}
        return self._replies(requests.post(f"{self.api}/actions?wait=1", json=facts, timeout=TURN_SECONDS))

    def _replies(self, answer: requests.Response) -> list[Message]:
        assert answer.status_code == 200, answer.text
        return [Message(message) for message in answer.json()["replies"]]

    # -- time, and what people see --------------------------------------------------------------------------------------

    def advance_to(self, at: str) -> int:
        return self._clock({"to": f"{at}+08:00" if "+" not in at else at})

    def advance(self, duration: str) -> int:
        return self._clock({"advance": duration})

    def _clock(self, body: Mapping[str, str]) -> int:
        answer = requests.post(f"{self.api}/clock", json=body, timeout=TURN_SECONDS)
        assert answer.status_code == 200, answer.text
        pushed: int = answer.json()["pushed"]
        return pushed

    def seen(self, who: str, chat: str | None = None) -> list[Message]:
        """Everything a person sees, his own words left out."""
        query = {"viewer": who, "after": "0"} | ({"chat": chat} if chat else {})
        answer = requests.get(f"{self.api}/messages", params=query, timeout=TURN_SECONDS)
        return [Message(m) for m in answer.json()["messages"] if m["from"] == "bot"]

    def heard(self, who: str, word: str) -> list[Message]:
        """The bot's messages in a person's direct chat that contain a word."""
        return [m for m in self.seen(who) if word in m.words and m["chat"]["type"] == "direct"]


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"}
