"""The place page of a company on DingTalk, and everybody who should not get through it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from bot.inbox import InboxUnavailable
from bot.place.link import PlaceLink, read_token
from models.chat import InboxRow
from models.person import Person
from models.visit import EvidenceState, Visit, VisitEvidence, evidence_of
from tests.bot.place.phone import GATE, PUBLIC, open_page, path_of, post, send_place
from tests.stream_company import StreamCompany

VISIT = "V-20261116-001"
BODY = {"lat": GATE[0], "lng": GATE[1], "accuracy": 12}


@pytest.fixture
def company(tmp_path: Path) -> Iterator[StreamCompany]:
    """周航 has begun a visit to 华东机械 in DingTalk, which sends no places."""
    made = StreamCompany(tmp_path, at="2026-11-16 14:00", settings={"server": {"public_url": PUBLIC}})
    made.say("zhouhang", "拜访 华东机械")
    yield made
    made.close()


@pytest.fixture
def path(company: StreamCompany) -> str:
    return path_of(company.last("zhouhang").text)


def places(company: StreamCompany) -> list[VisitEvidence]:
    with company.session() as session:
        return [item for item in evidence_of(session, VISIT) if item.kind == "location"]


def stored(company: StreamCompany) -> int:
    with company.session() as session:
        return session.scalar(select(func.count()).select_from(InboxRow).where(InboxRow.bot == "place")) or 0


def secret(company: StreamCompany) -> bytes:
    return company.app.services.secret


def test_the_page_says_whose_place_goes_where_and_asks_for_nothing_by_itself(company: StreamCompany, path: str) -> None:
    page = open_page(company, path)
    assert page.status_code == 200
    for words in ("华东机械", VISIT, "获取我的位置", "不在后台定位"):
        assert words in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert stored(company) == 0


def test_neither_the_address_nor_the_page_tells_more_than_the_customers_name(company: StreamCompany, path: str) -> None:
    page = open_page(company, path).text
    for hidden in ("zhouhang", "周航", "王建国", "人民大道", "31.2317", secret(company).hex()):
        assert hidden not in page
        assert hidden not in path


def test_a_place_at_the_gate_is_a_full_piece_of_evidence(company: StreamCompany, path: str) -> None:
    answer = send_place(company, path)
    assert (answer.status_code, answer.json["ok"]) == (201, True)
    (place,) = places(company)
    assert (place.state, place.accuracy_m) == (EvidenceState.VALID, 12)
    assert place.distance_m is not None
    assert place.distance_m < 20
    receipt = company.last("zhouhang")
    assert "① 位置 ✅ 距客户登记地址" in receipt.text
    assert "☑☐☐" in receipt.text
    assert receipt.by == "session"  # the answer costs the organisation no call


def test_it_is_stored_before_the_page_says_so(company: StreamCompany, path: str) -> None:
    answer = post(company, path, BODY)
    assert answer.status_code == 201
    assert stored(company) == 1
    assert places(company) == []  # nobody has handled it yet


def test_posted_again_and_again_it_counts_once(company: StreamCompany, path: str) -> None:
    assert send_place(company, path).status_code == 201
    for _ in range(3):
        again = send_place(company, path, (31.0, 121.0))
        assert again.status_code == 409
        assert "已经收到" in again.json["error"]
    assert open_page(company, path).status_code == 409
    assert stored(company) == 1
    with company.session() as session:
        rows = session.scalar(select(func.count()).select_from(VisitEvidence).where(VisitEvidence.kind == "location"))
    assert rows == 1


def test_a_link_is_good_for_half_an_hour_and_a_new_one_is_had_for_a_word(company: StreamCompany, path: str) -> None:
    company.clock.move_to(company.now + timedelta(minutes=29, seconds=59))
    assert open_page(company, path).status_code == 200
    company.clock.move_to(company.now + timedelta(seconds=1))
    for answer in (open_page(company, path), post(company, path, BODY)):
        assert answer.status_code == 410
        assert "过期" in (answer.text if "html" in answer.content_type else answer.json["error"])
    assert stored(company) == 0
    (fresh,) = company.say("zhouhang", "定位")
    assert path_of(fresh.text) != path
    assert send_place(company, path_of(fresh.text)).status_code == 201


def test_a_link_somebody_has_changed_opens_nothing(company: StreamCompany, path: str) -> None:
    parts = path.removeprefix("/place/").split(".")
    for part, changed in enumerate((f"{parts[0]}1", "V-20261116-002", "99999999999", "A" * 16, "A" * 22)):
        forged = "/place/" + ".".join([*parts[:part], changed, *parts[part + 1 :]])
        for answer in (open_page(company, forged), post(company, forged, BODY)):
            assert answer.status_code == 403
            assert "华东机械" not in answer.text
    assert stored(company) == 0


def test_what_is_no_link_at_all_is_refused_in_words(company: StreamCompany) -> None:
    for token in (
        "x",
        "1.2.3.4.5",
        "a" * 4000,
        "%00",
        "1.V-1.1.aaaaaaaa." + "A" * 22,
        "１.V.1.aaaaaaaa.",
        "%0d%0aX: y",
    ):
        answer = open_page(company, f"/place/{token}")
        assert answer.status_code == 403, token
        assert "这个链接不对" in answer.text


def test_a_link_signed_with_another_key_opens_nothing(company: StreamCompany, path: str) -> None:
    link = read_token(path.removeprefix("/place/"), secret(company))
    assert link is not None
    assert open_page(company, f"/place/{link.token(b'another key')}").status_code == 403


def test_a_link_never_serves_another_persons_visit(company: StreamCompany, path: str) -> None:
    """Even rightly signed: the message is 林可's, the visit 周航's."""
    company.say("linke", "帮助")
    with company.session() as session:
        row = session.scalars(select(InboxRow).order_by(InboxRow.id.desc())).first()
    assert row is not None
    link = PlaceLink(row.id, VISIT, int(company.now.timestamp()) + 600, "nonce-nonce-1")
    foreign = f"/place/{link.token(secret(company))}"
    for answer in (open_page(company, foreign), send_place(company, foreign)):
        assert answer.status_code == 403
        assert "华东机械" not in answer.text
    assert stored(company) == 0


def test_who_has_left_sends_nothing_any_more(company: StreamCompany, path: str) -> None:
    with company.app.services.database.write() as session:
        session.execute(update(Person).where(Person.id == "zhouhang").values(active=False))
    assert open_page(company, path).status_code == 403
    assert post(company, path, BODY).status_code == 403


def test_a_place_for_a_visit_that_was_taken_back_is_not_taken(company: StreamCompany, path: str) -> None:
    with company.app.services.database.write() as session:
        session.execute(update(Visit).values(state="undone"))
    assert open_page(company, path).status_code == 410
    assert post(company, path, BODY).status_code == 410


def test_a_place_goes_to_its_visit_though_another_was_begun_since(company: StreamCompany, path: str) -> None:
    company.say("zhouhang", "拜访 蓝海包装")
    send_place(company, path)
    (place,) = places(company)
    assert place.visit_id == VISIT


BAD: list[Any] = [
    "[]", "null", "{", "{}", b"\xff\xfe",
    '{"lat": NaN, "lng": 121, "accuracy": 5}',
    '{"lat": 31, "lng": Infinity, "accuracy": 5}',
    '{"lat": 31, "lng": 1e999, "accuracy": 5}',
    '{"lat": 31, "lng": 121, "accuracy": NaN}',
    '{"lat": 31, "lng": 121, "accuracy": -1}',
    '{"lat": 31, "lng": 121}',
    '{"lat": "31", "lng": 121, "accuracy": 5}',
    '{"lat": true, "lng": 121, "accuracy": 5}',
    '{"lat": [31], "lng": {}, "accuracy": 5}',
    '{"lat": 90.001, "lng": 121, "accuracy": 5}',
    '{"lat": -90.001, "lng": 121, "accuracy": 5}',
    '{"lat": 31, "lng": 180.001, "accuracy": 5}',
    '{"lat": 31, "lng": -180.001, "accuracy": 5}',
    '{"lat": 1' + "0" * 400 + ', "lng": 121, "accuracy": 5}',
]  # fmt: skip


def test_what_is_no_position_is_refused_and_the_link_stays_good(company: StreamCompany, path: str) -> None:
    for body in BAD:
        company.clock.move_to(company.now + timedelta(seconds=5))  # slower than anybody is stopped at
        answer = post(company, path, body)
        assert answer.status_code == 400, body
        assert "位置不对" in answer.json["error"]
    assert post(company, path, "").status_code in {400, 413}
    assert stored(company) == 0
    assert send_place(company, path).status_code == 201


def test_a_huge_body_is_refused_unread(company: StreamCompany, path: str) -> None:
    for size in (2_049, 60_000, 300_000):
        assert post(company, path, b"{" + b" " * size).status_code == 413
    assert post(company, path, json.dumps({**BODY, "more": "x" * 1_900})).status_code == 201


def test_only_json_is_taken_so_no_other_page_can_post(company: StreamCompany, path: str) -> None:
    answer = company.app.web.test_client().post(path, data=json.dumps(BODY), content_type="text/plain")
    assert answer.status_code == 400
    assert stored(company) == 0


def test_a_link_tried_too_often_rests_a_minute(company: StreamCompany, path: str) -> None:
    answers = [post(company, path, "{}").status_code for _ in range(21)]
    assert answers == [400] * 20 + [429]
    company.clock.move_to(company.now + timedelta(minutes=1))
    assert send_place(company, path).status_code == 201


def test_who_guesses_is_slowed_down_and_a_good_link_from_the_same_address_is_not(
    company: StreamCompany, path: str
) -> None:
    answers = [open_page(company, f"/place/guess{number}").status_code for number in range(61)]
    assert answers == [403] * 60 + [429]
    assert open_page(company, path).status_code == 200


def test_what_could_not_be_stored_is_not_called_sent(
    company: StreamCompany, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_update: object) -> bool:
        raise InboxUnavailable("too many updates are waiting")

    with monkeypatch.context() as broken:
        broken.setattr(company.runtime.inbox, "receive", full)
        answer = post(company, path, BODY)
    assert answer.status_code == 503
    assert "不会重复" in answer.json["hint"]
    assert send_place(company, path).status_code == 201


def test_a_vague_fix_is_weak_says_so_and_offers_another_link(company: StreamCompany, path: str) -> None:
    send_place(company, path, accuracy=1500)
    (place,) = places(company)
    assert (place.state, place.accuracy_m) == (EvidenceState.WEAK, 1500)
    receipt = company.last("zhouhang").text
    for words in ("±1500 米", "弱位置", "不算满分", "◐☐☐"):
        assert words in receipt
    send_place(company, path_of(receipt))
    (place,) = places(company)
    assert place.state == EvidenceState.VALID


def test_a_place_far_away_is_asked_about(company: StreamCompany, path: str) -> None:
    send_place(company, path, (GATE[0] + 0.01, GATE[1]))
    (place,) = places(company)
    assert place.state == EvidenceState.WAITING
    assert "超过 200 米" in company.last("zhouhang").text


def test_the_manager_sees_what_the_phone_said(company: StreamCompany, path: str) -> None:
    send_place(company, path)
    (card,) = company.say("chenmin", f"穿透 {VISIT}")
    assert "手机定位 ±12 米" in card.text


def test_a_link_begun_in_a_group_is_told_in_private_and_answered_there(company: StreamCompany) -> None:
    company.say("zhouhang", "/拜访 蓝海包装", group="huadong-sales")
    assert "/place/" not in company.said("huadong-sales")
    path = path_of(company.last("zhouhang").text)
    before = len(company.inbox("huadong-sales"))
    assert send_place(company, path).status_code == 201
    assert len(company.inbox("huadong-sales")) == before


def test_without_an_open_visit_there_is_no_link(company: StreamCompany) -> None:
    (answer,) = company.say("linke", "定位")
    assert "没有进行中的拜访" in answer.text
    assert "/place/" not in answer.text


@pytest.mark.parametrize("address", ["", "http://bot.example.com", "bot.example.com"])
def test_where_no_browser_would_tell_a_page_its_place_no_link_is_sent(tmp_path: Path, address: str) -> None:
    made = StreamCompany(tmp_path, settings={"server": {"public_url": address}})
    (opened,) = made.say("zhouhang", "拜访 华东机械")
    assert "/place/" not in opened.text
    assert "弱位置" in opened.text
    (said,) = made.say("zhouhang", "定位")
    assert "水印带地址" in said.text
    made.close()
