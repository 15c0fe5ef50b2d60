"""The matching engine: all policies against one beneficiary (`shelf`) or against a whole population (`city`)."""

from policies.engine.catalogue import Catalogue

__all__ = ["Catalogue"]
