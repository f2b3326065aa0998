"""Delivers callbacks the way WeCom does: encrypted, signed, and again with a fresh nonce when it was not answered."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

from flask.testing import FlaskClient

from tests.fakes.wecom.crypto import seal, sign


@dataclass
class CallbackDriver:
    """One app's callback configuration as the console has it."""

    token: str
    aes_key: str
    receive_id: str
    agent_id: str = "1000002"
    timestamp: int = 1790000000
    _nonces: Any = field(default_factory=lambda: itertools.count(1))

    def query(self, encrypt: str, *, timestamp: int | None = None) -> dict[str, str]:
        stamp, nonce = str(self.timestamp if timestamp is None else timestamp), f"n{next(self._nonces)}"
        return {"msg_signature": sign(self.token, stamp, nonce, encrypt), "timestamp": stamp, "nonce": nonce}

    def envelope(self, xml: str | bytes) -> tuple[dict[str, str], bytes]:
        """Return query and body of a POST."""
        encrypt = seal(self.aes_key, self.receive_id, xml.encode() if isinstance(xml, str) else xml)
        body = (
            f"<xml><ToUserName><![CDATA[{self.receive_id}]]></ToUserName><AgentID><![CDATA[{self.agent_id}]]></AgentID>"
            f"<Encrypt><![CDATA[{encrypt}]]></Encrypt></xml>"
        )
        return self.query(encrypt), body.encode()

    def message(
        self, kind: str, *, sender: str = "lihua", message_id: str = "7", at: int | None = None, **fields: Any
    ) -> str:
        return self.xml(sender, at, MsgType=kind, **fields, MsgId=message_id, AgentID=self.agent_id)

    def event(self, name: str, *, sender: str = "lihua", at: int | None = None, **fields: Any) -> str:
        return self.xml(sender, at, MsgType="event", Event=name, **fields, AgentID=self.agent_id)

    def xml(self, sender: str, at: int | None, **fields: Any) -> str:
        head = {"ToUserName": self.receive_id, "FromUserName": sender, "CreateTime": str(at or self.timestamp)}
        return f"<xml>{''.join(_element(name, value) for name, value in (head | fields).items())}</xml>"

    def post(self, client: FlaskClient, xml: str, path: str = "/wecom/callback") -> int:
        query, body = self.envelope(xml)
        return client.post(path, query_string=query, data=body, content_type="text/xml").status_code

    def get(self, client: FlaskClient, echo: str, path: str = "/wecom/callback") -> Any:
        encrypt = seal(self.aes_key, self.receive_id, echo.encode())
        return client.get(path, query_string=self.query(encrypt) | {"echostr": encrypt})


def _element(name: str, value: Any) -> str:
    if isinstance(value, dict):
        inner = "".join(_element(child, grand) for child, grand in value.items())
    elif isinstance(value, list):
        return "".join(_element(name, item) for item in value)
    elif str(value).isdigit():
        inner = str(value)
    elif "]]>" in str(value):
        inner = escape(str(value))
    else:
        inner = f"<![CDATA[{value}]]>"
    return f"<{name}>{inner}</{name}>"
