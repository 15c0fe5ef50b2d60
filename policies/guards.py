"""Triggers that hold what the catalogue promises, whoever writes to the database."""

import pgtrigger


def refuse_truncate() -> pgtrigger.Trigger:
    """Row triggers let TRUNCATE through."""
    return pgtrigger.Trigger(
        name="refuse_truncate",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func="""
            RAISE EXCEPTION 'policies: % is kept for good', TG_TABLE_NAME;
        """,
    )


def append_only() -> list[pgtrigger.Trigger]:
    """Rows are added, and stay as they are."""
    return [
        pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        refuse_truncate(),
    ]


def version_triggers() -> list[pgtrigger.Trigger]:
    """A version begins as a draft, goes only where its life cycle leads, and is frozen once it leaves the draft."""
    frozen = ("policy_id", "number", "definition", "sha256", "made_by_id", "sample", "made_at")
    changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in frozen)
    return [
        pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        refuse_truncate(),
        pgtrigger.Trigger(
            name="born_draft",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert,
            func="""
                IF NEW.state <> 'draft' THEN RAISE EXCEPTION 'policies: a version begins as a draft'; END IF;
                RETURN NEW;
            """,
        ),
        pgtrigger.FSM(
            name="life_cycle",
            field="state",
            transitions=[
                ("draft", "in_review"),
                ("in_review", "draft"),
                ("in_review", "published"),
                ("published", "withdrawn"),
                ("draft", "withdrawn"),
            ],
        ),
        pgtrigger.Trigger(
            name="frozen",
            when=pgtrigger.Before,
            operation=pgtrigger.Update,
            # Its successor may end a published version early; nothing may stretch it.
            func=f"""
                IF OLD.state = 'draft' THEN RETURN NEW; END IF;
                IF {changed} THEN RAISE EXCEPTION 'policies: version % is frozen', OLD.id; END IF;
                IF NEW.in_force IS DISTINCT FROM OLD.in_force
                   AND NOT (OLD.state = 'published' AND NEW.state = 'published' AND NEW.in_force <@ OLD.in_force
                            AND lower(NEW.in_force) IS NOT DISTINCT FROM lower(OLD.in_force)
                            AND NOT isempty(NEW.in_force))
                THEN RAISE EXCEPTION 'policies: version % may only be ended earlier', OLD.id; END IF;
                IF OLD.state IN ('published', 'withdrawn') AND (NEW.checked_by_id IS DISTINCT FROM OLD.checked_by_id
                   OR NEW.published_at IS DISTINCT FROM OLD.published_at)
                THEN RAISE EXCEPTION 'policies: who published version % and when is frozen', OLD.id; END IF;
                RETURN NEW;
            """,
        ),
    ]
