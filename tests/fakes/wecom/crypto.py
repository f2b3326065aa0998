"""WeCom's side of the encryption, written on raw `cryptography` so that it shares nothing with the code under test."""

from __future__ import annotations

import hashlib
import os
from base64 import b64decode, b64encode

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def _cipher(key: bytes) -> Cipher[modes.CBC]:
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def aes_encrypt(key: bytes, data: bytes) -> bytes:
    pad = 32 - len(data) % 32
    encryptor = _cipher(key).encryptor()
    return encryptor.update(data + bytes([pad]) * pad) + encryptor.finalize()


def aes_decrypt(key: bytes, data: bytes) -> bytes:
    decryptor = _cipher(key).decryptor()
    padded = decryptor.update(data) + decryptor.finalize()
    return padded[: -padded[-1]]


def key_of(aes_key: str) -> bytes:
    return b64decode(aes_key + "=")


def sign(token: str, timestamp: str, nonce: str, encrypt: str) -> str:
    return hashlib.sha1("".join(sorted([token, timestamp, nonce, encrypt])).encode()).hexdigest()


def seal(aes_key: str, receive_id: str, text: bytes, random: bytes | None = None) -> str:
    plain = (random or os.urandom(16)) + len(text).to_bytes(4, "big") + text + receive_id.encode()
    return b64encode(aes_encrypt(key_of(aes_key), plain)).decode()


def seal_raw(aes_key: str, plain: bytes) -> str:
    """Encrypt bytes that already are whole blocks: for damaged paddings and lengths."""
    encryptor = _cipher(key_of(aes_key)).encryptor()
    return b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


def unseal(aes_key: str, encrypt: str) -> tuple[str, str]:
    """Return (message, receive id)."""
    plain = aes_decrypt(key_of(aes_key), b64decode(encrypt))
    length = int.from_bytes(plain[16:20], "big")
    return plain[20 : 20 + length].decode(), plain[20 + length :].decode()
