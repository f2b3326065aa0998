"""Verdicts: agrees, differs, cannot be read."""

from datetime import UTC, date, datetime, timedelta

import pytest

from models.rules.photo import (
    EntryTiming,
    KnownContact,
    PhotoFacts,
    ReadField,
    Reason,
    Verdict,
    check_code_word,
    check_contact,
    check_radius,
    check_sent_within,
    check_watermark_time,
    entry_timing,
)
from models.rules.photo_paper import check_date, check_party, check_voucher
from models.rules.photo_seal import check_seal

RECEIVED = datetime(2026, 11, 16, 8, 40, tzinfo=UTC)  # Monday 16:40 in China


def watermark(
    time: str,
    day: str | None = "2026-11-16",
    *,
    sure: float = 0.97,
    weekday: str | None = None,
    spoilt: Reason | None = None,
) -> PhotoFacts:
    fields = {"time": ReadField(time, sure)}
    if day:
        fields["date"] = ReadField(day, sure)
    if weekday:
        fields["weekday"] = ReadField(weekday, 0.99)
    return PhotoFacts("site_photo", fields, spoilt=spoilt)


@pytest.mark.parametrize(
    ("time", "verdict"),
    [
        ("16:25", Verdict.AGREES),
        ("16:24", Verdict.DIFFERS),
        ("16:55", Verdict.AGREES),
        ("16:56", Verdict.DIFFERS),
        ("16:40:59", Verdict.AGREES),
        ("14:05", Verdict.DIFFERS),
    ],
)
def test_a_watermark_agrees_up_to_a_quarter_of_an_hour(time: str, verdict: Verdict) -> None:
    assert check_watermark_time(watermark(time), received_at=RECEIVED).verdict is verdict


def test_zhou_hang_is_told_what_was_read_and_how_sure() -> None:
    finding = check_watermark_time(watermark("14:05"), received_at=RECEIVED)
    assert finding.read == "2026-11-16 14:05"
    assert finding.confidence == 0.97
    assert finding.read_at == datetime(2026, 11, 16, 6, 5, tzinfo=UTC)
    assert RECEIVED - finding.read_at == timedelta(hours=2, minutes=35)


def test_the_tolerance_is_the_houses() -> None:
    facts = watermark("14:05")
    assert check_watermark_time(facts, received_at=RECEIVED, tolerance=timedelta(hours=3)).verdict is Verdict.AGREES


@pytest.mark.parametrize(
    "facts",
    [
        watermark("14:05", sure=0.84),
        watermark("14:05", sure=0.94, spoilt=Reason.BLURRED),
        watermark("18:40", sure=0.96),  # one digit from agreeing
        watermark("14:05", weekday="星期五"),
        watermark("14:05", "2036-11-16"),
        watermark("14:05", "2026-13-16"),
        PhotoFacts("site_photo"),
        PhotoFacts("other", spoilt=Reason.DARK),
        PhotoFacts("other", problem="truncated"),
    ],
)
def test_a_doubtful_reading_is_never_held_against_anybody(facts: PhotoFacts) -> None:
    finding = check_watermark_time(facts, received_at=RECEIVED)
    assert finding.verdict is Verdict.CANNOT_READ
    assert finding.reason is not Reason.OK


def test_a_certain_date_in_the_future_differs_when_its_weekday_proves_it() -> None:
    finding = check_watermark_time(watermark("14:05", "2026-11-23", weekday="星期一"), received_at=RECEIVED)
    assert (finding.verdict, finding.reason) == (Verdict.DIFFERS, Reason.IN_FUTURE)


def test_a_time_without_a_date_is_taken_as_the_nearest_one() -> None:
    after_midnight = datetime(2026, 11, 16, 16, 5, tzinfo=UTC)  # 00:05 on the 17th in China
    finding = check_watermark_time(watermark("23:58", None), received_at=after_midnight)
    assert (finding.verdict, finding.reason) == (Verdict.AGREES, Reason.TIME_ONLY)


def chat(name: str, title: str | None = None, *, sure: float = 0.99) -> PhotoFacts:
    fields = {"contact": ReadField(name, sure)}
    if title:
        fields["title"] = ReadField(title, sure)
    return PhotoFacts("chat_screenshot", fields)


CONTACTS = (KnownContact("王建国", "采购部经理"), KnownContact("李慧"))


@pytest.mark.parametrize(
    ("facts", "verdict", "reason"),
    [
        (chat("王建国", "采购经理"), Verdict.AGREES, Reason.OK),
        (chat("王建国"), Verdict.AGREES, Reason.NAME_ONLY),
        (chat("李慧", "财务"), Verdict.AGREES, Reason.NAME_ONLY),
        (chat("王建国", "销售总监"), Verdict.DIFFERS, Reason.OTHER_TITLE),
        (chat("王建军"), Verdict.DIFFERS, Reason.ONE_CHARACTER_OFF),
        (chat("王建军", sure=0.96), Verdict.CANNOT_READ, Reason.UNSURE),
        (chat("赵敏"), Verdict.DIFFERS, Reason.OTHER_NAME),
        (chat("赵敏", sure=0.84), Verdict.CANNOT_READ, Reason.UNSURE),
        (chat("王总"), Verdict.CANNOT_READ, Reason.SURNAME_ONLY),
        (PhotoFacts("other", spoilt=Reason.BLURRED), Verdict.CANNOT_READ, Reason.BLURRED),
    ],
)
def test_the_chats_contact_is_compared_with_the_customers_people(
    facts: PhotoFacts, verdict: Verdict, reason: Reason
) -> None:
    finding = check_contact(facts, CONTACTS)
    assert (finding.verdict, finding.reason) == (verdict, reason)


@pytest.mark.parametrize(
    ("read", "verdict"),
    [
        ("蓝海包装有限公司", Verdict.AGREES),
        ("上海市蓝海包装有限公司", Verdict.AGREES),
        ("上海蓝海包装股份有限公司", Verdict.AGREES),
        ("蓝海科技有限公司", Verdict.DIFFERS),
        ("上海远帆自动化有限公司", Verdict.DIFFERS),
    ],
)
def test_another_companys_paper_is_noticed(read: str, verdict: Verdict) -> None:
    facts = PhotoFacts("licence", {"company": ReadField(read, 0.99)})
    assert check_party(facts, ["蓝海包装有限公司", "蓝海包装"], name="company").verdict is verdict


def test_a_company_name_half_read_under_a_seal_is_not_another_company() -> None:
    facts = PhotoFacts("licence", {"company": ReadField("蓝海己装有限公司", 0.7)})
    assert check_party(facts, ["蓝海包装有限公司"], name="company").verdict is Verdict.CANNOT_READ


@pytest.mark.parametrize(
    ("seal", "verdict"),
    [("present", Verdict.AGREES), ("not_seen", Verdict.DIFFERS), ("cannot_tell", Verdict.CANNOT_READ)],
)
def test_a_black_and_white_copy_cannot_be_judged_by_its_seal(seal: str, verdict: Verdict) -> None:
    assert check_seal(PhotoFacts("licence", seal=seal)).verdict is verdict


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("门头\n7Q4", Verdict.AGREES),
        ("704 号", Verdict.AGREES),
        ("7 Q 4", Verdict.AGREES),
        ("7Q44", Verdict.CANNOT_READ),
        ("", Verdict.CANNOT_READ),
    ],
)
def test_a_code_word_that_is_not_found_is_no_accusation(text: str, verdict: Verdict) -> None:
    assert check_code_word(PhotoFacts("site_photo", text=text), "7Q4").verdict is verdict


def test_a_voucher_must_be_the_right_paper_with_the_right_number() -> None:
    waybill = PhotoFacts("waybill", {"waybill_no": ReadField("SF1392210044518", 0.99)})
    assert check_voucher(waybill, kinds=["waybill"]).verdict is Verdict.AGREES
    assert check_voucher(waybill, kinds=["waybill"], number="SF1392210044518").verdict is Verdict.AGREES
    assert check_voucher(waybill, kinds=["waybill"], number="SF7792210044518").verdict is Verdict.DIFFERS
    assert check_voucher(waybill, kinds=["invoice"]).reason is Reason.OTHER_KIND
    assert check_voucher(PhotoFacts("other"), kinds=["invoice"]).verdict is Verdict.CANNOT_READ


@pytest.mark.parametrize(
    ("read", "sure", "verdict"),
    [
        ("2026-11-02", 0.5, Verdict.AGREES),
        ("2026-11-03", 0.98, Verdict.DIFFERS),
        ("2026-11-03", 0.96, Verdict.CANNOT_READ),
        ("2026-10-13", 0.86, Verdict.DIFFERS),
        ("2026-10-13", 0.84, Verdict.CANNOT_READ),
    ],
)
def test_a_signing_date_differs_only_when_certain(read: str, sure: float, verdict: Verdict) -> None:
    facts = PhotoFacts("contract_page", {"sign_date": ReadField(read, sure)})
    assert check_date(facts, date(2026, 11, 2)).verdict is verdict


@pytest.mark.parametrize(
    ("metres", "verdict"), [(146.0, Verdict.AGREES), (200.4, Verdict.AGREES), (201.0, Verdict.DIFFERS)]
)
def test_two_hundred_metres_are_in_and_one_more_is_out(metres: float, verdict: Verdict) -> None:
    assert check_radius(metres).verdict is verdict


@pytest.mark.parametrize(("minutes", "verdict"), [(24 * 60, Verdict.AGREES), (24 * 60 + 1, Verdict.DIFFERS)])
def test_minutes_sent_after_a_day_do_not_count(minutes: int, verdict: Verdict) -> None:
    assert check_sent_within(RECEIVED, RECEIVED + timedelta(minutes=minutes)).verdict is verdict


@pytest.mark.parametrize(
    ("lag", "timing"),
    [
        (timedelta(minutes=15), EntryTiming.ON_THE_SPOT),
        (timedelta(minutes=15, seconds=1), EntryTiming.SAME_DAY),
        (timedelta(hours=2), EntryTiming.SAME_DAY),
        (timedelta(hours=2, seconds=1), EntryTiming.BACKFILLED),
    ],
)
def test_a_record_is_backfilled_after_two_hours(lag: timedelta, timing: EntryTiming) -> None:
    assert entry_timing(RECEIVED - lag, RECEIVED) is timing
