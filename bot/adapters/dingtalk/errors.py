"""What DingTalk's errors mean, in the order they have to be read: throttling looks like a missing permission."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from fnmatch import fnmatchcase
from http import HTTPStatus
from typing import Any, Final

from bot.adapters.base import Fate, TransportError
from bot.adapters.dingtalk import wire
from bot.adapters.dingtalk.wire import Json


class Kind(Enum):
    """What an error asks for."""

    THROTTLED = auto()
    BANNED = auto()  # too many calls from this address: HTML instead of JSON, for five minutes
    TRANSIENT = auto()
    TOKEN = auto()
    QUOTA = auto()
    CONFIG = auto()
    GONE = auto()
    CONTENT = auto()
    SESSION = auto()
    UNKNOWN = auto()  # it may have been delivered
    ALREADY = auto()  # a card of this id exists: it has been sent


@dataclass(frozen=True, slots=True)
class Meaning:
    """What becomes of the message, when to try again (seconds), and what an administrator reads."""

    fate: Fate
    words: str
    retry_after: float | None = None
    blocks: bool = False


MEANINGS: Final = {
    Kind.THROTTLED: Meaning(Fate.LATER, "发送太快，被钉钉限流", 2),
    Kind.BANNED: Meaning(Fate.LATER, "本机 IP 被钉钉限流 5 分钟", 300),
    Kind.TRANSIENT: Meaning(Fate.LATER, "钉钉暂时不可用"),
    Kind.TOKEN: Meaning(Fate.LATER, "access_token 换新后仍被拒，请核对 ClientID 和 ClientSecret", 300, blocks=True),
    Kind.QUOTA: Meaning(Fate.LATER, "本月钉钉 API 额度已用完，下月 1 日恢复", 3600, blocks=True),
    Kind.CONFIG: Meaning(Fate.LATER, "钉钉应用配置不对", 300, blocks=True),
    Kind.GONE: Meaning(Fate.NEVER, "收不到：人不在可见范围，或群已解散、机器人已停用"),
    Kind.CONTENT: Meaning(Fate.NEVER, "内容被钉钉拒收"),
    Kind.SESSION: Meaning(Fate.NEVER, "会话或群机器人地址已失效"),
    Kind.UNKNOWN: Meaning(Fate.UNKNOWN, "发出后没有回音，可能已送达"),
    Kind.ALREADY: Meaning(Fate.SENT, ""),
}

_CODES: Final[Sequence[tuple[str, Kind]]] = (
    ("*qpslimit*", Kind.THROTTLED),  # these begin with Forbidden.AccessDenied and come as 403: before CONFIG
    ("*qpmlimit*", Kind.THROTTLED),
    ("send.toofast", Kind.THROTTLED),
    ("send.too.fast", Kind.THROTTLED),
    ("send.bytoken.toofast", Kind.THROTTLED),
    ("too.many.*", Kind.THROTTLED),
    ("*apicountlimitfororg", Kind.QUOTA),
    ("system.error", Kind.TRANSIENT),
    ("systembusy", Kind.TRANSIENT),
    ("system.busy", Kind.TRANSIENT),
    ("service.timeout", Kind.TRANSIENT),
    ("serviceunavailable", Kind.TRANSIENT),
    ("unknown.send.result", Kind.UNKNOWN),
    ("invalidauthentication", Kind.TOKEN),
    ("param.cardalreadyexist", Kind.ALREADY),
    ("invalidclientidorsecret", Kind.CONFIG),
    ("*accesstokenpermissiondenied", Kind.CONFIG),
    ("forbidden.accessdenied*", Kind.CONFIG),
    ("*ipnotinwhitelist", Kind.CONFIG),
    ("unauthorized", Kind.CONFIG),
    ("auth.error", Kind.CONFIG),
    ("invalidparameter.robotcode.downloadcode", Kind.CONTENT),  # wrong or expired: before the other robotCode errors
    ("invalidparameter.robotcode*", Kind.CONFIG),
    ("template.stopped", Kind.CONFIG),
    ("chatbotid.notallow.sendoto", Kind.CONFIG),
    ("send.forbidden", Kind.CONFIG),
    ("group.disbanded", Kind.GONE),
    ("robot.oto.notexist", Kind.GONE),
    ("staffid.notexisted", Kind.GONE),
    ("conversation.org.notmatch", Kind.GONE),
    ("invalid.openconversationid", Kind.GONE),
    ("resource.unavailable", Kind.GONE),
    ("bot.stopped", Kind.GONE),
    ("session.expired", Kind.SESSION),
    ("session.notexisted", Kind.SESSION),
    ("invalidparameter*", Kind.CONTENT),
    ("contain.*", Kind.CONTENT),
    ("miss.param.*", Kind.CONTENT),
    ("param.*", Kind.CONTENT),
)

_OLD_CODES: Final = {
    **dict.fromkeys((90018, 90002, 143103, 143104, 130101, 302033, 410100), Kind.THROTTLED),
    **dict.fromkeys((-1, 15), Kind.TRANSIENT),
    **dict.fromkeys((40014, 42001, 40001, 33001), Kind.TOKEN),
    90020: Kind.QUOTA,
    **dict.fromkeys((60011, 60020, 310000, 40089, 40035, 43004, 400105), Kind.CONFIG),
    **dict.fromkeys((60121, 400013, 400102, 400106, 33012), Kind.GONE),
    **dict.fromkeys((430101, 430102, 430103, 430104, 460101, 143106, 1430002), Kind.CONTENT),
    **dict.fromkeys((300001, 300005, 400101), Kind.SESSION),
}

_STATUSES: Final = {
    HTTPStatus.TOO_MANY_REQUESTS: Kind.THROTTLED,
    HTTPStatus.UNAUTHORIZED: Kind.TOKEN,
    HTTPStatus.FORBIDDEN: Kind.CONFIG,
    HTTPStatus.NOT_FOUND: Kind.CONFIG,
    HTTPStatus.BAD_REQUEST: Kind.CONTENT,
}


class DingtalkError(TransportError):
    """A call that failed. `code` is the platform's, `detail` a sentence for the administrator without secrets."""

    def __init__(self, kind: Kind, code: str, detail: str = "", *, retry_after: float | None = None) -> None:
        meaning = MEANINGS[kind]
        self.kind = kind
        self.code = code
        self.detail = detail or meaning.words
        wait = retry_after if retry_after is not None else meaning.retry_after
        super().__init__(f"{code}: {self.detail}", permanent=meaning.fate is Fate.NEVER, retry_after=wait)


def api_error(status: int, answer: Json) -> DingtalkError:
    """Return the error of an api.dingtalk.com answer."""
    code = wire.text(answer, "code") or f"HTTP{status}"
    return DingtalkError(_kind(status, code), code, _detail(code, answer))


def oapi_error(answer: Json) -> DingtalkError:
    """Return the error of an oapi.dingtalk.com answer whose errcode is not 0."""
    code = wire.text(answer, "errcode")
    sub_code = wire.text(answer, "sub_code")
    wanted = sub_code if code == "88" and sub_code else code
    kind = _OLD_CODES.get(int(wanted)) if wanted.lstrip("-").isdecimal() else None
    return DingtalkError(kind or Kind.CONTENT, wanted or "unknown", _detail(wanted, answer))


def unreadable_error(status: int) -> DingtalkError:
    """Return the error of an answer that is not JSON: a gateway that is down, or a ban of our address."""
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return DingtalkError(Kind.TRANSIENT, f"HTTP{status}")
    return DingtalkError(Kind.BANNED, f"HTTP{status}")


def is_ban(answer: Json) -> bool:
    """Whether an answer is the firewall's: `{"status":1111,"punish":"deny"}`."""
    return wire.text(answer, "status") == "1111"


def _kind(status: int, code: str) -> Kind:
    lowered = code.lower()
    for pattern, kind in _CODES:
        if fnmatchcase(lowered, pattern):
            return kind
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Kind.TRANSIENT
    return _STATUSES.get(HTTPStatus(status), Kind.CONTENT) if status in set(HTTPStatus) else Kind.CONTENT


def _detail(code: str, answer: Json) -> str:
    scopes = wire.texts(_lower(answer, "accessdenieddetail"), "requiredScopes")
    if scopes:
        return f"缺少权限：{'、'.join(scopes)}（在「权限管理」申请）"
    if code == "60020" or "ipnotinwhitelist" in code.lower():
        return "出口 IP 不在白名单（在「安全设置」加上服务器出口 IP）"
    return HINTS.get(code, "")


HINTS: Final = {
    "310000": "群机器人安全设置不符：核对加签密钥、关键词、IP 和服务器时间",
    "invalidClientIdOrSecret": "ClientID 或 ClientSecret 不对",
    "60011": "缺少通讯录权限（在「权限管理」申请）",
    "template.stopped": "卡片模板未发布或已停用",
    "invalidParameter.robotCode.downloadCode": "文件下载码已过期，请对方重新发送",
    "90020": "本月钉钉 API 额度已用完，下月 1 日恢复",
}


def _lower(answer: Json, name: str) -> Json:
    """Return an object whatever the case of its name."""
    found: Any = next((value for key, value in answer.items() if key.lower() == name), {})
    return found if isinstance(found, dict) else {}
