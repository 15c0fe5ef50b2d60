"""Ways out of the store. One protocol, one class a channel; e-mail is the only one yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from smtplib import (
    SMTPConnectError,
    SMTPDataError,
    SMTPHeloError,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)
from socket import gaierror
from typing import Protocol

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.validators import validate_email

PERMANENT = 500  # SMTP: from this code on a repetition is useless
# Raised before the message was taken: it may go out again. After anything else nobody knows.
NOT_TAKEN = (
    ConnectionRefusedError,
    gaierror,
    SMTPConnectError,
    SMTPDataError,
    SMTPHeloError,
    SMTPNotSupportedError,
    SMTPSenderRefused,
)


@dataclass(frozen=True)
class Letter:
    """What goes out: the title and a way into the store, no sum and no name of a policy (an address may be read by
    others)."""

    title: str
    text: str


class NotTakenError(Exception):
    """The channel did not take it. `final`: and never will."""

    def __init__(self, problem: str, *, final: bool) -> None:
        super().__init__(problem)
        self.final = final


class Channel(Protocol):
    """`check` raises django's ValidationError for what is no address; `send` NotTakenError where it certainly did not
    leave, and anything else where nobody knows."""

    def check(self, address: str) -> None: ...
    def send(self, address: str, letter: Letter) -> None: ...


class EmailChannel:
    """By Django's mail backend (`EMAIL_HOST`; without one letters lie in `var/mail`)."""

    def check(self, address: str) -> None:
        validate_email(address)

    def send(self, address: str, letter: Letter) -> None:
        message = EmailMessage(letter.title, letter.text, settings.DEFAULT_FROM_EMAIL, [address])
        try:
            message.send()
        except SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise NotTakenError("the recipient was refused", final=min(codes) >= PERMANENT) from error
        except NOT_TAKEN as error:
            final = isinstance(error, SMTPResponseException) and error.smtp_code >= PERMANENT
            raise NotTakenError(type(error).__name__, final=final) from error


CHANNELS: Mapping[str, Channel] = {"email": EmailChannel()}
