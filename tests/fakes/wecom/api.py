"""The calls of the fake WeCom: `name → function(state, request) → answer`."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.wecom.state import Arrived, State

OK = {"errcode": 0, "errmsg": "ok"}
TASK_ID = re.compile(r"[0-9A-Za-z_@-]{1,128}")
INTERACTIVE = {"button_interaction", "vote_interaction", "multiple_interaction"}


@dataclass(frozen=True)
class Call:
    query: dict[str, str]
    raw: bytes = b""
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    @property
    def body(self) -> dict[str, Any]:
        result: dict[str, Any] = json.loads(self.raw)
        return result


def error(code: int, text: str = "") -> dict[str, Any]:
    return {"errcode": code, "errmsg": text or f"error {code}, hint: [1], from ip: 203.0.113.9, more info"}


def send_message(state: State, call: Call) -> dict[str, Any]:
    body = call.body
    users = [user.lower() for user in body["touser"].split("|") if user]
    if len(users) > 1000:
        return error(40032)
    if str(body["agentid"]) != str(state.agent["agentid"]):
        return error(40056)
    kind = body["msgtype"]
    content = body[kind]
    refused = _content_error(state, kind, content)
    if refused:
        return error(refused)
    unknown = [user for user in users if not state.everybody and user not in state.people]
    unlicensed = [user for user in users if user in state.unlicensed]
    reached = [user for user in users if user not in unknown and user not in unlicensed]
    if not reached and unknown:
        return error(81013)
    if state.is_repeat(call.raw, body):
        state.suppressed += 1
        return OK | {"msgid": "suppressed"}
    return _deliver(state, kind, content, reached, call.raw) | {
        "invaliduser": "|".join(unknown), "unlicenseduser": "|".join(unlicensed),
    }  # fmt: skip


def _content_error(state: State, kind: str, content: dict[str, Any]) -> int:
    if kind in {"image", "file"} and content["media_id"] not in state.media:
        return 40007
    if kind == "template_card" and content["card_type"] in INTERACTIVE | {"text_notice", "news_notice"}:
        return _card_error(state, content)
    if kind in {"text", "markdown"} and not content["content"]:
        return 44004
    return 0


def _card_error(state: State, card: dict[str, Any]) -> int:
    kind, task = card["card_type"], card.get("task_id", "")
    if kind in INTERACTIVE or card.get("action_menu"):
        state.tasks_taken += task in state.tasks
        if not TASK_ID.fullmatch(task) or task in state.tasks:
            return 42014
        state.tasks.add(task)
    elif not card.get("card_action", {}).get("url"):
        return 40008
    return 0


def _deliver(state: State, kind: str, content: dict[str, Any], users: list[str], raw: bytes) -> dict[str, Any]:
    msgid = state.number("msg")
    if kind in {"text", "markdown"}:  # cut off without a word
        content = content | {"content": content["content"].encode()[:2048].decode(errors="ignore")}
    for user in users:
        state.arrive(Arrived(user, kind, content, msgid, raw))
    answer = OK | {"msgid": msgid}
    if kind == "template_card" and (content["card_type"] in INTERACTIVE or content.get("action_menu")):
        code = state.number("RC")
        state.response_codes[code] = content["task_id"]
        answer["response_code"] = code
    return answer


def update_card(state: State, call: Call) -> dict[str, Any]:
    body = call.body
    if body["response_code"] not in state.response_codes:
        return error(60140)
    task = state.response_codes.pop(body["response_code"])
    if "template_card" in body:
        state.changed |= {(user, task): body["template_card"] for user in body["userids"]}
    state.updates.append(body)
    return OK


def recall(state: State, call: Call) -> dict[str, Any]:
    state.recalled.append(call.body["msgid"])
    return OK


def upload(state: State, call: Call) -> dict[str, Any]:
    name, data = call.files["media"]
    if len(data) <= 5:
        return error(40006)
    media_id = state.number("media")
    state.media[media_id] = (name, data)
    state.uploads.append((call.query["type"], name, data))
    return OK | {"type": call.query["type"], "media_id": media_id, "created_at": "1790000000"}


def create_chat(state: State, call: Call) -> dict[str, Any]:
    body = call.body
    if not 2 <= len(body["userlist"]) <= 2000:
        return error(86006)
    chat_id = body.get("chatid") or state.number("CHAT")
    state.chats[chat_id] = body | {"chatid": chat_id}
    return OK | {"chatid": chat_id}


def update_chat(state: State, call: Call) -> dict[str, Any]:
    body = call.body
    chat = state.chats.get(body["chatid"])
    if chat is None:
        return error(86008)
    members = [*chat["userlist"], *body.get("add_user_list", [])]
    chat["userlist"] = [user for user in members if user not in body.get("del_user_list", [])]
    chat["name"] = body.get("name", chat["name"])
    return OK


def get_chat(state: State, call: Call) -> dict[str, Any]:
    chat = state.chats.get(call.query["chatid"])
    return OK | {"chat_info": chat} if chat else error(86008)


def send_chat(state: State, call: Call) -> dict[str, Any]:
    body = call.body
    if body["chatid"] not in state.chats:
        return error(86008)
    if body["msgtype"] not in {"text", "image", "voice", "video", "file", "textcard", "news", "mpnews", "markdown"}:
        return error(40008)
    state.group_messages.append((body["chatid"], body))
    return OK


def robot_send(state: State, call: Call) -> dict[str, Any]:
    key, body = call.query["key"], call.body
    if key not in state.robots:
        return error(93000, "invalid webhook url, hint: [1]")
    refused = _robot_error(state, body["msgtype"], body[body["msgtype"]])
    if refused:
        return error(refused)
    if state.robot_full(key):
        return error(45009)
    state.robots[key].append(body)
    return OK


def _robot_error(state: State, kind: str, content: dict[str, Any]) -> int:
    longest = {"text": 2048, "markdown": 4096, "markdown_v2": 4096}
    wrong = {
        44004: kind in longest and not content["content"],
        40058: kind in longest and len(content["content"].encode()) > longest[kind],
        40009: kind == "image" and hashlib.md5(b64decode(content["base64"])).hexdigest() != content["md5"],
        40007: kind == "file" and content["media_id"] not in state.robot_files,
        40008: kind == "template_card" and content["card_type"] not in {"text_notice", "news_notice"},
    }
    return next((code for code, is_wrong in wrong.items() if is_wrong), 0)


def robot_upload(state: State, call: Call) -> dict[str, Any]:
    if call.query["key"] not in state.robots:
        return error(93000)
    media_id = state.number("robotmedia")
    state.robot_files[media_id] = call.files["media"]
    return OK | {"type": call.query["type"], "media_id": media_id, "created_at": "1790000000"}


def user_list(state: State, call: Call) -> dict[str, Any]:
    wanted = int(call.query["department_id"])
    everybody = call.query.get("fetch_child") == "1"
    return OK | {"userlist": [user for user in state.users if everybody or wanted in user["department"]]}


def convert_ids(state: State, call: Call) -> dict[str, Any]:
    ids = call.body["open_userid_list"]
    known = [{"open_userid": each, "userid": state.open_ids[each]} for each in ids if each in state.open_ids]
    return OK | {"userid_list": known, "invalid_open_userid_list": [each for each in ids if each not in state.open_ids]}


def bot_response(state: State, call: Call) -> dict[str, Any]:
    code = call.query["response_code"]
    if code not in state.response_urls or state.response_urls[code] is not None:
        return error(60140)
    state.response_urls[code] = call.body
    return OK


CALLS: dict[str, Callable[[State, Call], dict[str, Any]]] = {
    "message/send": send_message,
    "message/update_template_card": update_card,
    "message/recall": recall,
    "media/upload": upload,
    "appchat/create": create_chat,
    "appchat/update": update_chat,
    "appchat/get": get_chat,
    "appchat/send": send_chat,
    "user/list": user_list,
    "department/list": lambda state, _: OK | {"department": state.departments},
    "batch/openuserid_to_userid": convert_ids,
    "agent/get": lambda state, _: OK | state.agent,
    "getcallbackip": lambda _, __: OK | {"ip_list": ["101.226.103.*"]},
}
WITHOUT_TOKEN: dict[str, Callable[[State, Call], dict[str, Any]]] = {
    "webhook/send": robot_send,
    "webhook/upload_media": robot_upload,
    "aibot/response": bot_response,
}
