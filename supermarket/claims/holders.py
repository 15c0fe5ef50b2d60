"""The exclusion rules at work: holders locked in one order, the others read under the lock, the claim entered.

A holder is a beneficiary, a household, an item or a project within a group. Everybody who decides on a group takes the
locks of his holders first, ordered by group and holder, so that two who share several cannot lock each other out.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.db import connection

from enterprises.models import Beneficiary
from policies.definition import Definition, Exclusion
from supermarket.claims.decision import HOUSEHOLD, ITEM_RULES, Circumstances, Decision, Reads, year_of
from supermarket.claims.errors import FactsMissingError
from supermarket.claims.exclusions import Other, Standing, standing_of, step_of
from supermarket.claims.models import Claim, ClaimExclusion, ClaimItem
from supermarket.claims.states import CLAIM_ENDS, ClaimState
from supermarket.ledger.errors import yuan

Key = tuple[str, str]  # group, holder
NOT_STANDING = (ClaimState.DRAFTED, *CLAIM_ENDS)
KEY_LENGTH = 100


@dataclass(frozen=True)
class Place:
    """Where and when a claim counts."""

    beneficiary: Beneficiary
    period: str
    year: int

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


@dataclass(frozen=True, slots=True)
class Entry:
    """A claim as it stands under a holder: `brings` is its sum less what was recovered of it."""

    claim: int
    policy: str
    period: str
    year: int
    step: int | None
    brings: int
    full_fen: int


@dataclass
class Holders:
    """Locked holders with what stands under them, for any number of claims: what one is given counts for the next.

    `ids`: (group, holder) -> row; `entries`: row -> claims under it; `items`: (group, key) -> the claim that uses it.
    """

    ids: Mapping[Key, int]
    entries: dict[int, list[Entry]]
    items: dict[Key, int]
    new_exclusions: list[ClaimExclusion] = field(default_factory=list)
    new_items: list[ClaimItem] = field(default_factory=list)

    def circumstances(self, decision: Decision, place: Place, reads: Reads, *, itself: int) -> Circumstances:
        """What a decision under the locks has to be told."""
        paid = {
            (group, window): Decimal(
                sum(each.brings for each in self._others((group, place.beneficiary.code), place, window, itself))
            ).scaleb(-2)
            for group, window in sorted(reads.paid)
        }
        group = item_group(decision.definition, place)
        used = frozenset(key for key in decision.items if self.items.get((group, item_key(key)), itself) != itself)
        return replace(decision.circumstances, paid=paid, items_used=used)

    def standings(self, decision: Decision, place: Place, reads: Reads, *, itself: int) -> tuple[Standing, ...]:
        """The exclusion rules as they meet the claim."""
        netted = {group for group, _ in reads.paid}
        found = []
        for rule in rules_of(decision.definition):
            others = {
                each.claim: Other(each.claim, each.policy, each.brings, each.full_fen, each.step)
                for key in keys_of(rule, decision, place)
                for each in self._others(key, place, rule.window, itself)
            }
            step = step_of(rule, policy=decision.definition.code, occasion=decision.occasion)
            found.append(standing_of(rule, list(others.values()), step=step, netted=rule.group in netted))
        return tuple(found)

    def _others(self, key: Key, place: Place, window: str, itself: int) -> Iterator[Entry]:
        for entry in self.entries.get(self.ids.get(key, 0), ()):
            same_window = {"year": entry.year == place.year, "period": entry.period == place.period}
            if entry.claim != itself and same_window.get(window, True):
                yield entry

    def enter(self, claim: Claim, decision: Decision, place: Place, reads: Reads) -> None:
        """Enter the claim under its holders, and its items; `save` writes them."""
        definition = decision.definition
        by_group = {standing.group: standing for standing in decision.standings}
        rows: dict[int, tuple[int | None, Standing | None]] = {}
        for rule in definition.exclusions:
            if rule is not item_rule(definition):
                step = step_of(rule, policy=definition.code, occasion=decision.occasion)
                for key in keys_of(rule, decision, place):
                    rows[self.ids[key]] = (step, by_group.get(rule.group))
        for group, _ in reads.paid:
            rows.setdefault(self.ids[group, place.beneficiary.code], (None, None))
        full_fen = decision.full_fen or 0  # entered when it is decided
        for identity, (step, standing) in rows.items():
            self.new_exclusions.append(
                ClaimExclusion(
                    claim=claim,
                    holder_id=identity,
                    year=place.year,
                    step=step,
                    full_fen=full_fen,
                    given_up=given_up(standing, decision),
                )
            )
            entry = Entry(claim.pk, definition.code, place.period, place.year, step, decision.amount_fen or 0, full_fen)
            self.entries.setdefault(identity, []).append(entry)
        group = item_group(definition, place)
        for item in map(item_key, decision.items):
            self.new_items.append(ClaimItem(claim=claim, group=group, key=item))
            self.items[group, item] = claim.pk

    def save(self) -> None:
        ClaimExclusion.objects.bulk_create(self.new_exclusions)
        ClaimItem.objects.bulk_create(self.new_items)


def rules_of(definition: Definition) -> list[Exclusion]:
    """The rules that look at other claims; an item's use is settled item by item."""
    own = item_rule(definition)
    return [rule for rule in definition.exclusions if rule is not own and rule.rule != "stack"]


@dataclass(frozen=True)
class Needs:
    """What a decision depends on: the holders to lock, and the items (group, key) it counts."""

    keys: frozenset[Key]
    items: frozenset[Key]


def needs_of(decision: Decision, place: Place, reads: Reads) -> Needs:
    """Raises FactsMissingError where a household is not known."""
    keys = {key for rule in decision.definition.exclusions for key in keys_of(rule, decision, place)}
    keys.update((group, place.beneficiary.code) for group, _ in reads.paid)
    group = item_group(decision.definition, place)
    return Needs(frozenset(keys), frozenset((group, item_key(key)) for key in decision.items))


def holders_open(needs: Iterable[Needs]) -> Holders:
    """Lock all holders that are needed, and read what stands under them."""
    keys: set[Key] = set()
    items: set[Key] = set()
    for each in needs:
        keys |= each.keys
        items |= each.items
    ids = holders_lock(keys)
    return Holders(ids, entries_under(ids.values()), items_taken(items))


def holders_lock(keys: Collection[Key]) -> dict[Key, int]:
    """Make what is missing and lock all, in order; (group, holder) -> id. Held to the end of the transaction."""
    if not keys:
        return {}
    groups, holders = zip(*sorted(keys), strict=True)
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


def entries_under(holders: Collection[int]) -> dict[int, list[Entry]]:
    """What stands under the holders. A claim that is only drafted has not been screened: it stands in nobody's way."""
    found: dict[int, list[Entry]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT exclusion.holder_id, claim.id, policy.code, claim.period, exclusion.year, exclusion.step,
                COALESCE(claim.amount_fen, 0) - COALESCE(recovery.repaid_fen, 0), exclusion.full_fen
            FROM claims_claimexclusion exclusion
            JOIN claims_claim claim ON claim.id = exclusion.claim_id
            JOIN policies_policy policy ON policy.id = claim.policy_id
            LEFT JOIN LATERAL (
                SELECT sum(repaid_fen)::bigint AS repaid_fen FROM claims_recovery WHERE claim_id = claim.id
            ) recovery ON true
            WHERE exclusion.holder_id = ANY(%s) AND claim.state <> ALL(%s)
            ORDER BY claim.id
            """,
            [list(holders), [str(state) for state in NOT_STANDING]],
        )
        for holder, *values in cursor.fetchall():
            found.setdefault(holder, []).append(Entry(*values))
    return found


def items_taken(items: Collection[Key]) -> dict[Key, int]:
    """Which of the items (group, key) a live claim uses, and which claim."""
    if not items:
        return {}
    groups, keys = zip(*items, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT item."group", item.key, claim_id FROM claims_claimitem item
            JOIN unnest(%s::text[], %s::text[]) AS wanted ("group", key) USING ("group", key) WHERE alive
            """,
            [list(groups), list(keys)],
        )
        return {(group, key): claim for group, key, claim in cursor.fetchall()}


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
