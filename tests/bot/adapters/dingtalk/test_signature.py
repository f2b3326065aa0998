from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha1
from urllib.parse import quote

import pytest

from bot.adapters.board import SWEEP_EVERY, MemoryBoard
from bot.adapters.dingtalk.crypto import EventCrypto
from bot.adapters.dingtalk.signature import Refused, ReplayMemory, check_sign, check_time, sign_card, sign_robot

V1 = {
    "signature": "03044561471240d4a14bb09372dfcfd4fd0e40cb",
    "timestamp": "1608001896814",
    "nonce": "WL4PK6yA",
    "encrypt": "0vJiX6vliEpwG3U45CtXqi+m8PXbQRARJ8p8BbDuD1EMTDf0jKpQ79QS93qEk7XHpP6u+oTTrd15NRPvNvmBKyDCYxxOK+HZeKju4yhELOFchzNukR+t8SB/qk4ROMu3",
}
V1_KEYS = ("mryue", "Yue0EfdN5900c1ce5cf6A152c63DDe1808a60c5ecd7", "ding6ccabc44d2c8d38b")
V2 = {
    "signature": "5a65ceeef9aab2d149439f82dc191dd6c5cbe2c0",
    "timestamp": "1445827045067",
    "nonce": "nEXhMP4r",
    "encrypt": "1a3NBxmCFwkCJvfoQ7WhJHB+iX3qHPsc9JbaDznE1i03peOk1LaOQoRz3+nlyGNhwmwJ3vDMG+OzrHMeiZI7gTRWVdUBmfxjZ8Ej23JVYa9VrYeJ5as7XM/ZpulX8NEQis44w53h1qAgnC3PRzM7Zc/D6Ibr0rgUathB6zRHP8PYrfgnNOS9PhSBdHlegK+AGGanfwjXuQ9+0pZcy0w9lQ==",
}
V2_KEYS = ("123456", "4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij", "suite4xxxxxxxxxxxxxxx")
V3 = {
    "signature": "f36f4ba5337d426c7d4bca0dbcb06b3ddc1388fc",
    "timestamp": "1605695694141",
    "nonce": "WelUQl6bCqcBa2fM",
    "encrypt": "X1VSe9cTJUMZu60d3kyLYTrBq5578ZRJtteU94wG0Q4Uk6E/wQYeJRIC0/UFW5Wkya1Ihz9oXAdLlyC9TRaqsQ==",
}
V4 = {
    "signature": "9a95a004dd16f5c307e849b994173f76aa26e5eb",
    "timestamp": "1614767836",
    "nonce": "A7Co0cJLMzIDtMMI",
    "encrypt": "YvkvaGe4hQxd3VxRmEty0dVlnCOAqwf56xwTRHDHoOURqhalbmBJQk5FNcRk42Gl5T0YQXZNwpwWSm1xAFJ5ZA==",
}
V5 = "DwCJ9BMxu4r+VTe9TD+AWc1yfxqs7d2YgepFe4XruMgh1+6pTjCCq4nqAM6StRcafOx5a1OfwmX3ckSBifatlA=="


@pytest.mark.parametrize(
    ("keys", "sealed", "words"),
    [
        (V1_KEYS, V1, '{"EventType":"check_url"}'),
        (
            V2_KEYS,
            V2,
            '{"EventType":"check_create_suite_url","Random":"LPIdSnlF","TestSuiteKey":"suite4xxxxxxxxxxxxxxx"}',
        ),
        (("tokenxxxx", "o1w0aum42yaptlz8alnhwikjd3jenzt9cb9wmzptgus", "dingxxxxxx"), V3, "success"),
        (("123456", "1234567890123456789012345678901234567890123", "dingsnotzck6pm5veliw"), V4, "success"),
    ],
)
def test_published_event_vectors_open(keys: tuple[str, str, str], sealed: dict[str, str], words: str) -> None:
    assert EventCrypto(*keys).open(**sealed) == words


def test_what_we_seal_opens_again_and_carries_no_line_break() -> None:
    crypto = EventCrypto(*V1_KEYS)
    answer = crypto.seal("success", datetime(2026, 11, 23, 2, tzinfo=UTC))
    assert answer["timeStamp"] == "1795399200000"
    assert "\n" not in answer["encrypt"]
    opened = crypto.open(
        signature=answer["msg_signature"],
        timestamp=answer["timeStamp"],
        nonce=answer["nonce"],
        encrypt=answer["encrypt"],
    )
    assert opened == "success"


def _resigned(encrypt: str, nonce: str = "n") -> dict[str, str]:
    words = "".join(sorted([V1_KEYS[0], "1608001896814", nonce, encrypt])).encode()
    return {"signature": sha1(words).hexdigest(), "timestamp": "1608001896814", "nonce": nonce, "encrypt": encrypt}


@pytest.mark.parametrize("encrypt", ["", "!!!", "QUJD", "A" * 63, V1["encrypt"][:-4], V1["encrypt"][:64], "密文"])
def test_malformed_ciphertext_under_a_good_signature_is_refused_in_one_way(encrypt: str) -> None:
    with pytest.raises(Refused):
        EventCrypto(*V1_KEYS).open(**_resigned(encrypt))


def test_a_ciphertext_whose_length_field_is_nonsense_is_refused() -> None:
    with pytest.raises(Refused):
        EventCrypto(V1_KEYS[0], V2_KEYS[1], V2_KEYS[2]).open(**_resigned(V5))


def test_wrong_owner_wrong_nonce_wrong_signature_are_refused() -> None:
    with pytest.raises(Refused):
        EventCrypto(*V1_KEYS[:2], "dingXXXX").open(**V1)
    for change in ({"nonce": "xxxxx"}, {"signature": "0" * 40}, {"signature": "签名"}, {"nonce": "随机"}):
        with pytest.raises(Refused):
            EventCrypto(*V1_KEYS).open(**{**V1, **change})


@pytest.mark.parametrize(
    ("secret", "timestamp", "sign"),
    [
        ("this is a secret", "1577262236757", "DJrE6qdyVGCQz9z5r2MDuNcNAhwYnuAkyj13cx169CA="),
        ("this is secret", "1577262236757", "hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM="),
        ("SEC1234567890abcdef", "1700000000000", "RqBq3E1RTBDv3n2QBCh4adZ2WHk9mVklyUoDBLxarjI="),
    ],
)
def test_published_robot_signs(secret: str, timestamp: str, sign: str) -> None:
    assert sign_robot(timestamp, secret) == sign
    assert quote(sign_robot(timestamp, secret), safe="").endswith("%3D")


@pytest.mark.parametrize(
    ("secret", "timestamp", "sign"),
    [
        ("testappSecret", "1546084445901", "HCbG3xNE3vzhO+u7qCUL1jS5hsu2n5r2cFhnTrtyDAE="),
        ("example-secret", "1577262236757", "9EQUhx+gSqHfgSF/OnOV2ifDC9m1VzjPj00L/WOZeew="),
    ],
)
def test_published_timestamp_signs(secret: str, timestamp: str, sign: str) -> None:
    assert sign_card(timestamp, secret) == sign
    check_sign(sign, sign_card(timestamp, secret))
    with pytest.raises(Refused):
        check_sign(sign[:-2] + "A=", sign_card(timestamp, secret))


@pytest.mark.parametrize("side", [1, -1])
def test_a_signature_is_good_for_an_hour_on_both_sides(side: int) -> None:
    now = datetime.fromtimestamp(1700000000, UTC)
    check_time(str(1700000000000 + side * 3_599_999), now)
    check_time(str(1700000000000 + side * 3_600_000), now)
    with pytest.raises(Refused):
        check_time(str(1700000000000 + side * 3_600_001), now)


@pytest.mark.parametrize("timestamp", ["", "now", "-1", "１７００００００００００００", "9" * 30])
def test_what_is_no_timestamp_is_refused(timestamp: str) -> None:
    with pytest.raises(Refused):
        check_time(timestamp, datetime.fromtimestamp(1700000000, UTC))


def test_a_used_pair_of_headers_opens_the_door_once_and_for_a_twin_of_the_same_instant() -> None:
    memory, now = ReplayMemory(), datetime(2026, 11, 23, 2, tzinfo=UTC)
    memory.check("t1", "body", now)
    memory.remember("t1", "body", now)
    with pytest.raises(Refused):
        memory.check("t1", "body", now)
    memory.check("t1", "another person's body", now + timedelta(seconds=2))
    with pytest.raises(Refused):
        memory.check("t1", "forged", now + timedelta(seconds=2, milliseconds=1))
    memory.check("t2", "body", now)


def test_the_memory_is_longer_than_a_signature_lives() -> None:
    board, now = MemoryBoard(), datetime(2026, 11, 23, 2, tzinfo=UTC)
    memory = ReplayMemory(board)
    memory.remember("ahead", "body", now)
    for n in range(SWEEP_EVERY):
        memory.remember(f"t{n}", "body", now + timedelta(hours=2))
    with pytest.raises(Refused):
        memory.check("ahead", "body", now + timedelta(hours=2))
    for n in range(SWEEP_EVERY):
        memory.remember(f"u{n}", "body", now + timedelta(hours=5))
    assert len(board) <= SWEEP_EVERY + 2
