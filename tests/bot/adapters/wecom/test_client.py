from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.base import Fate
from bot.adapters.stores import DatabaseLease, DatabaseTokenStore
from bot.adapters.token import MemoryTokenStore
from bot.adapters.wecom.client import WecomClient
from bot.adapters.wecom.config import WecomConfig
from bot.adapters.wecom.errors import WecomError
from models.db import Base, Database
from tests.bot.adapters.wecom.conftest import Clock
from tests.fakes.wecom.server import FakeWecom
from tests.fakes.wecom.state import HTML, HTTP_502, LOSE_ANSWER, SECRET

TEXT = {"touser": "lihua", "agentid": 1000002, "msgtype": "text", "text": {"content": "在"}}


def failure(client: WecomClient, endpoint: str = "message/send") -> WecomError:
    with pytest.raises(WecomError) as error:
        client.post_json(endpoint, TEXT)
    return error.value


class TestToken:
    def test_it_is_fetched_once_and_kept(self, client: WecomClient, wecom: FakeWecom) -> None:
        for _ in range(3):
            client.post_json("message/send", TEXT)
        assert (wecom.state.token_fetches, len(wecom.state.phones)) == (1, 3)

    @pytest.mark.parametrize(("seconds", "fetches"), [(6899, 1), (6900, 2)])
    def test_it_is_replaced_five_minutes_before_its_end(
        self, client: WecomClient, wecom: FakeWecom, clock: Clock, seconds: int, fetches: int
    ) -> None:
        client.post_json("message/send", TEXT)
        clock.pass_time(seconds=seconds)
        client.post_json("message/send", TEXT)
        assert wecom.state.token_fetches == fetches

    @pytest.mark.parametrize("code", [40014, 42001])
    def test_a_refused_token_is_replaced_and_the_call_repeated_once(
        self, client: WecomClient, wecom: FakeWecom, code: int
    ) -> None:
        wecom.state.fail("message/send", code)
        client.post_json("message/send", TEXT)
        assert (wecom.state.token_fetches, wecom.state.texts("lihua")) == (2, ["在"])

    @pytest.mark.parametrize("code", [40014, 42001])
    def test_tokens_refused_for_ever_end_after_two_calls(
        self, client: WecomClient, wecom: FakeWecom, code: int
    ) -> None:
        wecom.state.always["message/send"] = code
        assert failure(client).meaning.fate is Fate.LATER
        assert (wecom.state.calls["message/send"], wecom.state.token_fetches) == (2, 2)

    def test_a_wrong_secret_is_not_tried_again_for_ten_minutes(
        self, config: WecomConfig, wecom: FakeWecom, clock: Clock
    ) -> None:
        client = WecomClient(replace(config, secret="wrong"), tokens=MemoryTokenStore(), now=clock.now)
        errors = [failure(client) for _ in range(50)]
        assert {(error.code, error.meaning.blocks, error.meaning.fate) for error in errors} == {
            ("40001", True, Fate.LATER)
        }
        assert wecom.state.calls["gettoken"] == 1
        clock.pass_time(minutes=10)
        failure(client)
        assert wecom.state.calls["gettoken"] == 2

    def test_a_secret_put_right_works_at_once_in_a_new_process(self, config: WecomConfig, clock: Clock) -> None:
        failure(WecomClient(replace(config, secret="wrong"), tokens=MemoryTokenStore(), now=clock.now))
        WecomClient(config, tokens=MemoryTokenStore(), now=clock.now).post_json("message/send", TEXT)

    @pytest.mark.parametrize("fault", [-1, HTTP_502, HTML, LOSE_ANSWER])
    def test_without_a_token_nothing_was_sent(self, client: WecomClient, wecom: FakeWecom, fault: object) -> None:
        wecom.state.fail("gettoken", fault)
        assert failure(client).meaning.fate is Fate.LATER
        client.post_json("message/send", TEXT)

    def test_a_hundred_sends_at_once_with_an_expired_token_fetch_one(
        self, client: WecomClient, wecom: FakeWecom
    ) -> None:
        client.post_json("message/send", TEXT)
        wecom.state.expire_tokens()
        wecom.state.everybody = True
        start = threading.Barrier(20)

        def send(number: int) -> None:
            if number < 20:
                start.wait(10)
            client.post_json("message/send", TEXT | {"touser": f"user{number}"})

        with ThreadPoolExecutor(20) as pool:
            list(pool.map(send, range(100)))
        assert (wecom.state.token_fetches, len(wecom.state.phones)) == (2, 101)

    def test_two_processes_fetch_one_token(
        self, config: WecomConfig, wecom: FakeWecom, clock: Clock, tmp_path: Path
    ) -> None:
        wecom.state.everybody = True
        url = f"sqlite:///{tmp_path / 'bot.db'}"
        Base.metadata.create_all(Database(url).engine)
        clients = []
        for _ in range(2):  # nothing is shared between them but the file
            database = Database(url)
            tokens = DatabaseTokenStore(database, DatabaseLease(database, clock.now))
            clients.append(WecomClient(config, tokens=tokens, now=clock.now))
        clients[0].post_json("message/send", TEXT)
        wecom.state.expire_tokens()
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda n: clients[n % 2].post_json("message/send", TEXT | {"touser": f"u{n}"}), range(100)))
        assert (wecom.state.token_fetches, len(wecom.state.phones)) == (2, 101)


class TestFailures:
    @pytest.mark.parametrize(
        ("fault", "fate"),
        [(-1, Fate.LATER), (6000, Fate.LATER), (45033, Fate.LATER), (60020, Fate.LATER), (40058, Fate.NEVER),
         (81013, Fate.NEVER), (86008, Fate.NEVER), (40056, Fate.LATER), (99999, Fate.LATER), (HTTP_502, Fate.UNKNOWN), (HTML, Fate.UNKNOWN),
         (LOSE_ANSWER, Fate.UNKNOWN)],
    )  # fmt: skip
    def test_each_is_met_by_its_number(self, client: WecomClient, wecom: FakeWecom, fault: object, fate: Fate) -> None:
        wecom.state.fail("message/send", fault)
        assert failure(client).meaning.fate is fate
        assert wecom.state.calls["message/send"] == 1

    def test_a_platform_that_is_not_there_got_nothing(self, config: WecomConfig, clock: Clock) -> None:
        client = WecomClient(replace(config, api_base="http://127.0.0.1:9"), tokens=MemoryTokenStore(), now=clock.now)
        assert failure(client).meaning.fate is Fate.LATER

    def test_an_untrusted_address_is_named(self, client: WecomClient, wecom: FakeWecom) -> None:
        wecom.state.ip_trusted = False
        error = failure(client)
        assert (error.code, error.meaning.blocks) == ("60020", True)
        assert "203.0.113.9" in error.detail
        assert "可信IP" in error.detail

    def test_too_many_calls_wait_a_minute_then_an_hour_then_a_day(
        self, client: WecomClient, wecom: FakeWecom, clock: Clock
    ) -> None:
        wecom.state.always["message/send"] = 45009
        waits = []
        for _ in range(3):
            waits.append(failure(client).retry_after or 0)
            assert failure(client).code == "parked"
            clock.pass_time(seconds=waits[-1])
        assert waits[:2] == [60, 3600]
        assert 8 * 3600 < waits[2] < 11 * 3600  # 14:00 here, one hour and a bit later until past midnight
        assert wecom.state.calls["message/send"] == 3

    def test_one_call_over_its_limit_does_not_stop_the_others(self, client: WecomClient, wecom: FakeWecom) -> None:
        wecom.state.fail("appchat/send", 45009)
        failure(client, "appchat/send")
        client.post_json("message/send", TEXT)


class TestMedia:
    def test_bytes_go_up_and_come_back(self, client: WecomClient, wecom: FakeWecom) -> None:
        picture = bytes(range(256)) * 40
        media_id = client.upload("image", "门店.jpg", picture)
        fetched = client.download(media_id)
        assert (fetched.data, fetched.name, fetched.mime) == (picture, "门店.jpg", "image/jpeg")
        assert wecom.state.uploads == [("image", "门店.jpg", picture)]

    def test_a_repeated_upload_carries_the_whole_file_again(self, client: WecomClient, wecom: FakeWecom) -> None:
        wecom.state.fail("media/upload", 42001)
        client.upload("file", "a.txt", b"x" * 5000)
        assert [len(data) for _, _, data in wecom.state.uploads] == [5000]

    def test_an_error_in_place_of_a_file_is_an_error(self, client: WecomClient) -> None:
        with pytest.raises(WecomError) as error:
            client.download("gone")
        assert (error.value.code, error.value.permanent) == ("40007", True)

    def test_a_file_that_looks_like_json_is_a_file(self, client: WecomClient) -> None:
        media_id = client.upload("file", "a.json", b'{"a": 1, "b": 2}')
        assert client.download(media_id).data == b'{"a": 1, "b": 2}'

    def test_an_expired_token_is_noticed_behind_a_download(self, client: WecomClient, wecom: FakeWecom) -> None:
        media_id = client.upload("file", "a.txt", b"x" * 10)
        wecom.state.expire_tokens()
        assert client.download(media_id).data == b"x" * 10

    def test_a_file_without_end_is_not_read_to_its_end(self, client: WecomClient, wecom: FakeWecom) -> None:
        wecom.state.media["big"] = ("big.jpg", b"\xff" * (20 * 1024 * 1024 + 1))
        with pytest.raises(WecomError) as error:
            client.download("big")
        assert error.value.code == "830002"


def test_no_secret_reaches_a_log(
    client: WecomClient, wecom: FakeWecom, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    wecom.state.fail("message/send", LOSE_ANSWER)
    error = failure(client)
    client.post_json("message/send", TEXT)
    said = caplog.text + "".join(capsys.readouterr()) + repr(error) + str(error) + error.detail
    assert "message/send" in said  # the calls were logged, without what is secret in them
    assert SECRET not in said
    assert "token-1" not in said


def test_the_library_s_own_calls_use_our_base_and_errors(client: WecomClient, wecom: FakeWecom) -> None:
    assert client.department.get() == wecom.state.departments
    wecom.state.fail("department/list", 60011)
    with pytest.raises(WecomError):
        client.department.get()
