"""One policy's answer as an item of the shelf."""

from datetime import date

from policies.definition import DeliveryMode, Pay, Payer, Text, Verdict
from policies.rules.nodes import Call, walk
from supermarket.matching.ranking import ranked_missing
from supermarket.matching.selectors import PolicyAnswer
from supermarket.shelf.knowledge import Knowledge, fact_source, source_name
from supermarket.shelf.reasons import Explainer
from supermarket.shelf.types import (
    AmountKind,
    ClaimSummary,
    Group,
    MaterialItem,
    MaterialState,
    MissingFact,
    NearestStep,
    Reason,
    ShelfItem,
)
from supermarket.shelf.values import fact_label

WHERE_TO_GET = {
    Payer.PROVINCE: Text(
        "由省级部门受理和拨付，请向该部门申报", "Taken and paid by the department of the province: apply there"
    ),
    Payer.NATION: Text(
        "由国家部门受理和拨付，请向该部门申报", "Taken and paid by the national department: apply there"
    ),
    Payer.TAX_OFFICE: Text(
        "办理纳税申报时自行享受，有关资料留存备查", "Taken in your own tax return; keep the papers for inspection"
    ),
}


def shelf_item(answer: PolicyAnswer, knowledge: Knowledge, claims: tuple[ClaimSummary, ...]) -> ShelfItem | None:
    """`claims`: earlier ones that did not end in money. None for what is past and no right: it would be in the way."""
    group = group_of(answer)
    if not answer.offer.current and group not in (Group.ONE_CLICK, Group.ELSEWHERE):
        return None
    definition, offer = answer.definition, answer.offer
    explainer = Explainer(answer, knowledge)
    reasons = explainer.reasons()
    return ShelfItem(
        code=definition.code,
        version_id=answer.version.pk,
        version_number=answer.version.number,
        title=definition.title,
        group=group,
        verdict=answer.verdict,
        mode=definition.delivery,
        paid_by=definition.paid_by,
        period=offer.period,
        periods_open=offer.periods_open,
        reference=offer.reference,
        amount_fen=answer.amount_fen,
        amount_kind=amount_kind(answer),
        department=definition.department,
        document=definition.document,
        claimable=knowledge.owner and not knowledge.typed and answer.claimable and group is Group.ONE_CLICK,
        because=definition.because,
        first_reason=first_reason(answer.verdict, reasons),
        reasons=reasons,
        amount_reasons=explainer.amount_reasons(),
        missing=missing_of(answer, knowledge),
        nearest=explainer.nearest() or waiting(answer),
        materials=materials_of(answer, knowledge),
        apply_from=offer.window.since,
        deadline=offer.window.until,
        promise=definition.promise,
        notice=definition.notice,
        where_to_get=definition.where_to_get or WHERE_TO_GET.get(definition.paid_by),
        claims=claims,
        sample=answer.version.sample,
    )


def group_of(answer: PolicyAnswer) -> Group:
    if answer.verdict is Verdict.INELIGIBLE:
        return Group.NOT_YET
    if answer.verdict is Verdict.UNKNOWN:
        return Group.CANNOT_TELL
    if paid_elsewhere(answer):
        return Group.ELSEWHERE
    if answer.amount is not None and answer.amount.fen is None:
        return Group.CANNOT_TELL
    return Group.ONE_CLICK if answer.claimable else Group.NOT_YET


def paid_elsewhere(answer: PolicyAnswer) -> bool:
    """Whether the store only shows it."""
    definition = answer.definition
    return (
        definition.paid_by is not Payer.HERE
        or definition.pay is Pay.NEVER
        or definition.delivery is DeliveryMode.TAX_DECLARATION
    )


def amount_kind(answer: PolicyAnswer) -> AmountKind:
    definition, amount = answer.definition, answer.amount
    if definition.pool is not None:
        return AmountKind.POOL
    if amount is None:
        return AmountKind.NONE
    if amount.fen is None:
        return AmountKind.UNKNOWN
    if definition.pay is Pay.AFTER_DECISION:
        return AmountKind.UP_TO
    if answer.policy.amount is not None and counts_earlier_payments(answer.policy.amount.tree):
        return AmountKind.BEFORE_EARLIER_PAYMENTS
    return AmountKind.EXACT


def counts_earlier_payments(tree: object) -> bool:
    return any(isinstance(node, Call) and node.function == "paid" for node in walk(tree))  # type: ignore[arg-type]


def first_reason(verdict: Verdict, reasons: tuple[Reason, ...]) -> Reason | None:
    """What decides: the first condition that fails, else the first that is open, else the first."""
    wanted = {Verdict.ELIGIBLE: True, Verdict.INELIGIBLE: False, Verdict.UNKNOWN: None}[verdict]
    return next((reason for reason in reasons if reason.truth is wanted), reasons[0] if reasons else None)


def missing_of(answer: PolicyAnswer, knowledge: Knowledge) -> tuple[MissingFact, ...]:
    vocabulary = answer.policy.rule.vocabulary
    audience = answer.definition.audience.value
    return tuple(
        MissingFact(
            code=code,
            label=fact_label(vocabulary.get(code), code),
            source=fact_source(code, audience),
            typeable=code in vocabulary and not vocabulary[code].parameter and vocabulary[code].kind != "items",
        )
        for code in ranked_missing(answer.missing, answer.decided.reasons)
    )


def waiting(answer: PolicyAnswer) -> tuple[NearestStep, ...]:
    """For a right whose claims are not taken on that day: when they are."""
    offer = answer.offer
    if answer.verdict is not Verdict.ELIGIBLE or offer.periods_open or paid_elsewhere(answer):
        return ()
    since, until = offer.window.since, offer.window.until
    if until is not None and until < offer.as_of:
        return (NearestStep(Text(f"申领已于 {until} 截止。", f"Claims were taken until {until}.")),)
    return (NearestStep(Text(f"{since} 起可以申领。", f"Claims are taken from {since}.")),) if since else ()


def materials_of(answer: PolicyAnswer, knowledge: Knowledge) -> tuple[MaterialItem, ...]:
    return tuple(
        _material(material.name, material.source, knowledge, answer.offer.reference)
        for material in answer.definition.materials
    )


def _material(name: Text, source: str | None, knowledge: Knowledge, day: date) -> MaterialItem:
    """To a visitor, a source that stands for a paper does so for everybody; to the owner, only if it has spoken."""
    if source is None:
        return MaterialItem(name, MaterialState.BRING_IT)
    as_of = knowledge.source_as_of(source, day) if knowledge.owner else None
    if knowledge.owner and as_of is None:
        return MaterialItem(name, MaterialState.BRING_IT, source_name(source))
    return MaterialItem(name, MaterialState.HAVE_IT, source_name(source), as_of)
