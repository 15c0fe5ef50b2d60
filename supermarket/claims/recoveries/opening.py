"""Opening a recovery: by an official, or by the store itself where a corrected fact leaves a claim with too much."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone

from enterprises.effects import Effect, Use
from supermarket.claims.errors import ClaimError, NotAllowedError, NothingOwedError
from supermarket.claims.evidence import evidence_make
from supermarket.claims.models import Claim, ClaimInstalment, Evidence, Recovery, RecoveryShare
from supermarket.claims.moves import Reason
from supermarket.claims.recoveries.amounts import apportioned
from supermarket.claims.recoveries.computing import Entitled, Paid, calculation_of, entitled_now, paid_of
from supermarket.claims.recoveries.steps import words
from supermarket.claims.states import CLAIM_RELEASED, RECOVERY_OPEN
from supermarket.claims.uses import claims_resting_on
from supermarket.ledger.errors import yuan
from supermarket.ledger.services import appropriation_release, holder_of
from supermarket.ledger.splitting import reservation_split
from supermarket.matching.catalogue import store_catalogue
from supermarket.users.models import User

Ground = Recovery.Ground
BY_FACTS = (Ground.TITLE_REVOKED, Ground.FACT_CORRECTED)
ROSTERS = "rosters"
AT_ONCE = 100
REASONS: Mapping[str, Reason] = {
    Ground.TITLE_REVOKED: {
        "zh": "资格称号被撤销，按现有数据重新核定后多付了",
        "en": "a title was revoked: decided again, too much was paid",
    },
    Ground.FACT_CORRECTED: {
        "zh": "所依据的数据已更正，按更正后的数据重新核定后多付了",
        "en": "a fact was corrected: decided again, too much was paid",
    },
}
NO_LONGER = {"zh": "重新核定后不再符合条件", "en": "decided again: no longer entitled"}


@dataclass(frozen=True)
class Owed:
    """What is too much: `shares` by payer, the lead last; `entitled` where the claim was decided again."""

    paid: Paid
    shares: Mapping[str, int]
    calculation: list[dict[str, Any]]
    entitled: Entitled | None = None

    @property
    def amount_fen(self) -> int:
        return sum(self.shares.values())


@transaction.atomic
def recovery_open(
    *, claim: Claim, ground: Recovery.Ground, actor: User | None, text: str, amount_fen: int | None = None
) -> Recovery:
    """Open a recovery; the beneficiary is told of it by `recovery_notice`.

    After a revoked title or a corrected fact the sum is computed: what was paid less what the claim, decided again, is
    entitled to. After a broken commitment or an error it is `amount_fen`, or all that was paid. Raises NotAllowedError,
    NothingOwedError, OnItsWayError, FactsMissingError.
    """
    reason = REASONS[ground] if ground in BY_FACTS and not text.strip() else words(text)
    claim = (
        Claim.objects.select_for_update(of=("self",)).select_related("beneficiary__person", "policy").get(pk=claim.pk)
    )
    if claim.state not in CLAIM_RELEASED:
        raise NotAllowedError(because_zh="该申领尚未付款", because_en="nothing of the claim was paid")
    if ground not in BY_FACTS and claim.recoveries.filter(ground=ground, state__in=RECOVERY_OPEN).exists():
        raise NotAllowedError(because_zh="同一事由的追回正在办理", because_en="a recovery on this ground is open")
    owed = owed_of(claim, ground, amount_fen)
    now = timezone.now()
    recovery = Recovery.objects.create(
        claim=claim,
        ground=ground,
        amount_fen=owed.amount_fen,
        calculation=owed.calculation,
        evidence=None if owed.entitled is None else evidence_again(claim, owed.entitled, actor),
        opened_by=actor,
        opened_at=now,
        moved_at=now,
        moved_by=actor,
        reason=reason,
    )
    lead = claim.shares.get(lead=True, instalment=claim.shares.order_by("instalment")[0].instalment).payer
    RecoveryShare.objects.bulk_create(
        RecoveryShare(recovery=recovery, payer=payer, lead=payer == lead, amount_fen=fen)
        for payer, fen in owed.shares.items()
    )
    if owed.entitled is not None:
        instalments_end(claim, owed.entitled, recovery)
    return recovery


def owed_of(claim: Claim, ground: Recovery.Ground, amount_fen: int | None) -> Owed:
    """Raises NothingOwedError, OnItsWayError, FactsMissingError, NotAllowedError."""
    paid = paid_of(claim)
    entitled = None
    if ground in BY_FACTS:
        if amount_fen is not None:
            raise NotAllowedError(because_zh="金额由系统核定", because_en="the sum is computed, not entered")
        entitled = entitled_now(claim, store_catalogue(), timezone.now())
    calculation = calculation_of(paid, {} if entitled is None else entitled.parts)
    excess_fen = sum(line["excess_fen"] for line in calculation)
    before = claimed_before(claim)
    left_fen = excess_fen - sum(before.values())
    wanted_fen = left_fen if amount_fen is None else amount_fen
    if left_fen <= 0:
        raise NothingOwedError(
            paid=yuan(paid.amount_fen), entitled=yuan(paid.amount_fen - excess_fen), open=yuan(sum(before.values()))
        )
    if not 0 < wanted_fen <= left_fen:
        raise NotAllowedError(
            because_zh=f"金额应大于零且不超过 {yuan(left_fen)} 元",
            because_en=f"the sum has to be more than zero and at most {yuan(left_fen)} yuan",
        )
    left = {payer: fen - before.get(payer, 0) for payer, fen in paid.payers.items()}
    return Owed(paid, apportioned(wanted_fen, left), calculation, entitled)


def claimed_before(claim: Claim) -> dict[str, int]:
    """What other recoveries of the claim, ended ones too, have claimed back (or waived): payer -> fen."""
    asked = Sum(F("amount_fen") + F("waived_fen"))
    rows = RecoveryShare.objects.filter(recovery__claim=claim).values_list("payer").annotate(asked=asked)
    return dict(rows.order_by())


def evidence_again(claim: Claim, entitled: Entitled, actor: User | None) -> Evidence:
    evidence = evidence_make(claim, entitled.decision, number=claim.evidence.count() + 1, actor=actor)
    evidence.save()
    return evidence


def instalments_end(claim: Claim, entitled: Entitled, recovery: Recovery) -> None:
    """Of parts that are not yet paid only what the claim is still entitled to is paid, or nothing."""
    for part in claim.instalments.filter(released_at=None, dropped_because__isnull=True).order_by("number"):
        excess_fen = part.amount_fen - entitled.parts.get(part.number, 0)
        if excess_fen > 0:
            instalment_cut(claim, part, excess_fen, key=f"cut{recovery.pk}")


def instalment_cut(claim: Claim, part: ClaimInstalment, excess_fen: int, *, key: str) -> None:
    """Free what is too much of a part that waits: its reservations, the payers' shares and the part itself."""
    shares = {share.payer: share for share in claim.shares.filter(instalment=part.number).order_by("lead", "payer")}
    cut = apportioned(excess_fen, {payer: share.amount_fen for payer, share in shares.items()})
    holder = holder_of(claim.pk, part.number)
    reservation_split(holder=holder, other=f"{holder}:{key}", parts=cut)
    appropriation_release(holders=[f"{holder}:{key}"], key="recovery")
    if excess_fen == part.amount_fen:
        ClaimInstalment.objects.filter(pk=part.pk).update(dropped_because=NO_LONGER)
        return
    for payer, fen in cut.items():
        shares[payer].amount_fen -= fen
        shares[payer].save(update_fields=["amount_fen"])
    ClaimInstalment.objects.filter(pk=part.pk).update(amount_fen=part.amount_fen - excess_fen)
    Claim.objects.filter(pk=claim.pk).update(amount_fen=F("amount_fen") - excess_fen)


def recoveries_opened(use: Use) -> Iterator[Effect]:
    """Answers `enterprises.effects`: what was paid on a fact that is another one now is opened for recovery; where that
    cannot be done the official is told why. Only the first claims, while somebody waits: `searching` does the rest."""
    for claim in claims_resting_on(use, at_most=AT_ONCE):
        if claim.state in CLAIM_RELEASED:
            yield from recovery_effect(claim, ground_of(use))


def ground_of(use: Use) -> Recovery.Ground:
    return Ground.TITLE_REVOKED if use.facts == {ROSTERS} else Ground.FACT_CORRECTED


def recovery_effect(claim: Claim, ground: Recovery.Ground) -> Iterator[Effect]:
    try:
        recovery = recovery_try(claim, ground)
    except ClaimError as error:
        why = error.message()
        zh, en = f"申领 {claim.pk} 未能立案追回：{why['zh']}", f"claim {claim.pk}, no recovery opened: {why['en']}"
    else:
        if recovery is None:
            return
        amount = yuan(recovery.amount_fen)
        zh, en = f"申领 {claim.pk} 已立案追回 {amount} 元", f"claim {claim.pk}: recovery of {amount} yuan opened"
    yield Effect(kind="recovery", reference=str(claim.pk), beneficiary_id=claim.beneficiary_id, zh=zh, en=en)


def recovery_try(claim: Claim, ground: Recovery.Ground) -> Recovery | None:
    """None where nothing is owed. Raises ClaimError where it cannot be told yet."""
    try:
        return recovery_open(claim=claim, ground=ground, actor=None, text="")
    except NothingOwedError:
        return None
