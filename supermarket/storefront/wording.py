"""A published policy in words: what it asks for, rule and amount with the labels of the page's language."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language

from policies.definition import Text
from policies.lexicon import ACCEPTING_AREA
from policies.models import PolicyVersion
from policies.rules import Explanation, explain_requirements
from policies.rules.formatter import format_rule
from policies.rules.nodes import Node
from supermarket.matching.catalogue import store_catalogue
from supermarket.shelf.values import label_text


@dataclass(frozen=True)
class Requirement:
    """One sentence; `parts`: what it is made of, where it is a group."""

    text: Text
    parts: tuple["Requirement", ...] = ()


@dataclass(frozen=True)
class Wording:
    """`requirements`: what must hold, all of it, whoever asks."""

    requirements: tuple[Requirement, ...]
    rule: str
    amount: str


def wording_of(version: PolicyVersion, day: date) -> Wording:
    catalogue = store_catalogue()
    compiled = catalogue.compiled(version)

    def written(tree: Node) -> str:
        return format_rule(tree, catalogue.lexicon.vocabulary, "en" if get_language() == "en" else "zh")

    whole = explain_requirements(compiled.rule.evaluate({}, context=catalogue.context(day)))
    requirements = [_requirement(part) for part in (whole.parts if whole.reason.kind == "all" else (whole,))]
    if compiled.areas is not None:
        requirements[0] = _place(version)
    return Wording(
        requirements=tuple(requirements),
        rule=written(compiled.rule.tree),
        amount=written(compiled.amount.tree) if compiled.amount else "",
    )


def _requirement(explanation: Explanation) -> Requirement:
    return Requirement(Text(explanation.zh, explanation.en), tuple(map(_requirement, explanation.parts)))


def _place(version: PolicyVersion) -> Requirement:
    """The condition that the area puts in front, in words; in the rule it is the list of all places in it."""
    area = label_text(store_catalogue().lexicon.vocabulary[ACCEPTING_AREA], version.parsed.area)
    return Requirement(Text(f"申请受理地在{area.zh}范围内。", f"The accepting area is within {area.en}."))
