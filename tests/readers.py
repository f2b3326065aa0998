"""A photo reader for tests about what follows from a reading: it answers what it was told to read in which bytes."""

from __future__ import annotations

from bot.photo import Field, PhotoKind, Reading, Seal
from bot.photo.cut import cut_out
from bot.photo.mask import masked_copy
from bot.photo.reading import Box, SealVerdict


class ScriptedReader:
    """`reader.show(b"photo-1", site_photo("2026-11-16", "14:05"))`, then send those bytes as a picture."""

    def __init__(self) -> None:
        self._readings: dict[bytes, Reading] = {}

    def show(self, data: bytes, reading: Reading) -> bytes:
        self._readings[data] = reading
        return data

    def read(self, data: bytes) -> Reading:
        return self._readings.get(data, Reading())

    def masked_copy(self, data: bytes, reading: Reading) -> bytes | None:
        return masked_copy(data, reading)

    def cut_out(self, data: bytes, box: Box, *, turn: int = 0) -> bytes | None:
        return cut_out(data, box, turn=turn)


def _field(name: str, value: str, confidence: float) -> Field:
    return Field(name, value, value, confidence)


def site_photo(date: str, time: str, *, confidence: float = 0.97, address: str = "") -> Reading:
    fields = {"date": _field("date", date, confidence), "time": _field("time", time, confidence)}
    if address:
        fields["address"] = _field("address", address, confidence)
    return Reading(kind=PhotoKind.SITE_PHOTO, kind_confidence=0.9, fields=fields)


def chat_screenshot(contact: str, title: str = "", *, confidence: float = 0.93) -> Reading:
    fields = {"contact": _field("contact", contact, confidence)}
    if title:
        fields["title"] = _field("title", title, confidence)
    return Reading(kind=PhotoKind.CHAT_SCREENSHOT, kind_confidence=0.9, fields=fields)


def contract_page(signed_on: str = "", customer: str = "", *, number: str = "", confidence: float = 0.98) -> Reading:
    values = {"sign_date": signed_on, "customer": customer, "contract_no": number}
    fields = {name: _field(name, value, confidence) for name, value in values.items() if value}
    return Reading(kind=PhotoKind.CONTRACT_PAGE, kind_confidence=0.9, fields=fields)


def licence(
    company: str = "", *, seal: SealVerdict = "present", ring: str | None = None, confidence: float = 0.98
) -> Reading:
    fields = {"company": _field("company", company, confidence)} if company else {}
    box: Box = ((800, 800), (900, 800), (900, 900), (800, 900))
    mark = Seal(seal, box if seal == "present" else None, ring, 0.9)
    return Reading(kind=PhotoKind.LICENCE, kind_confidence=0.9, fields=fields, seal=mark, size=(1000, 1000))
