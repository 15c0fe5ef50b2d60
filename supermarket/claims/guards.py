"""Every move of a row with a state, however written (ORM, COPY, plain SQL), leaves a line in an append-only history
with actor, time and reason. (Which moves are legal is held by `ledger.moves.guard_moves`.)

The triggers work per statement on transition tables, so that a set of 100,000 rows costs one INSERT. A guarded table
has the columns `state`, `moved_at`, `moved_by_id` and `reason`.
"""

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from supermarket.ledger.history import REFUSE_TRUNCATE, AppendOnly


class Guarded(models.Model):
    """A row with a state; `moved_by` is empty where the system moved it, `reason` is a {zh, en} pair or empty."""

    moved_at = models.DateTimeField(_("since"))
    moved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    reason = models.JSONField(null=True, blank=True)

    class Meta:
        abstract = True


class Move(AppendOnly):
    """One line of a history: written by the move's own trigger and by nobody else, never changed.

    Its owner is a row that the trigger has in hand and that is never deleted: looking each up again, as a foreign key
    in the database does, would take longer than the moves themselves (`db_constraint=False`).
    """

    from_state = models.CharField(max_length=30, blank=True)
    to_state = models.CharField(max_length=30)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    reason = models.JSONField(null=True)

    class Meta(AppendOnly.Meta):
        abstract = True
        ordering = ["id"]
        triggers = [
            *AppendOnly.Meta.triggers,
            pgtrigger.Trigger(
                name="written_by_the_move",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF pg_trigger_depth() < 2 THEN
                        RAISE EXCEPTION 'lines of % are written by the move itself', TG_TABLE_NAME
                            USING ERRCODE = 'P0001';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]


def moves_recorded(*, history: str, owner: str, on_move: str = "") -> list[pgtrigger.Trigger]:
    """Triggers that write the history of a table with states. `history` is the table of its moves, `owner` that table's
    foreign key column; `on_move` is SQL run after each update, with the transition tables `old_rows` and `new_rows` and
    a boolean `wrong`. Rows that have a history stay: they are not deleted, nor given another id."""
    record = f"INSERT INTO {history} ({owner}, from_state, to_state, actor_id, reason)"
    inserted = f"""
        {record} SELECT id, '', state, moved_by_id, reason FROM new_rows ORDER BY id;
        RETURN NULL;
    """
    # EXECUTE plans anew each time: a session that moved one row first would join thousands by its plan for one.
    updated = f"""
        EXECUTE $move$
            {record} SELECT became.id, was.state, became.state, became.moved_by_id, became.reason
            FROM old_rows was JOIN new_rows became USING (id) WHERE was.state <> became.state ORDER BY became.id
        $move$;
        {on_move}
        RETURN NULL;
    """
    return [
        pgtrigger.Trigger(
            name="moves_said",
            when=pgtrigger.Before,
            operation=pgtrigger.UpdateOf("state"),
            condition=pgtrigger.Condition("OLD.state <> NEW.state AND OLD.moved_at = NEW.moved_at"),
            func="RAISE EXCEPTION 'a move of % says who moved it and when', TG_TABLE_NAME USING ERRCODE = 'P0001';",
        ),
        pgtrigger.Trigger(
            name="start_recorded",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Insert,
            referencing=pgtrigger.Referencing(new="new_rows"),
            func=inserted,
        ),
        pgtrigger.Trigger(
            name="moves_recorded",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Update,
            referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
            declare=[("wrong", "BOOLEAN")] if on_move else None,
            func=updated,
        ),
        pgtrigger.Protect(name="kept", operation=pgtrigger.Delete | pgtrigger.UpdateOf("id")),
        REFUSE_TRUNCATE,
    ]
