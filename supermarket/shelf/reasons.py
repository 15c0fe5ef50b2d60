"""The rule's tree of reasons as the shelf shows it: sentences, with value, source and day of every fact."""

from datetime import date

from policies.definition import Text
from policies.rules import Reason as RuleReason
from policies.rules import Rule
from supermarket.shelf.knowledge import Knowledge, is_shown
from supermarket.shelf.types import Reason
from supermarket.shelf.values import fact_label, value_text


def reasons_of(rule: Rule, tree: RuleReason, knowledge: Knowledge, day: date) -> tuple[Reason, ...]:
    """The conditions that all must hold, in the order of the rule."""
    parts = tree.parts if tree.kind == "all" else (tree,)
    return tuple(_reason(rule, part, knowledge, day) for part in parts)


def _reason(rule: Rule, reason: RuleReason, knowledge: Knowledge, day: date) -> Reason:
    if reason.parts:
        children = tuple(_reason(rule, part, knowledge, day) for part in reason.parts)
        text = (
            Text("以下各项均须符合", "all of these")
            if reason.kind == "all"
            else Text("以下任一项符合即可", "any of these")
        )
        return Reason(
            reason.truth,
            text,
            tuple(dict.fromkeys(code for child in children for code in child.facts)),
            children=children,
        )
    facts = tuple(code for code, _ in reason.used)
    known = [(code, value) for code, value in reason.used if value is not None and is_shown(code)]
    origins = (knowledge.provenance(code, day) for code, _ in known)
    return Reason(
        truth=reason.truth,
        text=condition_text(rule, reason),
        facts=facts,
        value=_values(rule, known),
        provenance=tuple(dict.fromkeys(origin for origin in origins if origin is not None)),
    )


def condition_text(rule: Rule, reason: RuleReason) -> Text:
    """The condition as a sentence."""
    if reason.node is None:
        return Text("恒成立", "always") if reason.truth else Text("恒不成立", "never")
    text = rule.text[reason.node.span.start : reason.node.span.end]
    return Text(f"不：{text}", f"not: {text}") if reason.negated else Text(text, text)


def _values(rule: Rule, known: list[tuple[str, object]]) -> Text | None:
    """One value by itself, several with their labels."""
    texts = [
        (fact_label(rule.vocabulary.get(code), code), value_text(rule.vocabulary[code], value))
        for code, value in known
        if code in rule.vocabulary
    ]
    if not texts:
        return None
    if len(texts) == 1:
        return texts[0][1]
    return Text(
        "，".join(f"{label.zh} {value.zh}" for label, value in texts),
        ", ".join(f"{label.en} {value.en}" for label, value in texts),
    )
