"""Pictures and files sent to the AI bot: encrypted, behind an address that works for five minutes.

The download begins when the message is heard, beside its storing, and the turn takes what is already here; should this process
die in between, the turn still has the address.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Final

import requests
import structlog

from bot.adapters.base import Fate, FetchedMedia
from bot.adapters.wecom.crypto import Refused, open_media
from bot.adapters.wecom.errors import Kind, Meaning, WecomError, api_error
from bot.adapters.wecom.http import DOWNLOAD_TIMEOUT, file_name, pooled, read_file, transport_error
from bot.update import Media

log = structlog.get_logger(__name__)

MAX_BOT_FILE: Final = 100 * 1024 * 1024
TRIES: Final = 4
PAUSES: Final = (0.5, 2.0, 5.0)
"""Seconds between tries: the CDN has been seen to answer 503 for a moment."""
_KEPT: Final = 64
_AT_ONCE: Final = 4
_UNDECIPHERABLE: Final = Meaning(Kind.CONTENT, "附件解不开，请核对智能机器人的 aes_key")


class BotMedia:
    """Fetches attachments of the bot. `aes_key` is the bot's own, for URL mode; on the long connection each has its own."""

    def __init__(self, aes_key: str = "", *, pause: Callable[[float], object] = time.sleep) -> None:
        self._aes_key = aes_key
        self._pause = pause
        self._http = pooled(requests.Session())
        self._places = threading.BoundedSemaphore(_AT_ONCE)
        self._begun: OrderedDict[str, Future[FetchedMedia]] = OrderedDict()
        self._guard = threading.Lock()

    def begin(self, attachments: Iterable[Media]) -> None:
        """Begin to download, without waiting."""
        for media in attachments:
            self._start(media)

    def fetch(self, media: Media) -> FetchedMedia:
        """Return an attachment, decrypted; raises `WecomError`."""
        try:
            return self._start(media).result()
        finally:
            with self._guard:
                self._begun.pop(media.ref["url"], None)

    def _start(self, media: Media) -> Future[FetchedMedia]:
        address = media.ref["url"]
        with self._guard:
            if address not in self._begun:
                while len(self._begun) >= _KEPT:  # forgotten by whoever asked; the address may still work
                    self._begun.popitem(last=False)
                self._begun[address] = self._in_background(address, media)
            return self._begun[address]

    def _in_background(self, address: str, media: Media) -> Future[FetchedMedia]:
        """Download in a thread that does not keep a stopping process alive."""
        result: Future[FetchedMedia] = Future()

        def run() -> None:
            with self._places:
                try:
                    result.set_result(self._download(address, media))
                except Exception as error:  # noqa: BLE001  # handed to whoever asks for the result
                    result.set_exception(error)

        threading.Thread(target=run, name="wecom-media", daemon=True).start()
        return result

    def _download(self, address: str, media: Media) -> FetchedMedia:
        data, name = self._bytes(address)
        key = media.ref.get("aeskey") or self._aes_key
        try:
            return FetchedMedia(open_media(data, key), media.name or name)
        except Refused:
            raise WecomError("undecipherable", _UNDECIPHERABLE) from None

    def _bytes(self, address: str) -> tuple[bytes, str]:
        for number in range(TRIES):
            try:
                with self._http.get(address, timeout=DOWNLOAD_TIMEOUT, stream=True) as answer:
                    if answer.status_code in {403, 404, 410}:
                        raise api_error("40007")
                    return read_file(answer, MAX_BOT_FILE), file_name(answer.headers)
            except requests.RequestException as error:
                failure = transport_error(error)
            except WecomError as error:
                failure = error
            if failure.meaning.fate is Fate.NEVER or number == TRIES - 1:
                raise failure
            log.info("wecom_bot_media_again", error=failure.code)
            self._pause(PAUSES[number])
        raise AssertionError  # pragma: no cover - the last try returns or raises
