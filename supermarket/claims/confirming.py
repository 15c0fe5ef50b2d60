"""The beneficiary's word on a sum and an account: yes, no, or none."""

from collections.abc import Iterable

from django.db import transaction

from enterprises.accounts import account_frozen, account_usable
from enterprises.models import PayeeAccount
from policies.definition import Definition
from supermarket.claims.accounts import represents
from supermarket.claims.errors import AccountMissingError, AccountNotYoursError, NotRepresentedError
from supermarket.claims.freezing import accounts_freeze
from supermarket.claims.funding import reservations_release
from supermarket.claims.models import Claim
from supermarket.claims.moves import claim_move, claims_move
from supermarket.claims.states import ClaimState
from supermarket.users.models import User

AWAITING = (ClaimState.AWAITING_CONFIRMATION,)
NOT_YET_RELEASED = (ClaimState.APPROVED, ClaimState.ON_NOTICE, ClaimState.AWAITING_CONFIRMATION, ClaimState.CONFIRMED)
SILENCE = {"zh": "逾期未确认，视为放弃", "en": "not confirmed in time: lapsed"}
SILENT_YES = {"zh": "逾期未提出异议，视为确认", "en": "not answered in time: taken as confirmed"}
WAIVED = {"zh": "自愿放弃", "en": "waived by the beneficiary"}


@transaction.atomic
def claim_confirm(*, claim: Claim, actor: User, account: PayeeAccount | None = None) -> Claim:
    """The beneficiary confirms sum and account (None: the one in use), which is frozen now. Raises NotRepresentedError,
    AccountMissingError, AccountNotYoursError, WrongStateError."""
    represents_or_refuse(actor, claim)
    usable = account_usable(beneficiary=claim.beneficiary)
    if usable is None:
        raise AccountMissingError
    if account is not None and account.pk != usable.pk:
        raise AccountNotYoursError(beneficiary=claim.beneficiary.name)
    return claim_move(claim, before=AWAITING, to=ClaimState.CONFIRMED, actor=actor, account=account_frozen(usable))


@transaction.atomic
def claim_waive(*, claim: Claim, actor: User) -> Claim:
    """The beneficiary does not want it: reservations are freed. Raises NotRepresentedError, WrongStateError."""
    represents_or_refuse(actor, claim)
    claim = claim_move(claim, before=NOT_YET_RELEASED, to=ClaimState.WAIVED, actor=actor, reason=WAIVED)
    reservations_release([claim.pk], key="waived")
    return claim


def represents_or_refuse(actor: User, claim: Claim) -> None:
    if not represents(actor, claim.beneficiary):
        raise NotRepresentedError(beneficiary=claim.beneficiary.name)


def silence_counts(claims: Iterable[int], definition: Definition) -> None:
    """Who has not answered: taken as confirmed where the policy says so and there is an account, else lapsed."""
    rows = Claim.objects.filter(pk__in=list(claims))
    if definition.confirmation is not None and definition.confirmation.silence == "accept":
        accounts_freeze(rows.filter(state__in=AWAITING))
        with_account = rows.filter(account__isnull=False)
        claims_move(with_account, before=AWAITING, to=ClaimState.CONFIRMED, actor=None, reason=SILENT_YES)
    lapsed = list(rows.filter(state__in=AWAITING).values_list("pk", flat=True))
    claims_move(rows, before=AWAITING, to=ClaimState.LAPSED, actor=None, reason=SILENCE)
    reservations_release(lapsed, key="lapsed")
