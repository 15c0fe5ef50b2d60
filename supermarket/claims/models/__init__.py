"""Tables of claims and runs (design: claims, items, exclusion holders, evidence, runs, objections, calendar)."""

from supermarket.claims.models.calendar import Holiday, HolidayYear
from supermarket.claims.models.claim import (
    Claim,
    ClaimInstalment,
    ClaimItem,
    ClaimMove,
    ClaimShare,
    Evidence,
)
from supermarket.claims.models.exclusion import ClaimExclusion, ExclusionHolder
from supermarket.claims.models.officer import OfficerKey
from supermarket.claims.models.recovery import (
    Recovery,
    RecoveryMove,
    RecoveryObjection,
    RecoverySearch,
    RecoveryShare,
    Repayment,
    RepaymentSlip,
)
from supermarket.claims.models.run import Objection, Reminder, Run, RunMove, ShareOut, SharePending

__all__ = [
    "Claim",
    "ClaimExclusion",
    "ClaimInstalment",
    "ClaimItem",
    "ClaimMove",
    "ClaimShare",
    "Evidence",
    "ExclusionHolder",
    "Holiday",
    "HolidayYear",
    "Objection",
    "OfficerKey",
    "Recovery",
    "RecoveryMove",
    "RecoveryObjection",
    "RecoverySearch",
    "RecoveryShare",
    "Reminder",
    "Repayment",
    "RepaymentSlip",
    "Run",
    "RunMove",
    "ShareOut",
    "SharePending",
]
