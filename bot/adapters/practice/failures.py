"""Every failure of the API is `{"error": sentence}`; bad input is never a 500."""

from __future__ import annotations

import secrets
from typing import Any, Final

import structlog
from flask import Response, jsonify, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from bot.adapters.practice.guard import refusal
from bot.adapters.practice.wire import ApiError
from bot.inbox import InboxUnavailable

log = structlog.get_logger(__name__)
METHODS: Final = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def only_here() -> None:
    """Refuse whoever is not on this machine; raises ApiError."""
    reason = refusal(request)
    if reason:
        raise ApiError(reason, 403)


def plain(response: Response) -> Response:
    """Keep answers out of caches and out of guesses about their type."""
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def nowhere(rest: str = "") -> Any:
    """Refuse a path or method the API does not have; raises ApiError."""
    raise ApiError(f"没有 {request.method} /practice/api/{rest} 这个接口。", 404)


def _refused(error: ApiError) -> tuple[Response, int]:
    return jsonify(error=error.sentence), error.status


def _too_large(_error: RequestEntityTooLarge) -> tuple[Response, int]:
    return jsonify(error="太大了：单个附件最多 20 MB，一次总共最多 60 MB。"), 413


def _http(error: HTTPException) -> tuple[Response, int]:
    return jsonify(error=f"请求不对：{error.name}。"), error.code or 400


def _busy(_error: InboxUnavailable) -> tuple[Response, int]:
    return jsonify(error="现在太忙，没有收下这条，请稍后再发。"), 503


def _broken(error: Exception) -> tuple[Response, int]:
    reference = secrets.token_hex(3)
    log.error("practice_api_failed", reference=reference, path=request.path, exc_info=error)
    return jsonify(error=f"程序出错了（编号 {reference}），已记进日志。"), 500


FAILURES: Final[dict[type[Exception], Any]] = {
    ApiError: _refused, RequestEntityTooLarge: _too_large, HTTPException: _http, InboxUnavailable: _busy, Exception: _broken,
}  # fmt: skip
