"""Only this machine may play: the practice chat has no log-in, so it answers loopback callers and its own page alone."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Request

FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-Ip")
ONLY_HERE = "练习聊天只在本机开放。"
OTHER_PAGE = "别的网页不能用练习聊天。"


def refusal(request: Request) -> str | None:
    """Return why a request is refused, or None.

    A foreign address is somebody else's machine; a foreign Host is a rebound name; a foreign Origin is another page in the same
    browser; a forwarded request stands for somebody we cannot see.
    """
    if not _is_loopback(request.remote_addr or ""):
        return ONLY_HERE
    if any(name in request.headers for name in FORWARDED):
        return ONLY_HERE
    if not _is_loopback(_hostname(f"//{request.host}")):
        return "请用 127.0.0.1 或 localhost 打开练习聊天。"
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"{request.scheme}://{request.host}":
        return OTHER_PAGE
    if (
        request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}
        and request.headers.get("Sec-Fetch-Mode") != "navigate"
    ):
        return OTHER_PAGE
    return None


def _hostname(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
