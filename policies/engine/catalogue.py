"""All policies, compiled together. The public face of the engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from policies.engine.conditions import Normaliser
from policies.engine.errors import DuplicatePolicyError, UnknownPolicyError
from policies.engine.policy import CompiledPolicy, Definition, Divisions, compile_policy
from policies.engine.population import Population
from policies.engine.shelf import Shelf
from policies.engine.shelf_index import ShelfIndex
from policies.rules import Context, Vocabulary

if TYPE_CHECKING:
    from policies.engine.matches import Matches


class Catalogue:
    """Policies compiled against one vocabulary, and one context (reference date and parameters).

    `definitions`: mappings with `code`, `eligibility` and, if they have them, `amount`, `tables`, `items`, `area`.
    `divisions`: area code -> the area above it; without it areas are told by their codes. A catalogue does not change:
    `replace`, `remove` and `at` give another one that shares what they do not touch. Raises RuleProblems.
    """

    def __init__(
        self,
        definitions: Iterable[Definition],
        vocabulary: Vocabulary,
        *,
        context: Context | None = None,
        divisions: Divisions | None = None,
    ) -> None:
        self.vocabulary, self.divisions = vocabulary, divisions
        self.context = context if context is not None else Context()
        self._normaliser = Normaliser(vocabulary, self.context)
        policies = [self._compile(definition) for definition in definitions]
        self._numbers = {policy.code: number for number, policy in enumerate(policies)}
        if len(self._numbers) < len(policies):
            codes = [policy.code for policy in policies]
            raise DuplicatePolicyError(next(code for code in codes if codes.count(code) > 1))
        self._index = ShelfIndex(vocabulary, policies)

    def _compile(self, definition: Definition) -> CompiledPolicy:
        policy = compile_policy(definition, self._normaliser, self.divisions)
        _ = policy.piecewise  # made now, and problems of the amount told now
        return policy

    @property
    def codes(self) -> list[str]:
        """The codes of all policies, in the order of the definitions."""
        return list(self._numbers)

    def shelf(self, facts: Mapping[str, Any]) -> Shelf:
        """One beneficiary against all policies. `facts`: {code: value}; absent or None is unknown."""
        return Shelf(self._index, self._numbers, self.context, facts)

    def match(self, population: Population, *, previous: Matches | None = None) -> Matches:
        """All policies against a population.

        `previous`: matches of an earlier state of this catalogue and this population (`replace`, `with_column`). Only
        what has changed since is worked out again; its planes are taken over, and `previous` cannot be read any more.
        """
        from policies.engine.rematch import match_city  # numba is loaded by those who match populations only

        return match_city(self._index.policies, self._numbers, population, self._normaliser, previous)

    def match_one(self, definition: Definition, population: Population) -> Matches:
        """One policy, a draft perhaps, against a population; this catalogue need not have it.

        Raises RuleProblems, those of the amount when the amounts are asked for.
        """
        from policies.engine.rematch import match_draft

        policy = compile_policy(definition, self._normaliser, self.divisions)
        return match_draft(policy, population, self._normaliser)

    # --- other catalogues ----------------------------------------------------------------------------------------

    def replace(self, definition: Definition) -> Catalogue:
        """With one policy in place of the one of the same code, or added at the end."""
        code = definition["code"]
        number = self._numbers.get(code, len(self._numbers))
        return self._with(self._index.replaced(number, self._compile(definition)), {**self._numbers, code: number})

    def remove(self, code: str) -> Catalogue:
        """Without one policy. Raises UnknownPolicyError."""
        if code not in self._numbers:
            raise UnknownPolicyError(code)
        kept = [each for each in self._numbers if each != code]
        index = self._index.without(self._numbers[code])
        return self._with(index, {each: number for number, each in enumerate(kept)})

    def at(self, context: Context) -> Catalogue:
        """In another context; policies that read neither the reference date nor a parameter are taken over."""
        other = self._with(self._index, self._numbers)
        other.context, other._normaliser = context, self._normaliser.at(context)
        for number, policy in enumerate(self._index.policies):
            if policy.reads_context:
                compiled = compile_policy(policy.definition, other._normaliser, self.divisions)
                other._index = other._index.replaced(number, compiled)
        return other

    def _with(self, index: ShelfIndex, numbers: Mapping[str, int]) -> Catalogue:
        other = Catalogue.__new__(Catalogue)
        other.vocabulary, other.divisions, other.context = self.vocabulary, self.divisions, self.context
        other._normaliser, other._index, other._numbers = self._normaliser, index, dict(numbers)
        return other
