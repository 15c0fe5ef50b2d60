"""The matching engine: all policies against one beneficiary (`shelf`) or against a whole population (`city`)."""

from policies.engine.catalogue import Catalogue
from policies.engine.errors import (
    DuplicatePolicyError,
    EngineError,
    PopulationError,
    SpentMatchesError,
    UnknownPolicyError,
)
from policies.engine.population import Population

__all__ = [
    "Catalogue",
    "DuplicatePolicyError",
    "EngineError",
    "Population",
    "PopulationError",
    "SpentMatchesError",
    "UnknownPolicyError",
]
