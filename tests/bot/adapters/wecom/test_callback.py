from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder, run_wsgi_app

from bot.adapters.wecom.callback import MAX_BODY, Callback, add_callback
from bot.adapters.wecom.crypto import Envelope
from bot.update import Update, UpdateKind
from tests.fakes.wecom import vectors
from tests.fakes.wecom.driver import CallbackDriver

NOW = datetime(2026, 9, 21, 14, 13, 25, tzinfo=UTC)
PATH = "/wecom/callback"


class Desk:
    """A bot that only listens: what arrived, once each."""

    def __init__(self) -> None:
        self.updates: dict[str, Update] = {}
        self.broken = False
        self.app = Flask(__name__)
        callback = Callback(Envelope(*vectors.OFFICIAL), now=lambda: NOW)
        add_callback(self.app, callback, self.receive)
        self.client: FlaskClient = self.app.test_client()

    def receive(self, update: Update) -> bool:
        if self.broken:
            raise OSError("disk full: INSERT INTO inbox VALUES ('今日拜访3家')")
        is_new = update.id not in self.updates
        self.updates[update.id] = update
        return is_new

    @property
    def texts(self) -> list[str]:
        return [update.text for update in self.updates.values()]


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def wecom() -> CallbackDriver:
    return CallbackDriver(*vectors.OFFICIAL)


class TestUrlVerification:
    def test_the_official_sample_is_answered_raw(self, desk: Desk) -> None:
        vector = vectors.V1
        url = (
            f"{PATH}?msg_signature={vector.signature}&timestamp={vector.timestamp}&nonce={vector.nonce}"
            f"&echostr={quote(vector.encrypt, safe='')}"
        )
        answer = desk.client.get(url)
        assert (answer.status_code, answer.data, answer.mimetype) == (200, b"1616140317555161061", "text/plain")

    def test_any_echo_comes_back_without_quotes_or_newline(self, desk: Desk, wecom: CallbackDriver) -> None:
        assert wecom.get(desk.client, '"7"\n').data == b'"7"\n'

    def test_a_wrong_token_is_refused(self, desk: Desk) -> None:
        other = CallbackDriver("other", *vectors.OFFICIAL[1:])
        assert other.get(desk.client, "1").status_code == 403

    def test_another_company_is_refused(self, desk: Desk) -> None:
        other = CallbackDriver(*vectors.OFFICIAL[:2], "wwother")
        assert other.get(desk.client, "1").status_code == 403

    def test_a_visit_by_browser_is_refused(self, desk: Desk) -> None:
        assert desk.client.get(PATH).status_code == 403


class TestMessages:
    def test_a_message_is_stored_and_answered_with_nothing(self, desk: Desk, wecom: CallbackDriver) -> None:
        query, body = wecom.envelope(wecom.message("text", Content="今日拜访3家"))
        answer = desk.client.post(PATH, query_string=query, data=body)
        assert (answer.status_code, answer.data) == (200, b"")
        assert desk.texts == ["今日拜访3家"]

    def test_three_deliveries_with_fresh_nonces_are_one_message(self, desk: Desk, wecom: CallbackDriver) -> None:
        xml = wecom.message("text", Content="在")
        assert [wecom.post(desk.client, xml) for _ in range(3)] == [200, 200, 200]
        assert desk.texts == ["在"]

    def test_two_events_of_one_second_are_both_stored(self, desk: Desk, wecom: CallbackDriver) -> None:
        for key in ("done", "snooze"):
            wecom.post(desk.client, wecom.event("template_card_event", EventKey=key, TaskId="t", ResponseCode=key))
        assert [update.press.value for update in desk.updates.values() if update.press] == ["done", "snooze"]

    def test_a_kind_of_tomorrow_is_stored(self, desk: Desk, wecom: CallbackDriver) -> None:
        assert wecom.post(desk.client, wecom.message("hologram")) == 200
        assert [update.kind for update in desk.updates.values()] == [UpdateKind.UNKNOWN]

    @pytest.mark.parametrize(("seconds", "status"), [(-601, 403), (-600, 200), (600, 200), (601, 403)])
    def test_a_stale_timestamp_is_refused(self, desk: Desk, wecom: CallbackDriver, seconds: int, status: int) -> None:
        wecom.timestamp = int(NOW.timestamp()) + seconds
        assert wecom.post(desk.client, wecom.message("text", Content="在")) == status

    def test_a_message_that_cannot_be_stored_is_not_acknowledged(
        self, desk: Desk, wecom: CallbackDriver, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
    ) -> None:
        desk.broken = True
        assert wecom.post(desk.client, wecom.message("text", Content="今日拜访3家")) == 503
        assert "今日拜访" not in caplog.text + "".join(capsys.readouterr())


class TestBodies:
    def signed(self, wecom: CallbackDriver) -> dict[str, Any]:
        query, body = wecom.envelope(wecom.message("text", Content="在"))
        return {"query_string": query, "data": body}

    def test_the_longest_body_is_read_and_one_byte_more_is_not(self, desk: Desk, wecom: CallbackDriver) -> None:
        request = self.signed(wecom)
        request["data"] += b" " * (MAX_BODY - len(request["data"]))
        assert desk.client.post(PATH, **request).status_code == 200
        request["data"] += b" "
        assert desk.client.post(PATH, **request).status_code == 413

    def test_a_chunked_body_is_refused(self, desk: Desk, wecom: CallbackDriver) -> None:
        request = self.signed(wecom)
        assert desk.client.post(PATH, **request, headers={"Transfer-Encoding": "chunked"}).status_code == 411

    def test_a_body_without_length_is_refused(self, desk: Desk, wecom: CallbackDriver) -> None:
        environ = EnvironBuilder(PATH, method="POST", **self.signed(wecom)).get_environ()
        del environ["CONTENT_LENGTH"]
        _, status, _ = run_wsgi_app(desk.app.wsgi_app, environ)
        assert status.startswith("411")

    @pytest.mark.parametrize(
        "body",
        [b"{}", b"<xml></xml>", b"<Encrypt></Encrypt>", b"<Encrypt>!</Encrypt>", b"\xff" * 99, b"<a>" * 20_000],
        ids=["json", "bare", "nothing", "junk", "bytes", "deep"],
    )
    def test_what_is_no_envelope_is_refused_unparsed(self, desk: Desk, body: bytes) -> None:
        assert desk.client.post(PATH, data=body).status_code == 400

    @pytest.mark.parametrize("field", ["msg_signature", "timestamp", "nonce"])
    def test_every_part_of_the_query_is_needed(self, desk: Desk, wecom: CallbackDriver, field: str) -> None:
        request = self.signed(wecom)
        del request["query_string"][field]
        assert desk.client.post(PATH, **request).status_code == 403
