"""What the models declare stands in the database: dropping one index must not take another one with it."""

import pytest
from django.apps import apps
from django.db import connection

pytestmark = pytest.mark.django_db


def test_every_constraint_index_and_trigger_that_a_model_names_is_there() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint UNION SELECT relname FROM pg_class WHERE relkind = 'i'")
        standing = {name for (name,) in cursor.fetchall()}
        cursor.execute("SELECT tgname FROM pg_trigger")
        triggers = {name for (name,) in cursor.fetchall()}
    metas = [model._meta for model in apps.get_models() if model._meta.managed]
    missing = [
        f"{meta.label}: {each.name}"
        for meta in metas
        for each in (*meta.constraints, *meta.indexes)
        if each.name not in standing
    ]
    missing += [
        f"{meta.label}: {trigger.name}"
        for meta in metas
        for trigger in getattr(meta, "triggers", ())
        if trigger.get_pgid(meta.model) not in triggers
    ]
    assert missing == []
