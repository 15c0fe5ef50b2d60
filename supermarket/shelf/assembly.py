"""A shelf put together: facts as far as the viewer may see them, the store's answers, claims of the owner."""

from collections.abc import Mapping
from datetime import date

from enterprises.models import Beneficiary
from policies.definition import Audience
from policies.lexicon import ACCEPTING_AREA
from supermarket.claims.models import Claim
from supermarket.dates import today
from supermarket.matching.selectors import PolicyAnswer, shelf_answer
from supermarket.shelf.claims import answers_to, claim_item, claim_summary, claims_by_policy, is_on_the_way
from supermarket.shelf.items import shelf_item
from supermarket.shelf.knowledge import Knowledge
from supermarket.shelf.types import Group, Shelf, ShelfItem
from supermarket.users.models import User
from supermarket.users.selectors import beneficiary_represented

Rank = tuple[int, int, str]
GROUPS = list(Group)


def shelf_for(
    *,
    beneficiary: Beneficiary | None,
    typed_facts: Mapping[str, object],
    as_of: date,
    viewer: User | None,
    audience: Audience | str = Audience.ENTERPRISE,
) -> Shelf:
    """The shelf as `viewer` may see it: who represents the beneficiary today sees all, anybody else what is public.

    `typed_facts`: {code: value} in the language's types, in place of what is known. Without a beneficiary, `audience`
    says whose shelf it is.
    """
    owner = (
        beneficiary is not None
        and viewer is not None
        and beneficiary_represented(user=viewer, code=beneficiary.code, on=today())
    )
    return shelf_of(beneficiary=beneficiary, typed_facts=typed_facts, as_of=as_of, owner=owner, audience=audience)


def shelf_of(
    *,
    beneficiary: Beneficiary | None,
    typed_facts: Mapping[str, object],
    as_of: date,
    owner: bool,
    audience: Audience | str = Audience.ENTERPRISE,
) -> Shelf:
    """The shelf with all facts (`owner`) or with public ones alone; the caller answers for who looks."""
    whose = audience if beneficiary is None else beneficiary.kind
    knowledge = Knowledge(beneficiary=beneficiary, owner=owner, typed=typed_facts)
    claims = claims_by_policy(beneficiary) if beneficiary is not None and owner else {}
    ranked: list[tuple[Rank, ShelfItem]] = []
    for own in claims.values():
        ranked += [(claim_rank(claim), claim_item(claim)) for claim in own if is_on_the_way(claim)]
    for answer in shelf_answer(audience=whose, facts=knowledge.facts, as_of=as_of):
        own = claims.get(answer.definition.code, [])
        facts = knowledge.facts(answer.offer.reference)
        if any(is_on_the_way(claim) and answers_to(claim, answer, facts) for claim in own):
            continue
        earlier = tuple(claim_summary(claim) for claim in own if not is_on_the_way(claim))
        item = shelf_item(answer, knowledge, earlier)
        if item is not None:
            ranked.append((answer_rank(answer, item.group, facts), item))
    return Shelf(
        as_of=as_of,
        audience=str(whose),
        owner=owner,
        items=tuple(item for _, item in sorted(ranked, key=lambda entry: entry[0])),
        typed=dict(typed_facts),
    )


def claim_rank(claim: Claim) -> Rank:
    """The newest first."""
    return GROUPS.index(Group.ON_THE_WAY), -claim.pk, ""


def answer_rank(answer: PolicyAnswer, group: Group, facts: Mapping[str, object]) -> Rank:
    """By group. In it: the larger sum; what fewer facts would decide; what is not for another place; then by code."""
    weight = -(answer.amount_fen or 0)
    if group is Group.CANNOT_TELL:
        weight = len(answer.missing)
    elif group is Group.NOT_YET:
        weight = int(not answer.policy.takes_in(facts.get(ACCEPTING_AREA)))
    return GROUPS.index(group), weight, answer.definition.code
