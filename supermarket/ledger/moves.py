"""Tables of legal moves, in code and in the database: one table feeds both."""

from collections.abc import Iterable, Mapping

import pgtrigger

LegalMoves = Mapping[str, Iterable[str]]  # state -> states that may follow


def may_move(moves: LegalMoves, before: str, after: str) -> bool:
    return after in moves.get(before, ())


def guard_moves(field: str, moves: LegalMoves, *, start: str) -> list[pgtrigger.Trigger]:
    """Triggers that refuse a row which does not begin in `start`, and a change of `field` that `moves` lacks.

    The conditions stand in the WHEN clause: a legal move costs no function call.
    """
    legal = ", ".join(f"('{before}', '{after}')" for before, afters in moves.items() for after in afters)
    refuse = (
        f"""RAISE EXCEPTION 'illegal move of %: % -> %', TG_TABLE_NAME, {{}}, NEW."{field}" USING ERRCODE = 'P0001';"""
    )
    return [
        pgtrigger.Trigger(
            name=f"{field}_start",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert,
            condition=pgtrigger.Condition(f"NEW.\"{field}\" <> '{start}'"),
            func=refuse.format("'new'"),
        ),
        pgtrigger.Trigger(
            name=f"{field}_moves",
            when=pgtrigger.Before,
            operation=pgtrigger.UpdateOf(field),
            condition=pgtrigger.Condition(
                f'OLD."{field}" <> NEW."{field}" AND (OLD."{field}", NEW."{field}") NOT IN ({legal})'
            ),
            func=refuse.format(f'OLD."{field}"'),
        ),
    ]
