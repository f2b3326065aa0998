"""Event callbacks: dingtalk-sdk's cipher behind checks it lacks."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from secrets import token_hex
from typing import Any

from bot.adapters.dingtalk import library
from bot.adapters.dingtalk.signature import Refused


class EventCrypto:
    """Opens and seals event pushes.

    `owner_key` is the client id for events an app subscribes to (dingtalk-sdk's own client would take the corp id and refuse
    every event). The library compares signatures in non-constant time and answers malformed input with a handful of different
    exceptions: the signature is checked before it sees anything, and whatever it raises is one `Refused`.
    """

    def __init__(self, token: str, aes_key: str, owner_key: str) -> None:
        self._token = token
        self._crypto: Any = library.load("dingtalk.crypto").DingTalkCrypto(token, aes_key, owner_key)

    def open(self, *, signature: str, timestamp: str, nonce: str, encrypt: str) -> str:
        """Return the decrypted event (JSON text); raises `Refused`."""
        words = "".join(sorted((self._token, timestamp, nonce, encrypt))).encode("utf-8", "replace")
        wanted = sha1(words).hexdigest()  # noqa: S324 - the platform's algorithm
        if not hmac.compare_digest(wanted.encode(), signature.encode("utf-8", "replace")):
            raise Refused("bad signature")
        try:
            return str(self._crypto.decrypt_encrypt_str(wanted, timestamp, nonce, encrypt))
        except Exception:  # noqa: BLE001 - five kinds of exception, all of them mean the same
            raise Refused("cannot be decrypted") from None

    def seal(self, words: str, now: datetime) -> dict[str, str]:
        """Return the encrypted answer to an event."""
        timestamp = str((now - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1))
        sealed: dict[str, str] = self._crypto.encrypt_message(words, nonce=token_hex(8), timestamp=timestamp)
        return sealed
