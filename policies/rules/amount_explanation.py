"""An amount in words: how it is worked out, with which values, and why a part of it is nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from policies.rules import nodes
from policies.rules.amount import Amount
from policies.rules.display import LANGUAGES, Display
from policies.rules.phrases import Phrases
from policies.rules.types import YUAN, type_of_fact
from policies.rules.values import Vocabulary


@dataclass(frozen=True)
class AmountSentence:
    """One whole sentence in both languages."""

    zh: str
    en: str


def explain_amount(
    amount: Amount, vocabulary: Vocabulary, *, shows: Callable[[str], bool] = lambda code: True
) -> tuple[AmountSentence, ...]:
    """How the sum comes about. Values stand only for facts that `shows` allows."""
    written = [list(_sentences(Display(language), amount, vocabulary, shows)) for language in LANGUAGES]
    return tuple(AmountSentence(zh, en) for zh, en in zip(*written, strict=True))


def _how(display: Display, phrases: Phrases, node: nodes.Node) -> str:
    """How it is worked out; a fixed sum is told with its unit."""
    if isinstance(node, nodes.Literal) and isinstance(node.value, Decimal):
        return display.sentence("amount.fixed", bound=display.number(node.value, YUAN))
    return display.sentence("amount.how", bound=phrases.of(node))


def _sentences(display: Display, amount: Amount, vocabulary: Vocabulary, shows: Callable[[str], bool]) -> list[str]:
    phrases = Phrases(display, vocabulary)
    sentences = [_how(display, phrases, amount.reasons.node)]
    for code, value in amount.reasons.used:
        fact_type = vocabulary.get(code)
        if value is None or fact_type is None or fact_type.kind == "items" or not shows(code):
            continue
        type_ = type_of_fact(code, fact_type)
        shown = display.value(value, type_.unit, fact_type)
        sentences.append(display.sentence("amount.used", fact=phrases.of(nodes.Fact(code)), value=shown))
    for note, subject in amount.reasons.notes:
        fact = phrases.of(nodes.Fact(subject)) if note == "not-applicable" else subject
        sentences.append(display.sentence(f"amount.{note}", fact=fact))
    if amount.pending:
        sentences.append(display.sentence("amount.pending", value=str(len(amount.pending))))
    if amount.missing:
        missing = display.joined([phrases.of(nodes.Fact(code)) for code in sorted(amount.missing)])
        sentences.append(display.sentence("amount.open", fact=missing))
    return sentences
