"""Fetching deliveries from departments: one protocol, one adapter a source (`pull:` in sources.yaml)."""
