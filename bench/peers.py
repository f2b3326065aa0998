"""What we are compared with, each in a process of its own: `python -m bench.peers NAME PORT PLATFORM_URL FOLDER`.

* `slack`: an echo bot on bolt-python with its Flask adapter; `dingtalk`: an echo bot on the official Stream library;
* `library`: a callback as the WeCom library's own example writes it, up to the decrypted, parsed message, not stored;
  `opened`: the same by our own callback; `stored`: our callback with its durable inbox and nobody who handles. The web
  server is the same for all: waitress with sixteen threads.

The echo bots keep nothing: what they had not answered when they were killed is gone.
"""

from __future__ import annotations

import gc
import logging
import sys
import threading
from pathlib import Path
from typing import Any

from flask import Flask, request

from bench.house import written
from bench.speakers import SLACK_SECRET
from bot.adapters.wecom.callback import Callback, body_of
from bot.adapters.wecom.crypto import Envelope
from bot.app import Parts, create_app
from bot.clock import SystemClock
from bot.listener import WebServer
from bot.logs import set_up_logs
from bot.settings import load_settings
from tests.fakes.wecom.state import CORP
from tests.fakes.wecom.vectors import OFFICIAL

THREADS = 16


def serve(web: Flask, port: int) -> None:
    """Serve until killed."""
    WebServer(web, host="127.0.0.1", port=port, threads=THREADS).start()
    threading.Event().wait()


def slack(port: int, platform: str, _folder: Path) -> None:
    """An echo bot as the library's own example writes it."""
    from slack_bolt import App  # noqa: PLC0415  # a peer, not a part of ours
    from slack_bolt.adapter.flask import SlackRequestHandler  # noqa: PLC0415
    from slack_sdk import WebClient  # noqa: PLC0415

    logging.disable(logging.WARNING)
    client = WebClient(token="xoxb-1", base_url=f"{platform}/slack/")
    bot = App(client=client, signing_secret=SLACK_SECRET, token_verification_enabled=False)

    @bot.event("message")
    def echo(event: dict[str, Any], say: Any) -> None:
        say(event["text"])

    web, handler = Flask("slack"), SlackRequestHandler(bot)
    web.add_url_rule("/slack/events", "events", lambda: handler.handle(request), methods=["POST"])
    serve(web, port)


def dingtalk(_port: int, platform: str, _folder: Path) -> None:
    """An echo bot as the library's own example writes it."""
    import dingtalk_stream  # noqa: PLC0415  # a peer, not a part of ours

    logging.disable(logging.WARNING)

    class Echo(dingtalk_stream.ChatbotHandler):  # type: ignore[misc]  # untyped
        async def process(self, callback: Any) -> tuple[int, str]:
            incoming = dingtalk_stream.ChatbotMessage.from_dict(callback.data)
            self.reply_text(incoming.text.content, incoming)
            return dingtalk_stream.AckMessage.STATUS_OK, "OK"

    dingtalk_stream.DingTalkStreamClient.OPEN_CONNECTION_API = f"{platform}/v1.0/gateway/connections/open"
    client = dingtalk_stream.DingTalkStreamClient(dingtalk_stream.Credential("id", "secret"))
    client.register_callback_handler(dingtalk_stream.chatbot.ChatbotMessage.TOPIC, Echo())
    client.start_forever()


def library(port: int, _platform: str, _folder: Path) -> None:
    """A callback as the WeCom library's own example writes it: verified, decrypted, parsed."""
    from wechatpy.enterprise import parse_message  # noqa: PLC0415  # a peer, not a part of ours
    from wechatpy.enterprise.crypto import WeChatCrypto  # noqa: PLC0415

    crypto = WeChatCrypto(*OFFICIAL[:2], CORP)
    web = Flask("library")

    def message() -> str:
        signed = (request.args[name] for name in ("msg_signature", "timestamp", "nonce"))
        parse_message(crypto.decrypt_message(request.get_data(), *signed))
        return ""

    web.add_url_rule("/wecom/callback", "message", message, methods=["POST"])
    serve(web, port)


def opened(port: int, _platform: str, _folder: Path) -> None:
    """Our callback up to the message in the clear."""
    callback = Callback(Envelope(*OFFICIAL[:2], CORP), now=SystemClock().now)
    web = Flask("opened")

    def message() -> str:
        callback.update(request.args, body_of(request))
        return ""

    web.add_url_rule("/wecom/callback", "message", message, methods=["POST"])
    serve(web, port)


def stored(port: int, platform: str, folder: Path) -> None:
    """Our callback with its durable inbox, and nobody who handles."""
    set_up_logs()
    made = create_app(load_settings(written(folder, platform, port)), Parts(workers=0))
    gc.collect()
    gc.freeze()  # as `bot.serve` does before it begins
    made.runtime.start()
    serve(made.web, port)


PEERS = {"slack": slack, "dingtalk": dingtalk, "library": library, "opened": opened, "stored": stored}

if __name__ == "__main__":
    PEERS[sys.argv[1]](int(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))
