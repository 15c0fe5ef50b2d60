import pytest

from enterprises.models import Beneficiary
from supermarket.users.models import Role, User


@pytest.fixture
def users(db: None) -> dict[str, User]:
    """One user a role, signed in by name; none represents anybody."""
    return {role: User.objects.create(username=role, role=role, department="芜湖市科学技术局") for role in Role.values}


@pytest.fixture
def beneficiary(db: None) -> Beneficiary:
    return Beneficiary.objects.create(kind="enterprise", code="91340200MA2MXXXX00", name="芜湖试验有限公司")
