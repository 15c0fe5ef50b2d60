"""Tables of claims and runs (design: claims, items, exclusion holders, evidence, runs, objections, calendar)."""

from supermarket.claims.models.calendar import Holiday, HolidayYear
from supermarket.claims.models.claim import Claim, ClaimItem, ClaimMove, ClaimShare, Evidence
from supermarket.claims.models.exclusion import ClaimExclusion, ExclusionHolder
from supermarket.claims.models.run import Objection, Reminder, Run, RunMove

__all__ = [
    "Claim",
    "ClaimExclusion",
    "ClaimItem",
    "ClaimMove",
    "ClaimShare",
    "Evidence",
    "ExclusionHolder",
    "Holiday",
    "HolidayYear",
    "Objection",
    "Reminder",
    "Run",
    "RunMove",
]
