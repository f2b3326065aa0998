from __future__ import annotations

from collections.abc import Iterable

from bot.reply import Card, Field


def group_bound(name: str, purpose: str, conversation_id: str) -> Card:
    """Say that a group is bound, with the id a webhook configuration may want."""
    body = "以后的群通知会发到这里。群里只发数字和公开消息，个人的事一律私聊。"
    fields = (Field("群", name), Field("用途", purpose), Field("会话 ID", conversation_id))
    return Card(title="已绑定本群", body=body, fields=fields)


def purpose_wanted(purposes: Iterable[str]) -> str:
    """Ask what the group is for."""
    return f"这个群做什么用？请发：/绑定本群 {' 或 /绑定本群 '.join(purposes)}"


ONLY_IN_A_GROUP = "请在要绑定的群里 @我 发：/绑定本群 销售"
