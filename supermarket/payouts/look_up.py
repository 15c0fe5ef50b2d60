"""Looking up what is not known. Evidence alone decides; asking is how it is found."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q

from supermarket.payouts import clock
from supermarket.payouts.events import events_apply
from supermarket.payouts.intake import messages_collect, messages_read
from supermarket.payouts.models import Channel, PayerAccount, PayoutAttempt
from supermarket.payouts.rails.base import BankUnreachableError
from supermarket.payouts.rails.registry import rail_for
from supermarket.payouts.sending import sub_batches_repeat
from supermarket.payouts.states import AttemptState, SubBatchState


def channel_intake(channel: Channel) -> int:
    """Collect, read and apply; how many facts were applied."""
    messages_collect(channel)
    messages_read()
    return events_apply()


def outcomes_look_up() -> tuple[int, int]:
    """Ask for what has been open too long: (accounts asked about, facts and answers that came of it).

    First every account with an open question is inquired of, at most once in PAYOUT_LOOK_UP_SECONDS a channel; then
    messages that a bank still says nothing of are handed over again, the same bytes, if it recognises repetitions.
    Where a bank cannot be asked nothing goes out again: what it says nothing of in PAYOUT_FILE_PATIENCE_SECONDS is for
    two people.
    """
    asked, learned = 0, 0
    for channel in Channel.objects.all():
        if not rail_for(channel).capabilities.can_inquire:
            attempts_without_word(channel, settings.PAYOUT_FILE_PATIENCE_SECONDS)
            continue
        accounts = accounts_with_questions(channel)
        if accounts and inquire(channel, accounts):
            asked += len(accounts)
            learned += channel_intake(channel)
            attempts_without_word(channel, settings.PAYOUT_LOOK_UP_SECONDS)
            learned += sub_batches_repeat(channel)
    return asked, learned


def accounts_with_questions(channel: Channel) -> list[PayerAccount]:
    """Accounts with a message of unknown outcome, or with instructions of which the bank has said nothing in time."""
    now = clock.now()
    patience = now - timedelta(seconds=settings.PAYOUT_LOOK_UP_SECONDS)
    if channel.inquired_at is not None and channel.inquired_at > patience:
        return []
    return list(
        PayerAccount.objects.filter(
            Q(batches__sub_batches__state=SubBatchState.UNKNOWN, batches__sub_batches__available_at__lte=now)
            | Q(
                batches__sub_batches__state=SubBatchState.ANSWERED,
                batches__sub_batches__attempts__state__in=[AttemptState.SENDING, AttemptState.UNKNOWN],
                batches__sub_batches__attempts__moved_at__lte=patience,
            ),
            channel=channel,
        ).distinct()
    )


def inquire(channel: Channel, accounts: list[PayerAccount]) -> bool:
    """Ask for a report of each account; False if the bank could not be asked."""
    rail = rail_for(channel)
    Channel.objects.filter(pk=channel.pk).update(inquired_at=clock.now())
    try:
        for account in accounts:
            rail.inquire(account.reference or account.number)
    except BankUnreachableError:
        return False
    return True


def attempts_without_word(channel: Channel, seconds: float) -> None:
    """Handed over, and no word of it for so long: that is an unknown outcome, and it is called so."""
    patience = clock.now() - timedelta(seconds=seconds)
    PayoutAttempt.objects.filter(
        state=AttemptState.SENDING,
        moved_at__lte=patience,
        sub_batch__state=SubBatchState.ANSWERED,
        payout__payer_account__channel=channel,
    ).update(
        state=AttemptState.UNKNOWN,
        moved_at=clock.now(),
        moved_by=None,
        reason={"zh": "银行已接收，尚未说明结果", "en": "The bank took it and has not said what becomes of it."},
    )
