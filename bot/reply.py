"""What goes out: text, cards and documents, the same for every platform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar, Final

from pydantic import ConfigDict, TypeAdapter

from bot.action import Action


class ButtonStyle(StrEnum):
    """How much a button asks to be pressed."""

    DEFAULT = "default"
    PRIMARY = "primary"
    DANGER = "danger"


class CardState(StrEnum):
    """Whether a card still waits for somebody."""

    OPEN = "open"
    DONE = "done"
    VOID = "void"


class InputKind(StrEnum):
    """What a person may enter on a card."""

    TEXT = "text"
    SELECT = "select"
    MULTI = "multi"
    DATETIME = "datetime"


@dataclass(frozen=True, slots=True)
class Button:
    """A button. `action` is a typed payload while a card is built and its packed, signed string once it is stored."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(arbitrary_types_allowed=True)  # a payload not packed yet

    label: str
    action: Action | str
    style: ButtonStyle = ButtonStyle.DEFAULT
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A labelled value on a card."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Input:
    """Something to fill in on a card; platforms without inputs ask for it in words."""

    name: str
    label: str
    kind: InputKind = InputKind.TEXT
    options: tuple[tuple[str, str], ...] = ()  # (value, label)
    value: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A page to open, made by us: what a person wrote never becomes one."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Card:
    """A card: adapters render it natively and fall back to text.

    `image` is a content key of the media store. `note` is the grey line of a card that is done or void ("已由周航撤销").
    """

    title: str
    body: str = ""
    fields: tuple[Field, ...] = ()
    buttons: tuple[Button, ...] = ()
    inputs: tuple[Input, ...] = ()
    image: str | None = None
    state: CardState = CardState.OPEN
    note: str = ""
    links: tuple[Link, ...] = ()

    def closed(self, note: str = "", *, state: CardState = CardState.DONE) -> Card:
        """Return the card as it looks once it waits for nobody: greyed, without pressable buttons."""
        buttons = tuple(replace(button, disabled=True) for button in self.buttons)
        return replace(self, buttons=buttons, inputs=(), state=state, note=note or self.note)

    def written_out(self) -> Card:
        """Return the card with its links in words, for platforms that show none."""
        words = "\n".join([self.body, *(f"{link.label}：{link.url}" for link in self.links)]).strip("\n")
        return replace(self, body=words, links=())

    def as_text(self) -> str:
        """Return the card as plain text for platforms and channels without cards."""
        lines = [f"【{self.title}】" if self.title else "", self.written_out().body]
        lines += [f"{field.label}：{field.value}" for field in self.fields]
        lines.append(self.note)
        open_buttons = [button.label for button in self.buttons if not button.disabled]
        if open_buttons:
            lines.append("".join(f"【{label}】" for label in open_buttons))
        return "\n".join(line for line in lines if line)


@dataclass(frozen=True, slots=True)
class Document:
    """A file or picture to send; `key` is its content key in the media store."""

    key: str
    name: str
    is_image: bool = False
    caption: str = ""


Content = str | Card | Document
Reply = Content | Sequence[Content] | None

CARD_JSON: Final = TypeAdapter(Card)


@dataclass(frozen=True, slots=True)
class StoredContent:
    """What an outbox row holds: exactly one of the three is set. Buttons are packed."""

    text: str | None = None
    card: Card | None = None
    document: Document | None = None

    @property
    def value(self) -> Content:
        """The one that is set."""
        content = self.card or self.document or self.text
        assert content is not None
        return content


CONTENT_JSON: Final = TypeAdapter(StoredContent)


def stored(content: Content) -> StoredContent:
    """Wrap text, card or document for storing."""
    if isinstance(content, Card):
        return StoredContent(card=content)
    if isinstance(content, Document):
        return StoredContent(document=content)
    return StoredContent(text=content)
