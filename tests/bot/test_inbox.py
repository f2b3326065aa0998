"""The writer of the inbox: whatever one message or one disk does, it goes on, and it never says stored what is not."""

from __future__ import annotations

import sqlite3
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.inbox import InboxUnavailable, claim
from bot.spool import Spool
from bot.update import Chat, ChatKind, Update, UpdateKind
from models.chat import InboxRow
from tests.bot.test_spool import somebody_writes
from tests.chat import Company

UNSTORABLE = "半个\ud800字"


def message(company: Company, id_: str, text: str = "帮助", who: str = "linke") -> Update:
    return Update(
        id=id_, platform="practice", bot="bot", chat=Chat(ChatKind.DIRECT, who), sender_id=who,
        kind=UpdateKind.TEXT, at=company.now, received_at=company.now, text=text,
    )  # fmt: skip


def ids(company: Company) -> set[str]:
    with company.session() as session:
        return set(session.scalars(select(InboxRow.update_id)))


def test_one_message_that_cannot_be_stored_harms_nobody_beside_it(company: Company) -> None:
    texts = {f"m{number}": UNSTORABLE if number == 5 else "帮助" for number in range(12)}

    def deliver(id_: str) -> bool:
        try:
            return company.runtime.receive(message(company, id_, texts[id_], who=id_))
        except InboxUnavailable:
            return False

    with ThreadPoolExecutor(12) as pool:
        taken = {id_ for id_, new in zip(texts, pool.map(deliver, texts), strict=True) if new}
    assert taken == ids(company) == set(texts) - {"m5"}
    assert company.runtime.receive(message(company, "after")), "the writer lives on"


def test_a_hundred_that_come_together_keep_their_order_and_a_second_delivery_among_them_is_known(
    company: Company,
) -> None:
    said = [message(company, f"m{number}") for number in range(100)]
    assert company.runtime.receive(said[3])
    waiting = [(one, Future[bool]()) for one in [*said, said[5]]]
    company.runtime.inbox._store(waiting)  # one commit, as when all come while the one before is written
    assert [one.id for one, new in waiting if not new.result()] == ["m3", "m5"]
    with company.session() as session:
        stored = session.scalars(select(InboxRow.update_id).order_by(InboxRow.id)).all()
    assert stored == ["m3", *(one.id for one in said if one.id != "m3")]


@pytest.mark.sqlite_only
def test_one_message_that_cannot_be_set_aside_harms_nobody_beside_it(company: Company) -> None:
    with somebody_writes(company):
        with pytest.raises(InboxUnavailable):
            company.runtime.receive(message(company, "bad", UNSTORABLE))
        assert company.runtime.receive(message(company, "good"))
    company.settle()
    assert ids(company) == {"good"}


def test_a_full_disk_beside_the_database_refuses_and_heals(company: Company, tmp_path: Path) -> None:
    spool = Spool(tmp_path / "a.spool")
    spool.put([message(company, "first")])
    connection = spool._connection  # where the disk is made small
    used = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {used}")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        spool.put([message(company, "big", "很长" * 10_000)])
    connection.execute("PRAGMA max_page_count = 100000")
    spool.put([message(company, "second")])
    assert [update.id for _, update in spool.waiting(9)] == ["first", "second"]
    assert spool.count == 2
    spool.close()


@pytest.mark.sqlite_only
def test_what_the_side_file_refuses_is_taken_back_whole(company: Company, tmp_path: Path) -> None:
    spool = Spool(tmp_path / "a.spool")
    most = spool._connection.setlimit(
        sqlite3.SQLITE_LIMIT_LENGTH, 10_000
    )  # an error that SQLite itself rolls nothing back for
    with pytest.raises(sqlite3.DataError, match="too big"):
        spool.put([message(company, "small"), message(company, "big", "很长" * 10_000)])
    spool._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, most)
    spool.put([message(company, "second")])
    assert [update.id for _, update in spool.waiting(9)] == ["second"]
    spool.close()


def test_whoever_takes_a_message_is_told_whether_another_one_waits(company: Company) -> None:
    for number in range(3):
        company.runtime.receive(message(company, f"m{number}", who=f"p{number}"))
    company.runtime.receive(message(company, "behind", who="p2"))
    taken = [claim(company.runtime.services.database, token=f"t{number}", now=company.now) for number in range(4)]
    assert [(one.update.id, one.more) for one in taken if one] == [("m0", True), ("m1", True), ("m2", True)]
    assert taken[3] is None, "one chat is handled in order"
