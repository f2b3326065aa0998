from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from bot.adapters.base import Fate
from bot.adapters.lease import MemoryLease
from bot.adapters.wecom.acks import Acks
from bot.adapters.wecom.bot_frames import Pace, State, as_dict
from bot.adapters.wecom.bot_socket import BotSocket
from bot.adapters.wecom.config import BotConfig
from bot.adapters.wecom.errors import WecomError
from bot.clock import SystemClock
from tests.bot.adapters.wecom.conftest import eventually
from tests.fakes.wecom.bot import BOT_ID, BOT_SECRET, BotServer, FakeBot, fake_bot

PACE = Pace(
    ping_every=0.1, silent_after=8, ack_within=0.4, connect_within=5, back_off=(0.02, 0.05, 0.1), refused_pause=0.1,
    lease=0.6, tick=0.02, store_again=0.02,
)  # fmt: skip


class Owner:
    """One program that owns the bot, and what it heard."""

    def __init__(self, config: BotConfig, lease: MemoryLease, pace: Pace) -> None:
        self.socket = BotSocket(config, lease=lease, pace=pace)
        self.heard: list[str] = []
        self._changed = threading.Condition()

    def hear(self, frame: object) -> None:
        body = as_dict(as_dict(frame).get("body"))
        with self._changed:
            self.heard.append(body["text"]["content"])
            self._changed.notify_all()

    def start(self) -> None:
        self.socket.start(self.hear)

    def until_heard(self, *texts: str) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.heard == list(texts), 10), self.heard


@pytest.fixture
def server() -> Iterator[BotServer]:
    with fake_bot() as server:
        yield server


@pytest.fixture
def bot(server: BotServer) -> FakeBot:
    return server.bot


@pytest.fixture
def lease() -> MemoryLease:
    return MemoryLease(SystemClock().now)


@pytest.fixture
def new_owner(bot: FakeBot, lease: MemoryLease) -> Iterator[Callable[..., Owner]]:
    owners: list[Owner] = []

    def make(**changes: object) -> Owner:
        config = BotConfig(BOT_ID, BOT_SECRET, bot.url)
        owner = Owner(
            replace(config, **changes.pop("config", {})), changes.pop("lease", lease), changes.pop("pace", PACE)
        )  # type: ignore[arg-type]
        owners.append(owner)
        return owner

    yield make
    for owner in owners:
        owner.socket.stop()


@pytest.fixture
def owner(new_owner: Callable[..., Owner], bot: FakeBot) -> Owner:
    owner = new_owner()
    owner.start()
    bot.wait_live()
    eventually(lambda: owner.socket.is_live)
    return owner


def test_it_subscribes_and_hears(owner: Owner, bot: FakeBot) -> None:
    bot.say("在吗")
    owner.until_heard("在吗")
    assert owner.socket.problem() == ""


class TestEveryWayToDie:
    """A1–A3: after each, messages flow again, and nothing is heard twice."""

    @pytest.mark.parametrize("code", [1000, 1001, 1006, 1008, 1011])
    def test_a_closed_connection_is_made_anew(self, owner: Owner, bot: FakeBot, code: int) -> None:
        bot.say("一")
        owner.until_heard("一")
        bot.close(code)
        bot.wait_live(2)
        bot.say("二")
        owner.until_heard("一", "二")

    def test_a_silent_connection_is_made_anew(self, new_owner: Callable[..., Owner], bot: FakeBot) -> None:
        owner = new_owner(pace=replace(PACE, silent_after=0.5))
        bot.swallow_pings = True
        owner.start()
        bot.until(lambda: len(bot.subscribes) == 2)
        bot.swallow_pings = False
        bot.wait_live(2)
        bot.say("在吗")
        owner.until_heard("在吗")

    def test_a_server_that_comes_back_is_found_within_five_seconds(
        self, new_owner: Callable[..., Owner], server: BotServer, bot: FakeBot
    ) -> None:
        owner = new_owner(pace=replace(PACE, back_off=Pace().back_off))
        owner.start()
        bot.wait_live()
        server.down()
        eventually(lambda: not owner.socket.is_live)
        threading.Event().wait(1.5)  # let it fail for a while and wait longer each time
        server.up()
        back_at = time.monotonic()
        bot.wait_live(2)
        bot.say("在吗")
        owner.until_heard("在吗")
        assert time.monotonic() - back_at < 5

    def test_the_real_pace_finds_a_server_within_five_seconds_however_long_it_was_gone(self) -> None:
        assert max(Pace().back_off) * 1.2 < 5
        assert Pace().silent_after < 60

    def test_it_never_gives_up(self, owner: Owner, bot: FakeBot) -> None:
        for number in range(2, 14):
            bot.close(1006)
            bot.wait_live(number)
        bot.say("还在")
        owner.until_heard("还在")

    def test_it_lives_while_pings_are_answered(self, owner: Owner, bot: FakeBot) -> None:
        bot.until(lambda: bot.pings >= 8)
        assert len(bot.subscribes) == 1
        assert owner.socket.is_live

    def test_a_frame_nobody_understands_is_no_death(self, owner: Owner, bot: FakeBot) -> None:
        assert bot.live is not None
        for junk in ("", "hello", "[]", "{}", '{"cmd": 7, "body": []}', "[" * 10_000, '{"headers": 3}', b"\x00\xff"):
            bot.live.send(junk)
        bot.push("aibot_msg_callback", {"msgtype": "text"})
        bot.say("在吗")
        owner.until_heard("在吗")
        assert len(bot.subscribes) == 1


class TestOwnership:
    def test_a_wrong_secret_is_said_and_not_hammered(self, new_owner: Callable[..., Owner], bot: FakeBot) -> None:
        owner = new_owner(config={"secret": "wrong"}, pace=replace(PACE, refused_pause=60))
        owner.start()
        eventually(lambda: owner.socket.state is State.REFUSED)
        assert "853000" in owner.socket.problem()
        assert not owner.socket.is_live

    def test_two_of_ours_share_one_bot_and_the_second_follows(
        self, owner: Owner, new_owner: Callable[..., Owner], bot: FakeBot
    ) -> None:
        second = new_owner()
        second.start()
        eventually(lambda: second.socket.state is State.STANDBY)
        bot.say("一")
        owner.until_heard("一")
        owner.socket.stop()
        bot.wait_live(2)
        bot.say("二")
        second.until_heard("二")
        assert owner.heard == ["一"]

    def test_kicked_by_a_stranger_it_stops_and_says_so(
        self, owner: Owner, new_owner: Callable[..., Owner], bot: FakeBot
    ) -> None:
        stranger = new_owner(lease=MemoryLease(SystemClock().now))  # another installation
        stranger.start()
        bot.wait_live(2)
        eventually(lambda: owner.socket.state is State.KICKED)
        assert "另一个程序" in owner.socket.problem()
        threading.Event().wait(0.8)  # longer than all its pauses
        assert len(bot.subscribes) == 2
        bot.say("在吗")
        stranger.until_heard("在吗")
        assert owner.heard == []

    def test_a_standby_does_not_go_on_with_the_fight(
        self, owner: Owner, new_owner: Callable[..., Owner], bot: FakeBot
    ) -> None:
        standby = new_owner()
        standby.start()
        bot.kick()
        eventually(lambda: owner.socket.state is State.KICKED)
        threading.Event().wait(0.8)
        assert (standby.socket.state, len(bot.subscribes)) == (State.STANDBY, 1)

    def test_a_lease_that_was_lost_ends_the_connection(self, owner: Owner, bot: FakeBot, lease: MemoryLease) -> None:
        lease.release(owner.socket._lease_name, owner.socket._owner)
        assert lease.acquire(owner.socket._lease_name, "somebody", 60)
        eventually(lambda: owner.socket.state is State.STANDBY)

    def test_a_database_that_is_away_for_a_moment_changes_nothing(
        self, new_owner: Callable[..., Owner], bot: FakeBot
    ) -> None:
        class Flaky(MemoryLease):
            broken = False
            asked = 0

            def acquire(self, name: str, owner: str, ttl: float) -> bool:
                if self.broken:
                    self.asked += 1
                    self.broken = False
                    raise OSError("database is locked")
                return super().acquire(name, owner, ttl)

        flaky = Flaky(SystemClock().now)
        owner = new_owner(lease=flaky)
        owner.start()
        bot.wait_live()
        flaky.broken = True
        eventually(lambda: flaky.asked == 1)
        bot.say("在吗")
        owner.until_heard("在吗")
        assert len(bot.subscribes) == 1

    def test_it_stops_within_two_seconds_and_gives_the_bot_back(
        self, owner: Owner, bot: FakeBot, lease: MemoryLease
    ) -> None:
        begun = time.monotonic()
        owner.socket.stop()
        assert time.monotonic() - begun < 2
        assert lease.holder(owner.socket._lease_name) is None

    def test_what_was_heard_is_handed_over_before_it_stops(self, new_owner: Callable[..., Owner], bot: FakeBot) -> None:
        owner = new_owner()
        gate = threading.Event()
        slowly = owner.hear
        owner.hear = lambda frame: (gate.wait(5), slowly(frame))  # type: ignore[method-assign,assign,func-returns-value]
        owner.start()
        bot.wait_live()
        for text in "一二三":
            bot.say(text)
        bot.until(lambda: bot.pings >= 2)
        gate.set()
        owner.socket.stop()
        assert owner.heard == ["一", "二", "三"]


class TestAnswers:
    def failure(self, owner: Owner, req_id: str = "") -> WecomError:
        with pytest.raises(WecomError) as error:
            owner.socket.request("aibot_send_msg", {"n": 0}, req_id=req_id)
        return error.value

    def test_a_request_returns_its_answer(self, owner: Owner, bot: FakeBot) -> None:
        body = {"type": "file", "filename": "a", "total_size": 0, "total_chunks": 0}
        assert "upload_id" in owner.socket.request("aibot_upload_media_init", body)

    def test_a_refusal_is_met_by_its_number(self, owner: Owner, bot: FakeBot) -> None:
        bot.refuse_with["aibot_send_msg"] = [93006]
        assert self.failure(owner).meaning.fate is Fate.NEVER

    def test_an_answer_that_does_not_come_leaves_it_open(self, owner: Owner, bot: FakeBot) -> None:
        bot.swallow_acks = True
        assert self.failure(owner).meaning.fate is Fate.UNKNOWN

    def test_a_connection_that_breaks_first_leaves_it_open_at_once(self, owner: Owner, bot: FakeBot) -> None:
        bot.hold_acks = True
        closer = threading.Thread(target=lambda: (bot.until(lambda: bot.sent("aibot_send_msg")), bot.close(1006)))
        closer.start()
        begun = time.monotonic()
        assert self.failure(owner).meaning.fate is Fate.UNKNOWN
        assert time.monotonic() - begun < PACE.ack_within
        closer.join(5)

    def test_without_a_connection_nothing_was_sent(self, new_owner: Callable[..., Owner]) -> None:
        assert self.failure(new_owner()).meaning.fate is Fate.LATER

    def test_a_late_answer_is_not_taken_for_the_next_one(self, owner: Owner, bot: FakeBot) -> None:
        """A9: the first frame's answer comes after five seconds; the second frame is refused."""
        bot.hold_acks = True
        assert self.failure(owner, "R").code == "ack_timeout"
        assert owner.socket.is_doubtful("R")
        assert not owner.socket.is_doubtful("other")
        bot.release_acks()
        eventually(lambda: not owner.socket.is_doubtful("R"))
        bot.refuse_with["aibot_send_msg"] = [93006]
        assert self.failure(owner, "R").code == "93006"


def test_late_answers_are_matched_in_order() -> None:
    acks = Acks()
    first, second = acks.expect("R"), acks.expect("R")
    acks.settle("R", {"errcode": 1})
    acks.settle("R", {"errcode": 2})
    assert (first.answer, second.answer) == ({"errcode": 1}, {"errcode": 2})
    assert not acks.settle("R", {"errcode": 3})


def test_the_secret_stays_out_of_the_log(
    new_owner: Callable[..., Owner], bot: FakeBot, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    owner = new_owner()
    owner.start()
    bot.wait_live()
    bot.say("客户底价 3.2 万")
    owner.until_heard("客户底价 3.2 万")
    owner.socket.stop()
    said = caplog.text + "".join(capsys.readouterr())
    assert "wecom_bot_live" in said
    assert BOT_SECRET not in said
    assert "底价" not in said
