"""One policy's answer as an item of the shelf."""

from policies.definition import DeliveryMode, Pay, Payer, Text, Verdict
from policies.rules.nodes import Call, walk
from supermarket.matching.selectors import PolicyAnswer
from supermarket.shelf.details import ItemDetails
from supermarket.shelf.knowledge import Knowledge
from supermarket.shelf.types import AmountKind, ClaimSummary, Group, ShelfItem

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
        apply_from=offer.window.since,
        deadline=offer.window.until,
        promise=definition.promise,
        notice=definition.notice,
        where_to_get=definition.where_to_get or WHERE_TO_GET.get(definition.paid_by),
        claims=claims,
        sample=answer.version.sample,
        details=ItemDetails(answer, knowledge, payable_here=not paid_elsewhere(answer)),
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
