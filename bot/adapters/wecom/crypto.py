"""WeCom's message encryption: wechatpy's, with what it leaves out checked and one error type.

wechatpy compares signatures with `!=`, never looks at the padding, and answers damaged input with eight different exceptions.
"""

from __future__ import annotations

import binascii
import hmac
import re
from base64 import b64decode
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from wechatpy.crypto import WeChatCipher
from wechatpy.enterprise.crypto import PrpCrypto, WeChatCrypto
from wechatpy.utils import WeChatSigner

BLOCK: Final = 32
_RANDOM: Final = 16
_LENGTH: Final = 4
_KEY = re.compile(r"[A-Za-z0-9]{43}")


class Reason(StrEnum):
    """Why a callback was refused, in words that lead a deployer to the wrong setting."""

    NO_LENGTH = "no Content-Length, or chunked"
    TOO_LONG = "body too long"
    NO_ENVELOPE = "not an encrypted message"
    SIGNATURE = "wrong signature: check token"
    STALE = "timestamp too far from our clock"
    KEY = "cannot be decrypted: check aes_key"
    RECEIVER = "meant for another company: check corp_id"
    MALFORMED = "decrypted, but not a message"


STATUS: Final[dict[Reason, int]] = {
    Reason.NO_LENGTH: 411,
    Reason.TOO_LONG: 413,
    Reason.NO_ENVELOPE: 400,
    Reason.SIGNATURE: 403,
    Reason.STALE: 403,
    Reason.KEY: 400,
    Reason.RECEIVER: 403,
    Reason.MALFORMED: 400,
}


class Refused(Exception):  # noqa: N818  # reads as a state: the callback was refused
    """A callback that is not taken; `reason` says why, `status` is the HTTP answer."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.status = STATUS[reason]


@dataclass(frozen=True, slots=True)
class Sealed:
    """An encrypted message and its signature."""

    encrypt: str
    signature: str
    timestamp: str
    nonce: str


class Envelope(WeChatCrypto):  # type: ignore[misc]  # the library has no types
    """Opens and seals messages of one app or bot. `receive_id` is the corp id, or empty for an AI bot.

    Raises ValueError when the key is not 43 letters and digits (the last one may carry two spare bits).
    """

    def __init__(self, token: str, aes_key: str, receive_id: str) -> None:
        if not _KEY.fullmatch(aes_key):
            raise ValueError("aes_key (EncodingAESKey) is exactly 43 letters and digits")
        super().__init__(token, aes_key, receive_id)

    def open(self, encrypt: str, *, signature: str, timestamp: str, nonce: str) -> str:
        """Check the signature in constant time, decrypt, and return the message; raises `Refused`."""
        expected = self.sign(encrypt, timestamp, nonce)
        if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
            raise Refused(Reason.SIGNATURE)
        text: str = _Cipher(self.key).decrypt(encrypt, self.corp_id)
        return text

    def seal(self, text: str, *, timestamp: str, nonce: str, random: bytes | None = None) -> Sealed:
        """Encrypt and sign a message; `random` (16 bytes) is for test vectors."""
        cipher = _Cipher(self.key, random)
        encrypt = cipher.encrypt(text, self.corp_id).decode()
        return Sealed(encrypt, self.sign(encrypt, timestamp, nonce), timestamp, nonce)

    def sign(self, encrypt: str, timestamp: str, nonce: str) -> str:
        """Return the SHA-1 signature in hex."""
        signer = WeChatSigner()
        signer.add_data(*(part.encode("utf-8", "replace") for part in (self.token, timestamp, nonce, encrypt)))
        signature: str = signer.signature
        return signature


class _Cipher(PrpCrypto):  # type: ignore[misc]  # the library has no types
    """The library's cipher, with padding, length and text checked on the way in."""

    def __init__(self, key: bytes, random: bytes | None = None) -> None:
        super().__init__(key)
        self._random = random

    def get_random_string(self) -> Any:
        """Return the 16 bytes in front of the plaintext."""
        return self._random if self._random is not None else super().get_random_string()

    def _decrypt(
        self,
        text: str,
        _id: str,
        exception: type[Exception] | None = None,  # noqa: ARG002  # the library's signature
    ) -> str:
        content = unpadded(self.cipher.decrypt(_cipher_bytes(text)))
        body = content[_RANDOM + _LENGTH :]
        length = int.from_bytes(content[_RANDOM : _RANDOM + _LENGTH], "big")
        if len(content) < _RANDOM + _LENGTH or length > len(body):
            raise Refused(Reason.KEY)
        if not hmac.compare_digest(body[length:], _id.encode()):
            raise Refused(Reason.RECEIVER)
        try:
            return body[:length].decode()
        except UnicodeDecodeError:
            raise Refused(Reason.MALFORMED) from None


def unpadded(data: bytes) -> bytes:
    """Take PKCS#7 padding to 32 bytes off; raises `Refused` when it is not one."""
    pad = data[-1] if data else 0
    if not 1 <= pad <= BLOCK or len(data) < pad or data[-pad:] != bytes([pad]) * pad:
        raise Refused(Reason.KEY)
    return data[:-pad]


def _cipher_bytes(text: str) -> bytes:
    try:
        data = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(Reason.NO_ENVELOPE) from None
    if not data or len(data) % 16:
        raise Refused(Reason.NO_ENVELOPE)
    return data


def open_media(data: bytes, aes_key: str) -> bytes:
    """Decrypt a downloaded attachment of the AI bot; raises `Refused`.

    The key has been seen as 43 characters, with its "=", and as hex.
    """
    try:
        key = (
            bytes.fromhex(aes_key)
            if re.fullmatch(r"[0-9a-fA-F]{64}", aes_key)
            else b64decode(aes_key.rstrip("=") + "=")
        )
        if not data or len(data) % 16:
            raise Refused(Reason.KEY)
        return unpadded(WeChatCipher(key).decrypt(data))
    except (binascii.Error, ValueError):
        raise Refused(Reason.KEY) from None
