"""What the beneficiary is told of a recovery."""

from supermarket.claims.models import Recovery
from supermarket.claims.moves import Reason
from supermarket.claims.states import RecoveryState
from supermarket.ledger.errors import yuan
from supermarket.notices.services import NoticeDraft, notices_write
from supermarket.notices.texts import NoticeKind


def recovery_tell(
    recovery: Recovery, kind: NoticeKind, *, event: str, reason: Reason | None = None, amount_fen: int | None = None
) -> None:
    """`amount_fen`: the sum to name (default: what is left to be paid back)."""
    left_fen = 0 if recovery.state == RecoveryState.WRITTEN_OFF else recovery.left_fen
    why = reason or recovery.reason or {"zh": "", "en": ""}
    values = {
        "policy": recovery.claim.policy_version.definition["title"],
        "amount": yuan(left_fen if amount_fen is None else amount_fen),
        "reason": {"zh": ended(why["zh"], "。"), "en": ended(why["en"], ".")},
        "day": str(recovery.due_on),
    }
    draft = NoticeDraft(
        recovery.claim.beneficiary_id, kind, f"recovery:{recovery.pk}:{event}", values, f"recovery:{recovery.pk}"
    )
    notices_write([draft])


def ended(text: str, stop: str) -> str:
    """A sentence ends with a stop."""
    return text if text.endswith((".", "。", "！", "？", "!", "?")) else text + stop
