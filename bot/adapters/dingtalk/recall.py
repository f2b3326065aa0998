"""Taking messages back, and DING: what the robot can do besides sending."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.adapters.base import Fate, Outcome, Recipient
from bot.adapters.dingtalk import wire
from bot.adapters.dingtalk.api import Api
from bot.adapters.dingtalk.config import DingtalkConfig
from bot.adapters.dingtalk.errors import DingtalkError
from bot.adapters.dingtalk.outcomes import failed, local, sent

DIRECT_RECALL: Final = "/v1.0/robot/otoMessages/batchRecall"  # a small "oto", unlike batchSend
GROUP_RECALL: Final = "/v1.0/robot/groupMessages/recall"
DING: Final = "/v1.0/robot/ding/send"
_MOST_DINGED: Final = 200
_IN_APP: Final = 1


@dataclass(frozen=True, slots=True)
class Recall:
    """Takes robot messages back."""

    config: DingtalkConfig
    api: Api

    def recall(self, handle: Mapping[str, str]) -> Outcome:
        """Take a message back by its handle; session and webhook messages and cards cannot be."""
        keys = [key for key in handle.get("query_key", "").split(",") if key]
        if not keys:
            return Outcome("", Fate.NEVER, error="not_recallable", detail="这条消息钉钉不支持撤回")
        body = {"robotCode": self.config.robot, "processQueryKeys": keys}
        conversation = handle.get("conversation", "")
        try:
            if conversation:
                answer = self.api.post(GROUP_RECALL, {**body, "openConversationId": conversation})
            else:
                answer = self.api.post(DIRECT_RECALL, body)
        except DingtalkError as error:
            return failed("", error)
        refused = wire.child(answer, "failedResult")
        if refused:
            return Outcome("", Fate.NEVER, error="recall refused", detail="钉钉拒绝撤回（可能已过期）")
        return sent("", **handle)


@dataclass(frozen=True, slots=True)
class Ding:
    """DING: where the organisation's edition has it; where not, the outcome says so and blocks nothing else."""

    config: DingtalkConfig
    api: Api

    def send(self, recipients: Sequence[Recipient], text: str) -> list[Outcome]:
        """Send an in-app DING to up to 200 people."""
        few = recipients[:_MOST_DINGED]
        body = {
            "robotCode": self.config.robot,
            "remindType": _IN_APP,
            "receiverUserIdList": [to.account_id for to in few],
            "content": text,
        }
        try:
            answer = self.api.post(DING, body)
        except DingtalkError as error:
            return [local(failed(to.key, error)) for to in few]
        refused = wire.child(answer, "failedList")
        return [
            Outcome(to.key, Fate.NEVER, error="ding refused")
            if to.account_id in refused
            else sent(to.key, ding=wire.text(answer, "openDingId"))
            for to in few
        ]
