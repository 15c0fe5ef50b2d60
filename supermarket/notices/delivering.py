"""The sweeper that sends what waits: each letter at most once, whoever dies when."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from supermarket.notices.channels import CHANNELS, Letter, NotTakenError
from supermarket.notices.models import NoticeDelivery
from supermarket.notices.texts import title_of

AT_ONCE = 200
TRIES_AT_MOST = 6
FIRST_PAUSE = timedelta(minutes=5)  # doubled with each try
LEASE = timedelta(minutes=10)
State = NoticeDelivery.State


def notices_deliver() -> int:
    """Send what is due; how many letters left. Several may run at once."""
    leases_expire()
    sent = 0
    for _ in range(AT_ONCE):
        delivery = delivery_take()
        if delivery is None:
            break
        sent += delivery_send(delivery)
    return sent


def leases_expire() -> None:
    """Somebody died while handing these over: they may have left, and are not sent again."""
    dead = NoticeDelivery.objects.filter(state=State.SENDING, available_at__lt=timezone.now() - LEASE)
    dead.update(state=State.UNKNOWN, problem="interrupted while it was handed over")


@transaction.atomic
def delivery_take() -> NoticeDelivery | None:
    """Say that it is about to leave, before it does."""
    now = timezone.now()
    rows = NoticeDelivery.objects.select_for_update(of=("self",), skip_locked=True).select_related("notice")
    found = rows.filter(state=State.WAITING, available_at__lte=now).order_by("available_at", "pk").first()
    if found is not None:
        found.state, found.tries, found.available_at = State.SENDING, found.tries + 1, now
        found.save(update_fields=["state", "tries", "available_at"])
    return found


def delivery_send(delivery: NoticeDelivery) -> bool:
    """Hand it over outside any transaction, and write down what came of it."""
    title = title_of(delivery.notice.kind)
    letter = Letter(f"{title['zh']} / {title['en']}", body_of(delivery))
    now = timezone.now()
    try:
        CHANNELS[delivery.channel].send(delivery.address, letter)
    except NotTakenError as error:
        final = error.final or delivery.tries >= TRIES_AT_MOST
        after = {"state": State.FAILED if final else State.WAITING, "problem": str(error)[:200]}
        pause = FIRST_PAUSE * 2 ** (delivery.tries - 1)
        _after(delivery, **after, available_at=now + pause)
        return False
    except Exception as error:  # it may have left
        _after(delivery, state=State.UNKNOWN, problem=repr(error)[:200])
        return False
    _after(delivery, state=State.SENT, sent_at=now, problem="")
    return True


def _after(delivery: NoticeDelivery, **values: object) -> None:
    NoticeDelivery.objects.filter(pk=delivery.pk, state=State.SENDING).update(**values)


def body_of(delivery: NoticeDelivery) -> str:
    if not delivery.notice.about:
        text = {"zh": "如非本人操作，请立即联系服务窗口。", "en": "If it was not you, call the service line at once."}
    else:
        text = {"zh": "详情请登录本店，在“消息”中查看。", "en": "Sign in to the store and read it under Messages."}
    return f"{text['zh']}\n{text['en']}\n\n{settings.STORE_URL}\n"
