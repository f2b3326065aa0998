"""What an error means for a message we owe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.adapters.base import Fate, Outcome
from bot.adapters.dingtalk.errors import MEANINGS, DingtalkError, Kind


def failed(key: str, error: DingtalkError) -> Outcome:
    """Return the outcome of an attempt that ended in `error`."""
    meaning = MEANINGS[error.kind]
    return Outcome(
        key, meaning.fate, error=error.code, detail=error.detail, retry_after=error.retry_after, blocks=meaning.blocks
    )


def failed_keyed(key: str, error: DingtalkError) -> Outcome:
    """Return the same for a channel with an idempotency key: what may have arrived is sent again under its key."""
    outcome = failed(key, error)
    return replace(outcome, fate=Fate.LATER) if error.kind is Kind.UNKNOWN else outcome


def sent(key: str, **handle: str) -> Outcome:
    """Return the outcome of a success; empty values are left out of the handle."""
    kept: Mapping[str, str] = {name: value for name, value in handle.items() if value}
    return Outcome(key, Fate.SENT, handle=kept)


def local(outcome: Outcome) -> Outcome:
    """Return an outcome that says nothing about the rest of the platform (one group's webhook, one optional feature)."""
    fate = Fate.NEVER if outcome.blocks else outcome.fate
    return replace(outcome, fate=fate, blocks=False)
