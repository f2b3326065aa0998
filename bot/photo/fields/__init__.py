"""Which fields each kind of picture has, and who finds them."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from bot.photo.fields.chat import chat_fields
from bot.photo.fields.watermark import watermark_fields
from bot.photo.page import Page
from bot.photo.reading import Field, PhotoKind

FINDERS: Mapping[PhotoKind, Callable[[Page], Iterator[Field]]] = MappingProxyType(
    {
        PhotoKind.SITE_PHOTO: watermark_fields,
        PhotoKind.CHAT_SCREENSHOT: chat_fields,
    }
)


def find_fields(kind: PhotoKind, page: Page) -> dict[str, Field]:
    """Find every field this kind of picture has; the first of a name wins."""
    found: dict[str, Field] = {}
    for field in FINDERS[kind](page) if kind in FINDERS else ():
        found.setdefault(field.name, field)
    return found
