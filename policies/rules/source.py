"""A rule's texts - the expression, the `where` of its items, the cells of its tables - read into one tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from policies.rules.names import Names, names_of
from policies.rules.nodes import Items, ListOf, Node, Tests, measure
from policies.rules.parser import PLACEHOLDER, Parser
from policies.rules.problems import Problem
from policies.rules.tables import TableReader
from policies.rules.tokens import SyntaxProblem, Token, tokenize
from policies.rules.values import Vocabulary

MAX_NODES: Final = 2_000
MAX_TREE_DEPTH: Final = 100


@dataclass
class Source:
    """The tree of one rule text with what was wrong in reading it. `texts`: part -> text, for placing problems."""

    tree: Node
    items: Items | None
    problems: list[Problem] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)


def read_source(
    text: str,
    vocabulary: Vocabulary,
    *,
    tables: Mapping[str, Any] | None = None,
    items: Mapping[str, Any] | None = None,
) -> Source:
    """Parse everything. Problems are collected, never raised."""
    return _Reading(names_of(vocabulary), tables or {}).read(text, items)


class _Reading:
    def __init__(self, names: Names, tables: Mapping[str, Any]) -> None:
        self.names = names
        self.problems: list[Problem] = []
        self.texts: dict[str, str] = {}
        self.tables = TableReader(tables, self._tests, self._cell)
        self.items: Items | None = None

    def read(self, text: str, items: Mapping[str, Any] | None) -> Source:
        self.items = self._items(items) if items else None
        tree = self._parse(text, "rule", rows=())
        self.problems.extend(self.tables.problems)
        return Source(tree, self.items, self.problems, self.texts)

    def _items(self, items: Mapping[str, Any]) -> Items | None:
        source = str(items.get("from", ""))
        code = self.names.known.get(source)
        fact_type = self.names.vocabulary.get(code) if code else None
        if code is None or fact_type is None or fact_type.kind != "items":
            zh, en = f"items.from:没有名为“{source}”的清单数据项", f"items.from: there is no items fact {source!r}"
            self.problems.append(Problem("items", zh, en, part="items"))
            return None
        key = items.get("key")
        if key is not None and key not in (fact_type.fields or {}):
            zh, en = f"items.key:{code} 没有字段“{key}”", f"items.key: {code} has no field {key!r}"
            self.problems.append(Problem("items", zh, en, part="items"))
        where = items.get("where")
        node = self._parse(str(where), "where", rows=(fact_type.fields or {},)) if where is not None else None
        return Items(code, key, node)

    def _tokens(self, text: str, part: str) -> list[Token] | None:
        self.texts[part] = text
        try:
            return tokenize(text)
        except SyntaxProblem as problem:
            self.problems.append(problem.problem.placed(text, part))
            return None

    def _parser(self, tokens: list[Token], rows: tuple[Vocabulary, ...]) -> Parser:
        return Parser(tokens, self.names, tables=self.tables, items=self.items, rows=rows)

    def _parse(self, text: str, part: str, *, rows: tuple[Vocabulary, ...]) -> Node:
        tokens = self._tokens(text, part)
        if tokens is None:
            return PLACEHOLDER
        parser = self._parser(tokens, rows)
        tree = parser.parse()
        self.problems.extend(problem.placed(text, part) for problem in parser.problems)
        return self._within_limits(tree, part)

    def _within_limits(self, tree: Node, part: str) -> Node:
        """The tree, or a placeholder where it is too large or too deep to be walked."""
        count, depth = measure(tree)
        if count > MAX_NODES:
            zh, en = f"规则过大：最多 {MAX_NODES} 个节点", f"the rule is too large: at most {MAX_NODES} nodes"
            self.problems.append(Problem("too-large", zh, en, part=part))
        elif depth > MAX_TREE_DEPTH:
            zh, en = f"规则层次过深：最多 {MAX_TREE_DEPTH} 层", f"the tree is too deep: at most {MAX_TREE_DEPTH} levels"
            self.problems.append(Problem("too-deep", zh, en, part=part))
        else:
            return tree
        return PLACEHOLDER

    def _cell(self, text: str, part: str, outer: Parser) -> Node:
        """`give: "0.1 * x"` of a table, in the scope of the call that asks the table."""
        read = self._in_scope(text, part, outer, lambda parser: parser.parse(), PLACEHOLDER)
        return self._within_limits(read, part)

    def _tests(self, text: str, part: str, outer: Parser) -> Tests:
        """`when: ">= 10"`."""
        return self._in_scope(text, part, outer, _unary_tests, Tests(()))

    def _in_scope(self, text: str, part: str, outer: Parser, read: Any, failed: Any) -> Any:
        tokens = self._tokens(text, part)
        if tokens is None:
            return failed
        parser = self._parser(tokens, tuple(outer.rows))
        parser.variables = outer.variables
        result = failed
        try:
            result = read(parser)
        except SyntaxProblem as problem:
            parser.problems.append(problem.problem)
        self.problems.extend(problem.placed(text, part) for problem in parser.problems)
        return result


def _unary_tests(parser: Parser) -> Tests:
    """`>= 10`, `1, 2`, `not(1, 2)`, `[0..5)`, `-`."""
    if parser.at("sign", "-") and parser.peek().kind == "end":
        return Tests(())
    negated = parser.at("keyword", "not")
    if negated:
        parser.advance()
        parser.expect("sign", "(")
    alternatives = [parser.test(parser.expression)]
    while parser.take("sign", ","):
        alternatives.append(parser.test(parser.expression))
    if negated:
        parser.expect("sign", ")")
    if not parser.at("end"):
        parser.fail_expected("单元格结尾", "the end of the cell")
    flat: list[Node] = []
    for alternative in alternatives:
        flat.extend(alternative.members if isinstance(alternative, ListOf) else (alternative,))
    return Tests(tuple(flat), negated)
