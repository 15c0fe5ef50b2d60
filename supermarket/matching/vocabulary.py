"""The store's words: facts of the enterprises, parameters of the catalogue, divisions and sources, put together."""

from functools import lru_cache

from enterprises.vocabulary import reference_table, source_definitions, vocabulary
from policies.lexicon import Lexicon
from policies.models import Parameter
from policies.parameters import parameter_book, parameter_types
from policies.rules import Vocabulary
from policies.services import Ground


def store_vocabulary() -> Vocabulary:
    """Facts and parameters, by code."""
    return store_lexicon().vocabulary


def store_lexicon() -> Lexicon:
    """What names in the store's policies may refer to. The same object as long as no parameter is added: a parameter's
    type never changes, so its code stands for it."""
    return _lexicon(tuple(Parameter.objects.values_list("code", flat=True).order_by("code")))


def store_ground() -> Ground:
    """What the publishing checks stand on, as it is now."""
    return Ground(store_lexicon(), parameter_book().as_of)


@lru_cache(maxsize=4)
def _lexicon(parameter_codes: tuple[str, ...]) -> Lexicon:
    divisions = reference_table("divisions")["codes"]
    return Lexicon(
        vocabulary={**vocabulary(), **parameter_types()},
        areas={code: row["parent"] for code, row in divisions.items()},
        sources=frozenset(source_definitions()),
    )
