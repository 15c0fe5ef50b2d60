"""Who may benefit, and what departments delivered about them."""

from .accounts import AccountNotice, PayeeAccount
from .beneficiaries import Beneficiary, FormerCode, FormerName, Person
from .deliveries import Delivery, DeliveryReject, Record, Source

__all__ = [
    "AccountNotice",
    "Beneficiary",
    "Delivery",
    "DeliveryReject",
    "FormerCode",
    "FormerName",
    "PayeeAccount",
    "Person",
    "Record",
    "Source",
]
