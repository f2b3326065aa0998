"""Robot messages as DingTalk sends them."""

from __future__ import annotations

import json
from typing import Any

BOT = "$:LWCP_v1:$bot"


def message(msg_id: str = "msgDemo1", **changes: Any) -> dict[str, Any]:
    """A text of 周航 in his direct chat."""
    base: dict[str, Any] = {
        "conversationId": "cidDm==",
        "conversationType": "1",
        "msgId": msg_id,
        "msgtype": "text",
        "createAt": 1795399800000,
        "robotCode": "dingabc123",
        "chatbotUserId": BOT,
        "chatbotCorpId": "dingcorp1",
        "senderId": "$:LWCP_v1:$enc",
        "senderStaffId": "zhouhang",
        "senderNick": "周航",
        "senderCorpId": "dingcorp1",
        "isAdmin": False,
        "sessionWebhook": "https://oapi.dingtalk.com/robot/sendBySession?session=abcd",
        "sessionWebhookExpiredTime": 1795405200000,
        "text": {"content": " 今天拜访了3家"},
    }
    return {**base, **changes}


def group_message(msg_id: str = "msgDemo2", **changes: Any) -> dict[str, Any]:
    """The same in 华东销售群, where he has to @ the bot."""
    in_group = {
        "conversationId": "cidSales==",
        "conversationType": "2",
        "conversationTitle": "华东销售群",
        "isInAtList": True,
        "atUsers": [{"dingtalkId": BOT}],
    }
    return message(msg_id, **{**in_group, **changes})


def rich_text(*parts: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Text and pictures in one message."""
    return message(msgtype="richText", content={"richText": list(parts)}, **changes)


def press(action: str, user: str = "zhouhang", track: str = "rem-20261121-77", **params: Any) -> dict[str, Any]:
    """A pressed card button."""
    content = {"cardPrivateData": {"actionIds": ["b1"], "params": {"action": action, **params}}}
    return {
        "type": "actionCallback",
        "outTrackId": track,
        "corpId": "dingcorp1",
        "userId": user,
        "userIdType": 1,
        "spaceId": "cidSales==",
        "spaceType": "IM_GROUP",
        "extension": "{}",
        "content": json.dumps(content),
    }
