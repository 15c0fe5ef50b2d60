"""Disputes of one fact: raised by its owner or an official, answered by the department that states it.

Not the decision is disputed but the value: if it was wrong, a corrected record goes in, and whoever decided with the
fact is asked what changes (`enterprises.effects`).
"""

import json
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from .corrections import correct, effects_of_correction, stored_from_value
from .definitions import Audience
from .effects import Effect
from .errors import EnterprisesError
from .facts import facts_as_of
from .known import stored_text, stored_values, value_from_stored
from .models import Beneficiary, FactDispute
from .personal import protect, reveal
from .vocabulary import fact_definitions


def raise_dispute(
    *, beneficiary: Beneficiary, fact: str, statement: str, actor: Any, reference: date, claimed: Any = None
) -> FactDispute:
    """See `enterprises.services.dispute_raise`."""
    definition = fact_definitions().get(fact)
    audience: Audience = beneficiary.kind  # type: ignore[assignment]
    if definition is None or audience not in definition.audience:
        raise EnterprisesError(f"{fact} is no fact of a {beneficiary.kind}")
    if not statement.strip():
        raise EnterprisesError("say what is wrong with the value")
    known = facts_as_of(beneficiary=beneficiary, reference=reference).get(fact)
    shown = None if known is None else stored_from_value(definition, known.value)
    wanted = None if claimed is None else stored_from_value(definition, claimed)
    try:
        with transaction.atomic():
            return FactDispute.objects.create(
                beneficiary=beneficiary,
                fact=fact,
                source=definition.sources[audience][0] if known is None else known.source,
                delivery_id=None if known is None else known.delivery_id,
                as_of=reference if known is None else known.as_of,
                shown=None if shown is None else protect(beneficiary, stored_text(shown)),
                claimed=None if wanted is None else protect(beneficiary, stored_text(wanted)),
                statement=protect(beneficiary, statement.strip()),
                raised_by=actor,
                due_on=timezone.localdate() + timedelta(days=settings.DISPUTE_ANSWER_DAYS),
            )
    except IntegrityError as error:
        raise EnterprisesError(f"{fact} is disputed already; wait for the answer") from error


def uphold(*, dispute: FactDispute, value: Any, answer: str, actor: Any) -> list[Effect]:
    """See `enterprises.services.dispute_uphold`."""
    with transaction.atomic():
        row = locked(dispute, answer)
        correction = correct(
            beneficiary=row.beneficiary,
            fact=row.fact,
            value=value,
            as_of=row.as_of,
            actor=actor,
            note=f"dispute {row.pk}",
        )
        close(row, FactDispute.State.UPHELD, answer, actor, correction=correction)
        effects = effects_of_correction(correction, row.beneficiary, row.fact)
        row.effects = protect(row.beneficiary, json.dumps([asdict(one) for one in effects], ensure_ascii=False))
        row.save(update_fields=["effects"])
    dispute.refresh_from_db()
    return effects


def reject(*, dispute: FactDispute, answer: str, actor: Any) -> None:
    with transaction.atomic():
        close(locked(dispute, answer), FactDispute.State.REJECTED, answer, actor)
    dispute.refresh_from_db()


def withdraw(*, dispute: FactDispute) -> None:
    with transaction.atomic():
        row = locked(dispute, "-")
        row.state = FactDispute.State.WITHDRAWN
        row.save()
    dispute.refresh_from_db()


def locked(dispute: FactDispute, answer: str) -> FactDispute:
    row = FactDispute.objects.select_for_update().select_related("beneficiary").get(pk=dispute.pk)
    if row.state != FactDispute.State.OPEN:
        raise EnterprisesError(f"the dispute is {row.state} already")
    if not answer.strip():
        raise EnterprisesError("an answer needs its reason")
    return row


def close(row: FactDispute, state: str, answer: str, actor: Any, **changes: Any) -> None:
    row.state = state
    row.answer = answer.strip()
    row.answered_at = timezone.now()
    row.answered_by = actor
    for name, value in changes.items():
        setattr(row, name, value)
    row.save()


def effects_noted(dispute: FactDispute) -> list[Effect]:
    """What the correction touched, as it was listed then; empty once the person is erased."""
    text = None if dispute.effects is None else reveal(dispute.beneficiary, dispute.effects)
    return [] if text is None else [Effect(**one) for one in json.loads(text)]


def text_of(dispute: FactDispute) -> str | None:
    """Why it was raised; None once the person is erased."""
    return reveal(dispute.beneficiary, dispute.statement)


def value_of(dispute: FactDispute, which: str) -> Any:
    """The value `shown` or `claimed`, None if there is none (any more)."""
    data = getattr(dispute, which)
    text = None if data is None else reveal(dispute.beneficiary, data)
    if text is None:
        return None
    return value_from_stored(fact_definitions()[dispute.fact], stored_values(f'{{"value":{text}}}')["value"])
