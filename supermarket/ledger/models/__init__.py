from .appropriation import Appropriation, AppropriationMovement
from .asked import AskedState, DueSettlement, MovementRequest
from .books import JournalEntry, LedgerAccount, Posting
from .reservation import RESERVATION_MOVES, Reservation, ReservationBlock

__all__ = [
    "RESERVATION_MOVES",
    "Appropriation",
    "AppropriationMovement",
    "AskedState",
    "DueSettlement",
    "JournalEntry",
    "LedgerAccount",
    "MovementRequest",
    "Posting",
    "Reservation",
    "ReservationBlock",
]
