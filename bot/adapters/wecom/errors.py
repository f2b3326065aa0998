"""What each error of WeCom means for the message that met it. Matched by number only: the texts change."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from bot.adapters.base import Fate, Outcome, TransportError

TOKEN_CODES: Final = frozenset({"40014", "42001"})
SECRET_CODES: Final = frozenset({"40001", "40013", "40091", "41004"})
FREQUENCY: Final = "45009"
BUSY: Final = "-1"
UNTRUSTED_IP: Final = "60020"
NOBODY: Final = "81013"
BAD_MEDIA: Final = "40007"
CARD_CLOSED: Final = frozenset({"60140", "42014", "42016"})
TASK_TAKEN: Final = "42014"

_MINUTE: Final = 60.0
_IP = re.compile(r"from ip:?\s*([0-9a-fA-F.:]{7,45})")


class Kind(StrEnum):
    """Groups of errors that are met in the same way."""

    BUSY = "busy"
    TOKEN = "token"  # noqa: S105  # the name of a kind of error
    CONFIG = "config"
    FREQUENCY = "frequency"
    PERSON = "person"
    CONTENT = "content"
    TARGET = "target"
    CARD = "card"
    BOT = "bot"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an error does to a message: its fate, the wait, and whether nothing else can be sent either.

    A named wait (`retry_after`) does not count as a failed attempt; without one the outbox waits longer each time and gives up.
    """

    kind: Kind
    words: str
    fate: Fate = Fate.NEVER
    retry_after: float | None = None
    blocks: bool = False


def _config(words: str, retry_after: float = 5 * _MINUTE) -> Meaning:
    return Meaning(Kind.CONFIG, words, Fate.LATER, retry_after, blocks=True)


_BUSY_PLATFORM = Meaning(Kind.BUSY, "企业微信繁忙", Fate.LATER)
_TOKEN = Meaning(Kind.TOKEN, "access_token 失效", Fate.LATER)
_SECRET = _config("corp_id 或 secret 不对，请核对应用的 Secret", 10 * _MINUTE)
_APP = _config("应用没有权限、已停用，或 agent_id 不对")
_PERSON = Meaning(Kind.PERSON, "此人不在应用可见范围内，或已离职")
_TOO_MANY = Meaning(Kind.CONTENT, "接收人列表超限或为空")
_CONTENT = Meaning(Kind.CONTENT, "内容过长、为空或格式不对")
_MEDIA = Meaning(Kind.CONTENT, "素材大小、类型不合要求，或已过期")
_CARD = Meaning(Kind.CARD, "卡片已不能更新")
_NOT_OURS = Meaning(Kind.TARGET, "不是本应用创建的群，或应用可见范围不是全公司")
_CHAT = Meaning(Kind.TARGET, "群不存在或已解散")
_ROBOT = Meaning(Kind.TARGET, "群机器人不可用、已被移出群，或会话编号不对")

MEANINGS: Final[dict[str, Meaning]] = {
    BUSY: _BUSY_PLATFORM,
    "6000": _BUSY_PLATFORM,
    "45033": Meaning(Kind.BUSY, "并发过高", Fate.LATER),
    **dict.fromkeys(TOKEN_CODES, _TOKEN),
    **dict.fromkeys(SECRET_CODES, _SECRET),
    FREQUENCY: Meaning(Kind.FREQUENCY, "接口调用过于频繁，企业微信已限流", Fate.LATER, _MINUTE, blocks=True),
    UNTRUSTED_IP: _config("服务器出口 IP 不在「企业可信IP」中，请在应用页底部添加", _MINUTE),
    **dict.fromkeys((NOBODY, "60111", "60011", "40003", "40031", "60021", "50002"), _PERSON),
    **dict.fromkeys(("40032", "82001", "82002", "82003", "40035"), _TOO_MANY),
    **dict.fromkeys(("45002", "44004", "40058", "40008", "40063", "47001"), _CONTENT),
    **dict.fromkeys((BAD_MEDIA, "45001", "44001", "40004", "40005", "40006", "830002"), _MEDIA),
    **dict.fromkeys(CARD_CLOSED, _CARD),
    **dict.fromkeys(("40050", "86001", "86003", "49008"), _CHAT),
    **dict.fromkeys(("301002", "40056", "50003", "48006"), _APP),
    **dict.fromkeys(("86008", "48002"), _NOT_OURS),
    **dict.fromkeys(("93000", "93001", "93004", "93006", "93008"), _ROBOT),
    "42052": Meaning(Kind.CONTENT, "超过 24 小时，不能撤回"),
    "846605": Meaning(Kind.BOT, "原消息已不能再回复"),
    "846608": Meaning(Kind.BOT, "这条流式回复已过期"),
    "846609": Meaning(Kind.BOT, "智能机器人长连接尚未就绪", Fate.LATER, 1.0),
    "853000": _config("智能机器人的 bot_id 或 secret 不对"),
}
_UNKNOWN_CODE = Meaning(Kind.BUSY, "企业微信返回了未知错误", Fate.LATER)


class WecomError(TransportError):
    """A call failed; `code` is WeCom's number or one of ours ("timeout", "unreachable", "http_502", "parked").

    `detail` is a sentence for an administrator, without secrets.
    """

    def __init__(self, code: str, meaning: Meaning, *, message: str = "") -> None:
        super().__init__(
            f"{code} {meaning.words}", permanent=meaning.fate is Fate.NEVER, retry_after=meaning.retry_after
        )
        self.code = code
        self.meaning = meaning
        self.message = message
        ip = _IP.search(message)
        self.detail = f"{meaning.words}（from ip {ip[1]}）" if ip else meaning.words

    def again(self) -> WecomError:
        """Return the same error to be raised anew."""
        return WecomError(self.code, self.meaning, message=self.message)

    def after(self, seconds: float) -> WecomError:
        """Return the same error with another wait."""
        return WecomError(self.code, replace(self.meaning, retry_after=seconds), message=self.message)

    def outcome(self, key: str) -> Outcome:
        """Return what this failure makes of a message."""
        meaning = self.meaning
        return Outcome(
            key,
            meaning.fate,
            error=self.code,
            detail=self.detail,
            retry_after=meaning.retry_after,
            blocks=meaning.blocks,
        )


def api_error(code: str | int, message: str = "") -> WecomError:
    """Return the error for an errcode; an unknown one is tried again later."""
    return WecomError(str(code), MEANINGS.get(str(code), _UNKNOWN_CODE), message=message)


def unreachable(words: str = "连不上企业微信") -> WecomError:
    """Return the error of a call that surely never arrived."""
    return WecomError("unreachable", Meaning(Kind.BUSY, words, Fate.LATER, 15.0))


def unanswered(code: str = "timeout") -> WecomError:
    """Return the error of a call that may have worked: it was sent, and the answer was lost or was none."""
    return WecomError(code, Meaning(Kind.BUSY, "企业微信没有给出结果", Fate.UNKNOWN))


def parked(seconds: float, words: str) -> WecomError:
    """Return the error of a call that was not made, because it would not work for so many seconds."""
    return WecomError("parked", Meaning(Kind.FREQUENCY, words, Fate.LATER, max(1.0, seconds)))
