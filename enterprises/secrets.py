"""Encryption of personal values and account numbers.

Two kinds of keys:

- The installation's keys, `settings.FIELD_KEYS`, newest first. New values are encrypted under the first; the others
  still read. The last one also keys the hashes, so that a new key put in front changes no hash.
- One key per person, made when the person is registered and stored wrapped (encrypted) under the installation's key.
  Erasing a person destroys that key: every value sealed under it can no longer be read, and nothing else changes.

AES-256-GCM (NIST SP 800-38D) with random 96-bit nonces; keys are derived by HKDF-SHA256 (RFC 5869), one a purpose.
"""

import base64
import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

NONCE_BYTES = 12
KEY_BYTES = 32


class SecretUnreadableError(ValueError):
    """The value was encrypted under a key that this installation does not hold, or it was changed."""


@lru_cache(maxsize=128)
def _derive(master: str, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(master.encode())


def encrypt(text: str, *, purpose: str) -> str:
    """Encrypt under the newest key; the answer is printable ASCII. The same text gives another answer each time."""
    return base64.urlsafe_b64encode(seal(text.encode(), key=_derive(settings.FIELD_KEYS[0], purpose))).decode()


def decrypt(token: str, *, purpose: str) -> str:
    """The text behind `encrypt(…, purpose=purpose)`; raises SecretUnreadableError."""
    data = base64.urlsafe_b64decode(token)
    for master in settings.FIELD_KEYS:
        try:
            return unseal(data, key=_derive(master, purpose)).decode()
        except SecretUnreadableError:
            continue
    raise SecretUnreadableError(f"no key in FIELD_KEYS reads this {purpose}: add the key that it was written with")


def keyed_hash(text: str, *, purpose: str) -> str:
    """HMAC-SHA256, 64 hex digits: finds a value again without keeping it."""
    return hmac.digest(_derive(settings.FIELD_KEYS[-1], f"hash {purpose}"), text.encode(), hashlib.sha256).hex()


def key_new() -> bytes:
    return os.urandom(KEY_BYTES)


def key_wrap(key: bytes) -> str:
    return encrypt(key.hex(), purpose="person key")


def key_unwrap(wrapped: str) -> bytes:
    return bytes.fromhex(decrypt(wrapped, purpose="person key"))


def seal(data: bytes, *, key: bytes) -> bytes:
    """Nonce and ciphertext of `data` under `key` (32 bytes)."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, data, None)


def unseal(data: bytes, *, key: bytes) -> bytes:
    """The bytes behind `seal`; raises SecretUnreadableError."""
    try:
        return AESGCM(key).decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], None)
    except (InvalidTag, ValueError) as error:
        raise SecretUnreadableError("the value does not belong to this key") from error
