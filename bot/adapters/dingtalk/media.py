"""Attachments: a code becomes an address, the address bytes, at once, because codes die soon."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from http import HTTPStatus
from threading import Lock, Semaphore
from typing import Final
from urllib.parse import urljoin, urlsplit

import requests

from bot.adapters.base import FetchedMedia, TransportError
from bot.adapters.dingtalk import wire
from bot.adapters.dingtalk.api import Api
from bot.adapters.dingtalk.background import in_daemon_thread
from bot.adapters.dingtalk.errors import DingtalkError, Kind
from bot.adapters.dingtalk.http import new_session
from bot.update import Media

log: Final = logging.getLogger("bot.dingtalk.media")

DOWNLOAD: Final = "/v1.0/robot/messageFiles/download"
MAX_BYTES: Final = 20 * 1024 * 1024
_TIMEOUT: Final = (5, 15)
_WITHIN: Final = 30.0
_MOST_REDIRECTS: Final = 3
_AT_ONCE: Final = 3
_KEPT: Final = 64
_KEPT_FOR: Final = 600.0

_SIGNATURES: Final = (
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"GIF8", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
    (b"ftypheic", 4, "image/heic"),
    (b"ftypheix", 4, "image/heic"),
    (b"ftypmif1", 4, "image/heif"),
    (b"BM", 0, "image/bmp"),
    (b"%PDF-", 0, "application/pdf"),
    (b"PK\x03\x04", 0, "application/zip"),
    (b"#!AMR", 0, "audio/amr"),
    (b"OggS", 0, "audio/ogg"),
    (b"ftyp", 4, "video/mp4"),
)


class Downloader:
    """Turns a message's attachment into bytes."""

    def __init__(self, api: Api, *, clock: Callable[[], float] = time.monotonic, max_bytes: int = MAX_BYTES) -> None:
        self._api = api
        self._session = new_session()  # a session of its own: no token ever travels to the storage host
        self._clock = clock
        self._max_bytes = max_bytes

    def download(self, media: Media) -> FetchedMedia:
        """Return the bytes; raises `DingtalkError` ("… ask to send again") when the code has expired."""
        codes = [media.ref[name] for name in ("code", "other") if media.ref.get(name)]
        if not codes:
            raise DingtalkError(Kind.CONTENT, "no code", "消息里没有文件")
        data = self._read(self._address(codes, media.ref.get("robot", "")))
        return FetchedMedia(data, name=media.name, mime=sniff(data))

    def _address(self, codes: list[str], robot: str) -> str:
        """Ask for the address; the second code is tried when the first is refused."""
        for number, code in enumerate(codes, 1):
            try:
                answer = self._api.post(DOWNLOAD, {"downloadCode": code, "robotCode": robot})
            except DingtalkError as error:
                if error.kind is not Kind.CONTENT or number == len(codes):
                    raise
                continue
            return wire.text(answer, "downloadUrl")
        raise AssertionError  # pragma: no cover - the loop returns or raises

    def _read(self, url: str) -> bytes:
        until = self._clock() + _WITHIN
        for _ in range(_MOST_REDIRECTS + 1):
            if urlsplit(url).scheme not in {"http", "https"}:  # the storage host may well be plain http
                raise DingtalkError(Kind.CONTENT, "bad address", "下载地址无效")
            try:
                with self._session.get(url, timeout=_TIMEOUT, allow_redirects=False, stream=True) as response:
                    if not response.is_redirect:
                        return self._body(response, until)
                    url = urljoin(url, response.headers["location"])
            except requests.RequestException as error:
                raise DingtalkError(Kind.TRANSIENT, type(error).__name__, "文件下载中断") from None
        raise DingtalkError(Kind.CONTENT, "too many redirects", "下载地址无效")

    def _body(self, response: requests.Response, until: float) -> bytes:
        if response.status_code != HTTPStatus.OK:
            is_down = response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
            raise DingtalkError(
                Kind.TRANSIENT if is_down else Kind.CONTENT, f"HTTP{response.status_code}", "文件下载失败"
            )
        data = bytearray()
        for piece in response.iter_content(64 * 1024):
            data += piece
            if len(data) > self._max_bytes:
                raise DingtalkError(Kind.CONTENT, "too large", "文件太大，请压缩后再发")
            if self._clock() > until:
                raise DingtalkError(Kind.TRANSIENT, "too slow", "文件下载太慢")
        return bytes(data)


class Prefetch:
    """Downloads attachments as soon as their message is stored and keeps them until the turn asks for them."""

    def __init__(
        self, download: Callable[[Media], FetchedMedia], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._download = download
        self._clock = clock
        self._room = Semaphore(_AT_ONCE)
        self._stopped = False
        self._waiting: OrderedDict[str, tuple[float, Future[FetchedMedia]]] = OrderedDict()
        self._guard = Lock()

    def start(self, media: Media) -> None:
        """Begin to download; an error is kept for whoever asks."""
        code = _code(media)
        with self._guard:
            self._drop_old()
            if code and code not in self._waiting and not self._stopped:
                begun = in_daemon_thread(lambda: self._in_turn(media), "dingtalk-media")
                self._waiting[code] = (self._clock(), begun)

    def fetch(self, media: Media) -> FetchedMedia:
        """Return what was downloaded, waiting for it if need be; what was not begun or failed is tried now."""
        with self._guard:
            _, begun = self._waiting.pop(_code(media), (0.0, None))
        if begun is not None:
            try:
                return begun.result(timeout=_WITHIN)
            except TransportError as error:
                if error.permanent:
                    raise
            except TimeoutError:
                log.warning("a download begun early is not through yet; trying anew")
        return self._download(media)

    def stop(self) -> None:
        """Begin nothing more."""
        self._stopped = True

    def _in_turn(self, media: Media) -> FetchedMedia:
        with self._room:
            return self._download(media)

    def _drop_old(self) -> None:
        now = self._clock()
        while self._waiting:
            begun_at, _ = next(iter(self._waiting.values()))
            if len(self._waiting) < _KEPT and now - begun_at < _KEPT_FOR:
                return
            self._waiting.popitem(last=False)


def sniff(data: bytes) -> str:
    """Return the type of a file by its first bytes: addresses end in ".file" and servers guess."""
    found = (mime for mark, at, mime in _SIGNATURES if data[at : at + len(mark)] == mark)
    return next(found, "application/octet-stream")


def _code(media: Media) -> str:
    return media.ref.get("code") or media.ref.get("other") or ""
