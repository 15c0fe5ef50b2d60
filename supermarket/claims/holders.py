"""The exclusion rules at work: holders locked in one order, the others read under the lock, the claim entered.

A holder is a beneficiary, a household, an item or a project within a group. Everybody who decides on a group takes the
locks of his holders first, ordered by group and holder, so that two who share several cannot lock each other out.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db import connection
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from enterprises.models import Beneficiary
from policies.definition import Definition, Exclusion
from supermarket.claims.decision import HOUSEHOLD, ITEM_RULES, Circumstances, Decision, Reads, year_of
from supermarket.claims.errors import FactsMissingError
from supermarket.claims.exclusions import Other, Standing, standing_of, step_of
from supermarket.claims.models import Claim, ClaimExclusion, ClaimItem, Recovery
from supermarket.claims.states import CLAIM_ENDS, ClaimState
from supermarket.ledger.errors import yuan

Key = tuple[str, str]  # group, holder
# A claim that is only drafted has not been screened: it does not stand in anybody's way yet.
NOT_STANDING = (ClaimState.DRAFTED, *CLAIM_ENDS)
KEY_LENGTH = 100


@dataclass(frozen=True)
class Place:
    """Where and when a claim counts."""

    beneficiary: Beneficiary
    period: str
    year: int

    def covers(self, row: ClaimExclusion, window: str) -> bool:
        """Whether another claim counts in the same window."""
        if window == "year":
            return row.year == self.year
        return window != "period" or row.claim.period == self.period

    def window_key(self, window: str) -> str:
        return {"year": f":{self.year}", "period": f":{self.period}"}.get(window, "")


def place_of(decision: Decision, beneficiary: Beneficiary) -> Place:
    day = decision.circumstances.day
    return Place(beneficiary, decision.offer.period, year_of(decision.offer.period, decision.definition, day))


def item_key(key: str) -> str:
    """An item's key as it is stored; a long one by its digest."""
    return key if len(key) <= KEY_LENGTH else hashlib.sha256(key.encode()).hexdigest()


def item_rule(definition: Definition) -> Exclusion | None:
    """The rule under which an item counts once among all claims of a group."""
    found = (rule for rule in definition.exclusions if rule.per in ("item", "project") and rule.rule in ITEM_RULES)
    return next(found, None)


def item_group(definition: Definition, place: Place) -> str:
    """The group in which the policy's items are unique; without a rule once per policy and period."""
    rule = item_rule(definition)
    if rule is None:
        return f"{definition.code}:{place.period}"
    return rule.group + place.window_key(rule.window)


def keys_of(exclusion: Exclusion, decision: Decision, place: Place) -> list[Key]:
    """The holders of a claim under one rule. Raises FactsMissingError where the household is not known."""
    if exclusion.per == "beneficiary":
        return [(exclusion.group, place.beneficiary.code)]
    if exclusion.per == "household":
        household = decision.fact(HOUSEHOLD)
        if household is None:
            raise FactsMissingError(facts_zh="户号", facts_en="household number")
        return [(exclusion.group, str(household))]
    return [(exclusion.group, item_key(key)) for key in decision.items]


def holders_lock(keys: Collection[Key]) -> dict[Key, int]:
    """Make what is missing and lock all, in order; (group, holder) -> id. Held to the end of the transaction."""
    if not keys:
        return {}
    groups, holders = zip(*sorted(set(keys)), strict=True)
    wanted = {"groups": list(groups), "holders": list(holders)}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO claims_exclusionholder ("group", holder)
            SELECT * FROM unnest(%(groups)s::text[], %(holders)s::text[]) ORDER BY 1, 2 ON CONFLICT DO NOTHING
            """,
            wanted,
        )
        cursor.execute(
            """
            SELECT id, "group", holder FROM claims_exclusionholder
            JOIN unnest(%(groups)s::text[], %(holders)s::text[]) AS wanted ("group", holder) USING ("group", holder)
            ORDER BY "group", holder FOR UPDATE OF claims_exclusionholder
            """,
            wanted,
        )
        return {(group, holder): identity for identity, group, holder in cursor.fetchall()}


def standing_claims(place: Place, keys: Iterable[Key]) -> list[ClaimExclusion]:
    """What stands under the holders, with `brings`: the claim's sum less what was recovered of it."""
    condition = Q(pk=None)
    for group, holder in keys:
        condition |= Q(holder__group=group, holder__holder=holder)
    recovered = (
        Recovery.objects.filter(claim=OuterRef("claim")).values("claim").annotate(sum=Sum("repaid_fen")).values("sum")
    )
    return list(
        ClaimExclusion.objects.filter(condition)
        .exclude(claim__state__in=NOT_STANDING)
        .select_related("claim__policy", "holder")
        .annotate(brings=Coalesce(F("claim__amount_fen"), 0) - Coalesce(Subquery(recovered), 0))
        .order_by("claim_id", "pk")
    )


def standings_under_lock(decision: Decision, place: Place, reads: Reads, *, itself: int | None) -> tuple[Standing, ...]:
    """The exclusion rules as they meet the claim (`itself`: its own id, where it is entered already)."""
    standings = []
    netted = {group for group, _ in reads.paid}
    for rule in decision.definition.exclusions:
        if rule is item_rule(decision.definition) or rule.rule == "stack":
            continue
        found = {
            row.claim_id: Other(row.claim_id, row.claim.policy.code, row.brings, row.full_fen, row.step)  # type: ignore[attr-defined]
            for row in standing_claims(place, keys_of(rule, decision, place))
            if row.claim_id != itself and place.covers(row, rule.window)
        }
        step = step_of(rule, policy=decision.definition.code, occasion=decision.occasion)
        standings.append(standing_of(rule, list(found.values()), step=step, netted=rule.group in netted))
    return tuple(standings)


def paid_under_lock(place: Place, reads: Reads, *, itself: int | None) -> dict[tuple[str, str], Decimal]:
    """(group, window) -> yuan that the beneficiary's other standing claims bring, less recoveries."""
    paid = {}
    for group, window in sorted(reads.paid):
        rows = standing_claims(place, [(group, place.beneficiary.code)])
        fen = sum(
            row.brings  # type: ignore[attr-defined]
            for row in rows
            if row.claim_id != itself and place.covers(row, window)
        )
        paid[group, window] = Decimal(fen).scaleb(-2)
    return paid


def items_used(decision: Decision, place: Place, *, itself: int | None) -> frozenset[str]:
    """Those of the decision's items that other claims use."""
    group = item_group(decision.definition, place)
    stored = {item_key(key): key for key in decision.items}
    rows = ClaimItem.objects.filter(group=group, key__in=stored, alive=True).exclude(claim=itself)
    return frozenset(stored[key] for key in rows.values_list("key", flat=True))


def locks_of(decision: Decision, place: Place, reads: Reads) -> list[Key]:
    """All holders on which a decision depends."""
    keys = [key for rule in decision.definition.exclusions for key in keys_of(rule, decision, place)]
    return keys + [(group, place.beneficiary.code) for group, _ in reads.paid]


def circumstances_under_lock(
    decision: Decision, place: Place, reads: Reads, *, itself: int | None = None
) -> Circumstances:
    """What a second decision has to be told, the holders being locked."""
    return replace(
        decision.circumstances,
        paid=paid_under_lock(place, reads, itself=itself),
        items_used=items_used(decision, place, itself=itself),
    )


def exclusions_enter(claim: Claim, decision: Decision, place: Place, reads: Reads, holders: Mapping[Key, int]) -> None:
    """Enter the claim under its holders, and its items."""
    definition = decision.definition
    full_fen = decision.full_fen or 0  # entered when it is decided
    rows: dict[int, ClaimExclusion] = {}
    for rule, standing in _rules_with_standings(decision):
        for key in keys_of(rule, decision, place):
            rows[holders[key]] = ClaimExclusion(
                claim=claim,
                holder_id=holders[key],
                year=place.year,
                step=step_of(rule, policy=definition.code, occasion=decision.occasion),
                full_fen=full_fen,
                given_up=given_up(standing, decision),
            )
    for group, _ in reads.paid:
        identity = holders[group, place.beneficiary.code]
        rows.setdefault(identity, ClaimExclusion(claim=claim, holder_id=identity, year=place.year, full_fen=full_fen))
    ClaimExclusion.objects.bulk_create(rows.values())
    group = item_group(definition, place)
    ClaimItem.objects.bulk_create(ClaimItem(claim=claim, group=group, key=item_key(key)) for key in decision.items)


def _rules_with_standings(decision: Decision) -> list[tuple[Exclusion, Standing | None]]:
    by_group = {standing.group: standing for standing in decision.standings}
    own = item_rule(decision.definition)
    return [(rule, by_group.get(rule.group)) for rule in decision.definition.exclusions if rule is not own]


def given_up(standing: Standing | None, decision: Decision) -> dict[str, object] | None:
    """What the rule took from the claim, in words; None where it took nothing."""
    full_fen, amount_fen = decision.full_fen, decision.amount_fen
    if standing is None or not standing.others or full_fen == amount_fen or full_fen is None or amount_fen is None:
        return None
    others = sorted({other.policy for other in standing.others})
    less = yuan(full_fen - amount_fen)
    return {
        "fen": full_fen - amount_fen,
        "claims": [other.claim for other in standing.others],
        "zh": f"与已享受的 {'、'.join(others)} 不重复享受，少付 {less} 元",
        "en": f"{less} yuan less, because of {', '.join(others)}",
    }
