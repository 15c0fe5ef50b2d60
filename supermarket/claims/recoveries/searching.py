"""The sweeper behind `recoveries_opened`: however many claims rest on what changed, and whoever died meanwhile, each is
decided again; those that cannot be decided yet (a fact is missing, money is on its way) are tried again later."""

from collections.abc import Iterator
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from enterprises.effects import Use
from enterprises.models import Delivery, FactDispute, RosterEntry
from supermarket.claims.errors import ClaimError
from supermarket.claims.models import Claim, RecoverySearch
from supermarket.claims.recoveries.opening import ROSTERS, ground_of, recovery_try
from supermarket.claims.states import CLAIM_RELEASED
from supermarket.claims.uses import claims_resting_on

AT_ONCE = 200
LOOKED_BACK = timedelta(days=90)


def recoveries_search() -> int:
    """One chunk of each search that is not done; how many claims were looked at. Harmless at any time."""
    return sum(search_go_on(key, use) for key, use in changes())


def changes() -> Iterator[tuple[str, Use]]:
    """What changed in the last weeks, each with its name."""
    since = timezone.now() - LOOKED_BACK
    done = RecoverySearch.objects.filter(done_at__isnull=False).values_list("key", flat=True)
    known = set(done.filter(begun_at__gte=since - LOOKED_BACK))
    withdrawn = Delivery.objects.filter(state=Delivery.State.WITHDRAWN, withdrawn_at__gte=since)
    for pk in withdrawn.exclude(source__code=ROSTERS).order_by("pk").values_list("pk", flat=True):
        yield from _unless(known, f"delivery:{pk}", Use(deliveries=frozenset([pk])))
    upheld = FactDispute.objects.filter(state=FactDispute.State.UPHELD, answered_at__gte=since)
    for pk, beneficiary, fact in upheld.order_by("pk").values_list("pk", "beneficiary", "fact"):
        use = Use(beneficiaries=frozenset([beneficiary]), facts=frozenset([fact]))
        yield from _unless(known, f"dispute:{pk}", use)
    revoked = RosterEntry.objects.filter(revoked_on__gte=since.date())
    for pk, beneficiary in revoked.order_by("pk").values_list("pk", "beneficiary"):
        use = Use(beneficiaries=frozenset([beneficiary]), facts=frozenset([ROSTERS]))
        yield from _unless(known, f"roster-entry:{pk}", use)


def _unless(known: set[str], key: str, use: Use) -> Iterator[tuple[str, Use]]:
    if key not in known:
        yield key, use


@transaction.atomic
def search_go_on(key: str, use: Use) -> int:
    """The next claims, and those that were left; done when none is behind and none is left."""
    RecoverySearch.objects.bulk_create([RecoverySearch(key=key, begun_at=timezone.now())], ignore_conflicts=True)
    search = RecoverySearch.objects.select_for_update(skip_locked=True).filter(key=key).first()
    if search is None:
        return 0
    again = Claim.objects.filter(pk__in=[one["claim"] for one in search.left]).select_related("beneficiary__person")
    behind = claims_resting_on(use, after=search.after, at_most=AT_ONCE)
    left = []
    for claim in [*again, *behind]:
        if claim.state in CLAIM_RELEASED:
            try:
                recovery_try(claim, ground_of(use))
            except ClaimError as error:
                left.append({"claim": claim.pk, **error.message()})
    search.left = left
    search.after = behind[-1].pk if behind else search.after
    over = timezone.now() - search.begun_at > LOOKED_BACK / 2
    search.done_at = timezone.now() if not behind and (not left or over) else None
    search.save()
    return len(behind)
