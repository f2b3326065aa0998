"""The page at `/`: static files, no build step, a content security policy without exceptions."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from flask import Blueprint, Flask, Response, request, send_from_directory

from bot.adapters.practice.guard import refusal

STATIC: Final = Path(__file__).parent / "static"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def add_page(app: Flask) -> None:
    """Serve the page to this machine."""
    pages = Blueprint("practice_page", __name__)

    @pages.before_request
    def only_here() -> tuple[str, int] | None:
        reason = refusal(request)
        return (reason, 403) if reason else None

    @pages.after_request
    def policy(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-cache"
        return response

    @pages.get("/")
    def index() -> Response:
        return send_from_directory(STATIC, "index.html")

    @pages.get("/practice/static/<path:name>")
    def static_file(name: str) -> Response:
        return send_from_directory(STATIC, name)

    app.register_blueprint(pages)
