"""HTTP to platforms that always ends.

The time-out of `requests` is the longest silence between two bytes: an answer that drips holds a thread for as long as it drips.
Here the whole answer, its head too, has to be there within `MOST_SILENCES` of those silences.
"""

from __future__ import annotations

import io
import socket
import time
from http.client import HTTPResponse
from typing import Any, Final

from requests import Session
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

MOST_SILENCES: Final = 3


class _Until(io.RawIOBase):
    """What a socket says until an instant (monotonic); raises TimeoutError afterwards, as the socket does after its silence."""

    def __init__(self, sock: socket.socket, until: float) -> None:
        self._sock, self._until = sock, until
        self._said = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        silence, left = self._sock.gettimeout(), self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer dripped")
        if silence is None or silence <= left:
            return self._said.readinto(buffer)
        self._sock.settimeout(left)
        try:
            return self._said.readinto(buffer)
        finally:
            self._sock.settimeout(silence)

    def close(self) -> None:
        self._said.close()
        super().close()


class _Answer(HTTPResponse):
    def __init__(self, sock: socket.socket, *rest: Any, **more: Any) -> None:
        super().__init__(sock, *rest, **more)
        silence = sock.gettimeout()
        if silence is not None:
            self.fp.close()
            self.fp = io.BufferedReader(_Until(sock, time.monotonic() + MOST_SILENCES * silence))


class _Connection(HTTPConnection):
    response_class = _Answer


class _SecureConnection(HTTPSConnection):
    response_class = _Answer


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _use_ours(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        return _use_ours(super().proxy_manager_for(proxy, **kwargs))


def _use_ours(manager: PoolManager) -> PoolManager:
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
    return manager


def bounded(session: Session, *, hosts: int, connections: int) -> Session:
    """Let no answer to this session drip on for ever; keeps so many connections to so many hosts, and repeats nothing."""
    for scheme in ("https://", "http://"):
        session.mount(scheme, _Adapter(pool_connections=hosts, pool_maxsize=connections, max_retries=0))
    return session
