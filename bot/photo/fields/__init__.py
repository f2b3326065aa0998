"""Which fields each kind of picture has, and who finds them."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from bot.photo.fields.cards import business_card_fields, id_card_fields, waybill_fields
from bot.photo.fields.chat import chat_fields
from bot.photo.fields.contract import contract_fields
from bot.photo.fields.papers import invoice_fields, licence_fields, slip_fields
from bot.photo.fields.watermark import watermark_fields
from bot.photo.page import Page
from bot.photo.reading import Field, PhotoKind

FINDERS: Mapping[PhotoKind, Callable[[Page], Iterator[Field]]] = MappingProxyType(
    {
        PhotoKind.SITE_PHOTO: watermark_fields,
        PhotoKind.CHAT_SCREENSHOT: chat_fields,
        PhotoKind.CONTRACT_PAGE: contract_fields,
        PhotoKind.LICENCE: licence_fields,
        PhotoKind.INVOICE: invoice_fields,
        PhotoKind.WAYBILL: waybill_fields,
        PhotoKind.BUSINESS_CARD: business_card_fields,
        PhotoKind.ID_CARD: id_card_fields,
        PhotoKind.SIGNED_SLIP: slip_fields,
    }
)


def find_fields(kind: PhotoKind, page: Page) -> dict[str, Field]:
    """Find every field this kind of picture has; the first of a name wins."""
    found: dict[str, Field] = {}
    for field in FINDERS[kind](page) if kind in FINDERS else ():
        found.setdefault(field.name, field)
    return found
