"""Texts about a beneficiary as they are stored: an enterprise's in clear, a person's under the person's own key."""

from .models import Beneficiary, Person
from .secrets import key_unwrap, seal, unseal


def person_key(beneficiary: Beneficiary) -> bytes | None:
    """The key of a person; None if erased."""
    person: Person = beneficiary.person
    return None if person.wrapped_key is None else key_unwrap(person.wrapped_key)


def protect(beneficiary: Beneficiary, text: str) -> bytes:
    """Raises LookupError for a person who was erased: nothing more is kept."""
    if beneficiary.kind == Beneficiary.Kind.ENTERPRISE:
        return text.encode()
    key = person_key(beneficiary)
    if key is None:
        raise LookupError("the person was erased")
    return seal(text.encode(), key=key)


def reveal(beneficiary: Beneficiary, data: bytes | memoryview) -> str | None:
    """The text behind `protect`; None once the person is erased."""
    if beneficiary.kind == Beneficiary.Kind.ENTERPRISE:
        return bytes(data).decode()
    key = person_key(beneficiary)
    return None if key is None else unseal(bytes(data), key=key).decode()
