"""Objections to a claim on public notice: in writing, under a real name that is kept secret, with an answer."""

import json
from datetime import date

from django.core.files import File
from django.db import transaction
from django.utils import timezone

from enterprises.secrets import decrypt, encrypt
from supermarket import dates
from supermarket.claims.errors import NotAllowedError, ObjectionRefusedError
from supermarket.claims.funding import reservations_release
from supermarket.claims.models import Claim, Objection
from supermarket.claims.moves import claim_move
from supermarket.claims.redeciding import claim_resum
from supermarket.claims.states import ClaimState, ObjectionState
from supermarket.claims.telling import objection_tell
from supermarket.users.models import User

PURPOSE = "objector"


@transaction.atomic
def objection_raise(
    *,
    claim: Claim,
    name: str,
    contact: str,
    text: str,
    evidence_file: "File[bytes] | None" = None,
    day: date | None = None,
) -> Objection:
    """Anybody objects, by name. The claim leaves its run and waits for the answer; the others go on.

    Raises ObjectionRefusedError (anonymous, without a text, not on notice), WrongStateError.
    """
    for value, zh, en in (
        (name, "须实名（签名或盖章）", "it has to bear a real name"),
        (contact, "请留下联系方式", "leave a way to reach you"),
        (text, "请写明异议内容", "say what is wrong"),
    ):
        if not value.strip():
            raise ObjectionRefusedError(because_zh=zh, because_en=en)
    claim = Claim.objects.select_for_update().get(pk=claim.pk)
    over = claim.notice_until is not None and claim.notice_until < (day or dates.today())
    if claim.state not in (ClaimState.ON_NOTICE, ClaimState.OBJECTED) or over:
        raise ObjectionRefusedError(because_zh="不在公示期内", because_en="it is not on notice")
    now = timezone.now()
    objection = Objection.objects.create(
        claim=claim,
        objector_encrypted=encrypt(json.dumps([name.strip(), contact.strip()]), purpose=PURPOSE),
        text=text.strip(),
        raised_at=now,
    )
    if evidence_file is not None:
        objection.evidence_file.save(evidence_file.name or "evidence", evidence_file)
    if claim.state == ClaimState.ON_NOTICE:
        left = claim.run or claim.left_run
        claim_move(claim, before=(ClaimState.ON_NOTICE,), to=ClaimState.OBJECTED, actor=None, run=None, left_run=left)
    return objection


def objector(objection: Objection) -> tuple[str, str]:
    """Name and contact, for the official who answers."""
    name, contact = json.loads(decrypt(objection.objector_encrypted, purpose=PURPOSE))
    return name, contact


@transaction.atomic
def objection_decide(
    *, objection: Objection, upheld: bool, answer: str, actor: User, amount_fen: int | None = None
) -> Objection:
    """Answer an objection. Rejected: the claim goes on, in a supplementary run. Upheld: it is removed and its money
    freed; upheld with `amount_fen`: it goes on with that sum, and is noticed again.

    Raises NotAllowedError, WrongStateError; AppropriationExhaustedError where the new sum finds no money.
    """
    if not answer.strip():
        raise NotAllowedError(because_zh="请写明答复", because_en="write the answer")
    if amount_fen is not None and (not upheld or amount_fen <= 0):
        raise NotAllowedError(because_zh="异议成立才可调整金额", because_en="only an upheld objection changes a sum")
    state = ObjectionState.UPHELD if upheld else ObjectionState.REJECTED
    decided = Objection.objects.filter(pk=objection.pk, state=ObjectionState.OPEN).update(
        state=state, decided_by=actor, decided_at=timezone.now(), answer=answer.strip()
    )
    if not decided:
        raise NotAllowedError(because_zh="该异议已经答复", because_en="the objection was answered already")
    objection.refresh_from_db()
    claim = Claim.objects.select_for_update().get(pk=objection.claim_id)
    if upheld and amount_fen is None:
        _remove(claim, actor, answer)
    elif not claim.objections.filter(state=ObjectionState.OPEN).exists() and claim.state == ClaimState.OBJECTED:
        _go_on(claim, actor, amount_fen)
    objection_tell(objection)
    return objection


def _remove(claim: Claim, actor: User, answer: str) -> None:
    reason = {"zh": f"异议成立：{answer}", "en": f"objection upheld: {answer}"}
    if claim.state == ClaimState.OBJECTED:
        claim_move(claim, before=(ClaimState.OBJECTED,), to=ClaimState.REMOVED, actor=actor, reason=reason)
        reservations_release([claim.pk], key="removed")


def _go_on(claim: Claim, actor: User, amount_fen: int | None) -> None:
    until = claim.notice_until
    if amount_fen is not None:
        claim_resum(claim, amount_fen, actor)
        until = None  # noticed anew by the run that takes it up
    claim_move(claim, before=(ClaimState.OBJECTED,), to=ClaimState.ON_NOTICE, actor=actor, notice_until=until)
