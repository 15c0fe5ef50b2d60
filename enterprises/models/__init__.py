"""Who may benefit, and what departments delivered about them."""

from .accounts import PayeeAccount
from .beneficiaries import Beneficiary, FormerCode, FormerName, Person
from .deliveries import Delivery, DeliveryReject, Record, Source
from .disputes import FactDispute
from .rosters import Roster, RosterEntry, RosterFile

__all__ = [
    "Beneficiary",
    "Delivery",
    "DeliveryReject",
    "FactDispute",
    "FormerCode",
    "FormerName",
    "PayeeAccount",
    "Person",
    "Record",
    "Roster",
    "RosterEntry",
    "RosterFile",
    "Source",
]
