import pytest

from supermarket.ledger.appropriations import appropriation_grant
from supermarket.ledger.models import Appropriation
from supermarket.users.models import Role, User


@pytest.fixture
def officer(db: None) -> User:
    return User.objects.create(username="finance", role=Role.FINANCE_MAKER)


@pytest.fixture
def checker(db: None) -> User:
    return User.objects.create(username="releaser", role=Role.FINANCE_RELEASER)


@pytest.fixture
def appropriation(officer: User, checker: User) -> Appropriation:
    """10,000 yuan of the city."""
    return appropriation_grant(
        payer="340200",
        pool="tech-2023",
        fiscal_year=2023,
        amount_fen=1_000_000,
        document="财企〔2023〕1号",
        actor=officer,
        confirmed_by=checker,
        key="grant-1",
    )
