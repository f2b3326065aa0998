"""What goes over the pipe between the bot and its reading child: an order and a file there, bytes back."""

import struct
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, TypeAdapter

from bot.photo.reading import Box, PhotoKind, Reading

MAX_BYTES = 20 * 1024 * 1024
REQUEST = struct.Struct(">QI")  # length of the file, length of the order
ANSWER = struct.Struct(">I")  # length of what comes back


@dataclass(frozen=True, slots=True)
class ReadOrder:
    """Read the file; `expect` is what the conversation asked for. Comes back: a Reading as JSON."""

    expect: PhotoKind | None = None


@dataclass(frozen=True, slots=True)
class MaskOrder:
    """Draw what others may see of a file that was read. Comes back: a JPEG, or nothing."""

    mask: Reading


@dataclass(frozen=True, slots=True)
class CutOrder:
    """Cut the box out; `turn` is the reading's. Comes back: a JPEG, or nothing."""

    box: Box
    turn: int


Order = ReadOrder | MaskOrder | CutOrder
_ORDER: TypeAdapter[Order] = TypeAdapter(  # a read order needs no field, so it is tried last
    Annotated[MaskOrder | CutOrder | ReadOrder, Field(union_mode="left_to_right")]
)


def packed(order: Order, data: bytes) -> bytes:
    """Return the frame that asks for something to be done with a file."""
    name = _ORDER.dump_json(order)
    return REQUEST.pack(len(data), len(name)) + name + data


def order_of(name: bytes) -> Order:
    """Return the order a frame carries; raises pydantic's ValidationError on anything else."""
    return _ORDER.validate_json(name)
