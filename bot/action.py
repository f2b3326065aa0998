"""Pressed buttons: typed payloads, packed short and signed, so that nobody can press a button he was not given.

A payload is a frozen dataclass that inherits `Action` and names itself::

    @dataclass(frozen=True, slots=True)
    class ConfirmNextStep(Action, name="next.ok"):
        visit: str
        days: int = 0
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from dataclasses import fields
from hashlib import sha256
from typing import Any, ClassVar, Final, Self
from urllib.parse import quote, unquote

MAX_PACKED: Final = 200
"""Longest packed action in bytes. WeCom allows 1024 for a key, DingTalk card variables are short; we stay well below."""

_SIGNATURE_CHARS: Final = 12


class Action:
    """Base of all button payloads; subclasses are frozen dataclasses with `str`, `int` or `bool` fields."""

    __slots__ = ()
    name: ClassVar[str] = ""
    registry: ClassVar[dict[str, type[Action]]] = {}

    def __init_subclass__(cls, *, name: str = "", **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        name = name or cls.__dict__.get("name", "")  # dataclass(slots=True) makes the class anew, without the keyword
        if not name:
            return
        other = Action.registry.get(name)
        if other is not None and (other.__module__, other.__qualname__) != (cls.__module__, cls.__qualname__):
            raise TypeError(f"two actions are named {name!r}: {other.__module__} and {cls.__module__}")
        cls.name = name
        Action.registry[name] = cls

    @classmethod
    def from_parts(cls, parts: list[str]) -> Self:
        """Build the payload from its packed fields; raises ValueError when they do not fit."""
        specs = fields(cls)  # type: ignore[arg-type]  # every subclass is a dataclass
        if len(parts) != len(specs):
            raise ValueError(f"{cls.name}: {len(parts)} fields, {len(specs)} wanted")
        values = {spec.name: _from_text(part, _type_name(spec.type)) for spec, part in zip(specs, parts, strict=True)}
        return cls(**values)

    def parts(self) -> list[str]:
        """Return the fields as short texts."""
        values = (getattr(self, spec.name) for spec in fields(self))  # type: ignore[arg-type]
        return [str(int(value)) if isinstance(value, bool) else str(value) for value in values]


def pack(action: Action, secret: bytes) -> str:
    """Return the signed wire form of `action`; raises ValueError when it is longer than `MAX_PACKED` bytes."""
    payload = "~".join([action.name, *(quote(part, safe="") for part in action.parts())])
    packed = f"{payload}~{_signature(payload, secret)}"
    if len(packed.encode()) > MAX_PACKED:
        raise ValueError(f"action {action.name} packs to {len(packed)} bytes, {MAX_PACKED} allowed")
    return packed


def unpack(packed: str, secret: bytes) -> Action | None:
    """Return the payload of a packed action, or None when it is unknown, malformed or not signed by us."""
    payload, _, signature = packed.rpartition("~")
    if not hmac.compare_digest(_signature(payload, secret).encode(), signature.encode()):
        return None
    name, *parts = payload.split("~")
    kind = Action.registry.get(name)
    if kind is None:
        return None
    try:
        return kind.from_parts([unquote(part) for part in parts])
    except ValueError:
        return None


def _signature(payload: str, secret: bytes) -> str:
    digest = hmac.new(secret, payload.encode(), sha256).digest()
    return urlsafe_b64encode(digest).decode()[:_SIGNATURE_CHARS]


def _type_name(kind: Any) -> str:
    return kind.__name__ if isinstance(kind, type) else str(kind)


def _from_text(text: str, kind: str) -> Any:
    if kind == "int":
        return int(text)
    if kind == "bool":
        return text == "1"
    return text
