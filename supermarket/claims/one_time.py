"""One-time codes (TOTP, RFC 6238) with which officers act outside the desk: on the terminal of a real installation."""

import os
import time

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.utils import timezone

from enterprises.secrets import decrypt, encrypt
from supermarket.claims.errors import CodeWrongError
from supermarket.claims.models import OfficerKey
from supermarket.users.models import User

PURPOSE = "officer key"
SECRET_BYTES = 20
DIGITS = 6
STEP_SECONDS = 30
STEPS_TOLERATED = 1  # clocks differ


def totp(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), STEP_SECONDS)


def officer_key_make(*, user: User) -> str:
    """A new key for the officer, in place of an old one; the otpauth URI to be read by the authenticator, once."""
    secret = os.urandom(SECRET_BYTES)
    OfficerKey.objects.update_or_create(
        user=user,
        defaults={
            "secret_encrypted": encrypt(secret.hex(), purpose=PURPOSE),
            "last_step": 0,
            "made_at": timezone.now(),
        },
    )
    return totp(secret).get_provisioning_uri(user.username, "supermarket")


def code_use(*, user: User, code: str, now: float | None = None) -> None:
    """Accept a code once. Raises CodeWrongError for a wrong, late or used one, and where there is no key."""
    step = int((time.time() if now is None else now) // STEP_SECONDS)
    key = OfficerKey.objects.filter(user=user).first()
    if key is not None:
        generator = totp(bytes.fromhex(decrypt(key.secret_encrypted, purpose=PURPOSE)))
        for candidate in range(step - STEPS_TOLERATED, step + STEPS_TOLERATED + 1):
            if _fits(generator, code, candidate):
                used = OfficerKey.objects.filter(pk=key.pk, last_step__lt=candidate).update(last_step=candidate)
                if used:
                    return
    raise CodeWrongError


def _fits(generator: TOTP, code: str, step: int) -> bool:
    try:
        generator.verify(code.strip().encode(), step * STEP_SECONDS)
    except InvalidToken:
        return False
    return True
