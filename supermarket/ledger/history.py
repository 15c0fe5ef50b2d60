"""Rows that are written once: the base of every journal, list of moves and list of movements.

A table that inherits `AppendOnly` refuses UPDATE, DELETE and TRUNCATE in the database, and is part of the audit
chain by inheriting: `supermarket.payouts.audit` seals every such table.
"""

import pgtrigger
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Func
from django.db.models.functions import Cast, Now

CURRENT_TRANSACTION = Cast(Cast(Func(function="pg_current_xact_id"), models.TextField()), models.BigIntegerField())

REFUSE_TRUNCATE = pgtrigger.Trigger(
    name="refuse_truncate",
    level=pgtrigger.Statement,
    when=pgtrigger.Before,
    operation=pgtrigger.Truncate,
    func="RAISE EXCEPTION 'the rows of % are kept for ever', TG_TABLE_NAME USING ERRCODE = 'P0001'; RETURN NULL;",
)


class AppendOnly(models.Model):
    """`transaction_id` (xid8 as bigint) says which transaction wrote the row: sealing reads up to the snapshot's
    horizon, so that a row with a lower id that commits late is not passed over.

    Rows lie in the order in which they were written: an index of a line per stretch of pages finds a block's, and costs
    a writer next to nothing.
    """

    at = models.DateTimeField(db_default=Now(), editable=False)
    transaction_id = models.BigIntegerField(db_default=CURRENT_TRANSACTION, editable=False)

    class Meta:
        abstract = True
        indexes = [BrinIndex(fields=["transaction_id"], autosummarize=True, name="%(class)s_written")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            REFUSE_TRUNCATE,
        ]
