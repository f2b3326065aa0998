"""The fake's HTTP side: api.dingtalk.com and oapi.dingtalk.com on one loopback port."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask, Response, request

from tests.fakes.dingtalk.socket import StreamSide
from tests.fakes.dingtalk.state import Call, Delivered, State, Trouble

Answer = tuple[Any, int]
NO_TOKEN = ({"code": "InvalidAuthentication", "message": "不合法的access_token"}, 400)
OVER = ({"code": "Forbidden.AccessDenied.ApiCountLimitForOrg", "message": "本月调用次数已用完"}, 403)
BATCH = "/v1.0/robot/oToMessages/batchSend"
GROUP = "/v1.0/robot/groupMessages/send"
DOWNLOAD = "/v1.0/robot/messageFiles/download"
CREATE = "/v1.0/card/instances/createAndDeliver"
CARDS = "/v1.0/card/instances"
SESSION = "/robot/sendBySession"
WEBHOOK = "/robot/send"


class Routes:
    """One method per route; `_route` adds recording, troubles and the token check."""

    def __init__(self, state: State, stream: StreamSide) -> None:
        self.state = state
        self.stream = stream
        self.released = threading.Event()
        self.app = Flask("fake-dingtalk")
        self.base = ""
        for path, method, answer, guard in self._table():
            self.app.add_url_rule(path, f"{method} {path}", self._route(path, answer, guard), methods=[method])

    def _table(self) -> list[tuple[str, str, Callable[[Any], Answer | Response], str]]:
        return [
            ("/v1.0/gateway/connections/open", "POST", self.open_connection, ""),
            ("/v1.0/oauth2/accessToken", "POST", self.access_token, ""),
            ("/gettoken", "GET", self.gettoken, ""),
            (BATCH, "POST", self.batch_send, "api"),
            (GROUP, "POST", self.group_send, "api"),
            (DOWNLOAD, "POST", self.download, "api"),
            (CREATE, "POST", self.create_card, "api"),
            (CARDS, "PUT", self.update_card, "api"),
            ("/v1.0/robot/otoMessages/batchRecall", "POST", self.recall, "api"),
            ("/v1.0/robot/groupMessages/recall", "POST", self.recall, "api"),
            ("/v1.0/robot/ding/send", "POST", self.ding, "api"),
            ("/v1.0/robot/groups/robots/query", "POST", lambda _body: ({"chatbotInstanceVOList": [{}]}, 200), "api"),
            ("/file/<name>", "GET", lambda _body: self.file(), ""),
            (SESSION, "POST", self.by_session, ""),
            (WEBHOOK, "POST", self.by_webhook, ""),
            ("/media/upload", "POST", self.upload, "oapi"),
            ("/topapi/v2/user/get", "POST", self.user, "oapi"),
            ("/topapi/v2/user/getbymobile", "POST", self.by_mobile, "oapi"),
            ("/topapi/v2/user/list", "POST", self.users, "oapi"),
            ("/topapi/v2/department/listsub", "POST", self.subdepartments, "oapi"),
            ("/topapi/message/corpconversation/asyncsend_v2", "POST", self.work_notice, "oapi"),
            ("/topapi/message/corpconversation/getsendresult", "POST", self.notice_result, "oapi"),
        ]

    def _route(self, path: str, answer: Callable[[Any], Answer | Response], guard: str) -> Callable[..., Response]:
        def view(**_: str) -> Response:
            body = request.get_json(silent=True)
            with self.state.changed:
                self.state.calls.append(Call(path, body, dict(request.args), dict(request.headers), self.state.clock()))
                trouble = self.state.troubles[path].popleft() if self.state.troubles[path] else None
                trouble = None if trouble and trouble.passes else trouble
                self.state.changed.notify_all()
            if trouble and not trouble.after:
                return self._troubled(trouble)
            refused = self._refused(guard)
            made = refused or answer(body or {})
            if trouble:
                return self._troubled(trouble)
            return made if isinstance(made, Response) else _json(*made)

        return view

    def _troubled(self, trouble: Trouble) -> Response:
        if trouble.hang:
            self.released.wait(20)
        if trouble.cut:
            request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        if trouble.raw is not None:
            return Response(trouble.raw, trouble.status, content_type="text/html")
        return _json(trouble.body, trouble.status)

    def _refused(self, guard: str) -> Answer | None:
        if guard == "api" and request.headers.get("x-acs-dingtalk-access-token") != self.state.api_token:
            return NO_TOKEN
        if guard == "api" and not self.state.pays():
            return OVER
        if guard == "oapi" and request.args.get("access_token") != self.state.oapi_token:
            return {"errcode": 40014, "errmsg": "不合法的access_token"}, 200
        return None

    def open_connection(self, body: Any) -> Answer:
        if (body.get("clientId"), body.get("clientSecret")) != (self.state.client_id, self.state.client_secret):
            return {"code": "invalidClientIdOrSecret", "message": "无效的clientId或者clientSecret"}, 401
        return {
            "endpoint": self.state.webhook_addresses.get("ws", self.stream.address),
            "ticket": self.stream.ticket(),
        }, 200

    def access_token(self, body: Any) -> Answer:
        if (body.get("appKey"), body.get("appSecret")) != (self.state.client_id, self.state.client_secret):
            return {"code": "invalidClientIdOrSecret", "message": "无效的clientId或者clientSecret"}, 400
        return {"accessToken": self.state.api_token, "expireIn": 7200}, 200

    def gettoken(self, _body: Any) -> Answer:
        if (request.args.get("appkey"), request.args.get("appsecret")) != (
            self.state.client_id,
            self.state.client_secret,
        ):
            return {"errcode": 40089, "errmsg": "不合法的corpid或corpsecret"}, 200
        return {"errcode": 0, "errmsg": "ok", "access_token": self.state.oapi_token, "expires_in": 7200}, 200

    def batch_send(self, body: Any) -> Answer:
        ids = body["userIds"]
        if len(ids) > 20:
            return {"code": "invalidParameter.userIds.overMax", "message": "userIds max 100"}, 400
        content = json.loads(body["msgParam"])  # must be a JSON string
        invalid = [each for each in ids if each not in self.state.people]
        throttled = [each for each in ids if each in self.state.throttled]
        filtered = [each for each in ids if each in self.state.filtered]
        for each in ids:
            if each not in (*invalid, *throttled, *filtered):
                self.state.deliver(Delivered(each, body["msgKey"], content))
        lists = {"invalidStaffIdList": invalid, "flowControlledStaffIdList": throttled, "filteredStaffIdList": filtered}
        return {"processQueryKey": f"key-{len(self.state.calls)}", **lists}, 200

    def group_send(self, body: Any) -> Answer:
        if len(body["msgParam"].encode()) > 15000:
            return {"code": "invalidParameter.msgParam.tooLong", "message": "too long"}, 400
        self.state.deliver(Delivered(body["openConversationId"], body["msgKey"], json.loads(body["msgParam"])))
        return {"processQueryKey": f"key-{len(self.state.calls)}"}, 200

    def download(self, body: Any) -> Answer:
        if body.get("robotCode") != self.state.client_id:
            return {"code": "invalidParameter.robotCode.auth", "message": "robotCode"}, 400
        if body.get("downloadCode") not in self.state.files:
            return {"code": "invalidParameter.robotCode.downloadCode", "message": "downloadCode"}, 400
        return {"downloadUrl": f"{self.base}/file/{body['downloadCode']}?Expires=1&Signature=x"}, 200

    def file(self) -> Response:
        data, headers = self.state.files[request.path.rpartition("/")[2]]
        status = int(headers.get("status", "200"))
        return Response(data, status, {k: v for k, v in headers.items() if k != "status"})

    def by_session(self, body: Any) -> Answer:
        chat = self.state.sessions.get(request.args.get("session", ""))
        if chat is None:
            return {"errcode": 300001, "errmsg": "session 不存在"}, 200
        self.state.deliver(Delivered(chat, "session", body, tuple(body.get("at", {}).get("atUserIds", []))))
        return {"errcode": "0", "errmsg": "ok"}, 200

    def by_webhook(self, body: Any) -> Answer:
        token = request.args.get("access_token", "")
        conversation, secret = self.state.webhooks.get(token, ("", ""))
        if not conversation:
            return {"errcode": 300001, "errmsg": "token is not exist"}, 200
        if secret and request.args.get("sign") != _sign(secret, request.args.get("timestamp", "")):
            return {"errcode": 310000, "errmsg": "sign not match"}, 200
        if body.get("msgUuid") in self.state.uuids:
            return {"errcode": 0, "errmsg": "ok"}, 200
        if self._too_many(token):
            return {"errcode": 410100, "errmsg": "send too fast, exceed 20 times per minute"}, 200
        self.state.uuids.add(body.get("msgUuid", ""))
        self.state.deliver(Delivered(conversation, "webhook", body, tuple(body.get("at", {}).get("atUserIds", []))))
        return {"errcode": 0, "errmsg": "ok"}, 200

    def _too_many(self, token: str) -> bool:
        now = self.state.clock()
        if now < self.state.banned_until.get(token, now):
            return True
        times = [at for at in self.state.webhook_times[token] if now - at < timedelta(minutes=1)]
        self.state.webhook_times[token] = [*times, now]
        if len(times) >= 20:
            self.state.banned_until[token] = now + timedelta(minutes=10)
        return len(times) >= 20

    def create_card(self, body: Any) -> Answer:
        values = body["cardData"]["cardParamMap"]
        if not all(isinstance(value, str) and len(value.encode()) <= 1024 for value in values.values()):
            return {"code": "invalidParameter.cardData", "message": "value must be a short string"}, 400
        if body["outTrackId"] in self.state.cards:
            return {"code": "param.cardAlreadyExist", "message": "card exists"}, 400
        space = body["openSpaceId"].rpartition(".")[2]
        fine = "IM_GROUP" in body["openSpaceId"] or space in self.state.people
        result = {
            "spaceId": space,
            "success": fine,
            "carrierId": "carrier",
            "errorMsg": "" if fine else "robot.oto.notExist",
        }
        if fine:
            self.state.cards[body["outTrackId"]] = dict(values)
            at = body.get("imGroupOpenDeliverModel", {}).get("atUserIds", {})
            self.state.deliver(Delivered(space, "card", body, tuple(at)))
        return {"success": True, "result": {"outTrackId": body["outTrackId"], "deliverResults": [result]}}, 200

    def update_card(self, body: Any) -> Answer:
        card = self.state.cards.get(body["outTrackId"])
        if card is None:
            return {"code": "param.cardNotExist", "message": "no such card"}, 400
        if not body.get("cardUpdateOptions", {}).get("updateCardDataByKey"):
            card.clear()
        card.update(body["cardData"]["cardParamMap"])
        return {"success": True, "result": True}, 200

    def recall(self, body: Any) -> Answer:
        return {"successResult": body["processQueryKeys"], "failedResult": {}}, 200

    def ding(self, body: Any) -> Answer:
        for each in body["receiverUserIdList"]:
            self.state.deliver(Delivered(each, "ding", body))
        return {"openDingId": "ding-1", "failedList": {}}, 200

    def upload(self, _body: Any) -> Answer:
        data = request.files["media"].read()
        media_id = f"@media-{len(self.state.media) + 1}"
        self.state.media[media_id] = data
        return {"errcode": 0, "errmsg": "ok", "media_id": media_id, "type": request.args.get("type")}, 200

    def user(self, body: Any) -> Answer:
        person = self.state.people.get(body.get("userid"))
        if person is None:
            return {"errcode": 60121, "errmsg": "找不到该用户"}, 200
        return {"errcode": 0, "errmsg": "ok", "result": {"userid": body["userid"], **person}}, 200

    def by_mobile(self, body: Any) -> Answer:
        for userid, person in self.state.people.items():
            if person.get("mobile") == body.get("mobile"):
                return {"errcode": 0, "errmsg": "ok", "result": {"userid": userid}}, 200
        return {"errcode": 60121, "errmsg": "找不到该用户"}, 200

    def users(self, body: Any) -> Answer:
        here = [
            {"userid": u, **p} for u, p in self.state.people.items() if body["dept_id"] in p.get("dept_id_list", [])
        ]
        page = here[body["cursor"] : body["cursor"] + min(body["size"], 2)]
        more = body["cursor"] + len(page) < len(here)
        result = {"has_more": more, "list": page, **({"next_cursor": body["cursor"] + len(page)} if more else {})}
        return {"errcode": 0, "errmsg": "ok", "result": result}, 200

    def subdepartments(self, body: Any) -> Answer:
        subs = self.state.departments.get(body.get("dept_id", 1), [])
        return {
            "errcode": "0",
            "errmsg": "ok",
            "result": [{"dept_id": each, "name": f"部门{each}"} for each in subs],
        }, 200

    def work_notice(self, body: Any) -> Answer:
        self.state.notices.append(body)
        for each in body["userid_list"].split(","):
            if each not in self.state.forbidden_notices:
                self.state.deliver(Delivered(each, "notice", body["msg"]))
        return {"errcode": 0, "errmsg": "ok", "task_id": len(self.state.notices)}, 200

    def notice_result(self, body: Any) -> Answer:
        asked = self.state.notices[int(body["task_id"]) - 1]["userid_list"].split(",")
        forbidden = [each for each in asked if each in self.state.forbidden_notices]
        return {"errcode": 0, "send_result": {"invalid_user_id_list": [], "forbidden_user_id_list": forbidden}}, 200


def _json(body: Any, status: int) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")


def _sign(secret: str, timestamp: str) -> str:
    digest = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
