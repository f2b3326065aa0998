"""DingTalk's subset of markdown: headings, quotes, bold, links, lists; no tables, no code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import quote

from bot.reply import Card, CardState, Link

BREAK: Final = "  \n  "
MAX_TITLE: Final = 100

_LINK: Final = re.compile(r"\]\s*\(")
_SCHEME: Final = re.compile(r"(dtmd|dingtalk)(://)", re.IGNORECASE)
_BLOCK: Final = re.compile(r"^(\s*)(#{1,6}\s|>|!\[)", re.MULTILINE)


def plain(text: str) -> str:
    """Return a person's text so that it stays text: nobody may plant a link that makes his manager's client send a command."""
    text = _LINK.sub("]\u200b(", text)
    text = _SCHEME.sub("\\1\u200b\\2", text)
    return _BLOCK.sub("\\1\u200b\\2", text)


def lines(text: str) -> str:
    """Return `text` with every line break kept, which markdown would otherwise swallow."""
    return BREAK.join(line.rstrip() for line in text.split("\n"))


def quick_link(label: str, words: str) -> str:
    """Return a link that sends `words` to the bot in the reader's name when he taps it."""
    return f"[{plain(label).translate(_BRACKETS)}](dtmd://dingtalkclient/sendMessage?content={quote(words, safe='')})"


def page_link(link: Link) -> str:
    """Return a link of ours to a page."""
    return f"[{plain(link.label).translate(_BRACKETS)}]({quote(link.url, safe=_URL)})"


def body_text(card: Card) -> str:
    """Return a card's body and, below it, its links."""
    parts = [lines(plain(card.body))] if card.body else []
    return "\n\n".join([*parts, *(page_link(link) for link in card.links)])


def card_text(card: Card) -> str:
    """Return a card's title, body, links, fields and note."""
    body = [body_text(card)] if card.body or card.links else []
    fields = [f"- **{plain(field.label)}**：{plain(field.value)}" for field in card.fields]
    parts = [f"### {_one_line(plain(card.title))}" if card.title else "", *body, "\n".join(fields)]
    parts.append(f"> {_one_line(plain(card.note))}" if card.note else "")
    return "\n\n".join(part for part in parts if part)


def choices(labels: Sequence[str], code: str, *, with_links: bool) -> str:
    """Return a card's buttons as taps (direct chats) and as words to reply with (everywhere)."""
    words = [f"{label} #{code}" for label in labels]
    if not with_links:
        return f"> @我 回复“选项 #{code}”：{'、'.join(labels)}"
    links = [quick_link(f"【{label}】", said) for label, said in zip(labels, words, strict=True)]
    return f"{'　'.join(links)}\n\n> 点不开就打字回复，如“{words[0]}”"


def open_buttons(card: Card) -> dict[str, str]:
    """Return the buttons that can still be pressed, label → packed action; a label that comes again gets a number."""
    found: dict[str, str] = {}
    for button in card.buttons if card.state is CardState.OPEN else ():
        if not button.disabled:
            again = sum(1 for label in found if label.rstrip("0123456789") == button.label)
            found[f"{button.label}{again + 1}" if again else button.label] = str(button.action)
    return found


def short_title(*candidates: str) -> str:
    """Return what the chat list and the phone's notification show: the first line that says something."""
    found = (_one_line(candidate).lstrip("#> ") for candidate in candidates)
    return next((line[:MAX_TITLE] for line in found if line), "新消息")


def mention(account_ids: Iterable[str]) -> str:
    """Return the @ text that makes a webhook highlight people."""
    return " ".join(f"@{account}" for account in account_ids)


def _one_line(text: str) -> str:
    return " ".join(text.split())


_URL: Final = ":/?#@!$&',;=%~"
_BRACKETS: Final = str.maketrans({"[": "［", "]": "］"})
