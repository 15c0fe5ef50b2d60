"""Policies are published here as for the shelf."""

from tests.shelf.conftest import publish

__all__ = ["publish"]
