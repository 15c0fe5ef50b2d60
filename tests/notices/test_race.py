"""Two sweepers at one letter: it leaves once. Without the lock it leaves twice."""

import threading
from datetime import date

import pytest
from django.utils import timezone

from enterprises.models import Beneficiary
from supermarket.notices import delivering
from supermarket.notices.channels import Letter
from supermarket.notices.delivering import notices_deliver
from supermarket.notices.models import NoticeDelivery
from supermarket.notices.services import NoticeDraft, address_set, notices_write
from supermarket.notices.texts import NoticeKind
from supermarket.users.models import Representation, Role, User
from tests.claims.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


class Post:
    """Takes letters, slowly enough for two to meet."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    def check(self, address: str) -> None: ...

    def send(self, address: str, letter: Letter) -> None:
        self.taken.append(address)


def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    all_have_read = threading.Barrier(2)

    def take() -> NoticeDelivery | None:
        found = NoticeDelivery.objects.select_related("notice").filter(state="waiting").first()
        if found is not None:
            all_have_read.wait(30)
            NoticeDelivery.objects.filter(pk=found.pk).update(state="sending", available_at=timezone.now())
        return found

    monkeypatch.setattr(delivering, "delivery_take", take)


@pytest.mark.parametrize("guard", ["without the lock", "with the lock"])
def test_two_sweepers_send_a_letter_once(guard: str, monkeypatch: pytest.MonkeyPatch) -> None:
    firm = Beneficiary.objects.create(kind="enterprise", code="91340200MA2MXXXX00", name="芜湖甲有限公司")
    owner = User.objects.create(username="owner", role=Role.REPRESENTATIVE)
    Representation.objects.create(user=owner, beneficiary=firm, since=date(2020, 1, 1))
    address_set(user=owner, channel="email", address="owner@example.com")
    values = {"policy": {"zh": "研发奖励", "en": "R&D award"}, "amount": "1.00"}
    notices_write([NoticeDraft(firm.pk, NoticeKind.PAID, "paid:1", values, "claim:1")])
    post = Post()
    monkeypatch.setattr(delivering, "CHANNELS", {"email": post})
    if guard == "without the lock":
        unlocked(monkeypatch)
    at_once(notices_deliver, notices_deliver)
    assert len(post.taken) == (2 if guard == "without the lock" else 1)
