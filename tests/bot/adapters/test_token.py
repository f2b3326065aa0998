from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Thread

from bot.adapters.token import MemoryTokenStore, Token

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


def token(value: str) -> Token:
    return Token(value, NOON + timedelta(hours=2), NOON)


def test_the_first_of_two_fetchers_wins_and_the_second_gets_the_winners_token() -> None:
    store = MemoryTokenStore()
    assert store.swap("app", None, token("a")) == token("a")
    assert store.swap("app", None, token("b")) == token("a")
    assert store.swap("app", token("a"), token("b")) == token("b")
    assert store.get("app") == token("b")
    assert store.get("other") is None


def test_a_token_never_shows_itself_in_a_log() -> None:
    assert "hush" not in repr(token("hush"))


def test_only_one_thread_fetches_at_a_time() -> None:
    store, inside, most = MemoryTokenStore(), [0], [0]

    def fetch() -> None:
        for _ in range(200):
            with store.lock("app"):
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                inside[0] -= 1

    threads = [Thread(target=fetch) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]
