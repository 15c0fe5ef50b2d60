"""Who may benefit, and what departments delivered about them."""

from .beneficiaries import Beneficiary, FormerCode, FormerName, Person
from .deliveries import Delivery, DeliveryReject, Record, Source

__all__ = ["Beneficiary", "Delivery", "DeliveryReject", "FormerCode", "FormerName", "Person", "Record", "Source"]
