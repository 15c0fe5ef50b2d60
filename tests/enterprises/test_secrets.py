"""Encrypted values: readable with the keys of the installation, old ones too; a destroyed key takes the value along."""

import pytest
from django.test import override_settings

from enterprises import secrets

FIRST = "first key"
SECOND = "second key"


@override_settings(FIELD_KEYS=[FIRST])
def test_an_encrypted_value_reads_back_and_shows_nothing() -> None:
    token = secrets.encrypt("6222 0213 0710 0123", purpose="account number")
    assert "6222" not in token
    assert secrets.decrypt(token, purpose="account number") == "6222 0213 0710 0123"
    assert secrets.encrypt("6222 0213 0710 0123", purpose="account number") != token


@override_settings(FIELD_KEYS=[FIRST])
def test_a_value_cannot_be_moved_to_another_purpose() -> None:
    token = secrets.encrypt("340202199001011237", purpose="identity")
    with pytest.raises(secrets.SecretUnreadableError):
        secrets.decrypt(token, purpose="account number")


def test_a_new_key_in_front_keeps_old_values_and_hashes() -> None:
    with override_settings(FIELD_KEYS=[FIRST]):
        token = secrets.encrypt("value", purpose="identity")
        found = secrets.keyed_hash("value", purpose="identity")
    with override_settings(FIELD_KEYS=[SECOND, FIRST]):
        assert secrets.decrypt(token, purpose="identity") == "value"
        assert secrets.keyed_hash("value", purpose="identity") == found
    with override_settings(FIELD_KEYS=[SECOND]), pytest.raises(secrets.SecretUnreadableError, match="FIELD_KEYS"):
        secrets.decrypt(token, purpose="identity")


@override_settings(FIELD_KEYS=[FIRST])
def test_sealed_bytes_need_their_own_key_and_notice_a_change() -> None:
    key = secrets.key_unwrap(secrets.key_wrap(secrets.key_new()))
    sealed = secrets.seal(b'{"person.age": 27}', key=key)
    assert secrets.unseal(sealed, key=key) == b'{"person.age": 27}'
    with pytest.raises(secrets.SecretUnreadableError):
        secrets.unseal(sealed, key=secrets.key_new())
    with pytest.raises(secrets.SecretUnreadableError):
        secrets.unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]), key=key)
