"""Doubtful fields are read again: their lines alone, from several cuts, and with known words to choose by.

Costs the recognizer a few strips, nothing where every field was read surely.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from bot.photo.engine import Engine
from bot.photo.fields import find_fields
from bot.photo.known import settled
from bot.photo.load import Pixels
from bot.photo.page import page_of
from bot.photo.reading import Box, Field, Line, PhotoKind
from bot.photo.strips import Found
from bot.photo.vote import voted

WANTED: Mapping[PhotoKind, tuple[str, ...]] = MappingProxyType(
    {
        PhotoKind.SITE_PHOTO: ("date", "time", "weekday", "address", "customer"),
        PhotoKind.CONTRACT_PAGE: ("contract_no", "customer", "supplier", "signer", "sign_date"),
        PhotoKind.INVOICE: ("inv_code", "inv_no", "inv_date", "buyer", "seller", "buyer_tax", "total"),
        PhotoKind.SIGNED_SLIP: ("slip_no", "customer", "phone", "address", "amount", "signer", "sign_date"),
        PhotoKind.LICENCE: ("uscc", "company", "legal_person", "capital", "found_date", "address"),
        PhotoKind.WAYBILL: ("waybill_no", "recipient", "address"),
        PhotoKind.BUSINESS_CARD: ("company", "name", "title", "mobile", "email", "address"),
    }
)
_SURE = 0.85
_MOST = 8  # lines: a page that is doubtful all over is not made readable by this


def look_again(kind: PhotoKind, upright: Pixels, found: Found, engine: Engine) -> Found:
    """Return what is known after the lines of the doubtful fields were read again; sure fields stay as they are."""
    which = _doubtful(kind, found)
    if not which:
        return found
    size = (upright.shape[1], upright.shape[0])
    lines = _read_again(upright, found.lines, which, engine)
    before = find_fields(kind, page_of(found.lines, size))
    fields = dict(found.fields)
    for name, again in find_fields(kind, page_of(lines, size)).items():
        if _replaces(again, fields.get(name), before.get(name)):
            fields[name] = again
    return Found(lines, fields)


def _doubtful(kind: PhotoKind, found: Found) -> list[int]:
    """Return which lines hold the doubtful ones of the fields that matter."""
    fields = [found.fields[name] for name in WANTED.get(kind, ()) if name in found.fields]
    boxes = [field.box for field in fields if field.box and field.confidence < _SURE]
    weak = [
        index
        for index, line in enumerate(found.lines)
        if min(line.chars, default=line.confidence) < _SURE and any(_inside(line.box, box) for box in boxes)
    ]
    return weak[:_MOST]


def _read_again(upright: Pixels, lines: Sequence[Line], which: Sequence[int], engine: Engine) -> tuple[Line, ...]:
    done = list(lines)
    for index, readings in zip(which, engine.options(upright, [lines[index] for index in which]), strict=True):
        heard = settled(voted(readings)) if readings else None
        if heard is not None and heard.text:
            mean = sum(heard.sure) / len(heard.sure)
            done[index] = replace(lines[index], text=heard.text, chars=heard.sure, confidence=mean)
    return tuple(done)


def _replaces(again: Field, known: Field | None, before: Field | None) -> bool:
    """Tell whether a field as it reads now stands for the one known: the same lines say it better, or it was missing."""
    if known is None:
        return True
    if known.confidence >= _SURE:
        return False
    same_lines = before is not None and before.value == known.value
    return same_lines or again.confidence > known.confidence


def _inside(box: Box, area: Box) -> bool:
    x, y = sum(point[0] for point in box) / 4, sum(point[1] for point in box) / 4
    return area[0][0] <= x <= area[2][0] and area[0][1] <= y <= area[2][1]
