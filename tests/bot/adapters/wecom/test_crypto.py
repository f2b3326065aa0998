from __future__ import annotations

from base64 import b64decode
from typing import Any

import pytest
from wechatpy.enterprise.crypto import WeChatCrypto

from bot.adapters.wecom.crypto import Envelope, Reason, Refused, open_media
from tests.fakes.wecom import vectors
from tests.fakes.wecom.crypto import aes_encrypt, key_of, seal, seal_raw, sign, unseal
from tests.fakes.wecom.vectors import Vector

TOKEN, KEY, CORP = vectors.OFFICIAL
each_vector = pytest.mark.parametrize("vector", vectors.ALL, ids=lambda vector: vector.name)


def opened(encrypt: str, *, envelope: Envelope | None = None, token: str = TOKEN, **changes: str) -> str:
    parts = {"signature": sign(token, "1", "n", encrypt), "timestamp": "1", "nonce": "n"} | changes
    return (envelope or Envelope(TOKEN, KEY, CORP)).open(encrypt, **parts)


@each_vector
def test_a_published_vector_opens(vector: Vector) -> None:
    envelope = Envelope(*vector.account)
    text = envelope.open(vector.encrypt, signature=vector.signature, timestamp=vector.timestamp, nonce=vector.nonce)
    assert text == vector.plain


@each_vector
def test_a_published_vector_is_sealed_byte_for_byte(vector: Vector) -> None:
    sealed = Envelope(*vector.account).seal(
        vector.plain, timestamp=vector.timestamp, nonce=vector.nonce, random=vector.random
    )
    assert (sealed.encrypt, sealed.signature) == (vector.encrypt, vector.signature)


def test_the_vectors_are_the_published_ones() -> None:
    assert vectors.V1.plain == "1616140317555161061"
    assert len(vectors.V2.plain) == 284
    assert "<MsgId>4561255354251345929</MsgId>" in vectors.V2.plain
    assert vectors.V3.plain == "5927782489442352469"
    assert len(vectors.V4.plain) == 281
    assert (len(vectors.V5.plain), vectors.V5.random) == (247, b"1234567890123456")
    assert vectors.V6.plain == "94966531020182955848408"
    assert "<Content><![CDATA[x123]]></Content>" in vectors.V7.plain


def test_the_library_reads_what_we_seal() -> None:
    sealed = Envelope(TOKEN, KEY, CORP).seal("拜访三家", timestamp="1", nonce="n")
    crypto = WeChatCrypto(TOKEN, KEY, CORP)
    assert crypto.decrypt_message({"Encrypt": sealed.encrypt}, sealed.signature, "1", "n") == "拜访三家"
    assert unseal(KEY, sealed.encrypt) == ("拜访三家", CORP)


@pytest.mark.parametrize("vector", [vectors.V3, vectors.V6], ids=["V3", "V6"])
def test_the_negative_twins_of_the_vectors_are_refused(vector: Vector) -> None:
    wrong: list[dict[str, Any]] = [
        {"signature": vector.signature, "nonce": vector.nonce[:-1] + "4"},
        {"signature": vector.signature[:-1] + "0", "nonce": vector.nonce},
    ]
    for parts in wrong:
        with pytest.raises(Refused) as refused:
            Envelope(*vector.account).open(vector.encrypt, timestamp=vector.timestamp, **parts)
        assert refused.value.reason is Reason.SIGNATURE


@pytest.mark.parametrize("key", ["", KEY[:42], KEY + "A", KEY + "=", KEY[:42] + "$", KEY[:42] + "汉", KEY[:42] + "\n"])
def test_a_key_that_is_not_43_letters_and_digits_is_refused_at_start(key: str) -> None:
    with pytest.raises(ValueError, match="43"):
        Envelope(TOKEN, key, CORP)


class TestTheReasonLeadsToTheWrongSetting:
    def test_a_wrong_token_shows_in_the_signature(self) -> None:
        self.refused(seal(KEY, CORP, b"x"), Reason.SIGNATURE, token="other")

    def test_a_wrong_key_cannot_be_decrypted(self) -> None:
        self.refused(seal(vectors.WECHATPY[1], CORP, b"x"), Reason.KEY)

    def test_another_company_is_named(self) -> None:
        self.refused(seal(KEY, "wwother", b"x"), Reason.RECEIVER)

    def refused(self, encrypt: str, reason: Reason, *, token: str = TOKEN) -> None:
        with pytest.raises(Refused) as refused:
            opened(encrypt, token=token)
        assert refused.value.reason is reason
        assert 400 <= refused.value.status < 500


def plain(message: bytes, *, length: int | None = None, receiver: str = CORP) -> bytes:
    return b"r" * 16 + (len(message) if length is None else length).to_bytes(4, "big") + message + receiver.encode()


def padded(data: bytes) -> bytes:
    pad = 32 - len(data) % 32
    return data + bytes([pad]) * pad


@pytest.mark.parametrize(
    ("blocks", "reason"),
    [
        (plain(b"x" * 9) + bytes(1), Reason.KEY),  # padding of nothing
        (plain(b"x" * 9, receiver="") + bytes([3, 3, 3]), None),
        (plain(b"x" * 9, receiver="") + bytes([2, 2, 3]), Reason.KEY),  # one of three is wrong
        (plain(b"x" * 27) + bytes([33]) * 33, Reason.KEY),  # longer than a block
        (bytes([32]) * 32, Reason.KEY),  # nothing but padding
        (padded(b"r" * 16 + b"\0\0"), Reason.KEY),  # ends inside the length
        (padded(plain(b"x" * 11, length=2**32 - 1)), Reason.KEY),  # says it is 4 GB long
        (padded(plain(b"x" * 11, length=11 + len(CORP) + 1)), Reason.KEY),  # one byte more than there is
        (padded(plain(b"x" * 11, length=12)), Reason.RECEIVER),  # swallows a byte of the receiver
        (padded(plain(b"x" * 11, receiver="")), Reason.RECEIVER),
        (padded(plain(b"\xff\xfe")), Reason.MALFORMED),  # no UTF-8
    ],
)
def test_damaged_plaintexts_are_refused_with_one_error(blocks: bytes, reason: Reason | None) -> None:
    receiver = "" if reason is None else CORP
    envelope = Envelope(TOKEN, KEY, receiver)
    encrypt = seal_raw(KEY, blocks + bytes(-len(blocks) % 16))
    if reason is None:
        assert opened(encrypt, envelope=envelope) == "x" * 9
        return
    with pytest.raises(Refused) as refused:
        opened(encrypt, envelope=envelope)
    assert refused.value.reason is reason


@pytest.mark.parametrize("encrypt", ["", "=", "A", "AAAA", "汉", "A" * 23, "!" * 24, "A" * 43 + "=\n"])
def test_what_is_no_ciphertext_is_refused(encrypt: str) -> None:
    with pytest.raises(Refused) as refused:
        opened(encrypt)
    assert refused.value.reason in {Reason.NO_ENVELOPE, Reason.KEY}


@pytest.mark.parametrize("length", [0, 1, 11, 12, 13, 43, 44, 45])
def test_every_padding_length_opens(length: int) -> None:
    assert opened(seal(KEY, "", b"x" * length), envelope=Envelope(TOKEN, KEY, "")) == "x" * length


class TestAttachmentsOfTheBot:
    def test_the_published_file_opens_with_each_way_to_write_the_key(self) -> None:
        data = b64decode(vectors.MEDIA_CIPHER)
        for key in (vectors.MEDIA_KEY, vectors.MEDIA_KEY + "=", key_of(vectors.MEDIA_KEY).hex()):
            assert open_media(data, key) == vectors.MEDIA_PLAIN

    def test_it_is_sealed_the_same_way(self) -> None:
        assert aes_encrypt(key_of(vectors.MEDIA_KEY), vectors.MEDIA_PLAIN) == b64decode(vectors.MEDIA_CIPHER)

    @pytest.mark.parametrize(
        ("data", "key"), [(b"", KEY), (b"x" * 15, KEY), (b"x" * 32, KEY), (b"x" * 32, "?"), (b"x" * 32, "")]
    )
    def test_damage_is_refused(self, data: bytes, key: str) -> None:
        with pytest.raises(Refused):
            open_media(data, key)
