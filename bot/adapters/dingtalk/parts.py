"""One message as DingTalk takes it: a robot message (msgKey and msgParam) or the body of a webhook."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from bot.adapters.dingtalk.markdown import mention

FILE_TYPES: Final = frozenset({"xlsx", "pdf", "zip", "rar", "doc", "docx"})


@dataclass(frozen=True, slots=True)
class TextPart:
    """Plain text."""

    text: str

    def robot(self) -> tuple[str, dict[str, str]]:
        """Return msgKey and parameters."""
        return "sampleText", {"content": self.text}

    def hook(self) -> dict[str, Any]:
        """Return a webhook's body."""
        return {"msgtype": "text", "text": {"content": self.text}}

    def with_prefix(self, prefix: str) -> TextPart:
        """Return the same, said after `prefix`."""
        return replace(self, text=f"{prefix} {self.text}")


@dataclass(frozen=True, slots=True)
class MarkdownPart:
    """Markdown; `title` is what the chat list and the phone's notification show."""

    title: str
    text: str

    def robot(self) -> tuple[str, dict[str, str]]:
        """Return msgKey and parameters."""
        return "sampleMarkdown", {"title": self.title, "text": self.text}

    def hook(self) -> dict[str, Any]:
        """Return a webhook's body."""
        return {"msgtype": "markdown", "markdown": {"title": self.title, "text": self.text}}

    def with_prefix(self, prefix: str) -> MarkdownPart:
        """Return the same, said after `prefix`."""
        return replace(self, text=f"{prefix}\n\n{self.text}")


@dataclass(frozen=True, slots=True)
class ImagePart:
    """A picture that was uploaded."""

    media_id: str

    def robot(self) -> tuple[str, dict[str, str]]:
        """Return msgKey and parameters."""
        return "sampleImageMsg", {"photoURL": self.media_id}


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file that was uploaded."""

    media_id: str
    name: str

    def robot(self) -> tuple[str, dict[str, str]]:
        """Return msgKey and parameters."""
        return "sampleFile", {"mediaId": self.media_id, "fileName": self.name, "fileType": file_type(self.name)}


Said = TextPart | MarkdownPart
Part = Said | ImagePart | FilePart


def file_type(name: str) -> str:
    """Return a file name's ending in small letters."""
    return name.rpartition(".")[2].lower()


def robot_body(part: Part, robot: str) -> dict[str, Any]:
    """Return the common half of batchSend and groupMessages/send; `msgParam` has to be a JSON text."""
    key, params = part.robot()
    return {"robotCode": robot, "msgKey": key, "msgParam": json.dumps(params, ensure_ascii=False)}


def hook_body(part: Said, mentions: Sequence[str]) -> dict[str, Any]:
    """Return a webhook's body; people are highlighted only when the text names them too."""
    said = part.with_prefix(mention(mentions)) if mentions else part
    return {**said.hook(), **({"at": {"atUserIds": list(mentions), "isAtAll": False}} if mentions else {})}
