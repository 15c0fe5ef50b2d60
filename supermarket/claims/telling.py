"""What beneficiaries are told of their claims, written in the transaction of the move."""

from django.db.models import QuerySet

from supermarket.claims.models import Claim, Objection
from supermarket.ledger.errors import yuan
from supermarket.notices.services import NoticeDraft, notices_write
from supermarket.notices.texts import NoticeKind


def confirmation_ask(claims: QuerySet[Claim], *, reminder: int = 0) -> int:
    """Ask for the confirmation of account and sum (or remind of it for the n-th time); how many are told."""
    kind = NoticeKind.CONFIRM_REMINDED if reminder else NoticeKind.CONFIRM_ASKED
    columns = ("pk", "beneficiary", "amount_fen", "confirm_until", "policy_version__definition__title")
    return notices_write(
        [
            NoticeDraft(
                beneficiary,
                kind,
                f"{kind}:{claim}:{reminder or until}",
                {"policy": title, "amount": yuan(amount_fen or 0), "day": str(until)},
                about=f"claim:{claim}",
            )
            for claim, beneficiary, amount_fen, until, title in claims.values_list(*columns)
        ]
    )


def objection_tell(objection: Objection) -> None:
    """The beneficiary reads the answer; who objected stays secret."""
    claim = objection.claim
    values = {
        "policy": claim.policy_version.definition["title"],
        "reason": objection.answer,
    }
    kind = NoticeKind.OBJECTION_ANSWERED
    notices_write([NoticeDraft(claim.beneficiary_id, kind, f"{kind}:{objection.pk}", values, f"claim:{claim.pk}")])
