"""Fields found in lines as they were read: what a bad photo loses is made good only where it can only be that."""

from __future__ import annotations

import pytest

from bot.photo.fields import find_fields
from bot.photo.page import page_of
from bot.photo.pipeline import company_seals
from bot.photo.reading import Field, Line, PhotoKind
from bot.photo.seal import Outline

HEIGHT = 30


def read(kind: PhotoKind, *rows: tuple[str, int, int] | tuple[str, int, int, int]) -> dict[str, Field]:
    """Find the fields of lines given as text, left edge, top and perhaps height; every character was read with 0.99."""
    lines = []
    for text, x, y, *tall in rows:
        high = tall[0] if tall else HEIGHT
        wide = sum(high if ord(char) > 255 else high // 2 for char in text)
        box = ((x, y), (x + wide, y), (x + wide, y + high), (x, y + high))
        lines.append(Line(text, box, 0.99, (0.99,) * len(text)))
    return dict(find_fields(kind, page_of(lines, (1000, 1000))))


@pytest.mark.parametrize(
    ("written", "meant", "sure"),
    [
        ("住址广州市天河区天河北路170", "广州市天河区天河北路170号", False),
        ("住址广州市天河区天河北路170号", "广州市天河区天河北路170号", True),
        ("住址广州市天河区天河北路170号3栋2", "广州市天河区天河北路170号3栋2", True),
    ],
)
def test_the_sign_of_a_house_number_alone_on_its_line_is_made_good(written: str, meant: str, *, sure: bool) -> None:
    address = read(PhotoKind.ID_CARD, ("姓名王勇", 100, 100), (written, 100, 300))["address"]
    assert address.value == meant
    assert (address.confidence > 0.85) is sure


@pytest.mark.parametrize(
    ("written", "meant", "sure"),
    [("166****0893", "166****0893", True), ("16****0893", "166****0893", False), ("138***0893", "138****0893", False)],
)
def test_a_recipient_whose_number_was_run_together_is_still_the_recipient(
    written: str, meant: str, *, sure: bool
) -> None:
    fields = read(
        PhotoKind.WAYBILL,
        ("EMS", 100, 50), (f"曾晓东 {written}", 150, 100), ("郑州市金水区花园路341号", 150, 140),
        ("唐艳 150****1661", 150, 300), ("深圳市南山区深南大道109号", 150, 340),
    )  # fmt: skip
    assert fields["recipient"].value == "曾晓东"
    assert fields["address"].value == "郑州市金水区花园路341号"
    assert fields["recipient_tel"].value == meant
    assert (fields["recipient_tel"].confidence > 0.85) is sure


def test_the_place_of_a_licence_is_found_behind_half_a_label() -> None:
    fields = read(
        PhotoKind.LICENCE,
        ("营业执照", 400, 20), ("成立日期", 100, 200), ("2024年09月11日", 260, 200),
        ("佳所", 100, 250), ("西安市雁塔区科技二路397号D座1447室", 260, 250),
    )  # fmt: skip
    assert fields["address"].value == "西安市雁塔区科技二路397号D座1447室"


@pytest.mark.parametrize("label", ["客等字", "富白警字：", "客户签字："])
def test_the_signer_stands_beside_a_label_half_of_which_was_misread(label: str) -> None:
    fields = read(
        PhotoKind.SIGNED_SLIP, ("单号：QR2025593043", 100, 100), ("合计金额：133638.00元", 100, 500), (label, 400, 600), ("黃秀英", 600, 600)
    )  # fmt: skip
    assert fields["signer"].value == "黄秀英"


def test_a_slips_number_is_found_behind_half_a_label() -> None:
    number = read(
        PhotoKind.SIGNED_SLIP, ("拜访确认单", 300, 20), ("警号：QR2025574319", 100, 100), ("客户签字：", 400, 600)
    )
    assert number["slip_no"].value == "QR2025574319"


@pytest.mark.parametrize(
    ("kind", "sealed"),
    [(PhotoKind.LICENCE, True), (PhotoKind.OTHER, True), (PhotoKind.ID_CARD, False), (PhotoKind.SITE_PHOTO, False)],
)
def test_a_face_on_an_identity_card_is_no_companys_seal(kind: PhotoKind, *, sealed: bool) -> None:
    assert bool(company_seals([Outline(100, 100, 50, 50, 0.0, score=0.94)], kind)) is sealed


def test_what_stands_beside_such_a_label_is_not_always_a_name() -> None:
    fields = read(PhotoKind.SIGNED_SLIP, ("单号：QR2025593043", 100, 100), ("客等字", 400, 600), ("以上货物", 600, 600))
    assert "signer" not in fields


def test_a_whole_number_beside_the_total_is_another_columns() -> None:
    fields = read(
        PhotoKind.INVOICE,
        ("发票号码：64428409944322802563", 600, 50), ("价税合计", 100, 500), ("14程", 240, 500), ("¥103106.85", 700, 500),
    )  # fmt: skip
    assert fields["total"].value == "103106.85"


def test_a_head_line_found_in_two_pieces_is_one() -> None:
    fields = read(
        PhotoKind.CHAT_SCREENSHOT,
        ("17:04", 20, 20), ("吴海燕", 330, 100), ("(财务主管)", 410, 100), ("合同盖章版请查收，谢谢", 440, 320), ("您好，吴经理", 270, 606),
    )  # fmt: skip
    assert (fields["contact"].value, fields["title"].value) == ("吴海燕", "财务主管")


def test_an_introduction_is_followed_down_its_bubble_past_a_sign_in_the_background() -> None:
    fields = read(
        PhotoKind.CHAT_SCREENSHOT,
        ("16:15", 20, 20), ("杭州博远建筑工程-程思远", 300, 60),
        ("你好，我是杭州博远建筑工程的财", 300, 350), ("务主管程思远", 282, 386), ("上海斯格大楼", 0, 500, 90),
    )  # fmt: skip
    assert (fields["contact"].value, fields["title"].value) == ("程思远", "财务主管")


@pytest.mark.parametrize(
    ("written", "meant", "sure"),
    [("Irmej@kaida.com.cn", "lrmej@kaida.com.cn", False), ("lrmej@kaida.com.cn", "lrmej@kaida.com.cn", True), ("IT@KAIDA.CN", "IT@KAIDA.CN", True)],
)  # fmt: skip
def test_a_capital_i_among_small_letters_is_an_l(written: str, meant: str, *, sure: bool) -> None:
    email = read(PhotoKind.BUSINESS_CARD, ("李建国", 100, 100), (f"邮箱：{written}", 100, 300))["email"]
    assert email.value == meant
    assert (email.confidence > 0.85) is sure


def test_a_plus_in_a_written_date_is_a_dash_read_unsurely() -> None:
    day = read(PhotoKind.SIGNED_SLIP, ("单号：QR2025911325", 100, 100), ("日期：25+5-2", 400, 600))["sign_date"]
    assert (day.value, day.confidence) == ("2025-05-02", 0.8)
