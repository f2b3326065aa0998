"""Answers about a draft in words: "1，10-08", 「就按那天」, a recording's number, a customer's name, a time."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Final

from bot.cards.commitment import CIRCLED
from bot.cards.photo import problem_sentence
from bot.context import Context, UserError
from bot.parse.time import Grain
from bot.promise.draft import people, put_time
from bot.promise.hear import RECORDING, hear_promise, matter_in, sounds_like_a_promise
from bot.understand import due_in, find_customer
from models.commitment_draft import CommitmentDraft

AS_SAID: Final = re.compile(r"就按|按原来|不改|就这个|就那天")
AFTER: Final = re.compile(r"节后|假后|上班")
LONGEST_BESIDE_TIME: Final = 4
NONE_OF_THEM: Final = re.compile(r"都不是|不是他们|其他人")
ORDINALS: Final = {sign: place for signs in (CIRCLED, "一二三四五六七八九") for place, sign in enumerate(signs)}
LONGEST_NAME: Final = 20


def take_basis(ctx: Context, draft: CommitmentDraft) -> bool:
    """Store a screenshot or the number of a recording as the ground of the promise (P01)."""
    for image in ctx.update.images:
        reading = ctx.reading(image)
        if reading is not None and reading.problem is not None:
            raise UserError(problem_sentence(reading.problem))
        draft.basis_media = image.key
    recording = RECORDING.search(ctx.text)
    if recording:
        draft.basis_note = recording[1]
    return bool(ctx.update.images or recording)


def take_words(ctx: Context, draft: CommitmentDraft, text: str) -> bool:
    """Read answers out of words; True when there was any."""
    took = False
    rest = text
    if draft.customer_id is None:
        place, rest = _picked_place(text, len(draft.choices))
        took = _take_who(ctx, draft, place, rest)
    if NONE_OF_THEM.search(text) and draft.customer_id is None:
        draft.choices = []
        return True
    took |= _take_when(ctx, draft, rest)
    if not took and not draft.matter and draft.customer_id and len(text) >= 2:  # a verb and its object
        draft.matter = matter_in(text, [])
        took = bool(draft.matter)
    return took


def _picked_place(text: str, count: int) -> tuple[int | None, str]:
    """Read "1，10-08" as the first of `count` and the rest; "4" (都不是) is `count`."""
    match = re.match(r"^(?:选|第)?([1-9①②③④⑤⑥⑦⑧⑨一二三四五])(?:个|位|号)?(?:[\s,，、;；.。]+|$)(.*)$", text, re.DOTALL)
    if match is None or not count:
        return None, text
    place = int(match[1]) - 1 if match[1].isascii() else ORDINALS[match[1]]
    return (place, match[2].strip()) if place <= count else (None, text)


def _take_who(ctx: Context, draft: CommitmentDraft, place: int | None, rest: str) -> bool:
    if place is not None and place == len(draft.choices):
        draft.choices = []
        return True
    if place is not None:
        draft.customer_id, draft.contact_id = draft.choices[place]
        return True
    named = [
        choice
        for choice, who in zip(draft.choices, people(ctx, draft), strict=False)
        if who.name in rest or who.customer in rest
    ]
    if len(named) == 1:
        draft.customer_id, draft.contact_id = named[0]
        return True
    found = find_customer(ctx, rest) if 1 < len(rest) <= LONGEST_NAME and not draft.choices else None
    if found is not None and found.decided is not None:
        draft.customer_id, draft.contact_id = found.decided.id, None
    return draft.customer_id is not None


def _take_when(ctx: Context, draft: CommitmentDraft, text: str) -> bool:
    if draft.doubt and draft.due_at and AS_SAID.search(text):
        return settle(draft, draft.due_at)
    if draft.doubt and draft.offers and AFTER.search(text):
        return settle(draft, datetime.fromisoformat(draft.offers[0]))
    match = due_in(ctx, text) if text and _is_about_time_only(ctx, text) else None
    if match is None or match.due_at is None or match.invalid:
        return False
    wanted = (
        match.due_at if match.start is None or match.grain is Grain.MINUTE else _same_wall(ctx, match.due_at, draft)
    )
    asked_for = {datetime.fromisoformat(at) for at in draft.offers} | {draft.due_at}
    put_time(draft, replace(match, due_at=wanted), ctx.now)
    if wanted in asked_for and wanted > ctx.now:
        draft.doubt, draft.offers = "", []
    return True


def _is_about_time_only(ctx: Context, text: str) -> bool:
    """Whether a text is an answer about the time, not another matter that names one."""
    heard = hear_promise(ctx, text)
    return len(heard.matter) <= LONGEST_BESIDE_TIME and sounds_like_a_promise(ctx, heard) == 0.0


def _same_wall(ctx: Context, due_at: datetime, draft: CommitmentDraft) -> datetime:
    """Keep the hour that was said before when only another day is named."""
    if draft.due_at is None:
        return due_at
    wall = draft.due_at.astimezone(ctx.calendar.zone).time()
    return ctx.calendar.at(ctx.calendar.local_date(due_at), wall)


def settle(draft: CommitmentDraft, due_at: datetime) -> bool:
    """Take a time without further doubt; always True."""
    draft.due_at, draft.doubt, draft.offers = due_at, "", []
    return True
