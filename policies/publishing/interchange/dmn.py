"""Policies as DMN 1.3 models, for drawing and editing in the tools of that standard.

The rule and the amount are decisions with a literal expression, every table is a business knowledge model with a
decision table, facts are input data. All the rest of the policy travels as an extension element, so that a model of
ours comes back whole; what was edited in the model takes its place. Expressions are FEEL as `policies.rules` reads it,
and say so by `expressionLanguage`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from lxml import etree
from lxml.builder import ElementMaker  # type: ignore[import-not-found]

from policies.compiled import items_data
from policies.definition import Definition
from policies.definition.plain import Plain
from policies.errors import DefinitionProblems, Problem
from policies.lexicon import Lexicon
from policies.publishing.interchange.yaml import policy_read, policy_write
from policies.rules import compile_amount, compile_rule, format_rule
from policies.rules.nodes import Fact, Node, Range, Table, TableReference, Tests, walk

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"
OURS = "urn:benefit-policies:exchange:1"
LANGUAGE = "urn:benefit-policies:rules:1"
SIZE_MAX = 5_000_000
E = ElementMaker(namespace=DMN, nsmap={None: DMN, "policy": OURS})
TYPES = {"boolean": "boolean", "date": "date", "text": "string", "code": "string", "tags": "Any", "items": "Any"}
NUMBER = re.compile(r"-?\d+(\.\d+)?")
RULE, AMOUNT = "eligibility", "amount"


def dmn_write(definition: Definition, lexicon: Lexicon) -> bytes:
    """The model of a policy whose expressions compile; raises RuleProblems."""
    tables, items = definition.tables or None, items_data(definition)
    trees: dict[str, Node] = {
        RULE: compile_rule(definition.eligibility, lexicon.vocabulary, tables=tables, items=items).tree
    }
    if definition.amount is not None:
        trees[AMOUNT] = compile_amount(definition.amount, lexicon.vocabulary, tables=tables, items=items).tree
    texts = {RULE: definition.eligibility, AMOUNT: definition.amount}
    facts = {name: sorted({node.code for node in walk(tree) if isinstance(node, Fact)}) for name, tree in trees.items()}
    root = E.definitions(
        {"id": definition.code, "name": definition.title.zh, "namespace": f"{OURS}:{definition.code}"},
        E.extensionElements(etree.Element(f"{{{OURS}}}policy")),
    )
    root[0][0].text = policy_write(definition)
    for code in sorted({code for codes in facts.values() for code in codes}):
        kind = lexicon.vocabulary[code].kind
        variable = E.variable({"name": code, "typeRef": TYPES.get(kind, "number")})
        root.append(E.inputData({"id": _id(code), "name": code}, variable))
    for name, tree in trees.items():
        root.append(_decision(name, str(texts[name]), facts[name], tree))
    for name, table in _tables(trees.values()).items():
        root.append(_knowledge(name, table))
    result: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return result


def _id(code: str) -> str:
    """A fact's code as an XML name."""
    return f"fact_{code.replace('.', '_')}"


def _decision(name: str, text: str, facts: list[str], tree: Node) -> Any:
    decision = E.decision({"id": name, "name": name})
    decision.append(E.variable({"name": name, "typeRef": "boolean" if name == RULE else "number"}))
    decision.extend(E.informationRequirement(E.requiredInput({"href": f"#{_id(code)}"})) for code in facts)
    decision.extend(E.knowledgeRequirement(E.requiredKnowledge({"href": f"#{one}"})) for one in _tables([tree]))
    decision.append(E.literalExpression({"expressionLanguage": LANGUAGE}, E.text(text)))
    return decision


def _tables(trees: Any) -> dict[str, Table]:
    """The tables that expressions ask, by name; steps and slices (at, every, rate) are no decision tables."""
    found = (node for tree in trees for node in walk(tree) if isinstance(node, TableReference))
    return {node.name: node.table for node in found if all(row.when for row in node.table.rows)}


def _knowledge(name: str, table: Table) -> Any:
    inputs = [f"input{number}" for number in range(1, len(table.rows[0].when) + 1)]
    hit, _, aggregation = table.hit.partition(" ")
    decision = E.decisionTable({"hitPolicy": hit, **({"aggregation": aggregation.upper()} if aggregation else {})})
    decision.extend(E.input(E.inputExpression(E.text(one))) for one in inputs)
    decision.append(E.output({"name": "give"}))
    for row in table.rows:
        cells = [E.inputEntry(E.text(_cell(cell))) for cell in row.when]
        decision.append(E.rule(*cells, E.outputEntry(E.text(format_rule(row.give)))))
    logic = E.encapsulatedLogic(*(E.formalParameter({"name": one}) for one in inputs), decision)
    return E.businessKnowledgeModel({"id": name, "name": name}, E.variable({"name": name}), logic)


def _cell(cell: Tests) -> str:
    """The unary tests of a cell."""
    if not cell.alternatives:
        return "-"
    texts = []
    for test in cell.alternatives:
        text = format_rule(test)
        open_range = isinstance(test, Range) and (test.low is None or test.high is None)
        texts.append(text[1:-1] if open_range else text)
    joined = ", ".join(texts)
    return f"not({joined})" if cell.negated else joined


@dataclass(frozen=True, slots=True)
class Model:
    """What a model states: texts of the decisions `eligibility` and `amount`, tables by name, and our extension."""

    decisions: dict[str, str]
    tables: dict[str, Plain]
    extension: str | None


def dmn_read(content: bytes, lexicon: Lexicon, base: Definition | None = None) -> Definition:
    """The policy of a model: `base` (default: what the model itself carries) with the model's rule, amount and tables.

    Raises DefinitionProblems.
    """
    model = _model(content)
    if base is None:
        if model.extension is None:
            raise _refused("模型未带政策内容，请选择要修改的政策", "carries no policy: say which one it changes")
        base = policy_read(model.extension)
    before = _model(dmn_write(base, lexicon))
    edited = {name: text for name, text in model.decisions.items() if text != before.decisions.get(name)}
    tables = {name: table for name, table in model.tables.items() if table != before.tables.get(name)}
    return replace(
        base,
        eligibility=edited.get(RULE, base.eligibility),
        amount=edited.get(AMOUNT, base.amount),
        tables={**base.tables, **tables},
    )


def _refused(zh: str, en: str) -> DefinitionProblems:
    return DefinitionProblems([Problem("", zh=zh, en=en)])


def _model(content: bytes) -> Model:
    """Any DMN version's namespace is taken; external entities and document types are not."""
    if len(content) > SIZE_MAX:
        raise _refused(f"文件超过 {SIZE_MAX} 字节", f"is larger than {SIZE_MAX} bytes")
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
        root: Any = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise _refused("不是合法的 XML", f"is no XML: {error}") from error
    if root.getroottree().docinfo.doctype or not str(root.tag).endswith("}definitions") or "/DMN/" not in str(root.tag):
        raise _refused("不是 DMN 模型", "is no DMN model")
    texts = root.xpath("//*[local-name()='extensionElements']/*[local-name()='policy']/text()")
    return Model(
        decisions={
            str(decision.get("name")): text
            for decision in root.xpath("*[local-name()='decision']")
            for text in decision.xpath("*[local-name()='literalExpression']/*[local-name()='text']/text()")
        },
        tables=dict(_decision_tables(root)),
        extension=str(texts[0]) if texts else None,
    )


def _decision_tables(root: Any) -> Iterator[tuple[str, Plain]]:
    """(name, table in the exchange format) of every decision table, in a knowledge model or a decision."""
    for table in root.xpath("//*[local-name()='decisionTable']"):
        owner = table.xpath("ancestor::*[local-name()='businessKnowledgeModel' or local-name()='decision'][1]")[0]
        rows = []
        for rule in table.xpath("*[local-name()='rule']"):
            cells = [_text(entry) for entry in rule.xpath("*[local-name()='inputEntry']")]
            give = _text(rule.xpath("*[local-name()='outputEntry']")[0])
            output: Plain = (Decimal(give) if "." in give else int(give)) if NUMBER.fullmatch(give) else give
            rows.append({"when": cells[0] if len(cells) == 1 else cells, "give": output})
        hit = str(table.get("hitPolicy", "UNIQUE"))
        aggregation = str(table.get("aggregation", "")).lower()
        yield str(owner.get("name")), {"hit": f"{hit} {aggregation}".strip(), "rows": rows}


def _text(entry: Any) -> str:
    return "".join(entry.xpath("*[local-name()='text']//text()")).strip()
