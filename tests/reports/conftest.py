from tests.claims.conftest import grant, publish, town, user
from tests.payouts.conftest import anchor_directory, bank, city_bank

__all__ = ["anchor_directory", "bank", "city_bank", "grant", "publish", "town", "user"]
