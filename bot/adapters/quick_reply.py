"""Buttons for chats without buttons: a short code per card and chat, so that "接单 #7k2m" presses one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import Final, Protocol

ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that looks like something else
LIFE: Final = timedelta(days=30)
_LENGTHS: Final = (4, 6, 8, 12)
_TYPED: Final = re.compile(r"^(?P<label>.{1,80}?)\s*[#＃]\s*(?P<code>[2-9a-zA-Z]{4,12})$")


@dataclass(frozen=True, slots=True)
class QuickReply:
    """The buttons of one card in one chat: label → packed action."""

    message_key: str
    buttons: Mapping[str, str] = field(default_factory=dict)


class QuickReplies(Protocol):
    """Keeps quick replies for a month. A code is good in the chat it was shown in and nowhere else."""

    def keep(self, chat_id: str, reply: QuickReply, now: datetime) -> str:
        """Return the code of these buttons in this chat: the same one however often they are kept."""

    def find(self, chat_id: str, code: str, now: datetime) -> QuickReply | None:
        """Return what the code stands for in this chat."""


class MemoryQuickReplies:
    """Quick replies of one process."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], tuple[QuickReply, datetime]] = {}
        self._guard = Lock()

    def keep(self, chat_id: str, reply: QuickReply, now: datetime) -> str:
        """Return the code of `reply` in this chat."""
        with self._guard:
            for code in candidates(reply):
                there, _ = self._kept.get((chat_id, code), (reply, now))
                if there.buttons == reply.buttons:
                    self._kept[chat_id, code] = (reply, now + LIFE)
                    return code
        raise RuntimeError("no free code")  # pragma: no cover - 31^12 of them

    def find(self, chat_id: str, code: str, now: datetime) -> QuickReply | None:
        """Return what the code stands for in this chat."""
        with self._guard:
            reply, until = self._kept.get((chat_id, code.lower()), (None, now))
        return reply if now < until else None


def candidates(reply: QuickReply) -> list[str]:
    """Return the codes for these buttons, shortest first: the same for everybody who gets them, so that one text serves all."""
    words = "\n".join(f"{label}\t{action}" for label, action in sorted(reply.buttons.items()))
    number = int.from_bytes(sha256(words.encode()).digest()[:16], "big")
    letters = []
    for _ in range(max(_LENGTHS)):
        number, digit = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[digit])
    return ["".join(letters[:length]) for length in _LENGTHS]


def typed_code(text: str) -> tuple[str, str] | None:
    """Return label and code of "接单 #7k2m"; None for any other text."""
    found = _TYPED.match(text.strip())
    return (found["label"].strip().strip("【】"), found["code"].lower()) if found else None
