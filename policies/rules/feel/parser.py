"""The rule parser reading plain FEEL: names that nobody declared, contexts, functions, `instance of`."""

from __future__ import annotations

from policies.rules import nodes
from policies.rules.dates import parse_duration
from policies.rules.feel.functions import FEEL_SIGNATURES
from policies.rules.feel.temporal import parse_date_time, parse_day, parse_time
from policies.rules.names import FUNCTION_PHRASES, Names, longest_phrase
from policies.rules.nodes import Node, Span
from policies.rules.parser import Parser
from policies.rules.problems import Problem
from policies.rules.signatures import SIGNATURES, Signature, read_signature
from policies.rules.tokens import FEEL_TOKENS, Token, tokenize
from policies.rules.values import FactType

NOT_FEEL = frozenset({"is known", "lookup", "tiers", "marginal tiers", "milestones", "steps", "paid", "parameter"})
_ENDS_RANGE = frozenset({")", "]", ",", "=", "!=", "<", "<=", ">", ">=", "}"})


def read_feel(text: str, inputs: list[str]) -> tuple[Node, list[Problem]]:
    """The tree of a FEEL text whose inputs have these names, and what was wrong in reading it."""
    parser = FeelParser(tokenize(text, FEEL_TOKENS), Names({name: FactType("text") for name in inputs}))
    tree = parser.parse()
    return tree, parser.problems


class FeelParser(Parser):
    """Differs from rules in names (any name is a variable) and in the values that FEEL has besides."""

    # --- names and calls ----------------------------------------------------------------------------------------

    def name(self) -> Node:
        if self.current.value == "function" and self.peek().value == "(":
            return self._function_literal()
        words = longest_phrase(FUNCTION_PHRASES, self.tokens, self.position) or (self.current.value,)
        if self.peek(len(words)).value == "(" and self.peek(len(words)).kind == "sign":
            return self._call(" ".join(words), len(words))
        start = self.current.span.start
        words = longest_phrase(self.names.phrases, self.tokens, self.position) or (self.current.value,)
        self.position += len(words)
        return nodes.Variable(" ".join(words), span=self.span_from(start))

    def signature(self, name: str, span: Span) -> Signature | None:
        alternatives = FEEL_SIGNATURES.get(name)
        if alternatives is not None:
            return read_signature(f"{name}({self._alternative(alternatives)})")
        if name in SIGNATURES and name not in NOT_FEEL:
            return SIGNATURES[name]
        self.report("function", name, f"function {name!r} is not understood", span)
        return None

    def _alternative(self, alternatives: tuple[str, ...]) -> str:
        """The parameter list that fits the arguments at the cursor: by the first name, or by how many there are."""
        if len(alternatives) == 1:
            return alternatives[0]
        if self.peek().value == ":":
            named = [each for each in alternatives if self.current.value in each.replace("?", "").split(", ")]
            return named[0] if named else alternatives[0]
        return alternatives[0] if self._argument_count() == 1 else alternatives[1]

    def _argument_count(self) -> int:
        level, commas, position = self.levels[self.position], 0, self.position
        while self.levels[position] >= level and self.tokens[position].kind != "end":
            commas += self.levels[position] == level and self.tokens[position].value == ","
            position += 1
        return 0 if position == self.position else commas + 1

    def call(self, name: str, arguments: tuple[Node, ...], span: Span) -> Node:
        return nodes.Call(name, arguments, span=span)

    def invocation(self, node: Node, start: int) -> Node:
        self.advance()
        arguments: list[Node] = []
        while not self.at("sign", ")"):
            arguments.append(self.expression())
            if not self.take("sign", ","):
                break
        self.expect("sign", ")")
        return nodes.Invocation(node, tuple(arguments), span=self.span_from(start))

    def property_name(self) -> str:
        name = super().property_name()
        return f"{name} {self.advance().value}" if self.at("name", "included") else name

    def list_as_tests(self, node: Node) -> tuple[Node, ...]:
        return (node,)

    def filter_follows(self) -> bool:
        """`[` after a value opens a filter, unless it ends a range: `[1..10[`."""
        following = self.peek()
        ends = following.kind == "end" or (following.kind == "sign" and following.value in _ENDS_RANGE)
        return not ends and not (following.kind == "keyword" and following.value in ("and", "or", "then", "else", "in"))

    # --- values -------------------------------------------------------------------------------------------------

    def temporal_literal(self) -> Node:
        start = self.advance().span.start
        if not self.at("text"):
            self.fail_expected("文字", "a text")
        text = self.advance().value
        value: object = parse_day(text) or parse_time(text) or parse_date_time(text) or parse_duration(text)
        if value is None:
            self.fail("temporal", text, f"{text!r} is no date, time or duration", self.span_from(start))
        return nodes.Literal("date and time", value, span=self.span_from(start))

    def extended_primary(self) -> Node:
        if self.at("sign", "{"):
            return self._context()
        if self.at("sign", "]"):
            start = self.advance().span.start
            return self._range(self.expression(), start, low_closed=False)
        return super().extended_primary()

    def _context(self) -> Node:
        start = self.advance().span.start
        entries: list[tuple[str, Node]] = []
        while not self.at("sign", "}"):
            key = self._key()
            self.expect("sign", ":")
            entries.append((key, self.expression()))
            if not self.take("sign", ","):
                break
        self.expect("sign", "}")
        return nodes.ContextLiteral(tuple(entries), span=self.span_from(start))

    def _key(self) -> str:
        if token := self.take("text"):
            return token.value
        words: list[Token] = []
        while self.at("name") or self.at("keyword"):
            words.append(self.advance())
        if not words:
            self.fail_expected("键", "a key")
        return " ".join(word.value for word in words)

    def _function_literal(self) -> Node:
        start = self.advance().span.start
        self.expect("sign", "(")
        parameters: list[str] = []
        while self.at("name"):
            parameters.append(self.advance().value)
            if self.take("sign", ":"):
                self._type_name()
            if not self.take("sign", ","):
                break
        self.expect("sign", ")")
        return nodes.FunctionLiteral(tuple(parameters), self.expression(), span=self.span_from(start))

    # --- instance of --------------------------------------------------------------------------------------------

    def extended_comparison(self, node: Node, start: int) -> Node | None:
        if not (self.at("name", "instance") and self.peek().value == "of"):
            return None
        self.advance()
        self.advance()
        return nodes.InstanceOf(node, self._type_name(), span=self.span_from(start))

    def _type_name(self) -> str:
        """A type as one text: `date and time`, `list<number>`, `context<a: string>`, `function<>->Any`."""
        words: list[str] = []
        while self.at("name") or self.at("keyword", "and", "null"):
            words.append(self.advance().value)
        name = " ".join(words)
        if not self.at("sign", "<"):
            return name
        self.advance()
        parts: list[str] = []
        while not self.at("sign", ">"):
            part = self._type_name()
            if self.take("sign", ":"):
                part = f"{part}: {self._type_name()}"
            parts.append(part)
            if not self.take("sign", ","):
                break
        self.expect("sign", ">")
        result = f"->{self._type_name()}" if self.take("sign", "->") else ""
        return f"{name}<{', '.join(parts)}>{result}"
