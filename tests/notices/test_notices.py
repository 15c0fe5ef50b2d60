"""Notices: written with the move, told once, sent at most once, and to the old address when something is taken over."""

from collections.abc import Callable
from datetime import date, timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from enterprises.models import Beneficiary
from supermarket.notices import channels
from supermarket.notices.channels import Letter, NotTakenError
from supermarket.notices.delivering import notices_deliver
from supermarket.notices.models import Notice, NoticeAddress, NoticeDelivery
from supermarket.notices.selectors import inbox, inbox_line, unread_count
from supermarket.notices.services import NoticeDraft, address_set, notices_read, notices_write
from supermarket.notices.texts import TEXTS, NoticeKind
from supermarket.users.models import Representation, Role, User

pytestmark = pytest.mark.django_db
State = NoticeDelivery.State
VALUES = {"policy": {"zh": "研发奖励", "en": "R&D award"}, "amount": "1,000.00"}


@pytest.fixture
def firm(db: None) -> Beneficiary:
    return Beneficiary.objects.create(kind="enterprise", code="91340200MA2MXXXX00", name="芜湖甲有限公司")


@pytest.fixture
def owner(firm: Beneficiary) -> User:
    user = User.objects.create(username="owner", role=Role.REPRESENTATIVE)
    Representation.objects.create(user=user, beneficiary=firm, since=date(2020, 1, 1))
    return user


def paid(firm: Beneficiary, key: str = "paid:1") -> NoticeDraft:
    return NoticeDraft(firm.pk, NoticeKind.PAID, key, VALUES, "claim:1")


def test_every_kind_has_its_words_in_both_languages() -> None:
    assert set(TEXTS) == set(NoticeKind)
    for text in TEXTS.values():
        assert all(pair["zh"] and pair["en"] for pair in (text.title, text.text))


def test_a_notice_is_told_once_and_read_once(firm: Beneficiary, owner: User) -> None:
    assert notices_write([paid(firm), paid(firm, "paid:2")]) == 2
    assert notices_write([paid(firm)]) == 0
    (newest, _) = map(inbox_line, inbox([firm.pk]))
    assert newest.text == {
        "zh": "“研发奖励” 1,000.00 元已付至您的账户。",
        "en": "1,000.00 yuan under R&D award were paid to your account.",
    }
    assert notices_read(beneficiaries=[firm.pk], actor=owner, notice=newest.pk) == 1
    assert unread_count([firm.pk]) == 1
    assert notices_read(beneficiaries=[], actor=owner) == 0, "nobody reads another's notices"


def test_it_is_written_with_the_move_or_not_at_all(firm: Beneficiary) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        notices_write([paid(firm)])
        raise RuntimeError("the move fails")
    assert not Notice.objects.exists()


def test_it_goes_to_who_wants_it_and_says_no_sum(firm: Beneficiary, owner: User) -> None:
    stranger = User.objects.create(username="stranger", role=Role.REPRESENTATIVE)
    address_set(user=stranger, channel="email", address="stranger@example.com")
    notices_write([paid(firm, "before")])
    address_set(user=owner, channel="email", address="owner@example.com")
    notices_write([paid(firm)])
    assert notices_deliver() == 1 and notices_deliver() == 0
    (letter,) = mail.outbox
    assert letter.to == ["owner@example.com"] and letter.subject == "资金已到账 / Paid"
    assert "1,000" not in letter.body and "研发奖励" not in letter.body


def test_who_wants_it_no_longer_or_acts_no_longer_is_not_told(firm: Beneficiary, owner: User) -> None:
    address_set(user=owner, channel="email", address="owner@example.com")
    Representation.objects.filter(user=owner).update(until=timezone.localdate() - timedelta(days=1))
    notices_write([paid(firm)])
    Representation.objects.filter(user=owner).update(until=None)
    address_set(user=owner, channel="email", address="")
    notices_write([paid(firm, "paid:2")])
    assert [delivery.notice.kind for delivery in NoticeDelivery.objects.all()] == ["address_changed"]


def test_a_taken_over_account_is_told_to_the_old_address(firm: Beneficiary, owner: User) -> None:
    """Who takes over changes the address first: the letters about it go where they went before."""
    address_set(user=owner, channel="email", address="owner@example.com")
    address_set(user=owner, channel="email", address="thief@example.com")
    notices_write([NoticeDraft(firm.pk, NoticeKind.ACCOUNT_CHANGED, "account:1", {"account": "***1", "day": "x"})])
    notices_write([paid(firm)])
    told = set(NoticeDelivery.objects.values_list("notice__kind", "address"))
    assert told == {
        ("address_changed", "owner@example.com"),
        ("account_changed", "owner@example.com"),
        ("account_changed", "thief@example.com"),
        ("paid", "thief@example.com"),
    }
    NoticeAddress.objects.filter(address="owner@example.com").update(until=timezone.now() - timedelta(days=31))
    notices_write([NoticeDraft(firm.pk, NoticeKind.ACCOUNT_CHANGED, "account:2", {"account": "***2", "day": "x"})])
    later = NoticeDelivery.objects.filter(notice__key="account:2")
    assert [each.address for each in later] == ["thief@example.com"]


def test_what_is_no_address_is_refused(owner: User) -> None:
    with pytest.raises(ValidationError):
        address_set(user=owner, channel="email", address="no address")
    assert not NoticeAddress.objects.exists()


class Spy:
    """A channel that takes letters, and then fails as it is told."""

    def __init__(self, *errors: Exception | None) -> None:
        self.errors, self.taken = list(errors), 0

    def check(self, address: str) -> None: ...

    def send(self, address: str, letter: Letter) -> None:
        error = self.errors.pop(0) if self.errors else None
        if isinstance(error, NotTakenError):
            raise error
        self.taken += 1
        if error is not None:
            raise error


@pytest.fixture
def spy(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Spy]:
    def do(*errors: Exception | None) -> Spy:
        channel = Spy(*errors)
        monkeypatch.setattr(channels, "CHANNELS", {"email": channel})
        monkeypatch.setattr("supermarket.notices.delivering.CHANNELS", {"email": channel})
        return channel

    return do


@pytest.fixture
def waiting(firm: Beneficiary, owner: User) -> NoticeDelivery:
    address_set(user=owner, channel="email", address="owner@example.com")
    notices_write([paid(firm)])
    return NoticeDelivery.objects.get()


def test_an_unknown_outcome_is_not_sent_again(waiting: NoticeDelivery, spy: Callable[..., Spy]) -> None:
    channel = spy(TimeoutError("after the letter was handed over"))
    notices_deliver()
    NoticeDelivery.objects.update(available_at=timezone.now() - timedelta(days=1))
    notices_deliver()
    waiting.refresh_from_db()
    assert (waiting.state, channel.taken) == (State.UNKNOWN, 1)


def test_the_same_outcome_taken_for_a_failure_would_be_sent_twice(
    waiting: NoticeDelivery, spy: Callable[..., Spy]
) -> None:
    """The control: what a channel that calls every error "not taken" does to the reader."""
    channel = spy(TimeoutError("after the letter was handed over"))
    notices_deliver()
    NoticeDelivery.objects.update(state=State.WAITING)
    notices_deliver()
    assert channel.taken == 2


def test_who_dies_while_sending_leaves_an_unknown(waiting: NoticeDelivery, spy: Callable[..., Spy]) -> None:
    channel = spy()
    NoticeDelivery.objects.update(state=State.SENDING, available_at=timezone.now() - timedelta(hours=1))
    notices_deliver()
    waiting.refresh_from_db()
    assert (waiting.state, channel.taken) == (State.UNKNOWN, 0)


def test_what_was_not_taken_goes_later_and_not_for_ever(waiting: NoticeDelivery, spy: Callable[..., Spy]) -> None:
    channel = spy(NotTakenError("busy", final=False))
    assert notices_deliver() == 0
    waiting.refresh_from_db()
    assert waiting.state == State.WAITING and waiting.available_at > timezone.now()
    assert notices_deliver() == 0 and channel.taken == 0, "not before its time"
    NoticeDelivery.objects.update(available_at=timezone.now())
    assert notices_deliver() == 1 and channel.taken == 1
    NoticeDelivery.objects.update(state=State.WAITING, tries=0)
    spy(NotTakenError("no such address", final=True))
    notices_deliver()
    waiting.refresh_from_db()
    assert waiting.state == State.FAILED


def test_a_refused_recipient_is_final_by_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(code: int) -> Callable[..., int]:
        def send(message: Any) -> int:
            raise SMTPRecipientsRefused({"a@example.com": (code, b"no")})

        return send

    for code, final in ((550, True), (450, False)):
        monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse(code))
        with pytest.raises(NotTakenError) as refused:
            channels.EmailChannel().send("a@example.com", Letter("t", "t"))
        assert refused.value.final is final
