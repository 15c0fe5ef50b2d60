"""Who may enter or change a payee account, and for how long a change is held."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from enterprises.accounts import AccountDraft, account_add, account_usable
from enterprises.models import Beneficiary, PayeeAccount
from policies.definition import Term, TermUnit
from supermarket.claims.calendar import DAY, term_last_day
from supermarket.claims.errors import NotAllowedError, NotRepresentedError
from supermarket.notices.services import NoticeDraft, notices_write
from supermarket.notices.texts import NoticeKind
from supermarket.users.models import Representation, User

HOLD = Term(3, TermUnit.WORKING_DAYS)
REAUTHENTICATION_LASTS = timedelta(minutes=10)


def represents(user: User, beneficiary: Beneficiary, on: date | None = None) -> bool:
    """Whether the user acts for the beneficiary on a day (default: the real today)."""
    on = on or timezone.localdate()
    rows = Representation.objects.filter(user=user, beneficiary=beneficiary, since__lte=on)
    return rows.exclude(until__lt=on).exists()


@transaction.atomic
def payee_account_enter(
    *, beneficiary: Beneficiary, draft: AccountDraft, actor: User, reauthenticated_at: datetime
) -> PayeeAccount:
    """A representative enters or changes the account to pay to.

    `reauthenticated_at`: when the actor last gave the password, at most ten minutes ago. The first account is in use at
    once; a changed one three working days later, and everybody who acts for the beneficiary is told. Raises
    NotRepresentedError, NotAllowedError, AccountRefusedError.
    """
    if not represents(actor, beneficiary):
        raise NotRepresentedError(beneficiary=beneficiary.name)
    now = timezone.now()
    if not now - REAUTHENTICATION_LASTS <= reauthenticated_at <= now:
        raise NotAllowedError(because_zh="请重新输入密码后再变更账户", because_en="give your password again first")
    Beneficiary.objects.select_for_update(no_key=True).get(pk=beneficiary.pk)
    changes = account_usable(beneficiary=beneficiary) is not None
    entered = account_add(
        beneficiary=beneficiary,
        draft=draft,
        source=PayeeAccount.Source.REPRESENTATIVE,
        actor=actor,
        usable_from=hold_ends(now) if changes else now,
    )
    if changes:
        account_tell(entered)
    return entered


def account_tell(account: PayeeAccount) -> None:
    """Everybody who acts for the beneficiary is told, at the addresses of before the change too."""
    values = {"account": account.number_masked, "day": f"{timezone.localtime(account.usable_from):%Y-%m-%d %H:%M}"}
    draft = NoticeDraft(
        account.beneficiary_id, NoticeKind.ACCOUNT_CHANGED, f"account:{account.pk}", values, about="account"
    )
    notices_write([draft])


def hold_ends(changed_at: datetime) -> datetime:
    """The start of the day after the third working day that follows the change."""
    first = timezone.localdate(changed_at) + DAY
    last = term_last_day(first, HOLD)
    return timezone.make_aware(datetime.combine(last + DAY, datetime.min.time()))
