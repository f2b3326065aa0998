"""What was read off one picture: plain frozen values that travel between processes as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from pydantic import TypeAdapter

from bot.photo.print import Print

Point = tuple[int, int]
Box = tuple[Point, Point, Point, Point]
SealVerdict = Literal["present", "not_seen", "cannot_tell"]


class PhotoKind(StrEnum):
    """What a picture shows (issue "Photos that are read", item 2)."""

    SITE_PHOTO = "site_photo"
    CHAT_SCREENSHOT = "chat_screenshot"
    CONTRACT_PAGE = "contract_page"
    LICENCE = "licence"
    INVOICE = "invoice"
    WAYBILL = "waybill"
    BUSINESS_CARD = "business_card"
    ID_CARD = "id_card"
    SIGNED_SLIP = "signed_slip"
    OTHER = "other"


KIND_NAMES: Mapping[PhotoKind, str] = MappingProxyType(
    {
        PhotoKind.SITE_PHOTO: "现场照片",
        PhotoKind.CHAT_SCREENSHOT: "聊天截图",
        PhotoKind.CONTRACT_PAGE: "合同签字页",
        PhotoKind.LICENCE: "营业执照",
        PhotoKind.INVOICE: "发票",
        PhotoKind.WAYBILL: "快递单",
        PhotoKind.BUSINESS_CARD: "名片",
        PhotoKind.ID_CARD: "身份证",
        PhotoKind.SIGNED_SLIP: "签收单",
        PhotoKind.OTHER: "其他图片",
    }
)


class Problem(StrEnum):
    """Why a picture could not be read at all; `bot.cards.photo` holds the sentence for each."""

    EMPTY = "empty"
    NOT_AN_IMAGE = "not_an_image"
    TRUNCATED = "truncated"
    TOO_LARGE = "too_large"
    TOO_SMALL = "too_small"
    ODD_SHAPE = "odd_shape"
    UNSUPPORTED_HEIC = "unsupported_heic"
    UNSUPPORTED_PDF = "unsupported_pdf"
    LOCKED_PDF = "locked_pdf"
    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out_of_memory"
    ENGINE_FAILED = "engine_failed"
    NO_ENGINE = "no_engine"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text.

    `box` is in upright full-resolution pixels, from the text's top left clockwise. `confidence` is the engine's mean,
    `chars` its figure per character of `text` (empty when the engine gives none).
    """

    text: str
    box: Box
    confidence: float
    chars: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """One value found on the picture.

    `text` is as read; `value` is normal form: dates `YYYY-MM-DD`, times `HH:MM[:SS]`, coordinates decimal degrees,
    amounts with two decimals. `confidence` is that of the weakest character, lowered when the value fails its own check;
    `chars` are those of each character of `value`, where value and text are the same.
    """

    name: str
    value: str
    text: str
    confidence: float
    box: Box | None = None
    chars: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Seal:
    """Whether a red company seal is on the page (R02); `cannot_tell` on black-and-white copies and spoilt pictures."""

    verdict: SealVerdict
    box: Box | None = None
    text: str | None = None
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Exif:
    """What the camera wrote: `taken_at` is an aware UTC instant (Chinese time when the file names no zone)."""

    taken_at: datetime | None = None
    gps: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Quality:
    """`sharpness` is the variance of the Laplacian at 960 pixels, `brightness` the mean grey 0…255."""

    sharpness: float = 0.0
    brightness: float = 0.0
    blurred: bool = False
    dark: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything read off one picture; with `problem` set nothing else is known."""

    kind: PhotoKind = PhotoKind.OTHER
    kind_confidence: float = 0.0
    lines: tuple[Line, ...] = ()
    fields: Mapping[str, Field] = field(default_factory=dict)
    seal: Seal = Seal("cannot_tell")
    exif: Exif = Exif()
    size: tuple[int, int] = (0, 0)
    quality: Quality = Quality()
    turn: int = 0
    page: int = 0
    engine: str = ""
    took_ms: int = 0
    problem: Problem | None = None
    print: Print | None = None

    def value(self, name: str) -> str | None:
        """Return the normal form of a field, or None when it was not found."""
        found = self.fields.get(name)
        return found.value if found else None


_READING = TypeAdapter(Reading)


def to_json(reading: Reading) -> bytes:
    """Write a reading as JSON, for the pipe between the processes and for the archive."""
    return _READING.dump_json(reading)


def from_json(data: bytes) -> Reading:
    """Read back what `to_json` wrote; raises pydantic's ValidationError on anything else."""
    return _READING.validate_json(data)
