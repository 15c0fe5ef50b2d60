"""The shelf: all policies as they stand for one beneficiary."""

from supermarket.shelf.assembly import shelf_for, shelf_of
from supermarket.shelf.drafts import draft_simulation
from supermarket.shelf.types import (
    AmountKind,
    ClaimSummary,
    Group,
    MaterialItem,
    MaterialState,
    MissingFact,
    NearestStep,
    Provenance,
    Reason,
    Shelf,
    ShelfItem,
)

__all__ = [
    "AmountKind",
    "ClaimSummary",
    "Group",
    "MaterialItem",
    "MaterialState",
    "MissingFact",
    "NearestStep",
    "Provenance",
    "Reason",
    "Shelf",
    "ShelfItem",
    "draft_simulation",
    "shelf_for",
    "shelf_of",
]
