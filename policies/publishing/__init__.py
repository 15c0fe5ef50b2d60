"""Checks, review, life cycle, interchange."""
