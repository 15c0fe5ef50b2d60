"""A published policy in words: conditions as sentences, rule and amount with the labels of the page's language."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language

from policies.models import PolicyVersion
from policies.rules.formatter import format_rule
from policies.rules.nodes import Node
from supermarket.matching.catalogue import store_catalogue
from supermarket.shelf import Reason, shelf_for


@dataclass(frozen=True)
class Wording:
    """`conditions`: what would have to hold, for somebody of whom nothing is known."""

    conditions: tuple[Reason, ...]
    rule: str
    amount: str


def wording_of(version: PolicyVersion, day: date) -> Wording:
    catalogue = store_catalogue()
    compiled, audience = catalogue.compiled(version), version.parsed.audience

    def written(tree: Node) -> str:
        return format_rule(tree, catalogue.lexicon.vocabulary, "en" if get_language() == "en" else "zh")

    shelf = shelf_for(beneficiary=None, typed_facts={}, as_of=day, viewer=None, audience=audience)
    item = next((item for item in shelf.items if item.version_id == version.pk), None)
    return Wording(
        conditions=item.reasons if item else (),
        rule=written(compiled.rule.tree),
        amount=written(compiled.amount.tree) if compiled.amount else "",
    )
