"""Erasing a person: the key is destroyed, and with it everything that was sealed under it."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from .errors import EnterprisesError
from .models import Beneficiary, Person
from .names import sort_key

ERASED_NAME = "*"


def erase(beneficiary: Beneficiary, actor: Any) -> None:
    """See `enterprises.services.person_erase`."""
    with transaction.atomic():
        person = Person.objects.select_for_update().filter(pk=beneficiary.pk).first()
        if person is None:
            raise EnterprisesError("only persons are erased")
        if person.wrapped_key is None:
            raise EnterprisesError(f"erased at {person.erased_at} already")
        person.wrapped_key = None
        person.identity_sealed = person.name_sealed = b""
        person.erased_at = timezone.now()
        person.erased_by = actor
        person.save()
        Beneficiary.objects.filter(pk=beneficiary.pk).update(name=ERASED_NAME, sort_key=sort_key(ERASED_NAME))
