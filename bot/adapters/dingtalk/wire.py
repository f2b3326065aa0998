"""Reading JSON that strangers may have written: wrong types read as absent, texts come out storable."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

Json = Mapping[str, Any]

MAX_ID: Final = 128  # longer ids do not fit the inbox
_CLOCK_SKEW: Final = timedelta(days=1)
_OLDEST: Final = datetime(2015, 1, 1, tzinfo=UTC)  # DingTalk's first year: anything before is a broken field


class Unreadable(ValueError):  # noqa: N818 - a fact about the message, not about our program
    """The platform, or somebody pretending to be it, sent what cannot be read. The message never quotes the content."""


def load(raw: str | bytes | None) -> Json:
    """Return the JSON object in `raw`; raises `Unreadable`."""
    try:
        value = json.loads(raw or "")
    except (ValueError, RecursionError):
        raise Unreadable("not JSON") from None
    if not isinstance(value, dict):
        raise Unreadable("not a JSON object")
    return value


def text(source: Json, *names: str) -> str:
    """Return the first of `names` that holds a text or a number, cleaned; "" when none does."""
    for name in names:
        value = source.get(name)
        if isinstance(value, str) and value:
            return clean(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return ""


def identity(source: Json, *names: str) -> str:
    """Return an id: like `text`, but one too long to be an id reads as absent."""
    value = text(source, *names)
    return value if len(value) <= MAX_ID else ""


def child(source: Json, name: str) -> Json:
    """Return the object under `name`, also when it came as a JSON string; {} when there is none."""
    value = source.get(name)
    if isinstance(value, str):
        try:
            return load(value)
        except Unreadable:
            return {}
    return value if isinstance(value, dict) else {}


def children(source: Json, name: str) -> Sequence[Json]:
    """Return the objects in the list under `name`."""
    value = source.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts(source: Json, name: str) -> tuple[str, ...]:
    """Return the texts in the list under `name`."""
    value = source.get(name)
    return tuple(clean(item) for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def clean(value: str) -> str:
    """Return `value` without what a database refuses: NUL characters and halves of surrogate pairs."""
    return value.replace("\x00", "").encode("utf-8", "replace").decode()


def instant(source: Json, name: str, *, otherwise: datetime) -> datetime:
    """Return the aware UTC instant of a field in milliseconds; `otherwise` when it is absent or cannot be true."""
    try:
        at = datetime.fromtimestamp(int(text(source, name)) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return otherwise
    return at if _OLDEST <= at <= otherwise + _CLOCK_SKEW else otherwise
